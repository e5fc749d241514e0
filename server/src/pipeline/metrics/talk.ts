// How much each side talks, and both at once.

import type { Metrics } from '../../conversations/shapes.ts'
import { type Interval, intersect, lengthMs } from './intervals.ts'
import { measured, measuredOr, missing } from './metric.ts'
import type { Parties } from './parties.ts'

export function measureTalk({ agent, customer, reason }: Parties, durationMs: number): Metrics {
  const a = agent && lengthMs(agent.speech)
  const c = customer && lengthMs(customer.speech)
  return {
    ...(a === null
      ? missing(reason, 'talk_time_agent', 'agent_talk_percent')
      : {
          ...measured('talk_time_agent', a / 1000),
          ...measuredOr('agent_talk_percent', (a / durationMs) * 100, 'the recording is empty'),
        }),
    ...(c === null ? missing(reason, 'talk_time_customer') : measured('talk_time_customer', c / 1000)),
    ...(a === null || c === null
      ? missing(reason, 'agent_talk_share', 'talk_to_listen_ratio')
      : {
          ...measuredOr('agent_talk_share', (a / (a + c)) * 100, 'nobody speaks'),
          ...measuredOr('talk_to_listen_ratio', a / c, 'the customer is silent'),
        }),
  }
}

/** When two voices talk at once; null where they are not told apart. */
export function overtalkOf({ agent, customer, pair }: Pick<Parties, 'agent' | 'customer' | 'pair'>): Interval[] | null {
  const [x, y] = agent && customer ? [agent, customer] : (pair ?? [])
  return x && y ? intersect(x.speech, y.speech) : null
}

/** The same whoever of two voices is the agent, so it needs no roles. */
export function measureOvertalk({ agent, customer, pair }: Parties): Metrics {
  const [x, y] = agent && customer ? [agent, customer] : (pair ?? [])
  const both = overtalkOf({ agent, customer, pair })
  if (!x || !y || !both) return missing('the speakers are not told apart', 'overtalk_time', 'overtalk_ratio')
  const bothMs = lengthMs(both)
  return {
    ...measured('overtalk_time', bothMs / 1000),
    ...measuredOr('overtalk_ratio', (bothMs / lengthMs([...x.speech, ...y.speech])) * 100, 'nobody speaks'),
  }
}
