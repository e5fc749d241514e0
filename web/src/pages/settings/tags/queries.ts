// What tags ask and tell the server.

import type { Answer, Sent } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'

export type Tag = Answer<'/v1/tags', 'get'>['tags'][number]

const pageSize = 100
const byId = (id: string) => ({ params: { path: { id } } })

export async function readTags(cursor: string | undefined) {
  const query = { limit: pageSize, ...(cursor ? { cursor } : {}) }
  const { tags, next_cursor } = await told(api.GET('/v1/tags', { params: { query } }))
  return { rows: tags, next: next_cursor }
}

export const createTag = (body: Sent<'/v1/tags', 'post'>) => told(api.POST('/v1/tags', { body }))
export const changeTag = ({ id, ...body }: { id: string } & Sent<'/v1/tags/{id}', 'patch'>) =>
  told(api.PATCH('/v1/tags/{id}', { ...byId(id), body }))
export const deleteTag = (id: string) => told(api.DELETE('/v1/tags/{id}', byId(id)))
export const restoreTag = (id: string) => told(api.POST('/v1/tags/{id}/restore', byId(id)))
