// Whether the program is well: for load balancers, for dashboards, for whoever is on call.

import { sql } from 'kysely'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Db } from '../platform/db/db.ts'
import { ok, type Route, route } from '../platform/http/route.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import { Problem } from '../platform/problem.ts'

export type Telemetry = {
  routes: Route[]
  onAnswer(facts: { route: string; status: number; durationMs: number }): void
}

const tag = 'Operations'
const readyTimeoutMs = 2000
// Anybody may ask, so many askers share one look at the database.
const readyMs = 250
const figuresMs = 1000

export function telemetry({ db, queue }: { db: Db; queue: Queue }): Telemetry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'indaba_http_request_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers: [registry],
  })
  // When the database is away, what comes from it is left out and the rest is still told.
  const fromDatabase = (gauge: Gauge<string>, fill: () => Promise<void>) => fill().catch(() => gauge.reset())
  new Gauge({
    name: 'indaba_jobs',
    help: 'Jobs by queue and state; refreshed every ten seconds',
    labelNames: ['queue', 'state'],
    registers: [registry],
    collect() {
      return fromDatabase(this, async () => {
        for (const { name, ...counts } of await queue.counts()) {
          for (const state of ['queued', 'active', 'failed'] as const) this.set({ queue: name, state }, counts[state])
        }
      })
    },
  })
  new Gauge({
    name: 'indaba_conversations_unfinished',
    help: 'Conversations that wait or are being worked on, and the age of the oldest in seconds',
    labelNames: ['what'],
    registers: [registry],
    collect() {
      return fromDatabase(this, async () => {
        const { rows } = await sql<{ n: number; age: number }>`
          select count(*) as n, coalesce(extract(epoch from now() - min(received_at)), 0)::float8 as age
          from conversations where status in ('queued', 'processing')`.execute(db)
        this.set({ what: 'count' }, rows[0]?.n ?? 0)
        this.set({ what: 'oldest_age_seconds' }, rows[0]?.age ?? 0)
      })
    },
  })
  new Gauge({
    name: 'indaba_deliveries',
    help: 'Webhook deliveries by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      return fromDatabase(this, async () => {
        const { rows } = await sql<{ pending: number; dead: number }>`
          select (select count(*) from deliveries where state = 'pending') as pending,
            (select count(*) from deliveries where state = 'dead') as dead`.execute(db)
        this.set({ state: 'pending' }, rows[0]?.pending ?? 0)
        this.set({ state: 'dead' }, rows[0]?.dead ?? 0)
      })
    },
  })
  const figures = onceIn(figuresMs, () => registry.metrics())
  const ready = onceIn(readyMs, () => answers(db))

  return {
    onAnswer: ({ route, status, durationMs }) => requests.observe({ route, status }, durationMs / 1000),
    routes: [
      route({
        method: 'GET',
        paths: ['/healthz'],
        summary: 'The process is alive',
        tag,
        auth: 'open',
        answers: { 200: { description: 'Alive' } },
        handle: async () => ok({ status: 'ok' }),
      }),
      route({
        method: 'GET',
        paths: ['/readyz'],
        summary: 'The process can do its work: the database answers',
        tag,
        auth: 'open',
        answers: { 200: { description: 'Ready' }, 503: { description: 'Not ready' } },
        async handle() {
          if (!(await ready()))
            throw new Problem('unavailable', 'database_unavailable', 'The database does not answer.')
          return ok({ status: 'ready' })
        },
      }),
      route({
        method: 'GET',
        paths: ['/metrics'],
        summary: 'Figures for Prometheus',
        description: 'Names no organisation and nothing that people said.',
        tag,
        auth: 'open',
        answers: { 200: { description: 'Prometheus text', contentType: 'text/plain' } },
        handle: async () => ok(await figures(), { 'Content-Type': registry.contentType }),
      }),
    ],
  }
}

async function answers(db: Db): Promise<boolean> {
  const late = AbortSignal.timeout(readyTimeoutMs)
  const isLate = new Promise<false>((resolve) => late.addEventListener('abort', () => resolve(false)))
  const answered = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  )
  return Promise.race([answered, isLate])
}

/** The same answer for all who ask while it is looked for and within `ms` of its beginning. */
function onceIn<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { answer: Promise<T>; until: number; isUnderWay: boolean } | null = null
  return () => {
    if (last && (last.isUnderWay || performance.now() < last.until)) return last.answer
    const current = { answer: ask(), until: performance.now() + ms, isUnderWay: true }
    const end = () => {
      current.isUnderWay = false
    }
    current.answer.then(end, end)
    last = current
    return current.answer
  }
}
