// What is asked of the server about OAuth applications and what people have allowed them.

import { queryOptions } from '@tanstack/react-query'
import type { Answer } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'

export type Application = Answer<'/v1/oauth/applications/{id}', 'get'>
export type FreshApplication = Answer<'/v1/oauth/applications', 'post', 201>

export async function readApplications(cursor: string | undefined) {
  const query = { limit: 50, ...(cursor ? { cursor } : {}) }
  const page = await told(api.GET('/v1/oauth/applications', { params: { query } }))
  return { rows: page.applications, next: page.next_cursor }
}

export const applicationQuery = (id: string) =>
  queryOptions({
    queryKey: ['applications', 'one', id],
    queryFn: () => told(api.GET('/v1/oauth/applications/{id}', { params: { path: { id } } })),
  })

export async function readGrants(id: string, cursor: string | undefined) {
  const query = { limit: 50, ...(cursor ? { cursor } : {}) }
  const page = await told(api.GET('/v1/oauth/applications/{id}/grants', { params: { path: { id }, query } }))
  return { rows: page.grants, next: page.next_cursor }
}
