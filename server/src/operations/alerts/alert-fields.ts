// What clients say of alerts and what they are shown. An alert names agents, teams, conversations and endpoints by their
// ids, and holds nothing that was said: whoever may see those looks them up.

import { Type } from 'typebox'
import { Problem } from '../../platform/problem.ts'
import type { Change } from './alerts.ts'
import type { Step } from './life.ts'
import { type Alert, alertStates, severities } from './shapes.ts'
import { detailOf, titleOf } from './wording.ts'

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const time = Type.String({ format: 'date-time' })
const uuid = Type.String({ format: 'uuid' })
const snoozeSMin = 60
const snoozeSMax = 30 * 24 * 3600

const comment = Type.Optional(Type.String({ maxLength: 2000, description: 'Kept in the history' }))
export const stepBodies = {
  acknowledge: Type.Object({ comment }, { examples: [{ comment: 'Looking into it.' }] }),
  assign: Type.Object(
    { comment, user_id: Type.String({ format: 'uuid', maxLength: 100, description: 'Who takes care of it' }) },
    { examples: [{ user_id: '0199b1f2-cccc-7abc-8def-00000000000c' }] },
  ),
  snooze: Type.Object(
    {
      comment,
      until: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601 with a zone' })),
      for_s: Type.Optional(
        Type.Integer({ minimum: snoozeSMin, maximum: snoozeSMax, description: 'In place of `until`' }),
      ),
    },
    { examples: [{ for_s: 3600 }] },
  ),
  resolve: Type.Object({ comment }, { examples: [{ comment: 'Called the customer back.' }] }),
  reopen: Type.Object({ comment }),
} satisfies Record<Step, unknown>

const change = Type.Object({
  id: uuid,
  at: time,
  actor: Type.String({ description: '`user:…`, `key:…`, or `program`' }),
  action: Type.String(),
  state: Type.String({ description: 'After it' }),
  comment: orNull(Type.String()),
})

export const alertAnswer = Type.Object({
  id: uuid,
  rule_id: uuid,
  rule_name: Type.String(),
  source: Type.String(),
  severity: Type.Enum([...severities]),
  state: Type.Enum([...alertStates]),
  title: Type.String(),
  detail: Type.String(),
  group_by: orNull(Type.String()),
  group: orNull(Type.String({ description: 'Value of `group_by`; `*` for many together' })),
  count: Type.Integer({ description: 'How often it has happened' }),
  metric: orNull(Type.String()),
  value: orNull(Type.Number()),
  threshold: orNull(Type.Number()),
  event: orNull(Type.Object({}, { additionalProperties: true, description: 'The newest one' })),
  first_at: time,
  last_at: time,
  opened_at: time,
  owner_id: orNull(uuid),
  acknowledged_at: orNull(time),
  acknowledged_by: orNull(Type.String()),
  snoozed_until: orNull(time),
  resolved_at: orNull(time),
  resolved_by: orNull(Type.String()),
  seq: Type.Integer(),
  updated_at: time,
  history: Type.Optional(Type.Array(change)),
  links: Type.Object({ self: Type.String(), conversation: orNull(Type.String()) }),
})

const iso = (at: Date | null) => at?.toISOString() ?? null

export function alertView(alert: Alert, history?: Change[]) {
  const conversationId = alert.event?.conversation_id ?? null
  return {
    id: alert.id,
    rule_id: alert.rule_id,
    rule_name: alert.rule_name,
    source: alert.source,
    severity: alert.severity,
    state: alert.state,
    title: titleOf(alert),
    detail: detailOf(alert),
    group_by: alert.group_by,
    group: alert.group_by && alert.group_key,
    count: alert.count,
    metric: alert.metric,
    value: alert.value,
    threshold: alert.threshold,
    event: alert.event,
    first_at: alert.first_at.toISOString(),
    last_at: alert.last_at.toISOString(),
    opened_at: alert.opened_at.toISOString(),
    owner_id: alert.owner_id,
    acknowledged_at: iso(alert.acknowledged_at),
    acknowledged_by: alert.acknowledged_by,
    snoozed_until: iso(alert.snoozed_until),
    resolved_at: iso(alert.resolved_at),
    resolved_by: alert.resolved_by,
    seq: alert.seq,
    updated_at: alert.updated_at.toISOString(),
    ...(history ? { history: history.map((one) => ({ ...one, at: one.at.toISOString() })) } : {}),
    links: {
      self: `/v1/alerts/${alert.id}`,
      conversation: conversationId && `/v1/conversations/${conversationId}`,
    },
  }
}

/** `open,acknowledged`. @throws Problem('invalid') that names the parameter */
export function readWords<Word extends string>(
  name: string,
  given: string | undefined,
  words: readonly Word[],
): Word[] | undefined {
  if (given === undefined || given === '') return undefined
  return given.split(',').map((one) => {
    const word = words.find((each) => each === one.trim())
    if (word) return word
    throw invalid(name, `one or more of ${words.join(', ')}, separated by commas`)
  })
}

/** @throws Problem('invalid') */
export function readUntil({ until, for_s }: { until?: string; for_s?: number }, now: Date): Date {
  if ((until === undefined) === (for_s === undefined)) throw invalid('until', 'send either until or for_s')
  const at = for_s === undefined ? new Date(until as string) : new Date(now.getTime() + for_s * 1000)
  const isMoment = for_s !== undefined || /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/i.test(until as string)
  const inS = (at.getTime() - now.getTime()) / 1000
  if (isMoment && inS >= snoozeSMin && inS <= snoozeSMax) return at
  throw invalid('until', 'must be a time with its zone, from a minute to 30 days ahead')
}

function invalid(field: string, issue: string): Problem {
  return new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })
}
