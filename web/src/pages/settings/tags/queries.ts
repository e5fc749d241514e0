// What tags ask and tell the server.

import { infiniteQueryOptions } from '@tanstack/react-query'
import type { Answer, Sent } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'

type Page = Answer<'/v1/tags', 'get'>
export type Tag = Page['tags'][number]

const pageSize = 100
const byId = (id: string) => ({ params: { path: { id } } })

export const tagsQuery = infiniteQueryOptions({
  queryKey: ['tags', 'list'],
  initialPageParam: null as string | null,
  queryFn: ({ pageParam }) =>
    told(api.GET('/v1/tags', { params: { query: { limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) } } })),
  getNextPageParam: (last: Page) => last.next_cursor,
})

export const createTag = (body: Sent<'/v1/tags', 'post'>) => told(api.POST('/v1/tags', { body }))
export const changeTag = ({ id, ...body }: { id: string } & Sent<'/v1/tags/{id}', 'patch'>) =>
  told(api.PATCH('/v1/tags/{id}', { ...byId(id), body }))
export const deleteTag = (id: string) => told(api.DELETE('/v1/tags/{id}', byId(id)))
export const restoreTag = (id: string) => told(api.POST('/v1/tags/{id}/restore', byId(id)))
