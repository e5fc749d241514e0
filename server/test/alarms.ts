// Alerts of their own for a test: a database with organisations, whose rounds a test makes by hand at times that it says.
// Events are emitted by hand; figures are what the test says they are. No HTTP server.

import { sql } from 'kysely'
import { createOrg } from '../src/access/index.ts'
import { declarationOf } from '../src/events/catalog/catalog.ts'
import { type EventType, emit, takeSequence } from '../src/events/index.ts'
import type { NewEvent } from '../src/events/outbox.ts'
import { giveDefaults } from '../src/operations/alerts/default-rules.ts'
import { alertMailJob } from '../src/operations/alerts/letters.ts'
import { type MetricName, metricNames } from '../src/operations/alerts/metric-names.ts'
import type { Metrics } from '../src/operations/alerts/metrics.ts'
import { createRule, type NewRule } from '../src/operations/alerts/rules.ts'
import type { Alert, Rule } from '../src/operations/alerts/shapes.ts'
import { watchOnce } from '../src/operations/alerts/watch-loop.ts'
import { openDb } from '../src/platform/db/db.ts'
import { everyOrg } from '../src/platform/db/scope.ts'
import { newId } from '../src/platform/ids.ts'
import { openQueue } from '../src/platform/jobs/queue.ts'
import { openLog } from '../src/platform/log.ts'
import type { Mail } from '../src/platform/mail.ts'
import { freshDatabase } from './database.ts'

export type Told = { type: EventType; conversationId?: string; data?: Record<string, unknown> }

/** Takes whatever it is given: what a test looks at are the jobs that would send. */
const mail: Mail = { isSet: true, async send() {}, async close() {} }

export async function openAlarms(connectionsMax = 6) {
  const database = await freshDatabase()
  const log = openLog(process.env.INDABA_TEST_LOG_LEVEL ?? 'silent')
  const queue = await openQueue({ url: database.url, jobs: [alertMailJob], log, supervise: false })
  const db = openDb({ url: database.url, connectionsMax })
  const owner = openDb({ url: database.url, connectionsMax: 2, as: 'owner' })
  const figures = new Map<MetricName, number>()
  const metrics = Object.fromEntries(
    metricNames.map((name) => [
      name,
      async (orgIds: string[]) => {
        const value = figures.get(name)
        return new Map(value === undefined ? [] : orgIds.map((orgId) => [orgId, value]))
      },
    ]),
  ) as Metrics
  const parts = { db, queue: () => queue, mail, log, metrics }

  return {
    parts,
    owner,
    url: database.url,
    /** What the figures are, for every organisation. */
    figures,
    async org() {
      const { id } = await createOrg(owner, { name: 'Test' })
      return id
    },
    /** An organisation without the rules that each is given, and with this one. */
    async rule(given: Partial<NewRule> & { org_id?: string } = {}): Promise<Rule> {
      return everyOrg(async () => {
        const org_id = given.org_id ?? (await createOrg(owner, { name: 'Test' })).id
        await giveDefaults(db, org_id)
        if (!given.org_id) await sql`delete from alert_rules where org_id = ${org_id}`.execute(owner)
        const common = {
          org_id,
          id: newId(),
          name: `Rule ${newId()}`,
          severity: 'high' as const,
          mail_to: ['a@example.com'],
        }
        const what = given.metric
          ? { source: 'operation' as const, comparison: '>' as const, threshold: 10 }
          : { source: 'event' as const, types: ['call.completed'] }
        return db.transaction().execute((tx) => createRule(tx, { ...common, ...what, ...given }))
      })
    },
    /** One transaction with these events, in order, each with the example of its type and what is said. */
    tell: (orgId: string, ...events: Told[]) =>
      owner.transaction().execute(async (tx) => {
        const seqs = await takeSequence(
          tx,
          events.map(() => orgId),
        )
        const rows = events.map(({ type, conversationId = null, data = {} }, index) => ({
          orgId,
          seq: seqs[index] as number,
          type,
          conversationId,
          data: { ...declarationOf(type).example, ...data },
        }))
        await emit(tx, rows as unknown as NewEvent[])
      }),
    /** What the clock does every two seconds. */
    round: (now = new Date()) => everyOrg(() => watchOnce(parts, now)),
    async alerts(orgId: string): Promise<Alert[]> {
      const { rows } = await sql<Alert>`select * from alerts where org_id = ${orgId} order by id`.execute(owner)
      return rows
    },
    /** Types of the organisation's own events of alerts, in order. */
    async events(orgId: string): Promise<string[]> {
      const { rows } = await sql<{ type: string }>`
        select type from events where org_id = ${orgId} and type like 'alert.%' order by seq`.execute(owner)
      return rows.map(({ type }) => type)
    },
    /** Mails that are to be sent, oldest first. */
    async letters(orgId: string): Promise<{ to: string; news: string; alertIds: string[]; total: number }[]> {
      const { rows } = await sql<{ data: never }>`
        select data from pgboss.job where name = ${alertMailJob.name} and data ->> 'orgId' = ${orgId}
        order by created_on, id`.execute(owner)
      return rows.map(({ data }) => data)
    },
    async close() {
      await queue.stop()
      await Promise.all([db.destroy(), owner.destroy()])
      await database.drop()
    },
  }
}
export type Alarms = Awaited<ReturnType<typeof openAlarms>>

/** So many seconds after the test's beginning. */
export const later = (seconds: number, from = start): Date => new Date(from.getTime() + seconds * 1000)
const start = new Date()
