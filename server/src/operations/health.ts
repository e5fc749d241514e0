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
  const jobs = new Gauge({
    name: 'indaba_jobs',
    help: 'Jobs by queue and state; refreshed every ten seconds',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      for (const { name, queued, active, failed } of await queue.counts()) {
        jobs.set({ queue: name, state: 'queued' }, queued)
        jobs.set({ queue: name, state: 'active' }, active)
        jobs.set({ queue: name, state: 'failed' }, failed)
      }
    },
  })
  const conversations = new Gauge({
    name: 'indaba_conversations_unfinished',
    help: 'Conversations that wait or are being worked on, and the age of the oldest in seconds',
    labelNames: ['what'],
    registers: [registry],
    async collect() {
      const { rows } = await sql<{ n: number; age: number }>`
        select count(*) as n, coalesce(extract(epoch from now() - min(received_at)), 0)::float8 as age
        from conversations where status in ('queued', 'processing')`.execute(db)
      conversations.set({ what: 'count' }, rows[0]?.n ?? 0)
      conversations.set({ what: 'oldest_age_seconds' }, rows[0]?.age ?? 0)
    },
  })
  const deliveries = new Gauge({
    name: 'indaba_deliveries',
    help: 'Webhook deliveries by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const { rows } = await sql<{ state: string; n: number }>`
        select state, count(*) as n from deliveries where state <> 'delivered' group by state`.execute(db)
      deliveries.reset()
      for (const { state, n } of rows) deliveries.set({ state }, n)
    },
  })

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
          const answered = sql`select 1`.execute(db).then(
            () => true,
            () => false,
          )
          const isReady = await Promise.race([
            answered,
            new Promise<false>((done) => setTimeout(done, readyTimeoutMs, false)),
          ])
          if (!isReady) throw new Problem('unavailable', 'database_unavailable', 'The database does not answer.')
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
        handle: async () => ok(await registry.metrics(), { 'Content-Type': registry.contentType }),
      }),
    ],
  }
}
