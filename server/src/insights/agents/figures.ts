// How agents and teams do over a period, on the daily tables: null where nothing can be counted.

import { type Agent, agentsSeen, type Viewer } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Aggregate } from '../metrics/aggregate.ts'
import { answerQuestion, type QueryAnswer } from '../metrics/answer.ts'
import { aggregates } from '../metrics/catalogue.ts'
import { readFreshness } from '../metrics/freshness.ts'
import type { GroupName, Question, Selection } from '../metrics/question.ts'
import { differences, type Figures, performanceMetrics, ranks } from './standing.ts'

const question = (selection: Selection, groups: GroupName[], metrics = performanceMetrics): Question => ({
  ...selection,
  groups,
  metrics: [...metrics],
  compares: false,
})

/**
 * Of one agent: all that the agent's page shows. Only what is in the viewer's reach counts; whoever sees their own
 * conversations alone is compared with nobody.
 */
export async function agentFigures(db: Db, by: Viewer, agent: Agent, selection: Selection) {
  const own = { ...selection, conditions: { agent_id: [agent.id] } }
  const team = agent.team ? { ...selection, conditions: { team: [agent.team] } } : selection
  const freshness = await readFreshness(db, by.orgId)
  const [whole, byChannel, daily, others] = await Promise.all([
    answerQuestion(db, by, { ...question(own, []), compares: true }, freshness),
    answerQuestion(db, by, question(own, ['channel']), freshness),
    answerQuestion(db, by, question(own, ['day']), freshness),
    isOwnReach(by) ? null : answerQuestion(db, by, question(team, []), freshness),
  ])
  const ofTeam = others?.rows[0]?.metrics ?? {}
  const figures = whole.rows[0]?.metrics ?? {}
  const voice = byChannel.rows.find(({ group }) => group.channel === 'voice')?.metrics
  const chat = byChannel.rows.find(({ group }) => group.channel === 'chat')?.metrics
  return {
    whole,
    figures,
    days: daily.rows.filter(({ metrics }) => (metrics.completed?.value ?? 0) > 0),
    totalCalls: voice?.completed?.value ?? 0,
    totalChats: chat?.completed?.value ?? 0,
    averageDuration: voice?.duration?.value ?? null,
    comparedWith: others ? (agent.team ?? null) : null,
    ofTeam,
    ...differences(figures, ofTeam),
  }
}

export const isOwnReach = ({ reach }: Viewer): boolean => reach !== 'all' && reach.column === 'agent_id'

export type Listed = {
  answer: QueryAnswer
  rows: {
    group: Record<string, string | null>
    agent: Agent | null
    figures: Figures
    rank: number | null
    standing: ReturnType<typeof differences>
  }[]
}

/** Agents or teams with conversations in the period, best first by the metric. */
export async function listFigures(
  db: Db,
  by: Viewer,
  selection: Selection,
  { groups, rankBy }: { groups: GroupName[]; rankBy: Aggregate },
): Promise<Listed> {
  const metrics = [...new Set([...performanceMetrics, rankBy])]
  const freshness = await readFreshness(db, by.orgId)
  const [answer, teams, whole] = await Promise.all([
    answerQuestion(db, by, { ...question(selection, groups, metrics), compares: true }, freshness),
    answerQuestion(db, by, question(selection, ['team']), freshness),
    answerQuestion(db, by, question(selection, []), freshness),
  ])
  const ofTeam = new Map(teams.rows.map(({ group, metrics }) => [group.team?.toLowerCase(), metrics]))
  const found = answer.rows.filter(({ group }) => group[groups[0] as string] !== null)
  const places = ranks(
    found.map(({ metrics }) => metrics),
    rankBy,
  )
  const agents = await agentsSeen(
    db,
    by,
    found.flatMap(({ group }) => group.agent ?? []),
  )
  const rows = found.map(({ group, metrics }, index) => {
    const agent = agents.get(group.agent ?? '') ?? null
    const team = agent?.team
    const others = (team ? ofTeam.get(team.toLowerCase()) : undefined) ?? whole.rows[0]?.metrics ?? {}
    return { group, agent, figures: metrics, rank: places[index] ?? null, standing: differences(metrics, others) }
  })
  const figureIn = (row: (typeof rows)[number]) => row.figures[rankBy.id]?.value ?? null
  const sign = rankBy.better === 'less' ? 1 : -1
  rows.sort((a, b) => {
    const [x, y] = [figureIn(a), figureIn(b)]
    return x === null || y === null ? Number(x === null) - Number(y === null) : sign * (x - y)
  })
  return { answer, rows }
}

export const metricNamed = (id: string): Aggregate | undefined => aggregates.get(id)

/**
 * Customer satisfaction on the hosted service's scale of 1 to 5, estimated from how customers sounded: -1 reads 1, 0
 * reads 3, 1 reads 5. Nobody was asked, and the answer says so.
 */
export function estimatedSatisfaction({ satisfaction_estimated: found }: Figures) {
  if (!found || found.value === null) {
    const basis = 'No conversation of the period has a sentiment of the customer.'
    return { customer_satisfaction: null, customer_satisfaction_estimated: false, customer_satisfaction_basis: basis }
  }
  return {
    customer_satisfaction: Math.round(found.value * 10) / 10,
    customer_satisfaction_estimated: true,
    customer_satisfaction_basis: `Estimated from the sentiment of customers in ${found.n} conversation(s); nobody was asked.`,
  }
}
