// How the talk goes to and fro on calls: switches, monologues, waiting for the agent's answer.

import type { Metrics } from '../../conversations/shapes.ts'
import { isBackchannel } from '../turns/backchannels.ts'
import { mean, measured, measuredOr, missing, percentile } from './metric.ts'
import type { CallInput, Parties, Side } from './parties.ts'
import { answerGapsMs, inOrder, type Run, runsOf } from './runs.ts'

/** Vocabulary: own pauses up to this long do not end a monologue. */
const monologuePauseMaxMs = 2_000

export function measureSwitches({ turns, participants, durationMs }: CallInput): Metrics {
  if (turns.length === 0) return missing('no words were recognised', 'turn_count', 'speaker_switches_per_min')
  if (participants.length < 2) {
    return missing('the speakers are not told apart', 'turn_count', 'speaker_switches_per_min')
  }
  const count = runsOf(turns).length
  return {
    ...measured('turn_count', count),
    ...measuredOr('speaker_switches_per_min', (count - 1) / (durationMs / 60_000), 'the recording is empty'),
  }
}

export function measureMonologues({ turns }: CallInput, parties: Parties): Metrics {
  const longestOf = (side: Side): number | null => {
    const runs = runsOf(turns.filter((turn) => turn.role === side || !isBackchannel(turn)))
    const lengths = runs.filter(({ role }) => role === side).flatMap(stretchesMs)
    return lengths.length > 0 ? lengths.reduce((longest, ms) => Math.max(longest, ms)) / 1000 : null
  }
  return {
    ...(parties.agent
      ? measuredOr('longest_monologue_agent', longestOf('agent'), 'no words of the agent were recognised')
      : missing(parties.reason, 'longest_monologue_agent')),
    ...(parties.customer
      ? measuredOr('longest_customer_story', longestOf('customer'), 'no words of the customer were recognised')
      : missing(parties.reason, 'longest_customer_story')),
  }
}

function stretchesMs({ turns }: Run): number[] {
  const stretches: { startMs: number; endMs: number }[] = []
  for (const { start_ms: startMs, end_ms: endMs } of inOrder(turns)) {
    const last = stretches.at(-1)
    if (last && startMs - last.endMs <= monologuePauseMaxMs) last.endMs = Math.max(last.endMs, endMs)
    else stretches.push({ startMs, endMs })
  }
  return stretches.map(({ startMs, endMs }) => endMs - startMs)
}

export function measureAnswers({ turns }: CallInput, { agent, customer, reason }: Parties): Metrics {
  const ids = ['patience', 'response_latency_p50', 'response_latency_p90'] as const
  if (!agent || !customer) return missing(reason, ...ids)
  const gapsS = answerGapsMs(runsOf(turns), 'customer', ['agent'])
    .filter((ms) => ms > 0)
    .map((ms) => ms / 1000)
  const none = 'no agent turn follows a customer turn after a pause'
  return {
    ...measuredOr('patience', mean(gapsS), none),
    ...measuredOr('response_latency_p50', percentile(gapsS, 50), none),
    ...measuredOr('response_latency_p90', percentile(gapsS, 90), none),
  }
}
