// What the daily tables add up, each declared once: counts, and measures with their sums. Every column is a whole number,
// so that what is taken away again leaves exactly what was there before. What is made of them: metrics/catalogue.ts.

/** `f` is a row of conversation_facts. */
export type CountSpec = { id: string; when: string }

/**
 * A sum over the conversations that have it: `<id>_n` of them, `<id>_num`, and `<id>_den` where it is divided by something
 * else than their number. Sums are of thousandths (times: milliseconds) or, where `scale` says so, of millionths.
 */
export type MeasureSpec = { id: string; num: string; den?: string; when: string; scale: 1 | 1e3 | 1e6 }

const completed = `f.status = 'completed'`
const handled = `${completed} and not f.abandoned`
const offered = 'f.queue_time is not null'
/** Waiting for less than this, in seconds, is no abandoning; answering within that is in time (vocabulary's defaults). */
const shortAbandonS = 5
const answerTargetS = 20

export const counts: readonly CountSpec[] = [
  { id: 'conversations', when: 'true' },
  { id: 'completed', when: completed },
  { id: 'failed', when: `f.status = 'failed'` },
  { id: 'handled', when: handled },
  { id: 'reviewed', when: 'f.reviewed' },
  { id: 'negative', when: `${completed} and f.sentiment = 'negative'` },
  { id: 'neutral', when: `${completed} and f.sentiment = 'neutral'` },
  { id: 'positive', when: `${completed} and f.sentiment = 'positive'` },
  { id: 'improving', when: `${completed} and f.sentiment_trend >= 0.2` },
  { id: 'declining', when: `${completed} and f.sentiment_trend <= -0.2` },
  { id: 'recovered', when: `${completed} and f.sentiment_recovery = 1` },
  { id: 'recoverable', when: `${completed} and f.sentiment_recovery is not null` },
  { id: 'offered', when: offered },
  { id: 'abandoned', when: `${offered} and f.abandoned` },
  { id: 'abandoned_late', when: `${offered} and f.abandoned and f.queue_time >= ${shortAbandonS}` },
  { id: 'answered_in_time', when: `${offered} and not f.abandoned and f.queue_time <= ${answerTargetS}` },
]

/** Beyond this a figure is a slip (a chat of three hundred years), and would spoil every sum. */
const plausible = (column: string) => `f.${column} between -1e9 and 1e9`

const mean = (id: string, scale: 1 | 1e3 | 1e6 = 1e3, column = id, among = completed): MeasureSpec => ({
  id,
  num: `f.${column}`,
  when: `${among} and ${plausible(column)}`,
  scale,
})
const over = (id: string, num: string, den: string, needs: string[], scale: 1 | 1e3 | 1e6 = 1e3): MeasureSpec => ({
  id,
  num,
  den,
  when: [completed, ...needs.map(plausible)].join(' and '),
  scale,
})

export const measures: readonly MeasureSpec[] = [
  {
    id: 'duration',
    num: 'f.duration_ms / 1000.0',
    when: `${completed} and f.duration_ms between 0 and 1e12`,
    scale: 1e3,
  },
  mean('handle_time', 1e3, 'handle_time', handled),
  mean('talk_time_agent'),
  mean('talk_time_customer'),
  over('agent_talk', 'f.talk_time_agent', 'f.duration', ['talk_time_agent', 'duration']),
  over('agent_share', 'f.talk_time_agent', 'f.talk_time_agent + f.talk_time_customer', [
    'talk_time_agent',
    'talk_time_customer',
    'agent_talk_share',
  ]),
  over('talk_to_listen', 'f.talk_time_agent', 'f.talk_time_customer', [
    'talk_time_agent',
    'talk_time_customer',
    'talk_to_listen_ratio',
  ]),
  over('overtalk', 'f.overtalk_time', 'f.talk_time_agent + f.talk_time_customer - f.overtalk_time', [
    'overtalk_time',
    'talk_time_agent',
    'talk_time_customer',
  ]),
  over('silence', 'f.silence_time', 'f.duration', ['silence_time', 'duration']),
  over('dead_air', 'f.dead_air_time', 'f.duration', ['dead_air_time', 'duration']),
  mean('dead_air_count'),
  over('hold', 'f.hold_time', 'f.duration', ['hold_time', 'duration']),
  mean('hold_count'),
  mean('non_talk_time'),
  over('interruptions_agent', 'f.interruption_count_agent', 'f.duration', ['interruption_count_agent', 'duration']),
  over('interruptions_customer', 'f.interruption_count_customer', 'f.duration', [
    'interruption_count_customer',
    'duration',
  ]),
  over('words_agent', 'f.speech_rate_wpm_agent * f.talk_time_agent / 60', 'f.talk_time_agent', [
    'speech_rate_wpm_agent',
    'talk_time_agent',
  ]),
  over('words_customer', 'f.speech_rate_wpm_customer * f.talk_time_customer / 60', 'f.talk_time_customer', [
    'speech_rate_wpm_customer',
    'talk_time_customer',
  ]),
  over('questions', 'f.question_count', 'f.duration', ['question_count', 'duration']),
  mean('turn_count'),
  mean('patience'),
  mean('first_response_time'),
  mean('avg_response_time'),
  mean('vela_response_time'),
  mean('sentiment_agent', 1e6),
  mean('sentiment_customer', 1e6),
  mean('sentiment_start', 1e6),
  mean('sentiment_end', 1e6),
  mean('sentiment_trend', 1e6),
  over('negative_turns', 'f.negative_turn_count', 'f.scored_turn_count', ['negative_turn_count', 'scored_turn_count']),
  mean('asr_confidence', 1e6, 'asr_confidence_mean'),
  mean('time_to_insight'),
  {
    id: 'queue_time',
    num: 'f.queue_time',
    when: `${offered} and not f.abandoned and ${plausible('queue_time')}`,
    scale: 1e3,
  },
  mean('acw_time'),
]

/** A column of the daily tables, with how a fact counts in it. */
export type SumColumn = {
  name: string
  type: 'integer' | 'bigint'
  value: string
  /** So many make one unit. */
  scale: number
}

const whole = (expression: string, scale: number) => `round(((${expression}) * ${scale})::numeric)::bigint`

/** All of them, in the tables' order. */
export const sumColumns: readonly SumColumn[] = [
  ...counts.map(({ id, when }) => ({
    name: id,
    type: 'integer' as const,
    value: `case when ${when} then 1 else 0 end`,
    scale: 1,
  })),
  ...measures.flatMap(({ id, num, den, when, scale }) => {
    const counted = (expression: string) => `case when ${when} then ${expression} else 0 end`
    return [
      { name: `${id}_n`, type: 'integer' as const, value: counted('1'), scale: 1 },
      { name: `${id}_num`, type: 'bigint' as const, value: counted(whole(num, scale)), scale },
      ...(den ? [{ name: `${id}_den`, type: 'bigint' as const, value: counted(whole(den, scale)), scale }] : []),
    ]
  }),
]

/** Sums that follow from those of a row of the tables, `s`. */
export const derived: Record<string, string> = {
  calls: `case when s.channel = 'voice' then s.conversations else 0 end`,
  chats: `case when s.channel = 'chat' then s.conversations else 0 end`,
  unfinished: 's.conversations - s.completed - s.failed',
  offered_long: 's.offered - s.abandoned + s.abandoned_late',
}
