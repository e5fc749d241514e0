// The words of reports and exports: what may be asked for, and what is kept of it. Types and lists alone.

import type { Channel } from '../../conversations/index.ts'
import type { Reach } from '../../platform/http/route.ts'

export const exportFormats = ['csv', 'xlsx', 'ndjson'] as const
export type ExportFormat = (typeof exportFormats)[number]
export const reportFormats = ['pdf', 'csv', 'xlsx'] as const
export type ReportFormat = (typeof reportFormats)[number]
export type Format = ExportFormat | ReportFormat

export const contentTypes: Record<Format, string> = {
  pdf: 'application/pdf',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ndjson: 'application/x-ndjson; charset=utf-8',
}

/** Which conversations. Of several in one list any will do; lists narrow each other. */
export type Selection = {
  channel: Channel | null
  departments: string[]
  teams: string[]
  /** Ids. */
  agents: string[]
  /** With lists of people: also what nobody is known to have handled. Without: false leaves that out. */
  include_unassigned: boolean
  /** In the filter language. */
  filter: string | null
  /** Words to be found in them. */
  q: string | null
}

/** ISO 8601 UTC; `to` is not part of it. Null: open. */
export type Span = { from: string | null; to: string | null }

export type ExportDefinition = Selection &
  Span & {
    /** Null: all of them. */
    columns: string[] | null
    /** Of CSV. */
    separator: ',' | ';'
    /** A part of the list, counted from the oldest. */
    page: { offset: number; limit: number } | null
  }

export const relativePeriods = [
  'today',
  'yesterday',
  'last_7_days',
  'last_30_days',
  'last_90_days',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
  'last_quarter',
  'last_year',
] as const
export type RelativePeriod = (typeof relativePeriods)[number]

/** A name that is read anew at each run, or fixed dates. */
export type Period = RelativePeriod | { from: string; to: string }

export const sections = [
  'volume',
  'handling',
  'sentiment',
  'languages',
  'agents',
  'teams',
  'trends',
  'keywords',
] as const
export type Section = (typeof sections)[number]

export const charts = ['line', 'bar', 'none'] as const
export type ChartKind = (typeof charts)[number]

export type ReportDefinition = Selection & {
  /** As the client called it. */
  report_type: string
  period: Period
  sections: Section[]
  /** Besides those of the sections. */
  metrics: { metric: string; chart: ChartKind }[]
}

export const documentStates = ['queued', 'running', 'completed', 'failed', 'expired'] as const
export type DocumentState = (typeof documentStates)[number]
export type DocumentKind = 'report' | 'export'

/** One file, and what became of it. */
export type Document = {
  org_id: string
  id: string
  kind: DocumentKind
  name: string
  format: Format
  definition: ReportDefinition | ExportDefinition
  state: DocumentState
  created_by: string
  made_reach: Reach
  made_unmasked: boolean
  row_count: number | null
  size_bytes: number | null
  warnings: string[]
  failure: { code: string; message: string } | null
  schedule_id: string | null
  due_at: Date | null
  created_at: Date
  started_at: Date | null
  completed_at: Date | null
  expires_at: Date | null
}

export const frequencies = ['daily', 'weekly', 'monthly'] as const
export type Frequency = (typeof frequencies)[number]

export type When = {
  frequency: Frequency
  /** `HH:mm` */
  time_of_day: string
  /** ISO 8601: 1 is Monday. */
  weekdays: number[]
  /** In a shorter month its last day. */
  day_of_month: number | null
}

export const deliveries = ['link', 'attachment'] as const

export type Schedule = When & {
  org_id: string
  id: string
  name: string
  format: ReportFormat
  definition: ReportDefinition
  member_ids: string[]
  addresses: string[]
  delivery: (typeof deliveries)[number]
  state: 'active' | 'paused'
  paused_reason: string | null
  created_by: string
  runs_as: string
  revision: number
  time_zone: string
  next_run_at: Date | null
  last_run_at: Date | null
  last_run_id: string | null
  created_at: Date
  updated_at: Date
}
