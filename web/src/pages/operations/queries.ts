// What the page of the operator asks and tells the server.

import { queryOptions } from '@tanstack/react-query'
import type { Answer } from '../../api/answer.ts'
import { api, told } from '../../api/client.ts'

export type State = Answer<'/v1/operations', 'get'>
export type DeadJob = Answer<'/v1/operations/dead-jobs', 'get'>['dead_jobs'][number]

export const againMs = 10_000
const pageSize = 20
const byId = (id: string) => ({ params: { path: { id } } })

/** While the page is visible: a hidden one does not ask. */
export const stateQuery = queryOptions({
  queryKey: ['operations', 'state'],
  // A field that is always null is lost from the client's types.
  queryFn: () => told(api.GET('/v1/operations')) as Promise<State>,
  refetchInterval: againMs,
})

export async function readDeadJobs(cursor: string | undefined) {
  const query = { limit: pageSize, ...(cursor ? { cursor } : {}) }
  const { dead_jobs, next_cursor } = await told(api.GET('/v1/operations/dead-jobs', { params: { query } }))
  return { rows: dead_jobs, next: next_cursor }
}

export const retryJob = (id: string) => told(api.POST('/v1/operations/dead-jobs/{id}/retry', byId(id)))
export const discardJob = (id: string) => told(api.DELETE('/v1/operations/dead-jobs/{id}', byId(id)))
