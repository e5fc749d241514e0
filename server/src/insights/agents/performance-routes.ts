// How agents and teams do, over REST: the hosted service's reference, and more beside it.

import { type Static, Type } from 'typebox'
import { authorise, orgReader } from '../../access/index.ts'
import { findAgent, type Viewer } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { okWithEtag } from '../../platform/http/etag.ts'
import { pageQuery, pageSize } from '../../platform/http/paging.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { notFound } from '../../platform/problem.ts'
import { filterFields, type GroupName, invalid, readSelection } from '../metrics/question.ts'
import { agentFigures, estimatedSatisfaction, isOwnReach, listFigures, metricNamed } from './figures.ts'
import { agentListAnswer, performanceAnswer, teamListAnswer } from './performance-answers.ts'

const tag = 'Agents'
const dateText = Type.Optional(Type.String({ maxLength: 200, description: 'A date, or a date with a time' }))
const { agent: _, ...listFilter } = filterFields
const listQuery = Type.Object({
  ...listFilter,
  rank_by: Type.Optional(Type.String({ maxLength: 100, description: 'A metric; without: conversations' })),
  ...pageQuery,
})

type Parts = { db: Db; defaultTimeZone: string }

export function performanceRoutes({ db, defaultTimeZone }: Parts): Route[] {
  const readOrg = orgReader(db)
  const select = async (by: Viewer, given: Parameters<typeof readSelection>[2]) =>
    readSelection(db, by, given, {
      timeZone: (await readOrg(by.orgId)).settings.time_zone ?? defaultTimeZone,
      now: new Date(),
    })

  /** A page of those who are ranked, and what is to be said of all of them. */
  const ranking = async (by: Viewer, query: Static<typeof listQuery>, groups: GroupName[]) => {
    const selection = await select(by, query)
    const rankBy = readRank(query.rank_by)
    const { answer, rows } = await listFigures(db, by, selection, { groups, rankBy })
    const { offset = 0 } = query
    const limit = pageSize(query.limit)
    return {
      page: rows.slice(offset, offset + limit),
      ofAll: listed(answer, rows.length, { limit, offset, rankBy: rankBy.id }),
    }
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/agents/:id/performance'],
      summary: 'How an agent did in a period',
      description:
        'The id may be the external id or the e-mail. Without dates: the last 30 days. Scores need scorecards and are null. ' +
        'Needs `analytics:read`, but for who reads their own conversations alone: they see their own figures.',
      tag,
      auth: 'calls:read',
      params: Type.Object({ id: Type.String({ maxLength: 300 }) }),
      query: Type.Object({ start_date: dateText, end_date: dateText }),
      answers: { 200: { description: 'Figures and trends', schema: performanceAnswer } },
      async handle(call) {
        const { by } = call
        if (!isOwnReach(by)) authorise(by, 'analytics:read')
        const agent = await findAgent(db, by, call.params.id)
        if (!agent) throw notFound()
        const found = await agentFigures(db, by, agent, await select(by, call.query))
        const { period, as_of_seq, is_behind, as_of } = found.whole
        const trend = (id: string) => found.days.map(({ metrics }) => metrics[id]?.value ?? null)
        return okWithEtag(call, {
          agent_id: agent.id,
          name: agent.name,
          email: agent.email,
          team: agent.team,
          department: agent.department,
          active: agent.is_active,
          performance: {
            total_calls: found.totalCalls,
            total_chats: found.totalChats,
            average_score: null,
            average_duration: found.averageDuration,
            ...estimatedSatisfaction(found.figures),
            resolution_rate: null,
          },
          trends: {
            score_trend: [],
            volume_trend: trend('completed').map((n) => n ?? 0),
            volume_dates: found.days.map(({ group }) => group.day),
            handle_time_trend: trend('aht'),
            sentiment_trend: trend('sentiment_customer'),
          },
          metrics: found.whole.metrics,
          figures: found.figures,
          team_figures: found.ofTeam,
          compared_with: found.comparedWith,
          strengths: found.strengths,
          weaknesses: found.weaknesses,
          period,
          as_of_seq,
          is_behind,
          as_of,
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/agents/performance'],
      summary: 'How agents did in a period, best first',
      description: [
        'Those with conversations in the period. `rank` only for those with 20 conversations or more that have the metric.',
        'Strengths and weaknesses are against the mean of the agent’s team, each with how many conversations say so.',
      ].join(' '),
      tag,
      auth: 'analytics:read',
      query: listQuery,
      answers: { 200: { description: 'Agents with figures', schema: agentListAnswer } },
      async handle(call) {
        const { page, ofAll } = await ranking(call.by, call.query, ['agent'])
        return okWithEtag(call, {
          agents: page.map(({ group, agent, figures, rank, standing }) => ({
            agent_id: group.agent,
            name: agent?.name ?? null,
            email: agent?.email ?? null,
            team: agent?.team ?? null,
            department: agent?.department ?? null,
            active: agent?.is_active ?? false,
            rank,
            performance_score: null,
            figures,
            ...standing,
          })),
          ...ofAll,
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/teams/performance'],
      summary: 'How teams did in a period, best first',
      description: 'Teams as conversations bear them. Strengths and weaknesses are against all teams that you see.',
      tag,
      auth: 'analytics:read',
      query: listQuery,
      answers: { 200: { description: 'Teams with figures', schema: teamListAnswer } },
      async handle(call) {
        const { page, ofAll } = await ranking(call.by, call.query, ['team', 'department'])
        return okWithEtag(call, {
          teams: page.map(({ group, figures, rank, standing }) => ({
            team: group.team,
            department: group.department,
            rank,
            performance_score: null,
            figures,
            ...standing,
          })),
          ...ofAll,
        })
      },
    }),
  ]
}

function readRank(id = 'conversations') {
  const metric = metricNamed(id)
  if (metric && metric.spec.kind !== 'missing') return metric
  throw invalid(
    'unknown_metric',
    'rank_by',
    `Nobody is ranked by '${id.slice(0, 60)}'. GET /v1/analytics/catalogue lists the metrics.`,
  )
}

function listed(
  {
    metrics,
    period,
    previous_period,
    filters,
    as_of_seq,
    is_behind,
    as_of,
  }: Awaited<ReturnType<typeof listFigures>>['answer'],
  total: number,
  { limit, offset, rankBy }: { limit: number; offset: number; rankBy: string },
) {
  return {
    total,
    limit,
    offset,
    rank_by: rankBy,
    metrics,
    period,
    previous_period,
    filters,
    as_of_seq,
    is_behind,
    as_of,
  }
}
