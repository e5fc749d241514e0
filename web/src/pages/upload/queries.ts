// What the pages of bulk loads ask the server.

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, told } from '../../api/client.ts'
import type { paths } from '../../api/paths.gen.ts'

type Jobs = paths['/v1/ingest-jobs']['get']['responses'][200]['content']['application/json']
type Items = paths['/v1/ingest-jobs/{id}/items']['get']['responses'][200]['content']['application/json']
export type Job = Jobs['jobs'][number]
export type Item = Items['items'][number]
export type ItemState = Item['state']

const busy: readonly Job['state'][] = ['open', 'uploading', 'received', 'expanded']
export const isUnderWay = ({ state }: Job): boolean => busy.includes(state)

const quickMs = 1500
const idleMs = 15_000

export const jobsQuery = queryOptions({
  queryKey: ['ingest-jobs'],
  queryFn: async () => (await told(api.GET('/v1/ingest-jobs', { params: { query: { limit: 20 } } }))).jobs,
  refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? quickMs : idleMs),
})

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['ingest-jobs', id],
    queryFn: () => told(api.GET('/v1/ingest-jobs/{id}', { params: { path: { id } } })) as Promise<Job>,
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? quickMs : false),
  })

export const itemsQuery = ({ job_id: id, ended_at }: Job, state: ItemState | undefined) =>
  infiniteQueryOptions({
    // Read once more each time that the work has ended: the last items changed since they were read.
    queryKey: ['ingest-jobs', id, 'items', state ?? 'all', ended_at],
    placeholderData: (before) => before,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      told(
        api.GET('/v1/ingest-jobs/{id}/items', {
          params: {
            path: { id },
            query: { limit: 100, ...(state ? { state } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    getNextPageParam: (last: Items) => last.next_cursor,
    refetchInterval: ended_at === null ? quickMs * 2 : false,
  })
