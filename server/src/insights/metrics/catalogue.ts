// Every aggregate by name, each declared once. What it is made of: rollups/measures.ts.

import { type Aggregate, count, mean, ofFacts, percentile, share, total } from './aggregate.ts'
import { moods } from './moods.ts'
import { queueAggregates } from './queues.ts'
import { answers, speech } from './speech.ts'
import { unavailable } from './unavailable.ts'
import { perCent, score, seconds } from './wording.ts'

const volume: Aggregate[] = [
  count(
    {
      id: 'conversations',
      name: 'Conversations',
      unit: 'n',
      better: null,
      formula: 'Calls and chats that started in the period, whatever became of them',
    },
    'conversations',
  ),
  count({ id: 'calls', name: 'Calls', unit: 'n', better: null, formula: 'Conversations by voice' }, 'calls'),
  count({ id: 'chats', name: 'Chats', unit: 'n', better: null, formula: 'Conversations in writing' }, 'chats'),
  count(
    { id: 'completed', name: 'Analysed', unit: 'n', better: null, formula: 'Conversations whose analysis is there' },
    'completed',
  ),
  count(
    {
      id: 'handled',
      name: 'Handled',
      unit: 'n',
      better: null,
      formula: 'Completed conversations whose caller did not leave the queue',
    },
    'handled',
  ),
  count(
    { id: 'failed', name: 'Failed', unit: 'n', better: 'less', formula: 'Conversations that could not be analysed' },
    'failed',
  ),
  count(
    {
      id: 'in_progress',
      name: 'In progress',
      unit: 'n',
      better: null,
      formula: 'Conversations that are neither completed nor failed',
    },
    'unfinished',
  ),
  share(
    perCent('ingest_success_rate', 'Success of ingest', 'completed conversations', 'accepted conversations', 'more'),
    'completed',
    'conversations',
  ),
  share(
    perCent('reviewed_share', 'Reviewed', 'conversations that a person has reviewed', 'all conversations', 'more'),
    'reviewed',
    'conversations',
  ),
  {
    id: 'language_mix',
    version: 1,
    name: 'Languages',
    unit: '%',
    better: null,
    formula:
      'Length of the conversations of a language / length of all * 100; a conversation counts under its main language. Group by language.',
    numerator: 'seconds in the language',
    denominator: 'seconds of all groups',
    spec: { kind: 'share', num: 'duration_num', n: 'duration_n', factor: 1 / 1000, among: 'completed' },
  },
]

const times: Aggregate[] = [
  total(seconds('duration_total', 'Total length', 'Sum of the lengths of completed conversations'), 'duration'),
  mean(seconds('duration', 'Mean length', 'Sum of the lengths / completed conversations with a length'), 'duration'),
  percentile(seconds('duration_p50', 'Median length', 'Median of the length'), 'duration', 0.5),
  mean(
    seconds(
      'aht',
      'Average handle time',
      'Sum of handle_time / handled conversations; on the basis of the recording, with after-call work where telephony tells it',
      'less',
    ),
    'handle_time',
    'handled',
  ),
  total(
    seconds('handle_time', 'Handle time', 'Sum of handle_time over handled conversations'),
    'handle_time',
    'handled',
  ),
  percentile(
    seconds('handle_time_p50', 'Median handle time', 'Median of handle_time over handled conversations', 'less'),
    'handle_time',
    0.5,
  ),
  percentile(
    seconds(
      'handle_time_p90',
      'Handle time, 90th percentile',
      '90th percentile of handle_time over handled conversations',
      'less',
    ),
    'handle_time',
    0.9,
  ),
  mean(
    seconds(
      'time_to_insight',
      'Time to insight',
      'Sum of (analysis completed - arrived) / completed conversations',
      'less',
    ),
    'time_to_insight',
  ),
  percentile(
    seconds('time_to_insight_p50', 'Time to insight, median', 'Median of analysis completed - arrived', 'less'),
    'time_to_insight',
    0.5,
  ),
  percentile(
    seconds(
      'time_to_insight_p95',
      'Time to insight, 95th percentile',
      '95th percentile of analysis completed - arrived',
      'less',
    ),
    'time_to_insight',
    0.95,
  ),
]

/** Not in the daily tables: read from the facts of the period. */
const details: Aggregate[] = [
  ofFacts(
    seconds('longest_dead_air', 'Longest dead air', 'Mean of longest_dead_air of each conversation', 'less'),
    'longest_dead_air',
  ),
  ofFacts(seconds('longest_hold', 'Longest hold', 'Mean of longest_hold of each conversation', 'less'), 'longest_hold'),
  ofFacts(
    seconds('longest_monologue_agent', 'Longest monologue', 'Mean of longest_monologue_agent of each conversation'),
    'longest_monologue_agent',
  ),
  ofFacts(
    seconds('longest_customer_story', 'Longest customer story', 'Mean of longest_customer_story of each conversation'),
    'longest_customer_story',
  ),
  ofFacts(
    {
      id: 'speech_rate_variation_agent',
      name: 'Variation of pace, agent',
      unit: 'ratio',
      better: null,
      formula: 'Mean of speech_rate_variation_agent of each conversation',
    },
    'speech_rate_variation_agent',
  ),
  ofFacts(
    {
      id: 'loudness_dbfs_p50_agent',
      name: 'Loudness, agent',
      unit: 'dBFS',
      better: null,
      formula: 'Median of loudness_dbfs_p50_agent of each conversation',
    },
    'loudness_dbfs_p50_agent',
    'median',
  ),
  ofFacts(
    {
      id: 'loudness_dbfs_p50_customer',
      name: 'Loudness, customer',
      unit: 'dBFS',
      better: null,
      formula: 'Median of loudness_dbfs_p50_customer of each conversation',
    },
    'loudness_dbfs_p50_customer',
    'median',
  ),
  ...(['sentiment_q1', 'sentiment_q2', 'sentiment_q3', 'sentiment_q4'] as const).map((id, index) =>
    ofFacts(score(id, `Sentiment, quarter ${index + 1}`, id), id),
  ),
]

/** Under what they are looked for. */
const sections = {
  volume,
  time: times,
  queue: queueAggregates,
  speech,
  answers,
  mood: moods,
  detail: details,
  unavailable,
} satisfies Record<string, readonly Aggregate[]>

export const sectionNames = Object.keys(sections) as (keyof typeof sections)[]

export const sectionOf: ReadonlyMap<string, string> = new Map(
  Object.entries(sections).flatMap(([section, all]) => all.map(({ id }) => [id, section] as const)),
)

export const catalogue: readonly Aggregate[] = Object.values(sections).flat()

export const aggregates: ReadonlyMap<string, Aggregate> = new Map(catalogue.map((one) => [one.id, one]))
