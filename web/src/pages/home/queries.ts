// What the home page asks the server: boards, and the figures of one board in one request.

import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, told, toldWithEtag } from '../../api/client.ts'
import type { paths } from '../../api/paths.gen.ts'
import type { Question } from './questions.ts'

export type BoardSummary = paths['/v1/boards']['get']['responses'][200]['content']['application/json']['boards'][number]
export type Board = paths['/v1/boards/home']['get']['responses'][200]['content']['application/json']
export type BoardChange = paths['/v1/boards/{id}']['patch']['requestBody']['content']['application/json']
export type Widget = Board['widgets'][number]
export type Filters = Board['filters']
export type GroupName = NonNullable<Widget['group_by']>[number]

type Answers = paths['/v1/analytics/query']['post']['responses'][200]['content']['application/json']
export type Answer = Extract<Answers['answers'][number], { rows: unknown }>
export type Refusal = Extract<Answers['answers'][number], { error: unknown }>
export type Catalogue = paths['/v1/analytics/catalogue']['get']['responses'][200]['content']['application/json']
export type Metric = Catalogue['metrics'][number]
export type Distribution = paths['/v1/analytics/distributions']['get']['responses'][200]['content']['application/json']

/** As the server has it. */
const questionsMax = 24
const behindMs = 2500

export const boardsQuery = queryOptions({
  queryKey: ['boards', 'list'],
  queryFn: async () => (await told(api.GET('/v1/boards'))).boards,
})

/** Without an id, the one that opens first. */
export const boardQuery = (id: string | undefined) =>
  queryOptions({
    queryKey: ['boards', 'one', id ?? 'home'],
    queryFn: () =>
      id
        ? toldWithEtag(api.GET('/v1/boards/{id}', { params: { path: { id } } }))
        : toldWithEtag(api.GET('/v1/boards/home')),
  })

export type Figures = {
  answers: Record<string, Answer | Refusal>
  isBehind: boolean
  asOf: string | null
}

/** Asked again by itself while changes are on their way into the figures. */
export const figuresQuery = (questions: readonly Question[]) =>
  queryOptions({
    queryKey: ['boards', 'figures', questions],
    placeholderData: keepPreviousData,
    enabled: questions.length > 0,
    refetchInterval: ({ state }) => (state.data?.isBehind ? behindMs : false),
    async queryFn(): Promise<Figures> {
      const parts = Array.from({ length: Math.ceil(questions.length / questionsMax) }, (_, part) =>
        questions.slice(part * questionsMax, (part + 1) * questionsMax),
      )
      const answered = await Promise.all(
        parts.map((queries) => told(api.POST('/v1/analytics/query', { body: { queries } }))),
      )
      return {
        answers: Object.fromEntries(answered.flatMap(({ answers }) => answers.map((one) => [one.id ?? '', one]))),
        isBehind: answered.some(({ is_behind }) => is_behind),
        asOf: answered
          .map(({ as_of }) => as_of)
          .reduce((one, other) => (one && other ? (one < other ? one : other) : null)),
      }
    },
  })

export type Spread = paths['/v1/analytics/distributions']['get']['parameters']['query']

export const spreadQuery = (query: Spread) =>
  queryOptions({
    queryKey: ['boards', 'figures', 'spread', query],
    placeholderData: keepPreviousData,
    queryFn: () => told(api.GET('/v1/analytics/distributions', { params: { query } })),
  })

export const catalogueQuery = queryOptions({
  queryKey: ['analytics', 'catalogue'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: () => told(api.GET('/v1/analytics/catalogue')),
})
