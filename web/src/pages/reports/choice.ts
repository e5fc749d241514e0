// What a report is to be about, as a form holds it, and as it is sent.

import { daysOf, type PeriodName, periodNames } from './periods.ts'
import type { Parameters, Schedule } from './queries.ts'

export const sectionNames = [
  'volume',
  'handling',
  'sentiment',
  'languages',
  'agents',
  'teams',
  'trends',
  'keywords',
] as const
export type SectionName = (typeof sectionNames)[number]

export type People = { channel: 'all' | 'voice' | 'chat'; departments: string[]; teams: string[]; agents: string[] }
export type Choice = People & {
  period: PeriodName | 'own'
  from: string
  to: string
  sections: SectionName[]
  metrics: string[]
  /** What the form has no field for, and sends again as it was. */
  kept: Parameters
}

export const noPeople: People = { channel: 'all', departments: [], teams: [], agents: [] }
export const firstChoice: Choice = {
  ...noPeople,
  period: 'last_30_days',
  from: '',
  to: '',
  sections: [...sectionNames],
  metrics: [],
  kept: {},
}

export const isWhole = ({ period, from, to, sections, metrics }: Choice): boolean =>
  sections.length + metrics.length > 0 && (period !== 'own' || (from !== '' && to !== '' && from <= to))

export const peopleSent = ({ channel, departments, teams, agents }: People) => ({
  channel: channel === 'all' ? null : channel,
  departments,
  teams,
  agents,
})

export function parametersOf(choice: Choice): Parameters {
  const { period, from, to, sections, metrics, kept } = choice
  const charts = new Map(kept.metrics?.map((one) => [typeof one === 'string' ? one : one.metric, one]))
  return {
    ...(kept.filter ? { filter: kept.filter } : {}),
    ...(kept.include_unassigned === undefined ? {} : { include_unassigned: kept.include_unassigned }),
    ...(period === 'own' ? { start_date: from, end_date: to } : { period }),
    ...peopleSent(choice),
    sections,
    metrics: metrics.map((id) => charts.get(id) ?? id),
  }
}

/** From a schedule that is there. */
export function choiceOf(schedule: Pick<Schedule, 'parameters'>): Choice {
  const given = schedule.parameters as Parameters
  const isNamed = periodNames.includes(given.period as PeriodName)
  return {
    period: isNamed ? (given.period as PeriodName) : 'own',
    from: given.start_date?.slice(0, 10) ?? '',
    to: lastDay(given.end_date),
    channel: given.channel ?? 'all',
    departments: given.departments ?? [],
    teams: given.teams ?? [],
    agents: given.agents ?? [],
    sections: (given.sections ?? [...sectionNames]) as SectionName[],
    metrics: (given.metrics ?? []).map((one) => (typeof one === 'string' ? one : one.metric)),
    kept: given,
  }
}

/** The end that the server keeps is the first moment that is not in it. */
function lastDay(end: string | null | undefined): string {
  if (!end) return ''
  return new Date(Date.parse(end) - 1).toISOString().slice(0, 10)
}

/** The days and people as a question for figures. */
export function questionOf(choice: Choice, timeZone: string) {
  const { from, to } = choice.period === 'own' ? choice : daysOf(choice.period, timeZone)
  const list = (name: 'department' | 'team' | 'agent', values: string[]) =>
    values.length > 0 ? { [name]: values.join(',') } : {}
  return {
    start_date: from,
    end_date: to,
    ...(choice.channel === 'all' ? {} : { channel: choice.channel }),
    ...list('department', choice.departments),
    ...list('team', choice.teams),
    ...list('agent', choice.agents),
  }
}
