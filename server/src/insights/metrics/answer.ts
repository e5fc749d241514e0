// The whole answer to a question: its rows with names for people, the period before beside them, and how fresh it is.

import { agentsSeen, type Viewer } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Aggregate } from './aggregate.ts'
import { type Figure, figureOf, type Row, readRows } from './figures.ts'
import { type Freshness, readFreshness } from './freshness.ts'
import { rowsMax, tooManyRows } from './groups.ts'
import { datesOf, dayCount, type Period, periodBefore } from './period.ts'
import { type Question, timeGroups } from './question.ts'

export type Compared = Figure & {
  previous?: Pick<Figure, 'value' | 'numerator' | 'denominator' | 'n'>
  /** In per cent of what it was; null where either is null or it was 0. */
  change?: number | null
}

export type AnswerRow = {
  group: Record<string, string | null>
  /** For people: names in place of ids. */
  label: Record<string, string | null>
  metrics: Record<string, Compared>
}

export type QueryAnswer = {
  period: ShownPeriod
  previous_period: ShownPeriod | null
  filters: Record<string, string>
  group_by: string[]
  metrics: ReturnType<typeof shownMetric>[]
  rows: AnswerRow[]
  notes: string[]
} & Freshness

export type ShownPeriod = { start_date: string; end_date: string; time_zone: string; days: number }

/** `end_date` is not part of the period itself. */
export const shownPeriod = ({ from, to, days, timeZone }: Period): ShownPeriod => ({
  start_date: from.toISOString(),
  end_date: to.toISOString(),
  time_zone: timeZone,
  days: dayCount(days),
})

export const shownMetric = ({ id, version, name, unit, better, formula }: Aggregate) => ({
  id,
  name,
  unit,
  better,
  formula: `${id}@${version}`,
  definition: formula,
})

/** @param known how fresh figures are, for whoever asks several questions at once: read before the first of them */
export async function answerQuestion(db: Db, by: Viewer, question: Question, known?: Freshness): Promise<QueryAnswer> {
  const { groups, period, compares, metrics } = question
  const isOverTime = groups.length === 1 && timeGroups.includes(groups[0] as (typeof groups)[number])
  const dates = isOverTime ? requireFewDates(datesBy(period, groups[0] as string)) : []
  // First: what is counted meanwhile makes the figures fresher than they say, never staler.
  const freshness = known ?? (await readFreshness(db, by.orgId))
  const fill = (rows: Row[], all: string[]) => (isOverTime ? filled(rows, all, groups[0] as string, metrics) : rows)
  const rows = groups.includes('topic') ? [] : fill(await readRows(db, by, question, period), dates)
  const before = compares ? periodBefore(period) : null
  const earlier = before ? fill(await readRows(db, by, question, before), datesBy(before, groups[0] ?? 'day')) : null
  const labels = await labelsOf(db, by, rows)
  const byKey = new Map(earlier?.map((row) => [JSON.stringify(row.group), row]))
  return {
    period: shownPeriod(period),
    previous_period: before && shownPeriod(before),
    filters: question.filters,
    group_by: groups,
    metrics: metrics.map(shownMetric),
    rows: rows.map((row, index) => {
      const then = isOverTime ? earlier?.[index] : byKey.get(JSON.stringify(row.group))
      return {
        group: row.group,
        label: Object.fromEntries(
          Object.entries(row.group).map(([name, value]) => [
            name,
            name === 'agent' && value !== null ? (labels.get(value) ?? null) : value,
          ]),
        ),
        metrics: earlier
          ? Object.fromEntries(Object.entries(row.figures).map(([id, one]) => [id, compared(one, then?.figures[id])]))
          : row.figures,
      }
    }),
    notes: groups.includes('topic') ? ['Topics need detectors, which this version does not have.'] : [],
    ...freshness,
  }
}

function compared(now: Figure, then: Figure | undefined): Compared {
  const { value = null, numerator = null, denominator = null, n = 0 } = then ?? {}
  const change =
    now.value === null || value === null || value === 0 ? null : ((now.value - value) / Math.abs(value)) * 100
  return { ...now, previous: { value, numerator, denominator, n }, change }
}

/** Charts over time show every day, also those without a conversation. */
function filled(rows: Row[], dates: string[], group: string, metrics: Aggregate[]): Row[] {
  const known = new Map(rows.map((row) => [row.group[group], row]))
  const beside = { basis: 'rollups' as const, whole: {}, percentiles: null, key: '' }
  return dates.map(
    (date) =>
      known.get(date) ?? {
        group: { [group]: date },
        figures: Object.fromEntries(metrics.map((metric) => [metric.id, figureOf(metric, {}, beside)])),
      },
  )
}

function datesBy(period: Period, group: string): string[] {
  const startOf = (day: Temporal.PlainDate) =>
    group === 'month' ? day.with({ day: 1 }) : group === 'week' ? day.subtract({ days: day.dayOfWeek - 1 }) : day
  return [...new Set(datesOf(period).map((day) => startOf(day).toString()))]
}

function requireFewDates(dates: string[]): string[] {
  if (dates.length > rowsMax) throw tooManyRows()
  return dates
}

async function labelsOf(db: Db, by: Viewer, rows: Row[]): Promise<Map<string, string | null>> {
  const ids = [...new Set(rows.flatMap(({ group }) => (group.agent ? [group.agent] : [])))]
  if (ids.length === 0) return new Map()
  const agents = await agentsSeen(db, by, ids)
  return new Map([...agents].map(([id, agent]) => [id, agent.name ?? agent.email ?? agent.external_id]))
}
