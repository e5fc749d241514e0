// The conversations behind a figure, as the address of their list: its period, the filters of the board and the widget,
// the group, and what the metric counts.

import { startOfDay } from '../../components/day-start.ts'
import { filterNames, filterText, type Filters as ListFilters, quoted } from '../interactions/filters.ts'
import { addDays } from './periods.ts'
import type { Filters, GroupName } from './queries.ts'

type Asked = { start_date: string; end_date: string; time_zone: string }

export type Behind = {
  period: Asked
  filters: Filters
  group: Partial<Record<GroupName, string | null>>
  metric: string
  /** Further conditions of the filter language. */
  conditions?: string[]
}

/** Metrics that count those of one kind; every other is of conversations whose analysis is there. */
const counted: Record<string, Partial<ListFilters>> = {
  conversations: {},
  calls: { channel: 'voice' },
  chats: { channel: 'chat' },
  failed: { status: 'failed' },
  in_progress: { filter: 'status = (queued OR processing)' },
  ingest_success_rate: {},
  reviewed_share: {},
}

export function addressBehind({ period, filters, group, metric, conditions = [] }: Behind): Record<string, string> {
  const address: ListFilters = {}
  const extra: string[] = [...conditions]
  const narrow = (name: keyof ListFilters, value: string) => {
    if (name === 'filter' || (address[name] !== undefined && address[name] !== value))
      extra.push(name === 'filter' ? value : filterText({ [name]: value }, period.time_zone))
    else address[name] = value
  }
  for (const [name, value] of Object.entries(group) as [GroupName, string | null][]) {
    const condition = conditionOf(name, value)
    if (condition) extra.push(condition)
    else if (name !== 'day' && name !== 'week' && name !== 'month') narrow(name as 'team', value as string)
  }
  for (const [name, value] of Object.entries(filters) as [keyof Filters, string][]) {
    // The group lies within the filter of the same name.
    if (name in group) continue
    const condition = severalOf(name, value) ?? conditionOf(name, value)
    if (condition) extra.push(condition)
    else narrow(name as 'team', value)
  }
  for (const [name, value] of Object.entries(counted[metric] ?? { status: 'completed' }))
    narrow(name as keyof ListFilters, value)
  const { from, to } = boundsOf(period, group)
  address.from = from
  address.to = to
  const [only, ...others] = extra
  if (only) address.filter = others.length > 0 ? extra.map((one) => `(${one})`).join(' AND ') : only
  return Object.fromEntries(filterNames.flatMap((name) => (address[name] ? [[name, address[name]]] : [])))
}

const fields: Record<string, string> = { agent: 'agent.id', tag: 'tags' }

/** What the list has no field of its own for. */
function conditionOf(name: GroupName | keyof Filters, value: string | null): string | null {
  if (value === null) return `${fields[name] ?? name} = null`
  if (name === 'department') return `department = ${quoted(value)}`
  if (name === 'hour') return `hour = ${value}`
  if (name === 'agent' && value.includes('@')) return `agent.email = ${quoted(value)}`
  return null
}

/** Several values with commas between them: any of these. */
function severalOf(name: keyof Filters, value: string): string | null {
  if (name === 'filter' || !value.includes(',')) return null
  const values = value.split(',').map((one) => quoted(one.trim()))
  return `${fields[name] ?? name} ${name === 'tag' ? ':' : '='} (${values.join(' OR ')})`
}

/** As moments: what is not over ends within a day. The end is not part of it. */
function boundsOf(period: Asked, group: Behind['group']): { from: string; to: string } {
  const [name, first] =
    (['day', 'week', 'month'] as const).map((one) => [one, group[one]] as const).find(([, at]) => at) ?? []
  if (!name || !first) return { from: period.start_date, to: period.end_date }
  const after = name === 'day' ? addDays(first, 1) : name === 'week' ? addDays(first, 7) : monthAfter(first)
  const [from, to] = [first, after].map((day) => startOfDay(day, period.time_zone).toISOString()) as [string, string]
  return { from: from > period.start_date ? from : period.start_date, to: to < period.end_date ? to : period.end_date }
}

const monthAfter = (first: string): string => `${addDays(first, 31).slice(0, 8)}01`
