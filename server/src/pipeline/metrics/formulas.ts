// The published formula behind every figure: id, version, unit and exact definition, as data for code, API and docs.
// Computing is done beside this file; a change of meaning is a new version here.

export type Formula = { version: number; unit: string; description: string }

const formula = (unit: string, description: string, version = 1): Formula => ({ version, unit, description })

type Side = 'agent' | 'customer'
function perSide<const K extends string>(id: K, unit: string, describe: (x: Side, y: Side) => string) {
  return {
    [`${id}_agent`]: formula(unit, describe('agent', 'customer')),
    [`${id}_customer`]: formula(unit, describe('customer', 'agent')),
  } as Record<`${K}_${Side}`, Formula>
}

/**
 * By metric id. A = union of the agents' speech, C = of the customers', H = hold, D = duration, |X| = length of X.
 * Speech is what the voice detector found on the party's own channel, else the party's words; gaps below 0.3 s belong
 * to it. Intervals are half-open. Percentiles interpolate linearly between ranks.
 */
export const formulas = {
  duration: formula('s', 'D: end of the recording or last message minus start or first message'),
  handle_time: formula('s', 'D, on the basis of the recording: queue and after-call work are not in it'),
  ...perSide('talk_time', 's', (x) => `Length of the union of the speech of ${x}s`),
  agent_talk_percent: formula('%', '|A| / D * 100'),
  agent_talk_share: formula('%', '|A| / (|A| + |C|) * 100'),
  talk_to_listen_ratio: formula('ratio', '|A| / |C|; null when the customer is silent'),
  overtalk_time: formula('s', '|A and C at once|'),
  overtalk_ratio: formula('%', 'overtalk_time / |A or C| * 100'),
  silence_time: formula('s', 'D - |all speech and hold|: every gap, however short'),
  silence_ratio: formula('%', 'silence_time / D * 100'),
  dead_air_time: formula(
    's',
    'Sum of the gaps of at least 3 s outside speech and hold, ends of the recording included',
  ),
  dead_air_count: formula('n', 'Number of gaps of at least 3 s outside speech and hold'),
  longest_dead_air: formula('s', 'Longest gap of at least 3 s outside speech and hold; 0 when there is none'),
  hold_time: formula('s', 'Time on hold, |H|'),
  hold_count: formula('n', 'Number of separate holds'),
  longest_hold: formula('s', 'Longest hold; 0 when there is none'),
  non_talk_time: formula('s', '|H| + dead_air_time'),
  ...perSide(
    'interruption_count',
    'n',
    (x, y) =>
      `Turns of ${x}s that start after the other (${y}) has spoken for at least 1.0 s and still speaks, overlap by at ` +
      `least 0.5 s, are followed by the end of the ${y}'s turn within 1.5 s, and hold more than 2 words that are not ` +
      'backchannel',
  ),
  ...perSide('interruption_rate', 'n/10 min', (x) => `interruption_count_${x} / (D / 600)`),
  ...perSide('speech_rate_wpm', 'words/min', (x) => `Words of ${x}s / (talk_time_${x} / 60); needs 15 s of speech`),
  ...perSide(
    'speech_rate_variation',
    'ratio',
    (x) => `Standard deviation / mean of the rate of ${x}s in 30 s windows that hold at least 5 s of their speech`,
  ),
  turn_count: formula('n', 'Runs of turns of one speaker'),
  speaker_switches_per_min: formula('n/min', '(turn_count - 1) / (D / 60)'),
  longest_monologue_agent: formula(
    's',
    'Longest run of agent turns, own pauses up to 2 s, backchannel of others ignored',
  ),
  longest_customer_story: formula('s', 'Longest run of customer turns, own pauses up to 2 s, backchannel ignored'),
  patience: formula(
    's',
    'Mean positive gap from the end of a run of customer turns to the start of the next agent turn',
  ),
  response_latency_p50: formula(
    's',
    'Median of the gaps of patience; chats: customer message to the agent message after it',
  ),
  response_latency_p90: formula('s', '90th percentile of the same gaps'),
  question_count: formula('n', 'Agent turns that ask: a question mark, or (no punctuation at all) their opening words'),
  question_rate: formula('n/10 min', 'question_count / (D / 600)'),
  ...perSide('loudness_dbfs_p50', 'dBFS', (x) => `Median RMS of the seconds with speech on the channel of the ${x}`),
  ...perSide('loudness_dbfs_p95', 'dBFS', (x) => `95th percentile of the same on the channel of the ${x}`),
  asr_confidence_mean: formula('0..1', 'Mean confidence of the words'),
  low_confidence_ratio: formula('%', 'Words with a confidence below 0.6 / words with a confidence * 100'),
  language_mix: formula('%', 'Share of speech time per BCP-47 tag, largest first: zu-ZA=70.0;en-ZA=30.0'),
  first_response_time: formula('s', 'First customer message to the first message of a human agent after it'),
  avg_response_time: formula(
    's',
    'Mean over all answers of human agents: first customer message since the last agent message, to the answer',
  ),
  vela_response_time: formula('s', 'Mean over all customer messages: to the next message of an agent or a bot'),
  ...perSide(
    'sentiment',
    '-1..1',
    (x) => `Sum of score * duration / sum of duration over the turns of ${x}s; chats: mean`,
  ),
  sentiment_q1: formula('-1..1', 'Sentiment of the customer within the first quarter of D'),
  sentiment_q2: formula('-1..1', 'Sentiment of the customer within the second quarter of D'),
  sentiment_q3: formula('-1..1', 'Sentiment of the customer within the third quarter of D'),
  sentiment_q4: formula('-1..1', 'Sentiment of the customer within the last quarter of D'),
  sentiment_start: formula('-1..1', 'Sentiment of the first 25 % (rounded up) of the customer turns; needs 3'),
  sentiment_end: formula('-1..1', 'Sentiment of the last 25 % (rounded up) of the customer turns; needs 3'),
  sentiment_trend: formula('-2..2', 'sentiment_end - sentiment_start'),
  sentiment_trend_class: formula(
    'class',
    'Of sentiment_trend: <= -0.5 declining, <= -0.2 slightly_declining, < 0.2 no_change, < 0.5 slightly_improving, ' +
      'else improving; needs 6 customer turns',
  ),
  negative_turn_ratio: formula('%', 'Negative customer turns / customer turns with a sentiment * 100'),
  negative_turn_count: formula('n', 'Negative customer turns'),
  scored_turn_count: formula('n', 'Customer turns with a sentiment'),
  sentiment_recovery: formula('yes/no', 'sentiment_start < -0.25 and sentiment_end > 0'),
} as const satisfies Record<string, Formula>

export type MetricId = keyof typeof formulas

/** All formulas as a list, for the API and the documentation. */
export function listFormulas(): ({ id: MetricId } & Formula)[] {
  return (Object.entries(formulas) as [MetricId, Formula][]).map(([id, rest]) => ({ id, ...rest }))
}

/** The page `docs/metrics.md`, from the same list. */
export function metricsMarkdown(): string {
  const head = `# Metrics

Each figure comes as \`{value, status, formula, unit, reason?}\`. \`status\` is \`ok\`, \`partial\` (a true figure with a limit that
\`reason\` tells) or \`not_computable\`: then \`value\` is null, never 0. \`formula\` is the id with its version; a change of meaning is a
new version.

A is the union of the agents' speech, C of the customers', H is hold, D the duration, |X| the length of X. Speech is what the
voice detector found on the party's own channel, else the party's words; gaps below 0.3 s belong to it. Intervals are
half-open. Percentiles interpolate linearly between ranks.

| Formula | Unit | Definition |
|---|---|---|
`
  const escaped = (text: string) => text.replaceAll('|', '\\|')
  return (
    head +
    listFormulas()
      .map(({ id, version, unit, description }) => `| \`${id}@${version}\` | ${unit} | ${escaped(description)} |\n`)
      .join('')
  )
}
