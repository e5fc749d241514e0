// What the list asks the server, and what it lets it do to many at once.

import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, told } from '../../api/client.ts'
import type { paths } from '../../api/paths.gen.ts'

type Page = paths['/v1/search']['get']['responses'][200]['content']['application/json']
export type Interaction = Page['conversations'][number]
export type SavedView =
  paths['/v1/saved-searches']['get']['responses'][200]['content']['application/json']['saved_searches'][number]
export type BulkBody = paths['/v1/conversations/bulk']['post']['requestBody']['content']['application/json']

export type Wanted = { q: string; filter: string; sort: string; columns: string }

const pageSize = 100

export const interactionsQuery = ({ q, filter, sort, columns }: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['interactions', q, filter, sort, columns],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      told(
        api.GET('/v1/search', {
          params: {
            query: {
              ...(q ? { q } : {}),
              ...(filter ? { filter } : {}),
              ...(columns ? { columns } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
              sort,
              limit: pageSize,
            },
          },
        }),
      ),
    getNextPageParam: (last: Page) => last.next_cursor,
    placeholderData: (before) => before,
  })

export const savedViewsQuery = queryOptions({
  queryKey: ['saved-searches'],
  queryFn: async () =>
    (await told(api.GET('/v1/saved-searches', { params: { query: { limit: 200 } } }))).saved_searches,
})

export const agentsQuery = queryOptions({
  queryKey: ['agents', 'names'],
  queryFn: async () => (await told(api.GET('/v1/agents', { params: { query: { limit: 200 } } }))).agents,
})

export const teamsQuery = queryOptions({
  queryKey: ['teams', 'names'],
  queryFn: async () => (await told(api.GET('/v1/teams'))) as unknown as { teams: { id: string; name: string }[] },
})

export const tagsQuery = queryOptions({
  queryKey: ['tags'],
  queryFn: () => told(api.GET('/v1/tags')),
})

export const fieldsQuery = queryOptions({
  queryKey: ['search-fields'],
  staleTime: 300_000,
  queryFn: () => told(api.GET('/v1/search/fields')),
})

export function useBulk() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: BulkBody) => told(api.POST('/v1/conversations/bulk', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['interactions'] }),
  })
}
