// What the page of the operator asks and tells the server.

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Answer } from '../../api/answer.ts'
import { api, told } from '../../api/client.ts'

export type State = Answer<'/v1/operations', 'get'>
type DeadJobs = Answer<'/v1/operations/dead-jobs', 'get'>
export type DeadJob = DeadJobs['dead_jobs'][number]

const againMs = 10_000
const pageSize = 20
const byId = (id: string) => ({ params: { path: { id } } })

/** While the page is visible: a hidden one does not ask. */
export const stateQuery = queryOptions({
  queryKey: ['operations', 'state'],
  // A field that is always null is lost from the client's types.
  queryFn: () => told(api.GET('/v1/operations')) as Promise<State>,
  refetchInterval: againMs,
})

export const deadJobsQuery = infiniteQueryOptions({
  queryKey: ['operations', 'dead-jobs'],
  initialPageParam: null as string | null,
  queryFn: ({ pageParam }) =>
    told(
      api.GET('/v1/operations/dead-jobs', {
        params: { query: { limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) } },
      }),
    ),
  getNextPageParam: (last: DeadJobs) => last.next_cursor,
  refetchInterval: againMs,
})

export const retryJob = (id: string) => told(api.POST('/v1/operations/dead-jobs/{id}/retry', byId(id)))
export const discardJob = (id: string) => told(api.DELETE('/v1/operations/dead-jobs/{id}', byId(id)))
