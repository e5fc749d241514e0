// The table of alerts: read on somebody's behalf, held, and written with its history and its events in one go.

import { type RawBuilder, sql } from 'kysely'
import { emit, takeSequence } from '../../events/index.ts'
import { type DbOrTx, insertRows, type Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { notFound } from '../../platform/problem.ts'
import { type Alert, type AlertState, type Deed, program, type Severity } from './shapes.ts'
import { detailOf, titleOf } from './wording.ts'

export type Viewer = Pick<Principal, 'orgId' | 'reach'>

/** Who sees a part of the organisation sees the alerts all of whose events concern that part. */
function within({ orgId, reach }: Viewer): RawBuilder<boolean> {
  if (reach === 'all') return sql<boolean>`true`
  const { column, values } = reach
  if (column !== 'agent_id') {
    const held = values.map((value) => value.toLowerCase())
    return sql<boolean>`${sql.ref(column === 'team' ? 'teams' : 'departments')} <@ ${held}::text[]`
  }
  // Who was merged into another agent is the other one.
  return sql<boolean>`agent_ids is not null and not exists (
    select from unnest(agent_ids) as one (id) left join agents g on g.org_id = ${orgId} and g.id = one.id
    where coalesce(g.merged_into, one.id) <> all (${values}::uuid[]))`
}

export type AlertFilter = {
  states?: readonly AlertState[] | undefined
  severities?: readonly Severity[] | undefined
  rule_id?: string | undefined
  owner_id?: string | undefined
  after_seq?: number | undefined
}

/** Newest first; with `after_seq`, by seq. At most `limit`, from `last` (its id, or its seq) on. */
export async function listAlerts(
  db: DbOrTx,
  by: Viewer,
  filter: AlertFilter,
  { limit, last }: { limit: number; last: string | number | null },
): Promise<Alert[]> {
  const { states, severities, rule_id, owner_id, after_seq } = filter
  const bySeq = after_seq !== undefined
  const wanted = [
    sql`org_id = ${by.orgId}`,
    within(by),
    ...(states ? [sql`state = any (${[...states]})`] : []),
    ...(severities ? [sql`severity = any (${[...severities]})`] : []),
    ...(rule_id ? [sql`rule_id = ${rule_id}`] : []),
    ...(owner_id ? [sql`owner_id = ${owner_id}`] : []),
    ...(bySeq ? [sql`seq > ${last ?? after_seq}`] : last === null ? [] : [sql`id < ${last}`]),
  ]
  const { rows } = await sql<Alert>`
    select * from alerts where ${sql.join(wanted, sql` and `)}
    order by ${bySeq ? sql`seq` : sql`id desc`} limit ${limit}`.execute(db)
  return rows
}

/** @throws Problem('not_found') also for what `by` may not see */
export async function requireAlert(db: DbOrTx, by: Viewer, id: string, isHeld = false): Promise<Alert> {
  const { rows } = await sql<Alert>`
    select * from alerts where org_id = ${by.orgId} and id = ${id} and ${within(by)}
    ${isHeld ? sql`for update` : sql``}`.execute(db)
  const [alert] = rows
  if (!alert) throw notFound()
  return alert
}

export type Change = { id: string; at: Date; actor: string; action: string; state: AlertState; comment: string | null }

/** Oldest first: the newest `limit` of them. */
export async function listChanges(db: DbOrTx, orgId: string, alertId: string, limit: number): Promise<Change[]> {
  const { rows } = await sql<Change>`
    select id, at, actor, action, state, comment from alert_changes
    where org_id = ${orgId} and alert_id = ${alertId} order by id desc limit ${limit}`.execute(db)
  return rows.reverse()
}

/** Nobody else works on the organisation's alerts and rules until the transaction ends; single alerts are held apart. */
export async function holdOrg(tx: Tx, orgId: string): Promise<void> {
  await sql`select from alert_cursors where org_id = ${orgId} for update`.execute(tx)
}

/** Held until the transaction ends: of each rule and group the one that is not resolved, else the one resolved last. */
export async function holdLatest(
  tx: Tx,
  orgId: string,
  keys: { ruleId: string; groupKey: string }[],
): Promise<Alert[]> {
  const { rows } = await sql<Alert>`
    select * from alerts where org_id = ${orgId} and id in (
      select latest.id from unnest(${keys.map(({ ruleId }) => ruleId)}::uuid[],
        ${keys.map(({ groupKey }) => groupKey)}::text[]) as k (rule_id, group_key)
      cross join lateral (
        select a.id from alerts a
        where a.org_id = ${orgId} and a.rule_id = k.rule_id and a.group_key = k.group_key
        order by a.resolved_at desc nulls first limit 1) latest)
    order by id for update`.execute(tx)
  return rows
}

/** Held until the transaction ends. */
export async function holdUnresolved(tx: Tx, orgId: string, condition: RawBuilder<unknown>): Promise<Alert[]> {
  const { rows } = await sql<Alert>`
    select * from alerts where org_id = ${orgId} and state <> 'resolved' and ${condition} order by id for update`.execute(
    tx,
  )
  return rows
}

/** How an alert is now, and what was done to it; null where nothing but its figures has changed. */
export type Write = { alert: Alert; deed: Deed | null }

const told: Partial<Record<string, 'opened' | 'acknowledged' | 'assigned' | 'snoozed' | 'resolved'>> = {
  open: 'opened',
  acknowledged: 'acknowledged',
  assigned: 'assigned',
  snoozed: 'snoozed',
  resolved: 'resolved',
}

/**
 * Writes alerts that are new or held, their history, and an event for each deed. Takes the organisation's sequence: late.
 */
export async function writeAlerts(tx: Tx, orgId: string, writes: Write[], now: Date): Promise<Alert[]> {
  if (writes.length === 0) return []
  const seqs = await takeSequence(
    tx,
    writes.map(() => orgId),
  )
  const alerts = writes.map(({ alert }, index) => ({ ...alert, seq: seqs[index] as number, updated_at: now }))
  await insertRows(tx, 'alerts', alerts, replaceAll)
  const done = writes.flatMap(({ deed }, index) => (deed ? [{ deed, alert: alerts[index] as Alert }] : []))
  await insertRows(
    tx,
    'alert_changes',
    done.map(({ deed, alert }) => ({
      org_id: orgId,
      id: newId(),
      alert_id: alert.id,
      at: now,
      actor: deed.actor,
      action: deed.action,
      state: alert.state,
      comment: deed.comment ?? null,
      data: deed.data ?? {},
    })),
  )
  await emit(
    tx,
    done.map(({ alert, deed }) => eventOf(alert, deed)),
  )
  return alerts
}

/** An endpoint is not told of alerts about itself: what fails to reach it must not make more of it. */
const notToldOf = ({ group_by, group_key }: Alert) =>
  group_by === 'endpoint_id' && /^[0-9a-f-]{36}$/i.test(group_key) ? { except: group_key } : {}

function eventOf(alert: Alert, deed: Deed) {
  const type = `alert.${told[alert.state] ?? 'opened'}` as const
  const data = {
    alert_id: alert.id,
    rule_id: alert.rule_id,
    rule_name: alert.rule_name,
    severity: alert.severity,
    state: alert.state,
    title: titleOf(alert),
    detail: detailOf(alert),
    count: alert.count,
    value: alert.value,
    threshold: alert.threshold,
    owner_id: alert.owner_id,
    opened_at: alert.opened_at.toISOString(),
    group_by: alert.group_by,
    group: alert.group_by && alert.group_key,
    conversation_id: alert.event?.conversation_id ?? null,
    by: deed.actor === program ? null : deed.actor,
    links: { self: `/v1/alerts/${alert.id}` },
  }
  return { orgId: alert.org_id, seq: alert.seq, type, conversationId: null, data, ...notToldOf(alert) } as const
}

/** What never changes is left out. */
const changing = [
  'severity',
  'rule_name',
  'state',
  'count',
  'first_at',
  'last_at',
  'opened_at',
  'value',
  'event',
  'agent_ids',
  'teams',
  'departments',
  'owner_id',
  'acknowledged_at',
  'acknowledged_by',
  'snoozed_until',
  'well_since',
  'resolved_at',
  'resolved_by',
  'mail_due',
  'mailed_at',
  'is_mailed',
  'seq',
  'updated_at',
] as const satisfies (keyof Alert)[]
const replaceAll = sql`on conflict (org_id, id) do update set ${sql.join(
  changing.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`),
)}`
