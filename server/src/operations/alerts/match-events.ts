// Looks at the events of one organisation, in their order and each once, and opens alerts or counts them up. The cursor
// moves in the transaction that writes them, so that a worker that dies leaves nothing half done.

import { sql } from 'kysely'
import { type Db, insertRows, type Tx } from '../../platform/db/db.ts'
import type { Log } from '../../platform/log.ts'
import { holdLatest, type Write, writeAlerts } from './alerts.ts'
import { mayMail, opened } from './life.ts'
import { type Effect, type Track, take } from './matches.ts'
import { newAlert } from './new-alert.ts'
import type { Parts } from './parts.ts'
import { activeEventRules } from './rules.ts'
import { type Alert, type EventRule, program } from './shapes.ts'
import { groupFinder, partsOfEvents, readEvents, type WatchedEvent } from './watched-events.ts'
import { overflowKey } from './wording.ts'

export const pageEvents = 500
/** More open groups of one rule share one alert. */
const groupsMax = 1000

type Group = { rule: EventRule; key: string; events: WatchedEvent[] }
type Pending = { rule_id: string; group_key: string; times: Date[]; last_at: Date; parts: Parts | null }

/**
 * One page of an organisation's events. @returns how many were looked at; 0 also when another worker is at it. More
 * follow when it is a whole page.
 */
export async function matchPage(db: Db, orgId: string, { now, log }: { now: Date; log: Log }): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const cursor = await sql<{ after_seq: number }>`
      select after_seq from alert_cursors where org_id = ${orgId} for update skip locked`.execute(tx)
    const [at] = cursor.rows
    if (!at) return 0
    const rules = await activeEventRules(tx, orgId)
    if (rules.length === 0) return 0
    const types = [...new Set(rules.flatMap((rule) => rule.types))]
    // While every rule rested, nobody looked; what came then is passed over at once.
    const after = Math.max(at.after_seq, Math.min(...rules.map(({ since_seq }) => since_seq)))
    const events = await readEvents(tx, orgId, after, pageEvents, types)
    const last = events.at(-1)
    if (!last) return 0
    const groups = groupsOf(rules, events, log)
    if (groups.length > 0) await apply(tx, orgId, groups, now)
    await sql`update alert_cursors set after_seq = ${last.seq} where org_id = ${orgId}`.execute(tx)
    return events.length
  })
}

function groupsOf(rules: EventRule[], events: WatchedEvent[], log: Log): Group[] {
  const groups = new Map<string, Group>()
  for (const rule of rules) {
    const groupOf = groupFinder(rule, (err) =>
      log.warn({ err, rule: rule.id }, 'the condition of a rule cannot be read'),
    )
    for (const event of events) {
      const key = groupOf(event)
      if (key !== null) gather(groups, rule, key, [event])
    }
  }
  return [...groups.values()]
}

function gather(groups: Map<string, Group>, rule: EventRule, key: string, events: WatchedEvent[]): void {
  const name = nameOf(rule.id, key)
  const group = groups.get(name)
  if (group) group.events.push(...events)
  else groups.set(name, { rule, key, events: [...events] })
}

const nameOf = (ruleId: string, key: string) => `${ruleId} ${key}`

async function apply(tx: Tx, orgId: string, found: Group[], now: Date): Promise<void> {
  const grouped = new Set(found.flatMap(({ rule }) => (rule.group_by ? [rule.id] : [])))
  const asked = [
    ...found.map(({ rule, key }) => ({ ruleId: rule.id, groupKey: key })),
    ...[...grouped].map((ruleId) => ({ ruleId, groupKey: overflowKey })),
  ]
  const latest = new Map((await holdLatest(tx, orgId, asked)).map((one) => [nameOf(one.rule_id, one.group_key), one]))
  const pending = await readPending(tx, orgId, asked)
  const groups = await withinBounds(tx, orgId, found, latest)
  const writes: Write[] = []
  const waiting: (Pending & { org_id: string })[] = []
  const ended: string[] = []
  for (const group of groups) {
    const name = nameOf(group.rule.id, group.key)
    const before = pending.get(name)
    const outcome = outcomeOf(group, latest.get(name) ?? null, before ?? null, now)
    if (outcome.write) writes.push(outcome.write)
    if (outcome.times.length === 0) {
      if (before) ended.push(name)
      continue
    }
    waiting.push({
      org_id: orgId,
      rule_id: group.rule.id,
      group_key: group.key,
      times: outcome.times.map((time) => new Date(time)),
      last_at: now,
      parts: outcome.parts,
    })
  }
  await insertRows(
    tx,
    'alert_pending',
    waiting,
    sql`on conflict (org_id, rule_id, group_key) do update
      set times = excluded.times, last_at = excluded.last_at, parts = excluded.parts`,
  )
  if (ended.length > 0) {
    await sql`delete from alert_pending where org_id = ${orgId} and rule_id || ' ' || group_key = any (${ended})`.execute(
      tx,
    )
  }
  await writeAlerts(tx, orgId, writes, now)
}

async function readPending(
  tx: Tx,
  orgId: string,
  keys: { ruleId: string; groupKey: string }[],
): Promise<Map<string, Pending>> {
  const { rows } = await sql<Pending>`
    select p.rule_id, p.group_key, p.times, p.last_at, p.parts from alert_pending p
    where p.org_id = ${orgId} and (p.rule_id, p.group_key) in (
      select * from unnest(${keys.map(({ ruleId }) => ruleId)}::uuid[], ${keys.map(({ groupKey }) => groupKey)}::text[]))
    `.execute(tx)
  return new Map(rows.map((row) => [nameOf(row.rule_id, row.group_key), row]))
}

/** A rule that has too many groups open: those that are new fall together into one. */
async function withinBounds(tx: Tx, orgId: string, found: Group[], latest: Map<string, Alert>): Promise<Group[]> {
  const isNew = ({ rule, key }: Group) => (latest.get(nameOf(rule.id, key))?.state ?? 'resolved') === 'resolved'
  const ruleIds = [...new Set(found.filter(isNew).map(({ rule }) => rule.id))]
  const { rows } = await sql<{ rule_id: string; n: number }>`
    select rule_id, count(*) as n from alerts
    where org_id = ${orgId} and state <> 'resolved' and rule_id = any (${ruleIds}::uuid[]) group by rule_id`.execute(tx)
  const open = new Map(rows.map(({ rule_id, n }) => [rule_id, n]))
  const groups = new Map<string, Group>()
  for (const group of found) {
    const { rule, key, events } = group
    const count = open.get(rule.id) ?? 0
    const isTooMany = isNew(group) && rule.group_by !== null && count >= groupsMax
    if (isNew(group)) open.set(rule.id, count + 1)
    gather(groups, rule, isTooMany ? overflowKey : key, events)
  }
  return [...groups.values()]
}

/** `times`: what is still waited with. */
type Outcome = { write: Write | null; times: number[]; parts: Parts }

function outcomeOf(group: Group, latest: Alert | null, before: Pending | null, now: Date): Outcome {
  const { rule, events } = group
  let track: Track = {
    times: (before?.times ?? []).map((time) => time.getTime()),
    alert: latest && { lastAt: latest.last_at.getTime(), resolvedAt: latest.resolved_at?.getTime() ?? null },
  }
  let opening: Exclude<Effect, { kind: 'waits' | 'counts' }> | null = null
  let counted = 0
  for (const event of events) {
    const step = take(rule, track, event.occurred_at.getTime())
    track = step.track
    if (step.effect.kind === 'counts') counted += 1
    else if (step.effect.kind !== 'waits') opening = step.effect
  }
  const isGoingOn = latest !== null && latest.state !== 'resolved'
  const parts = partsOfEvents(events, isGoingOn || opening?.kind === 'reopens' ? latest : (before?.parts ?? null))
  if (!opening && counted === 0) return { write: null, times: track.times, parts }
  const newest = events.at(-1) as WatchedEvent
  const figures = {
    ...parts,
    last_at: new Date(track.alert?.lastAt ?? newest.occurred_at),
    event: { id: newest.id, seq: newest.seq, type: newest.type, conversation_id: newest.conversation_id },
    severity: rule.severity,
    rule_name: rule.name,
  }
  if (latest && !opening) {
    const isRemembered = latest.state === 'open' && latest.mail_due === null && mayMail(latest, rule.cooldown_s, now)
    const alert: Alert = { ...latest, ...figures, count: latest.count + counted }
    return { write: { alert: isRemembered ? { ...alert, mail_due: 'again' } : alert, deed: null }, times: [], parts }
  }
  const count = (opening?.count ?? 0) + counted
  if (latest && opening?.kind === 'reopens') {
    const mail_due = mayMail(latest, rule.cooldown_s, now) ? ('opened' as const) : null
    const alert: Alert = { ...latest, ...figures, ...opened(now), count: latest.count + count, mail_due }
    return { write: { alert, deed: { actor: program, action: 'reopen' } }, times: [], parts }
  }
  // A mail of the alert before counts for the cool-down of this one.
  const mailed_at = latest?.mailed_at ?? null
  const alert: Alert = {
    ...newAlert(rule, group.key, now),
    ...figures,
    count,
    first_at: new Date(opening?.firstAt ?? newest.occurred_at),
    mailed_at,
    mail_due: mayMail({ mailed_at }, rule.cooldown_s, now) ? 'opened' : null,
  }
  return { write: { alert, deed: { actor: program, action: 'open' } }, times: [], parts }
}
