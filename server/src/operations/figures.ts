// Figures of the running program for Prometheus: requests, jobs, conversations, deliveries, the process itself.
// They name no organisation and nothing that people said.

import { sql } from 'kysely'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Db } from '../platform/db/db.ts'
import { everyOrg } from '../platform/db/scope.ts'
import { ok, type Route, route } from '../platform/http/route.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import { onceIn } from './once-in.ts'

export type Figures = {
  route: Route
  onAnswer(facts: { route: string; status: number; durationMs: number }): void
}

/** Anybody may ask, so many askers share one look at the database. */
const keptMs = 1000

export function figures({ db, queue }: { db: Db; queue: Queue }): Figures {
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
          select (select count(*) from deliveries) as pending,
            (select count(*) from delivery_log where state = 'dead') as dead`.execute(db)
        this.set({ state: 'pending' }, rows[0]?.pending ?? 0)
        this.set({ state: 'dead' }, rows[0]?.dead ?? 0)
      })
    },
  })
  const text = onceIn(keptMs, () => everyOrg(() => registry.metrics()))

  return {
    onAnswer: ({ route, status, durationMs }) => requests.observe({ route, status }, durationMs / 1000),
    route: route({
      method: 'GET',
      paths: ['/metrics'],
      summary: 'Figures for Prometheus',
      description: 'Names no organisation and nothing that people said.',
      tag: 'Operations',
      auth: 'open',
      answers: { 200: { description: 'Prometheus text', contentType: 'text/plain' } },
      handle: async () => ok(await text(), { 'Content-Type': registry.contentType }),
    }),
  }
}
