// What clients say of rules and what they are shown.

import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { requireEmail } from '../../access/index.ts'
import { eventFilter, eventFilters } from '../../events/index.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import { metricNames } from './metric-names.ts'
import type { NewRule } from './rules.ts'
import { comparisons, type Rule, severities } from './shapes.ts'
import { groupFields } from './watched-events.ts'

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const dayS = 24 * 3600
/** Those who can be reached by the name of their role. */
const mailRoles = ['owner', 'admin', 'supervisor', 'analyst'] as const

const of = {
  event: {
    types: Type.Array(Type.String({ maxLength: 100 }), {
      minItems: 1,
      maxItems: 50,
      description: 'Event types, `call.*` or `*`; of rules on events. `*` leaves out those of alerts',
    }),
    filter: orNull(
      Type.String({ maxLength: 2000, description: 'A condition on the event, such as sentiment = negative' }),
    ),
    group_by: orNull(Type.Enum([...groupFields], { description: 'Each of its values has an alert of its own' })),
    at_least: Type.Integer({ minimum: 1, maximum: 500, description: 'So many within `within_s`; absent: 1' }),
    within_s: Type.Integer({ minimum: 10, maximum: 7 * dayS, description: 'Absent: 600' }),
  },
  operation: {
    metric: Type.Enum([...metricNames], { description: 'Of rules on the operation' }),
    comparison: Type.Enum([...comparisons]),
    threshold: Type.Number({ minimum: -1e12, maximum: 1e12 }),
    for_s: Type.Integer({ minimum: 0, maximum: 7 * dayS, description: 'Beyond the threshold for so long; absent: 0' }),
  },
  both: {
    name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'Once in the organisation' }),
    state: Type.Enum(['active', 'paused']),
    severity: Type.Enum([...severities], { description: 'Absent: medium' }),
    cooldown_s: Type.Integer({
      minimum: 60,
      maximum: 30 * dayS,
      description:
        'Between two mails about the same thing; what comes back within it opens the same alert. Absent: 3600',
    }),
    auto_resolve_s: orNull(
      Type.Integer({
        minimum: 60,
        maximum: 90 * dayS,
        description:
          'Resolved when nothing more happened, or the figure was well, for so long. Absent: never, of the operation 300',
      }),
    ),
    mail_to: Type.Array(Type.String({ maxLength: 320 }), { maxItems: 20, description: 'Addresses that are told' }),
    mail_roles: Type.Array(Type.Enum([...mailRoles]), {
      maxItems: mailRoles.length,
      description: 'Told as well: people with this role who see the whole organisation',
    }),
  },
}
const all = { ...of.event, ...of.operation, ...of.both }
type Name = keyof typeof all
const optional = Object.fromEntries(Object.entries(all).map(([name, schema]) => [name, Type.Optional(schema)])) as {
  [N in Name]: ReturnType<typeof Type.Optional<(typeof all)[N]>>
}

const example = {
  name: 'Unhappy customers',
  source: 'event',
  types: ['call.completed'],
  filter: 'sentiment = negative',
  group_by: 'agent_id',
  at_least: 3,
  within_s: 3600,
  severity: 'high',
  mail_roles: ['supervisor'],
}
export const newRuleBody = Type.Object(
  { source: Type.Enum(['event', 'operation']), ...optional, name: all.name },
  { examples: [example] },
)
export const ruleChangeBody = Type.Object(optional, { examples: [{ state: 'paused' }] })

const { mail_to, mail_roles, ...shown } = all
const shownOrNull: Record<string, TSchema> = Object.fromEntries(
  Object.entries(shown).map(([name, schema]) => [name, orNull(schema)]),
)
export const ruleAnswer = Type.Object({
  id: Type.String({ format: 'uuid' }),
  source: Type.String(),
  preset: orNull(Type.String({ description: 'Set for the rules that every organisation is given' })),
  ...shownOrNull,
  mail_to: Type.Array(Type.String()),
  mail_roles: Type.Array(Type.String()),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
})

/** @throws Problem('invalid') that names the field */
export function readNewRule(fields: Record<string, unknown>): Omit<NewRule, 'org_id' | 'id'> {
  const { source, name, ...given } = strictFields(newRuleBody, fields)
  const columns = checked(source as Rule['source'], given)
  const needed = source === 'event' ? (['types'] as const) : (['metric', 'comparison', 'threshold'] as const)
  for (const field of needed) if (given[field] === undefined) throw invalid(field, `is required of rules on ${source}s`)
  return { severity: 'medium', ...columns, source: source as Rule['source'], name: tidyName(name) }
}

/** What is not named stays. @throws Problem('invalid') that names the field */
export function readRuleChange(before: Rule, fields: Record<string, unknown>): Partial<NewRule> {
  const { name, ...given } = strictFields(ruleChangeBody, fields)
  return { ...checked(before.source, given), ...(name === undefined ? {} : { name: tidyName(name) }) }
}

type Given = Partial<Static<TObject<Omit<typeof all, 'name'>>>>

function checked(source: Rule['source'], given: Given): Partial<NewRule> {
  const foreign = Object.keys(source === 'event' ? of.operation : of.event).find((name) => name in given)
  if (foreign) throw invalid(foreign, `is not for rules on ${source === 'event' ? 'events' : 'the operation'}`)
  const { types, filter, mail_to: addresses, ...rest } = given
  for (const one of types ?? []) {
    if (one.startsWith('alert.')) throw invalid('types', `${one}: alerts are not opened about alerts`)
    if (!eventFilters.has(one))
      throw invalid('types', `${one.slice(0, 100)} is not an event type. GET /asyncapi.json lists them`)
  }
  if (filter != null) eventFilter(filter)
  return {
    ...rest,
    ...(types ? { types: [...new Set(types)] } : {}),
    ...(filter === undefined ? {} : { filter }),
    ...(addresses ? { mail_to: [...new Set(addresses.map(requireEmail))] } : {}),
  } as Partial<NewRule>
}

function tidyName(name: string): string {
  if (/\p{Cc}/u.test(name) || !name.isWellFormed()) throw invalid('name', 'must not hold control characters')
  return name.trim()
}

function invalid(field: string, issue: string): Problem {
  return new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })
}

export function ruleView(rule: Rule) {
  const isOfEvents = rule.source === 'event'
  const none = Object.fromEntries(Object.keys(isOfEvents ? of.operation : of.event).map((name) => [name, null]))
  const own = isOfEvents
    ? {
        types: rule.types,
        filter: rule.filter,
        group_by: rule.group_by,
        at_least: rule.at_least,
        within_s: rule.within_s,
      }
    : { metric: rule.metric, comparison: rule.comparison, threshold: rule.threshold, for_s: rule.for_s }
  return {
    id: rule.id,
    name: rule.name,
    preset: rule.preset,
    source: rule.source,
    state: rule.state,
    severity: rule.severity,
    ...none,
    ...own,
    cooldown_s: rule.cooldown_s,
    auto_resolve_s: rule.auto_resolve_s,
    mail_to: rule.mail_to,
    mail_roles: rule.mail_roles,
    created_at: rule.created_at.toISOString(),
    updated_at: rule.updated_at.toISOString(),
  }
}
