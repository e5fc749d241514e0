// What is asked of the server about API keys.

import { queryOptions } from '@tanstack/react-query'
import type { Answer } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import type { Tone } from '../parts/status.tsx'

export type ApiKey = Answer<'/v1/api-keys/{id}', 'get'>
export type FreshKey = Answer<'/v1/api-keys', 'post', 201>

export async function readKeys(unusedDays: string | undefined, cursor: string | undefined) {
  const unused = Number(unusedDays)
  const query = { limit: 50, ...(cursor ? { cursor } : {}), ...(unused > 0 ? { unused_days: unused } : {}) }
  const page = await told(api.GET('/v1/api-keys', { params: { query } }))
  return { rows: page.api_keys, next: page.next_cursor }
}

export const keyQuery = (id: string) =>
  queryOptions({
    queryKey: ['keys', 'one', id],
    queryFn: () => told(api.GET('/v1/api-keys/{id}', { params: { path: { id } } })),
  })

export const usageQuery = (id: string) =>
  queryOptions({
    queryKey: ['keys', 'usage', id],
    queryFn: () => told(api.GET('/v1/api-keys/{id}/usage', { params: { path: { id }, query: { days: 30 } } })),
  })

export const keyTones: Record<ApiKey['status'], Tone> = { active: 'good', expired: 'warn', revoked: 'quiet' }
