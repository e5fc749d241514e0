// Events of reports and exports. Emitted by insights/reports/.

import { Type } from 'typebox'
import { count, declare, orNull, selfLink, text, time, uuid } from './declaration.ts'

const ready = {
  name: text,
  format: Type.String({ description: '`pdf`, `csv`, `xlsx` or `ndjson`' }),
  rows: orNull(count, 'Conversations that it tells of'),
  size_bytes: count,
  warnings: Type.Array(text),
  created_by: Type.String({ description: '`user:…` or `key:…`: with their rights it was made' }),
  expires_at: time,
  links: Type.Object({ ...selfLink.properties, file: text }),
}

const example = {
  name: 'March',
  rows: 1204,
  size_bytes: 48_211,
  warnings: [],
  created_by: 'user:0199b1f2-cccc-7abc-8def-00000000000c',
  expires_at: '2026-05-01T09:00:00.000Z',
}

const reportReady = declare({
  type: 'report.ready',
  version: '1',
  scope: 'organisation',
  description: 'A report was made and can be downloaded.',
  subject: 'report_id',
  data: Type.Object({
    report_id: uuid,
    schedule_id: orNull(uuid, 'Of a report that is made again and again'),
    ...ready,
  }),
  example: {
    report_id: '0199b1f2-8888-7abc-8def-000000000008',
    schedule_id: null,
    format: 'pdf',
    ...example,
    links: {
      self: '/v1/reports/0199b1f2-8888-7abc-8def-000000000008',
      file: '/v1/reports/0199b1f2-8888-7abc-8def-000000000008/file',
    },
  },
})

const exportReady = declare({
  type: 'export.ready',
  version: '1',
  scope: 'organisation',
  description: 'An export was made and can be downloaded.',
  subject: 'export_id',
  data: Type.Object({ export_id: uuid, ...ready }),
  example: {
    export_id: '0199b1f2-9999-7abc-8def-000000000009',
    format: 'csv',
    ...example,
    links: {
      self: '/v1/exports/0199b1f2-9999-7abc-8def-000000000009',
      file: '/v1/exports/0199b1f2-9999-7abc-8def-000000000009/file',
    },
  },
})

export const reportEvents = [reportReady, exportReady] as const
