// What a row of conversation_facts holds: the list that the table, the follower, filters and the catalogue of aggregates
// share. The rows themselves are written by follower.ts.

/** Numeric metrics of docs/metrics.md, one column each under their own name; `sentiment_recovery` is 1 or 0. */
export const metricColumns = [
  'duration',
  'handle_time',
  'talk_time_agent',
  'talk_time_customer',
  'agent_talk_percent',
  'agent_talk_share',
  'talk_to_listen_ratio',
  'overtalk_time',
  'overtalk_ratio',
  'silence_time',
  'silence_ratio',
  'dead_air_time',
  'dead_air_count',
  'longest_dead_air',
  'hold_time',
  'hold_count',
  'longest_hold',
  'non_talk_time',
  'interruption_count_agent',
  'interruption_count_customer',
  'interruption_rate_agent',
  'interruption_rate_customer',
  'speech_rate_wpm_agent',
  'speech_rate_wpm_customer',
  'speech_rate_variation_agent',
  'speech_rate_variation_customer',
  'turn_count',
  'speaker_switches_per_min',
  'longest_monologue_agent',
  'longest_customer_story',
  'patience',
  'response_latency_p50',
  'response_latency_p90',
  'question_count',
  'question_rate',
  'loudness_dbfs_p50_agent',
  'loudness_dbfs_p50_customer',
  'loudness_dbfs_p95_agent',
  'loudness_dbfs_p95_customer',
  'asr_confidence_mean',
  'low_confidence_ratio',
  'first_response_time',
  'avg_response_time',
  'vela_response_time',
  'sentiment_agent',
  'sentiment_customer',
  'sentiment_q1',
  'sentiment_q2',
  'sentiment_q3',
  'sentiment_q4',
  'sentiment_start',
  'sentiment_end',
  'sentiment_trend',
  'negative_turn_ratio',
  'negative_turn_count',
  'scored_turn_count',
  'sentiment_recovery',
] as const

/** From telephony, which sends them as metadata of the same names: seconds in the queue and of after-call work. */
export const telephonyColumns = ['queue_time', 'acw_time'] as const

/** Of how the program did: from the arrival to the end of the analysis, in seconds. */
export const processingColumns = ['time_to_insight'] as const

/** Every column of numbers, all `double precision`, null where it cannot be computed. */
export const numberColumns = [...metricColumns, ...telephonyColumns, ...processingColumns] as const

export type NumberColumn = (typeof numberColumns)[number]

/** Every column of the table but org_id, in its order. */
export const factColumns = [
  'conversation_id',
  'seq',
  'started_at',
  'completed_at',
  'day',
  'hour',
  'channel',
  'direction',
  'status',
  'source',
  'agent_id',
  'team',
  'department',
  'language',
  'sentiment',
  'tags',
  'reviewed',
  'abandoned',
  'duration_ms',
  ...numberColumns,
] as const
