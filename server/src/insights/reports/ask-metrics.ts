// The figures of a report, from the query of metrics: for one period and one selection, in groups or as a whole. Days, weeks
// and months without a conversation are there too.

import { listAgents, type Viewer } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import type { Aggregate } from '../metrics/aggregate.ts'
import { aggregates } from '../metrics/catalogue.ts'
import { type Figure, type Row, readRows } from '../metrics/figures.ts'
import { datesOf, type Period, readPeriod } from '../metrics/period.ts'
import type { Conditions, GroupName } from '../metrics/question.ts'
import type { Range } from './periods.ts'
import type { Selection } from './shapes.ts'

export type Told = Pick<Figure, 'value' | 'n' | 'excluded'> & { reason?: string | undefined }
export type AskedRow = { label: string; figures: Told[] }
export type Answered = { metrics: Aggregate[]; rows: AskedRow[]; isCut: boolean }
export type Ask = (ids: string[], group: GroupName | null) => Promise<Answered>

/** As the hosted service called them. */
const formerNames: Record<string, string> = {
  call_volume: 'calls',
  chat_volume: 'chats',
  average_score: 'qa_score',
  average_duration: 'duration',
  customer_satisfaction: 'satisfaction_estimated',
}

const rowsMax = 1000

/** @throws Problem('invalid', 'unknown_metric') */
export function metricOf(id: string): Aggregate {
  const found = aggregates.get(formerNames[id] ?? id.replace(/@\d+$/, ''))
  if (found) return found
  const detail = `metrics: there is no metric ${JSON.stringify(id.slice(0, 60))}. GET /v1/analytics/catalogue lists them.`
  throw new Problem('invalid', 'unknown_metric', detail, { facts: { field: 'metrics' } })
}

export function askMetrics(
  db: Db,
  by: Viewer,
  { range, timeZone, selection }: { range: Range; timeZone: string; selection: Selection },
): Ask {
  const period = readPeriod(range.from.toISOString(), range.to.toISOString(), { timeZone, now: range.to })
  const asked = { ...conditionsOf(selection), period, compares: false, filters: {} }
  return async (ids, group) => {
    const metrics = ids.map(metricOf)
    const wanted = [...new Set([...metrics, ...(group === 'day' || group === null ? [] : [metricOf('conversations')])])]
    const rows = await readRows(db, by, { ...asked, metrics: wanted, groups: group ? [group] : [] }, period)
    const told = ({ figures }: Row) => metrics.map(({ id }) => figures[id] as Told)
    if (group === null) return { metrics, rows: rows.map((row) => ({ label: '', figures: told(row) })), isCut: false }
    const keyOf = ({ group: key }: Row) => key[group] ?? null
    if (isTime(group)) {
      const byKey = new Map(rows.map((row) => [keyOf(row), told(row)]))
      const labels = labelsOf(period, group)
      return {
        metrics,
        rows: labels.map((label) => ({ label, figures: byKey.get(label) ?? metrics.map(none) })),
        isCut: false,
      }
    }
    const nameOf = await namesFor(db, by, group)
    const most = rows.toSorted((a, b) => (b.figures.conversations?.n ?? 0) - (a.figures.conversations?.n ?? 0))
    const shown = most.slice(0, rowsMax).map((row) => ({ label: nameOf(keyOf(row)), figures: told(row) }))
    return { metrics, rows: shown, isCut: most.length > rowsMax }
  }
}

const isTime = (group: GroupName): group is 'day' | 'week' | 'month' => ['day', 'week', 'month'].includes(group)

/** Of a day on which nothing was: counts are 0, all else is not there. */
const none = ({ spec }: Aggregate): Told => ({
  value: spec.kind === 'sums' && spec.den === null && spec.num === spec.n ? 0 : null,
  n: 0,
  excluded: 0,
})

function labelsOf(period: Period, group: 'day' | 'week' | 'month'): string[] {
  const labels = datesOf(period).map((day) =>
    group === 'day'
      ? day.toString()
      : group === 'week'
        ? day.subtract({ days: day.dayOfWeek - 1 }).toString()
        : day.with({ day: 1 }).toString(),
  )
  return [...new Set(labels)]
}

async function namesFor(db: Db, by: Viewer, group: GroupName): Promise<(key: string | null) => string> {
  if (group !== 'agent') return (key) => key ?? `(no ${group})`
  const { agents } = await listAgents(db, by, {}, { limit: 100_000, offset: 0 })
  const names = new Map(agents.map(({ id, name, email, external_id }) => [id, name ?? email ?? external_id ?? id]))
  return (key) => (key === null ? '(no agent)' : (names.get(key) ?? key))
}

/** What no condition on one field can say is said in the filter language. */
function conditionsOf(selection: Selection): { conditions: Conditions; filter: string | null } {
  const { channel, departments, teams, agents, include_unassigned } = selection
  const conditions: Conditions = channel ? { channel: [channel] } : {}
  const people = [
    ['department', departments],
    ['team', teams],
    ['agent.id', agents],
  ].filter((pair): pair is [string, string[]] => (pair[1]?.length ?? 0) > 0)
  const filters = selection.filter ? [`(${selection.filter})`] : []
  if (people.length > 0 && include_unassigned) {
    const either = people.map(([field, values]) => `${field} = (${values.map(quote).join(' OR ')})`).join(' AND ')
    filters.push(`((${either}) OR agent.id = null)`)
  } else {
    if (departments.length > 0) conditions.department = departments
    if (teams.length > 0) conditions.team = teams
    if (agents.length > 0) conditions.agent_id = agents
    if (people.length === 0 && !include_unassigned) filters.push('agent.id : *')
  }
  return { conditions, filter: filters.length > 0 ? filters.join(' AND ') : null }
}

const quote = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`
