// Looks at one organisation's figures, and at what time alone brings: alerts open when a figure has been beyond its
// threshold for long enough, resolve when all has been well for long enough, and snoozed ones come back.

import { sql } from 'kysely'
import { type Db, insertRows, type Tx } from '../../platform/db/db.ts'
import { holdLatest, holdOrg, holdUnresolved, type Write, writeAlerts } from './alerts.ts'
import { mayMail, opened } from './life.ts'
import type { MetricName } from './metric-names.ts'
import { newAlert } from './new-alert.ts'
import { activeOperationRules, rulesById } from './rules.ts'
import { type Alert, type OperationRule, program, type Rule } from './shapes.ts'

/** By organisation. One that is not there has no such figure: nothing of it is wrong. */
export type Measured = ReadonlyMap<MetricName, ReadonlyMap<string, number>>

/** Of a figure that was beyond its threshold: well for so long, when the rule says nothing else. */
const wellForS = 300

export const isBeyond = (
  { comparison, threshold }: Pick<OperationRule, 'comparison' | 'threshold'>,
  value: number | null,
) =>
  value !== null &&
  { '>': value > threshold, '>=': value >= threshold, '<': value < threshold, '<=': value <= threshold }[comparison]

/** @param measured without a metric that could not be measured: its alerts stay as they are */
export async function checkFigures(db: Db, orgId: string, measured: Measured, now: Date): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await holdOrg(tx, orgId)
    const rules = await activeOperationRules(tx, [orgId])
    const latest = new Map(
      (
        await holdLatest(
          tx,
          orgId,
          rules.map(({ id }) => ({ ruleId: id, groupKey: '' })),
        )
      ).map((one) => [one.rule_id, one]),
    )
    const since = await readSince(tx, orgId, rules)
    const writes: Write[] = []
    for (const rule of rules) {
      const figures = measured.get(rule.metric as MetricName)
      if (!figures) continue
      const value = figures.get(orgId) ?? null
      const alert = latest.get(rule.id) ?? null
      const first = since.get(rule.id)
      if (alert && alert.state !== 'resolved') {
        writes.push(isBeyond(rule, value) ? stillBeyond(rule, alert, value, now) : well(rule, alert, value, now))
      } else if (isBeyond(rule, value)) {
        if (now.getTime() - (first ?? now).getTime() < rule.for_s * 1000) {
          if (!first) await note(tx, rule, now)
          continue
        }
        writes.push(openingOf(rule, alert, value, first ?? now, now))
      }
      if (first) await forget(tx, rule)
    }
    writes.push(...(await whatTimeBrings(tx, orgId, now)))
    await writeAlerts(tx, orgId, writes, now)
  })
}

function openingOf(rule: OperationRule, latest: Alert | null, value: number | null, first: Date, now: Date): Write {
  const isSoon = latest?.resolved_at && now.getTime() - latest.resolved_at.getTime() < rule.cooldown_s * 1000
  const mailed_at = latest?.mailed_at ?? null
  const mail_due = mayMail({ mailed_at }, rule.cooldown_s, now) ? ('opened' as const) : null
  const figures = { value, last_at: now, mailed_at, mail_due, rule_name: rule.name, severity: rule.severity }
  if (latest && isSoon) {
    const { comparison, threshold } = rule
    const alert = { ...latest, ...figures, ...opened(now), comparison, threshold, count: latest.count + 1 }
    return { alert, deed: { actor: program, action: 'reopen' } }
  }
  return {
    alert: { ...newAlert(rule, '', now), ...figures, first_at: first },
    deed: { actor: program, action: 'open' },
  }
}

function stillBeyond(rule: OperationRule, before: Alert, value: number | null, now: Date): Write {
  const alert: Alert = { ...before, value, last_at: now, well_since: null }
  if (before.state === 'snoozed' && isOver(before.snoozed_until, now)) return comeBack(alert, now)
  const isRemembered = before.state === 'open' && before.mail_due === null && mayMail(before, rule.cooldown_s, now)
  return { alert: isRemembered ? { ...alert, mail_due: 'again' } : alert, deed: null }
}

function well(rule: OperationRule, before: Alert, value: number | null, now: Date): Write {
  const well_since = before.well_since ?? now
  const alert: Alert = { ...before, value, well_since }
  const forMs = (rule.auto_resolve_s ?? wellForS) * 1000
  if (now.getTime() - well_since.getTime() >= forMs) return resolved(alert, now)
  // What is snoozed until now, and not true now, need not come back.
  if (before.state === 'snoozed' && isOver(before.snoozed_until, now)) return resolved(alert, now)
  return { alert, deed: null }
}

const isOver = (until: Date | null, now: Date) => until !== null && until <= now

/** Whoever was told that it is there is told that it is over. */
const resolved = (alert: Alert, now: Date): Write => ({
  alert: {
    ...alert,
    state: 'resolved',
    snoozed_until: null,
    resolved_at: now,
    resolved_by: program,
    mail_due: alert.source === 'operation' && alert.is_mailed ? 'resolved' : null,
  },
  deed: { actor: program, action: 'resolve' },
})

/** Somebody asked to be told again at this time, so the cool-down does not count. */
const comeBack = (alert: Alert, now: Date): Write => ({
  alert: { ...alert, ...opened(now), mail_due: 'again' },
  deed: { actor: program, action: 'snooze_ended' },
})

/** Of rules on events, and of rules that rest or are gone: a snooze that has ended, and quiet that was long enough. */
async function whatTimeBrings(tx: Tx, orgId: string, now: Date): Promise<Write[]> {
  const alerts = await holdUnresolved(
    tx,
    orgId,
    sql`(state = 'snoozed' and snoozed_until <= ${now} and (source = 'event' or not exists (
        select from alert_rules r where r.org_id = alerts.org_id and r.id = alerts.rule_id and r.state = 'active'))
      or source = 'event' and exists (
        select from alert_rules r where r.org_id = alerts.org_id and r.id = alerts.rule_id
          and alerts.last_at + make_interval(secs => r.auto_resolve_s) <= ${now}))`,
  )
  const rules = await rulesById(tx, orgId, [...new Set(alerts.map(({ rule_id }) => rule_id))])
  const isQuiet = (rule: Rule | undefined, { last_at }: Alert) =>
    rule?.source === 'event' &&
    rule.auto_resolve_s !== null &&
    now.getTime() - last_at.getTime() >= rule.auto_resolve_s * 1000
  return alerts.map((alert) => (isQuiet(rules.get(alert.rule_id), alert) ? resolved(alert, now) : comeBack(alert, now)))
}

/** Since when each rule's figure is beyond its threshold. */
async function readSince(tx: Tx, orgId: string, rules: OperationRule[]): Promise<Map<string, Date>> {
  const { rows } = await sql<{ rule_id: string; at: Date }>`
    select rule_id, times[1] as at from alert_pending
    where org_id = ${orgId} and rule_id = any (${rules.map(({ id }) => id)}::uuid[])`.execute(tx)
  return new Map(rows.map(({ rule_id, at }) => [rule_id, at]))
}

const note = (tx: Tx, { org_id, id }: OperationRule, now: Date) =>
  insertRows(tx, 'alert_pending', [{ org_id, rule_id: id, group_key: '', times: [now], last_at: now, parts: null }])

const forget = (tx: Tx, { org_id, id }: OperationRule) =>
  sql`delete from alert_pending where org_id = ${org_id} and rule_id = ${id}`.execute(tx)
