// What the audit is asked.

import { queryOptions } from '@tanstack/react-query'
import type { Answer } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'

export type Entry = Answer<'/v1/audit', 'get'>['entries'][number]
export type Filters = { from?: string; to?: string; actor?: string; action?: string; target?: string }

const pageSize = 50
const headsShown = 10

export async function readAudit(filters: Filters, cursor: string | undefined) {
  const query = { ...filters, limit: pageSize, ...(cursor ? { cursor } : {}) }
  const { entries, next_cursor } = await told(api.GET('/v1/audit', { params: { query } }))
  return { rows: entries, next: next_cursor }
}

export const headsQuery = queryOptions({
  queryKey: ['audit-heads'],
  queryFn: () => told(api.GET('/v1/audit/heads', { params: { query: { limit: headsShown } } })),
})

export const verify = () => told(api.GET('/v1/audit/verification'))

export const exportAddress = (filters: Filters, format: 'csv' | 'ndjson') =>
  `/v1/audit/export?${new URLSearchParams({ ...filters, format })}`
