// What the pages of agents and teams ask the server.

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Answer } from '../../api/answer.ts'
import { api, told } from '../../api/client.ts'
import { quoted } from '../interactions/filters.ts'
import { datesOf, type Period } from './period.ts'

export type AgentList = Answer<'/v1/agents/performance', 'get'>
export type AgentRow = AgentList['agents'][number]
export type AgentPerformance = Answer<'/v1/agents/{id}/performance', 'get'>
export type Metric = AgentList['metrics'][number]
export type Figure = AgentList['agents'][number]['figures'][string]
export type Difference = AgentRow['strengths'][number]
export type Agent = Answer<'/v1/agents', 'get'>['agents'][number]

const performancePage = 15
const directoryPage = 200
/** Above it a course goes by weeks: an answer has a row for each agent and day. */
const dayCourseMax = 45

export const performanceQuery = (period: Period, { team, rankBy }: { team: string; rankBy: string }) =>
  infiniteQueryOptions({
    queryKey: ['agents', 'performance', datesOf(period), team, rankBy],
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      told(
        api.GET('/v1/agents/performance', {
          params: {
            query: {
              ...datesOf(period),
              ...(team ? { team } : {}),
              rank_by: rankBy,
              limit: performancePage,
              offset: pageParam,
            },
          },
        }),
      ),
    getNextPageParam: ({ offset, limit, total }) => (offset + limit < total ? offset + limit : null),
    placeholderData: (before) => before,
  })

/** How one metric of these agents went over the period, by agent: a value for each day or week, null where there is none. */
export const coursesQuery = (period: Period, { agents, metric }: { agents: string[]; metric: string }) =>
  queryOptions({
    queryKey: ['agents', 'courses', datesOf(period), metric, agents],
    enabled: agents.length > 0,
    retry: false,
    async queryFn(): Promise<Map<string, (number | null)[]>> {
      const days = (Date.parse(period.to) - Date.parse(period.from)) / 86_400_000
      const grain = days > dayCourseMax ? 'week' : 'day'
      const { rows } = await told(
        api.GET('/v1/analytics/metrics', {
          params: {
            query: { metrics: metric, group_by: `agent,${grain}`, agent: agents.join(','), ...datesOf(period) },
          },
        }),
      )
      const dates = [...new Set(rows.flatMap(({ group }) => group[grain] ?? []))].sort()
      const courses = new Map(agents.map((id) => [id, dates.map((): number | null => null)]))
      for (const { group, metrics } of rows) {
        const course = courses.get(group.agent ?? '')
        if (course) course[dates.indexOf(group[grain] ?? '')] = metrics[metric]?.value ?? null
      }
      return courses
    },
  })

export const teamPerformanceQuery = (period: Period) =>
  queryOptions({
    queryKey: ['teams', 'performance', datesOf(period)],
    queryFn: () => told(api.GET('/v1/teams/performance', { params: { query: { ...datesOf(period), limit: 200 } } })),
    placeholderData: (before) => before,
  })

export const departmentPerformanceQuery = (period: Period, metrics: readonly string[]) =>
  queryOptions({
    queryKey: ['departments', 'performance', datesOf(period)],
    queryFn: () =>
      told(
        api.GET('/v1/analytics/metrics', {
          params: { query: { metrics: metrics.join(','), group_by: 'department', ...datesOf(period) } },
        }),
      ),
    placeholderData: (before) => before,
  })

export const agentPerformanceQuery = (id: string, period: Period) =>
  queryOptions({
    queryKey: ['agents', 'performance', id, datesOf(period)],
    queryFn: () => told(api.GET('/v1/agents/{id}/performance', { params: { path: { id }, query: datesOf(period) } })),
    placeholderData: (before) => before,
  })

export const lastConversationsQuery = (agentId: string) =>
  queryOptions({
    queryKey: ['interactions', 'of-agent', agentId],
    queryFn: () =>
      told(
        api.GET('/v1/search', {
          params: { query: { filter: `agent.id = ${quoted(agentId)}`, sort: '-started_at', limit: 8 } },
        }),
      ),
  })

export const directoryQuery = ({ team, active }: { team: string; active: string }) =>
  infiniteQueryOptions({
    queryKey: ['agents', 'directory', team, active],
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      told(
        api.GET('/v1/agents', {
          params: {
            query: {
              ...(team ? { team_id: team } : {}),
              ...(active ? { active: active === 'yes' } : {}),
              limit: directoryPage,
              offset: pageParam,
            },
          },
        }),
      ),
    getNextPageParam: ({ offset, limit, total }) => (offset + limit < total ? offset + limit : null),
    placeholderData: (before) => before,
  })

/** How many conversations each of them has, whenever they were. */
export const conversationCountsQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['agents', 'conversation-counts', ids],
    queryFn: () =>
      Promise.all(
        ids.map(async (id) => {
          const query = { filter: `agent.id = ${quoted(id)}`, limit: 1 }
          return (await told(api.GET('/v1/search', { params: { query } }))).total
        }),
      ),
  })
