// What the overview of operations shows: schemas.

import { Type } from 'typebox'

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const count = Type.Integer()
const bytes = Type.Number()
const seconds = orNull(Type.Number())
const text = Type.String()
const moment = Type.String({ format: 'date-time' })

export const queueAnswer = Type.Object({
  job: text,
  waiting: Type.Integer({ description: 'Due now' }),
  deferred: Type.Integer({ description: 'To be done later' }),
  running: count,
  oldest_waiting_s: seconds,
  failed_24h: Type.Integer({ description: 'Failed on every try, within 24 hours' }),
})

const processAnswer = Type.Object({
  id: Type.String({ format: 'uuid' }),
  host: text,
  pid: count,
  serves: Type.Boolean(),
  works: Type.Boolean(),
  is_alive: Type.Boolean({ description: 'Heard of within 35 s; what fell silent is shown for an hour' }),
  started_at: moment,
  seen_at: moment,
  uptime_s: count,
  version: text,
  node_version: text,
  speech_engine: orNull(text),
  language_engine: text,
  memory_bytes: bytes,
  disk_free_bytes: Type.Union([bytes, Type.Null()], { description: 'Where its data folder lies' }),
  disk_size_bytes: orNull(bytes),
  requests: Type.Integer({ description: 'Answered since it started; the same for the next two' }),
  refused_by_limits: Type.Integer({ description: 'With 429' }),
  errors: Type.Integer({ description: 'With 500 or above' }),
})

export const overviewAnswer = Type.Object({
  generated_at: moment,
  version: text,
  queues: Type.Array(queueAnswer),
  conversations: Type.Object({ queued: count, processing: count, oldest_waiting_s: seconds }),
  stages: Type.Object({
    window_s: count,
    stages: Type.Array(
      Type.Object({
        stage: text,
        ended: count,
        failed: count,
        duration_p50_ms: seconds,
        duration_p95_ms: seconds,
      }),
    ),
  }),
  processes: Type.Array(processAnswer),
  deliveries: Type.Object({
    pending: count,
    held: Type.Integer({ description: 'Of those, for endpoints that are paused, switched off or not verified' }),
    oldest_due_s: seconds,
    endpoints: count,
    breakers_open: count,
    dead_letters: count,
    dead_letters_24h: count,
    attempts_per_minute: Type.Number({
      description: 'Over five minutes, as far as was sampled; the same for the next',
    }),
    failed_attempts_per_minute: Type.Number(),
  }),
  ingest: Type.Object({
    open_jobs: Type.Array(Type.Object({ state: text, count })),
    failed_24h: count,
    remote_folders: count,
    remote_folders_failing: count,
  }),
  storage: Type.Array(Type.Object({ kind: text, files: count, size_bytes: bytes }), {
    description: 'As the rows have it that files belong to; looked at once a minute',
  }),
  database: Type.Object({
    size_bytes: bytes,
    connections: count,
    connections_max: count,
    version: text,
    largest_tables: Type.Array(Type.Object({ table: text, size_bytes: bytes, rows_estimated: Type.Number() })),
    migrations: Type.Object({ applied: count, newest: text, newest_at: moment }),
  }),
  limits: Type.Object({ organisations_above_75_percent: count, organisations_at_limit: count }),
  backups: Type.Object({ last_at: Type.Null(), reason: text }),
})

export const deadJobAnswer = Type.Object({
  id: Type.String({ format: 'uuid' }),
  job: text,
  customer_id: Type.Union([count, Type.Null()], { description: 'The number of the organisation that it was for' }),
  created_at: moment,
  failed_at: moment,
  attempts: count,
  error: Type.Union([text, Type.Null()], { description: 'Of the last try' }),
})
