// What can be asked: metrics, groups, filters, a period. Reads the words of a request; answering is figures.ts.

import { type Static, Type } from 'typebox'
import { findAgent, groupName, type Viewer, wholeOrg } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { nearestName } from '../../platform/nearest-name.ts'
import { Problem } from '../../platform/problem.ts'
import type { Dimension } from '../rollups/grains.ts'
import type { Aggregate } from './aggregate.ts'
import { aggregates } from './catalogue.ts'
import { type Period, readPeriod } from './period.ts'

export const groupNames = [
  'day',
  'week',
  'month',
  'hour',
  'agent',
  'team',
  'department',
  'channel',
  'direction',
  'language',
  'tag',
  'topic',
] as const
export type GroupName = (typeof groupNames)[number]

export const timeGroups: readonly GroupName[] = ['day', 'week', 'month']
export const metricsMax = 40
export const groupsMax = 2
const valuesMax = 100

const text = (description: string) => Type.Optional(Type.String({ maxLength: 2000, description }))

export const filterFields = {
  start_date: text('From; any date format. Without: 30 days'),
  end_date: text('To; a date alone includes its whole day. Without: today'),
  channel: text('voice or chat'),
  direction: text('inbound, outbound or internal'),
  team: text('Name or id'),
  department: text('Name or id'),
  agent: text('Id, external id or e-mail'),
  language: text('BCP 47 tag, such as zu-ZA'),
  tag: text('A tag'),
  filter: text('A condition in the filter language'),
}

export type FilterFields = Partial<Record<keyof typeof filterFields, string>>

export const questionFields = {
  ...filterFields,
  compare: Type.Optional(Type.Literal('previous', { description: 'With the figures of the period before' })),
}

const listOf = (description: string) =>
  Type.Union([Type.String({ maxLength: 2000 }), Type.Array(Type.String({ maxLength: 100 }), { maxItems: 1000 })], {
    description,
  })

export const oneQuestion = Type.Object({
  id: Type.Optional(Type.String({ maxLength: 200, description: 'Comes back with its answer' })),
  metrics: listOf('Ids of metrics, with commas or as a list'),
  group_by: Type.Optional(listOf(`Up to ${groupsMax} of: ${groupNames.join(', ')}`)),
  ...questionFields,
})

export type QuestionFields = Static<typeof oneQuestion>

/** Conditions on dimensions: any of the values. Null values stand for none. */
export type Conditions = Partial<Record<Exclude<Dimension, 'hour'>, string[]>>

export type Question = {
  metrics: Aggregate[]
  groups: GroupName[]
  conditions: Conditions
  filter: string | null
  period: Period
  compares: boolean
  /** As asked, for the answer. */
  filters: Record<string, string>
}

type Context = { timeZone: string; now: Date }

/** @throws Problem('invalid') that names what is not known and what comes next to it */
export async function readQuestion(db: Db, by: Viewer, given: QuestionFields, context: Context): Promise<Question> {
  const metrics = readMetrics(given.metrics)
  const groups = readGroups(given.group_by)
  return { metrics, groups, ...(await readSelection(db, by, given, context)), compares: given.compare === 'previous' }
}

export type Selection = Pick<Question, 'conditions' | 'filter' | 'period' | 'filters'>

/** The period and the filters. */
export async function readSelection(db: Db, by: Viewer, given: FilterFields, context: Context): Promise<Selection> {
  const filters: Record<string, string> = {}
  for (const name of Object.keys(filterFields) as (keyof FilterFields)[]) {
    if (name !== 'start_date' && name !== 'end_date' && given[name]) filters[name] = given[name]
  }
  return {
    conditions: await readConditions(db, by, given),
    filter: given.filter || null,
    period: readPeriod(given.start_date, given.end_date, context),
    filters,
  }
}

function readMetrics(given: string | string[]): Aggregate[] {
  const ids = [...new Set(wordsOf(given))]
  if (ids.length === 0)
    throw invalid('no_metrics', 'metrics', 'Name at least one metric. GET /v1/analytics/catalogue lists them.')
  if (ids.length > metricsMax)
    throw invalid('too_many_metrics', 'metrics', `At most ${metricsMax} metrics at a time; these are ${ids.length}.`)
  return ids.map((id) => {
    // `aht@1` names the version that the formula has.
    const [name = '', version] = id.split('@')
    const found = aggregates.get(name)
    if (found && (version === undefined || version === String(found.version))) return found
    const near = found ? `${found.id}@${found.version}` : nearestName(name, [...aggregates.keys()])
    const hint = near ? ` Did you mean '${near}'?` : ''
    throw invalid(
      'unknown_metric',
      'metrics',
      `There is no metric '${id.slice(0, 60)}'.${hint} GET /v1/analytics/catalogue lists them.`,
    )
  })
}

function readGroups(given: string | string[] | undefined): GroupName[] {
  const words = [...new Set(wordsOf(given ?? []))]
  for (const word of words) {
    if (groupNames.includes(word as GroupName)) continue
    const near = nearestName(word, [...groupNames])
    const hint = near ? ` Did you mean '${near}'?` : ''
    throw invalid(
      'unknown_group',
      'group_by',
      `Nothing is grouped by '${word.slice(0, 60)}'.${hint} There are: ${groupNames.join(', ')}.`,
    )
  }
  if (words.length > groupsMax)
    throw invalid('too_many_groups', 'group_by', `At most ${groupsMax} groups at a time; these are ${words.length}.`)
  if (words.filter((word) => timeGroups.includes(word as GroupName)).length > 1)
    throw invalid('two_time_groups', 'group_by', 'Group by one of day, week and month.')
  return words as GroupName[]
}

async function readConditions(db: Db, by: Viewer, given: FilterFields): Promise<Conditions> {
  const conditions: Conditions = {}
  for (const name of ['channel', 'direction', 'language', 'tag'] as const)
    if (given[name]) conditions[name] = wordsOf(given[name])
  checkWords('channel', conditions.channel, ['voice', 'chat'])
  checkWords('direction', conditions.direction, ['inbound', 'outbound', 'internal'])
  for (const column of ['team', 'department'] as const) {
    if (!given[column]) continue
    const names = await Promise.all(wordsOf(given[column]).map((word) => groupName(db, by.orgId, column, word)))
    conditions[column] = names.filter((name) => name !== null)
  }
  if (given.agent) {
    const words = wordsOf(given.agent)
    if (words.length > valuesMax) throw invalid('too_many_agents', 'agent', `At most ${valuesMax} agents at a time.`)
    // Whose conversations are seen is the reach's matter: an agent may have moved since.
    const found = await Promise.all(words.map((word) => findAgent(db, wholeOrg(by.orgId), word)))
    conditions.agent_id = found.flatMap((agent) => (agent ? [agent.id] : []))
  }
  return conditions
}

function checkWords(field: string, given: string[] | undefined, known: string[]): void {
  const wrong = given?.find((word) => !known.includes(word))
  if (wrong === undefined) return
  throw invalid(`unknown_${field}`, field, `${field} '${wrong.slice(0, 60)}' is not one of: ${known.join(', ')}.`)
}

const wordsOf = (given: string | string[]): string[] =>
  (typeof given === 'string' ? given.split(',') : given).map((word) => word.trim()).filter(Boolean)

export const invalid = (code: string, field: string, detail: string): Problem =>
  new Problem('invalid', code, detail, { facts: { field } })
