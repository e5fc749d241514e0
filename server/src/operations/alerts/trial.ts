// What a rule would have done with the last events, or makes of a figure now. Writes nothing.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import type { Log } from '../../platform/log.ts'
import { isBeyond } from './check-figures.ts'
import { settle, type Track, take } from './matches.ts'
import type { MetricName } from './metric-names.ts'
import type { Metrics } from './metrics.ts'
import type { EventRule, OperationRule } from './shapes.ts'
import { groupFinder, readEvents } from './watched-events.ts'

const pageEvents = 500
const groupsShown = 20

export type EventTrial = {
  events: number
  matched: number
  /** How many alerts would have been opened, and how often one would have opened again. */
  alerts: number
  reopened: number
  /** Those with the most matches. */
  groups: { group: string; matched: number; alerts: number; first_at: string; last_at: string }[]
}

type Tried = { track: Track; matched: number; alerts: number; first: number; last: number }

/** @param last how many events back */
export async function tryOnEvents(db: Db, rule: EventRule, last: number, log: Log): Promise<EventTrial> {
  const broken = (err: unknown) => log.warn({ err, rule: rule.id }, 'the condition of a rule cannot be read')
  const groupOf = groupFinder({ ...rule, since_seq: 0 }, broken)
  const groups = new Map<string, Tried>()
  const total = { events: 0, matched: 0, alerts: 0, reopened: 0 }
  let after = await seqBefore(db, rule.org_id, last)
  for (;;) {
    const events = await readEvents(db, rule.org_id, after, pageEvents, rule.types)
    for (const event of events) {
      const key = groupOf(event)
      if (key === null) continue
      const at = event.occurred_at.getTime()
      const before = groups.get(key) ?? {
        track: { times: [], alert: null },
        matched: 0,
        alerts: 0,
        first: at,
        last: at,
      }
      const { track, effect } = take(rule, settle(rule, before.track, at), at)
      const isNew = effect.kind === 'opens' ? 1 : 0
      groups.set(key, { ...before, track, matched: before.matched + 1, alerts: before.alerts + isNew, last: at })
      total.matched += 1
      total.alerts += isNew
      if (effect.kind === 'reopens') total.reopened += 1
    }
    total.events += events.length
    after = events.at(-1)?.seq ?? after
    if (events.length < pageEvents || total.events >= last) break
  }
  const most = [...groups].sort(([, a], [, b]) => b.matched - a.matched).slice(0, groupsShown)
  return {
    ...total,
    groups: most.map(([group, { matched, alerts, first, last }]) => ({
      group,
      matched,
      alerts,
      first_at: new Date(first).toISOString(),
      last_at: new Date(last).toISOString(),
    })),
  }
}

/** After which the last `count` events come. */
async function seqBefore(db: Db, orgId: string, count: number): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    select seq from events where org_id = ${orgId} order by seq desc offset ${count} limit 1`.execute(db)
  return rows[0]?.seq ?? 0
}

export async function tryOnFigure(metrics: Metrics, rule: OperationRule) {
  const figures = await metrics[rule.metric as MetricName]([rule.org_id])
  const value = figures.get(rule.org_id) ?? null
  return { metric: rule.metric, value, is_beyond: isBeyond(rule, value) }
}
