// Aggregates of how people feel.

import { type Aggregate, mean, ratio, share } from './aggregate.ts'
import { perCent, score } from './wording.ts'

const labelled = (label: 'positive' | 'neutral' | 'negative', better: Aggregate['better']) =>
  share(
    perCent(
      `sentiment_${label}_share`,
      `Sentiment ${label}`,
      `conversations that are ${label} as a whole`,
      'completed conversations with or without a sentiment',
      better,
    ),
    label,
    'completed',
  )

export const moods: Aggregate[] = [
  mean(score('sentiment_customer', 'Sentiment of customers', 'sentiment_customer'), 'sentiment_customer'),
  mean(score('sentiment_agent', 'Sentiment of agents', 'sentiment_agent'), 'sentiment_agent'),
  mean(score('sentiment_start', 'Sentiment at the start', 'sentiment_start', '-1..1', null), 'sentiment_start'),
  mean(score('sentiment_end', 'Sentiment at the end', 'sentiment_end'), 'sentiment_end'),
  mean(score('sentiment_trend', 'Trend of sentiment', 'sentiment_trend', '-2..2'), 'sentiment_trend'),
  labelled('positive', 'more'),
  labelled('neutral', null),
  labelled('negative', 'less'),
  share(
    perCent(
      'sentiment_improving_share',
      'Sentiment improves',
      'conversations with a sentiment_trend of 0.2 or more',
      'conversations with a trend',
      'more',
    ),
    'improving',
    'sentiment_trend_n',
    'completed',
  ),
  share(
    perCent(
      'sentiment_declining_share',
      'Sentiment declines',
      'conversations with a sentiment_trend of -0.2 or less',
      'conversations with a trend',
      'less',
    ),
    'declining',
    'sentiment_trend_n',
    'completed',
  ),
  share(
    perCent(
      'sentiment_recovery_rate',
      'Recovered',
      'conversations that started below -0.25 and ended above 0',
      'conversations with a start and an end',
      'more',
    ),
    'recovered',
    'recoverable',
    'completed',
  ),
  ratio(
    perCent(
      'negative_turn_ratio',
      'Negative turns',
      'negative customer turns',
      'customer turns with a sentiment',
      'less',
    ),
    'negative_turns',
    100,
  ),
  estimated(),
]

/** On the hosted service's scale of 1 to 5; nobody was asked, and the name says so. */
function estimated(): Aggregate {
  const formula = '3 + 2 * the mean of sentiment_customer, on a scale of 1 to 5. Estimated: nobody was asked.'
  const made = mean(
    { id: 'satisfaction_estimated', name: 'Satisfaction (estimated)', unit: '1..5', better: 'more', formula },
    'sentiment_customer',
  )
  return made.spec.kind === 'sums' ? { ...made, spec: { ...made.spec, factor: made.spec.factor * 2, shift: 3 } } : made
}
