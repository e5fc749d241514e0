// What the list is filtered by: kept in the address field by field, sent as one expression of the filter language. A date
// alone is a day of the organisation's time zone, as in all figures.

import { dayStartingAt, endOfDay, startOfDay } from '../../components/day-start.ts'
import { isDay, plusDays } from '../../components/days.ts'

export type Filters = {
  channel?: string | undefined
  from?: string | undefined
  to?: string | undefined
  agent?: string | undefined
  team?: string | undefined
  direction?: string | undefined
  sentiment?: string | undefined
  status?: string | undefined
  reviewed?: string | undefined
  language?: string | undefined
  tag?: string | undefined
  /** In the filter language, by hand. */
  filter?: string | undefined
}

export const filterNames = [
  'channel',
  'from',
  'to',
  'agent',
  'team',
  'direction',
  'sentiment',
  'status',
  'reviewed',
  'language',
  'tag',
  'filter',
] as const satisfies readonly (keyof Filters)[]

export const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

const written: Record<keyof Filters, (value: string, timeZone: string) => string> = {
  channel: (value) => `channel = ${value}`,
  from: (value, zone) => `started_at >= ${quoted(isDay(value) ? startOfDay(value, zone).toISOString() : value)}`,
  to: (value, zone) => `started_at < ${quoted(isDay(value) ? endOfDay(value, zone).toISOString() : value)}`,
  agent: (value) => `agent.id = ${quoted(value)}`,
  team: (value) => `team = ${quoted(value)}`,
  direction: (value) => `direction = ${value}`,
  sentiment: (value) => `sentiment = ${value}`,
  status: (value) => `status = ${value}`,
  reviewed: (value) => `reviewed = ${value === 'yes'}`,
  language: (value) => `language = ${quoted(value)}`,
  tag: (value) => `tags : ${quoted(value)}`,
  filter: (value) => `(${value})`,
}

export const filterText = (filters: Filters, timeZone: string): string =>
  filterNames
    .flatMap((name) => {
      const value = filters[name]?.trim()
      return value ? [written[name](value, timeZone)] : []
    })
    .join(' AND ')

export const hasDays = ({ from, to }: Filters): boolean => isDay(from?.trim()) || isDay(to?.trim())

/** The first or the last day that is meant; null for moments in between. */
export function dayMeant(name: 'from' | 'to', value: string, timeZone: string | null): string | null {
  if (isDay(value)) return value
  const begins = timeZone && dayStartingAt(value, timeZone)
  return begins && (name === 'to' ? plusDays(begins, -1) : begins)
}

const word = '\\w+'
const inQuotes = '"(?:[^"\\\\]|\\\\.)*"'
const patterns: Record<keyof Filters, string> = {
  channel: `channel = (?<channel>${word})`,
  from: `started_at >= (?<from>${inQuotes})`,
  to: `started_at < (?<to>${inQuotes})`,
  agent: `agent.id = (?<agent>${inQuotes})`,
  team: `team = (?<team>${inQuotes})`,
  direction: `direction = (?<direction>${word})`,
  sentiment: `sentiment = (?<sentiment>${word})`,
  status: `status = (?<status>${word})`,
  reviewed: `reviewed = (?<reviewed>true|false)`,
  language: `language = (?<language>${inQuotes})`,
  tag: `tags : (?<tag>${inQuotes})`,
  filter: '\\((?<filter>.*)\\)',
}
const whole = new RegExp(`^${filterNames.map((name) => `(?:${patterns[name]}(?: AND |$))?`).join('')}$`, 's')

/** What `filterText` has made of fields becomes those fields again; anything else is a condition by hand. */
export function filtersOf(text: string, timeZone: string): Filters {
  const groups = Object.entries(whole.exec(text)?.groups ?? {}).filter(([, value]) => value !== undefined)
  const found = Object.fromEntries(
    groups.map(([name, value]) => [name, readOf(name as keyof Filters, value, timeZone)]),
  ) as Filters
  return filterText(found, timeZone) === text && isClosed(found.filter ?? '') ? found : { filter: text }
}

function readOf(name: keyof Filters, value: string, timeZone: string): string {
  if (name === 'reviewed') return value === 'true' ? 'yes' : 'no'
  if (name === 'filter' || !value.startsWith('"')) return value
  const bare = value.slice(1, -1).replace(/\\(.)/gs, '$1')
  return ((name === 'from' || name === 'to') && dayMeant(name, bare, timeZone)) || bare
}

/** Whether each bracket is closed where it was opened, so that two conditions are not taken for one. */
function isClosed(text: string): boolean {
  let depth = 0
  for (const [one] of text.matchAll(new RegExp(`${inQuotes}|[()]`, 'g'))) {
    if (one === '(') depth += 1
    if (one === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}

/** Why the server refuses the condition by hand, which ends `sent`, where it is that; the position is within the field. */
export function refusedCondition({ code, message, facts }: Refusal, given: string, sent: string): Refused | null {
  const condition = given.trim()
  if (code !== 'invalid_filter' || !condition || typeof facts.position !== 'number') return null
  const at = facts.position - (sent.length - condition.length - 1)
  // One past the end is the bracket that closes it.
  if (at < 0 || at > condition.length) return null
  return { at: at + 1, why: message.replace(/^Filter, at position \d+: /, '') }
}

type Refusal = { code: string; message: string; facts: Record<string, unknown> }
export type Refused = { at: number; why: string }

export const filtersIn = (search: Record<string, string | undefined>): Filters =>
  Object.fromEntries(filterNames.flatMap((name) => (search[name] ? [[name, search[name]]] : [])))
