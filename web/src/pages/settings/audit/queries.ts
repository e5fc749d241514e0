// What the audit is asked.

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Answer } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'

type Page = Answer<'/v1/audit', 'get'>
export type Entry = Page['entries'][number]
export type Filters = { from?: string; to?: string; actor?: string; action?: string; target?: string }

const pageSize = 50
const headsShown = 10
const namesMax = 200

export const auditQuery = (filters: Filters) =>
  infiniteQueryOptions({
    queryKey: ['audit', filters],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      told(
        api.GET('/v1/audit', {
          params: { query: { ...filters, limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    getNextPageParam: (last: Page) => last.next_cursor,
    placeholderData: (before) => before,
  })

export const headsQuery = queryOptions({
  queryKey: ['audit-heads'],
  queryFn: () => told(api.GET('/v1/audit/heads', { params: { query: { limit: headsShown } } })),
})

export const namesQuery = queryOptions({
  queryKey: ['users', 'names'],
  queryFn: async () => (await told(api.GET('/v1/users', { params: { query: { limit: namesMax } } }))).users,
})

export const verify = () => told(api.GET('/v1/audit/verification'))

export const exportAddress = (filters: Filters, format: 'csv' | 'ndjson') =>
  `/v1/audit/export?${new URLSearchParams({ ...filters, format })}`
