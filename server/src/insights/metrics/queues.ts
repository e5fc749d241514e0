// Aggregates of the queue, for those whose telephony tells of it in the metadata: `queue_time` and `acw_time` in seconds,
// `abandoned` true or false.

import { type Aggregate, count, mean, share } from './aggregate.ts'

const perCent = (id: string, name: string, numerator: string, denominator: string, better: 'more' | 'less') => ({
  id,
  name,
  unit: '%',
  better,
  numerator,
  denominator,
  formula: `${numerator} / ${denominator} * 100`,
})
const offered = 'conversations that came through a queue'

export const queueAggregates: readonly Aggregate[] = [
  count(
    {
      id: 'offered',
      name: 'Offered',
      unit: 'n',
      better: null,
      formula: 'Conversations whose metadata has a queue_time',
    },
    'offered',
  ),
  count(
    {
      id: 'abandoned',
      name: 'Abandoned',
      unit: 'n',
      better: 'less',
      formula: 'Offered conversations whose caller left the queue',
    },
    'abandoned',
  ),
  mean(
    {
      id: 'asa',
      name: 'Average speed of answer',
      unit: 's',
      better: 'less',
      formula: 'Sum of queue_time over answered conversations / their number',
    },
    'queue_time',
    'offered',
  ),
  share(
    perCent('abandon_rate', 'Abandoned', 'conversations abandoned after 5 s or more', offered, 'less'),
    'abandoned_late',
    'offered',
  ),
  share(
    perCent('abandon_share', 'Left the queue', 'conversations abandoned, however soon', offered, 'less'),
    'abandoned',
    'offered',
  ),
  share(
    perCent(
      'service_level',
      'Service level',
      'conversations answered within 20 s',
      `${offered}, without those abandoned before 5 s`,
      'more',
    ),
    'answered_in_time',
    'offered_long',
    'offered',
  ),
  share(
    perCent('answered_within_20s', 'Answered within 20 s', 'conversations answered within 20 s', offered, 'more'),
    'answered_in_time',
    'offered',
  ),
  mean(
    {
      id: 'acw_time',
      name: 'After-call work',
      unit: 's',
      better: 'less',
      formula: 'Mean of acw_time where telephony tells it',
    },
    'acw_time',
  ),
]
