// What the page of reports asks the server.

import { queryOptions } from '@tanstack/react-query'
import type { Answer, Sent } from '../../api/answer.ts'
import { api, told } from '../../api/client.ts'

type Report = Answer<'/v1/reports', 'get'>['reports'][number]
type Export = Answer<'/v1/exports', 'get'>['exports'][number]
export type Kind = 'report' | 'export'
/** A report or an export, made or being made. */
export type Document = Omit<Report, 'report_id' | 'report_type' | 'estimated_completion' | 'schedule_id'> & {
  id: string
  schedule_id: string | null
}
export type Schedule = Answer<'/v1/report-schedules', 'get'>['schedules'][number]
export type ScheduleBody = Sent<'/v1/report-schedules', 'post'>
export type Parameters = NonNullable<ScheduleBody['parameters']>
export type ExportBody = Sent<'/v1/exports', 'post'>

const pageSize = 50

const ofReport = ({ report_id: id, ...rest }: Report): Document => ({ ...rest, id })
const ofExport = ({ export_id: id, ...rest }: Export): Document => ({ ...rest, id, schedule_id: null })

export async function readDocuments(kind: Kind, scheduleId: string, cursor: string | undefined) {
  const page = { limit: pageSize, ...(cursor ? { cursor } : {}) }
  if (kind === 'export') {
    const { exports: rows, next_cursor } = await told(api.GET('/v1/exports', { params: { query: page } }))
    return { rows: rows.map(ofExport), next: next_cursor }
  }
  const query = { ...page, ...(scheduleId ? { schedule_id: scheduleId } : {}) }
  const { reports, next_cursor } = await told(api.GET('/v1/reports', { params: { query } }))
  return { rows: reports.map(ofReport), next: next_cursor }
}

export const renameDocument = (kind: Kind, id: string, name: string): Promise<unknown> => {
  const options = { params: { path: { id } }, body: { name } }
  return kind === 'export' ? told(api.PATCH('/v1/exports/{id}', options)) : told(api.PATCH('/v1/reports/{id}', options))
}

export const deleteDocument = (kind: Kind, id: string): Promise<unknown> => {
  const options = { params: { path: { id } } }
  return kind === 'export'
    ? told(api.DELETE('/v1/exports/{id}', options))
    : told(api.DELETE('/v1/reports/{id}', options))
}

export async function readSchedules(cursor: string | undefined) {
  const query = { limit: pageSize, ...(cursor ? { cursor } : {}) }
  const { schedules, next_cursor } = await told(api.GET('/v1/report-schedules', { params: { query } }))
  return { rows: schedules, next: next_cursor }
}

export const scheduleQuery = (id: string) =>
  queryOptions({
    queryKey: ['report-schedules', id],
    queryFn: () => told(api.GET('/v1/report-schedules/{id}', { params: { path: { id } } })),
    // Read anew for each form, and never under one that somebody is writing into.
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })

export const columnsQuery = queryOptions({
  queryKey: ['exports', 'columns'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => (await told(api.GET('/v1/exports/columns'))).columns,
})

export const metricsQuery = queryOptions({
  queryKey: ['analytics', 'catalogue'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => (await told(api.GET('/v1/analytics/catalogue'))).metrics.filter(({ available }) => available),
})

/** How many conversations a choice holds as it stands. */
export const countQuery = (query: {
  start_date: string
  end_date: string
  channel?: string
  department?: string
  team?: string
  agent?: string
}) =>
  queryOptions({
    queryKey: ['analytics', 'count', query],
    queryFn: async () => {
      const asked = { metrics: 'conversations', ...query }
      const { rows } = await told(api.GET('/v1/analytics/metrics', { params: { query: asked } }))
      return rows[0]?.metrics.conversations?.value ?? 0
    },
  })
