// The clock of alerts: again and again looks at new events, every half minute at the figures, and queues the mails that
// are due. However many processes do it, each organisation is looked at by one at a time.

import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail } from '../../platform/mail.ts'
import { checkFigures, isBeyond } from './check-figures.ts'
import { giveDefaults, withoutDefaults } from './default-rules.ts'
import { sampleDeliveries } from './delivery-samples.ts'
import { queueLetters } from './letters.ts'
import { matchPage, pageEvents } from './match-events.ts'
import { type MetricName, metricNames } from './metric-names.ts'
import { type Metrics, measureAll } from './metrics.ts'
import { activeOperationRules } from './rules.ts'

export const roundEveryMs = 2000
const figuresEveryS = 30
const orgsAtOnce = 500
/** Of one organisation in a round, so that the others are not kept waiting. */
const pagesAtOnce = 20

export type WatchParts = { db: Db; queue: () => Queue; mail: Mail; log: Log; metrics: Metrics }

/** One round, in the scope of every organisation. `now`: by which snoozes, cool-downs and the figures' turn go. */
export async function watchOnce(parts: WatchParts, now = new Date(), signal?: AbortSignal): Promise<void> {
  const { db, log } = parts
  const attempt = async (what: string, orgId: string | null, work: () => Promise<unknown>) => {
    if (signal?.aborted) return
    await work().catch((err) => log.error({ err, orgId }, what))
  }
  await attempt('rules could not be given', null, async () => {
    for (const orgId of await withoutDefaults(db, orgsAtOnce)) await giveDefaults(db, orgId)
  })
  await attempt('could not look for new events', null, async () => {
    for (const orgId of await orgsWithNews(db)) {
      await attempt('the events of an organisation could not be looked at', orgId, () =>
        matchAll(parts, orgId, now, signal),
      )
    }
  })
  await attempt('the figures could not be looked at', null, async () => {
    if (!(await takeTurn(db, now))) return
    await sampleDeliveries(db)
    for await (const orgIds of allOrgs(db)) {
      const { measured, worth } = await measureFor(parts, orgIds)
      for (const orgId of worth) {
        await attempt('the figures of an organisation could not be looked at', orgId, () =>
          checkFigures(db, orgId, measured, now),
        )
      }
    }
  })
  await attempt('mails about alerts could not be queued', null, () => queueLetters(parts, now))
}

async function matchAll({ db, log }: WatchParts, orgId: string, now: Date, signal?: AbortSignal): Promise<void> {
  for (let pages = 0; pages < pagesAtOnce && !signal?.aborted; pages += 1) {
    if ((await matchPage(db, orgId, { now, log })) < pageEvents) return
  }
}

/** Those with rules on events, and with events that were not looked at. */
async function orgsWithNews(db: Db): Promise<string[]> {
  const { rows } = await sql<{ org_id: string }>`
    select c.org_id from alert_cursors c join event_counters n on n.org_id = c.org_id and n.event_seq > c.after_seq
    where exists (select from alert_rules r where r.org_id = c.org_id and r.source = 'event' and r.state = 'active')
    limit ${orgsAtOnce}`.execute(db)
  return rows.map(({ org_id }) => org_id)
}

/** False when another process has looked at the figures within the last half minute, or is about to. */
async function takeTurn(db: Db, now: Date): Promise<boolean> {
  const { rows } = await sql`
    update alert_clock set checked_at = ${now}
    where checked_at <= ${new Date(now.getTime() - figuresEveryS * 1000)} returning 1`.execute(db)
  return rows.length > 0
}

/** Those that were given their rules, some at a time. */
async function* allOrgs(db: Db): AsyncGenerator<string[]> {
  for (let last: string | null = null; ; ) {
    const found = await sql<{ org_id: string }>`
      select org_id from alert_cursors where ${last}::uuid is null or org_id > ${last}::uuid
      order by org_id limit ${orgsAtOnce}`.execute(db)
    const orgIds: string[] = found.rows.map(({ org_id }) => org_id)
    if (orgIds.length > 0) yield orgIds
    if (orgIds.length < orgsAtOnce) return
    last = orgIds.at(-1) ?? null
  }
}

/** `worth`: where a figure is beyond its threshold, or something waits for time to pass. */
async function measureFor({ db, metrics, log }: WatchParts, orgIds: string[]) {
  const rules = await activeOperationRules(db, orgIds)
  const wanted = new Map<MetricName, string[]>()
  for (const metric of metricNames) {
    const of = rules.filter((rule) => rule.metric === metric).map(({ org_id }) => org_id)
    if (of.length > 0) wanted.set(metric, [...new Set(of)])
  }
  const measured = await measureAll(metrics, wanted, (err, metric) => log.error({ err, metric }, 'a figure failed'))
  const { rows } = await sql<{ org_id: string }>`
    select org_id from alerts where org_id = any (${orgIds}::uuid[]) and state <> 'resolved'
    union select org_id from alert_pending where org_id = any (${orgIds}::uuid[])`.execute(db)
  const beyond = rules.filter((rule) =>
    isBeyond(rule, measured.get(rule.metric as MetricName)?.get(rule.org_id) ?? null),
  )
  return { measured, worth: [...new Set([...rows, ...beyond].map(({ org_id }) => org_id))] }
}

export function startWatching(parts: WatchParts): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await watchOnce(parts, new Date(), stopping.signal)
      await delay(roundEveryMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const ended = loop()
  return {
    stop() {
      stopping.abort()
      return ended
    },
  }
}
