// The rules that every organisation is given once: what its operators would want to know without having asked. They can
// be changed, paused and deleted like others. What each watches and why is told in docs/alerts.md.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import type { MetricName } from './metric-names.ts'
import { insertRules } from './rules.ts'
import type { Comparison, Severity } from './shapes.ts'

type Preset = {
  preset: string
  name: string
  metric: MetricName
  comparison: Comparison
  threshold: number
  for_s: number
  severity: Severity
}

const min = 60
/** Rates by which 2 % of a month's budget of failures go in 1 h, and 5 % in 6 h: 0.02 * 720 / 1, 0.05 * 720 / 6. */
const burn = { hour: 14.4, sixHours: 6 }

export const presets: readonly Preset[] = [
  of('deliveries_wait', 'Deliveries wait', 'delivery_oldest_pending_s', '>', 60, 5 * min, 'high'),
  of('deliveries_fail_fast', 'Many deliveries fail', 'delivery_burn_1h', '>', burn.hour, 0, 'critical'),
  of('deliveries_fail', 'Deliveries go on failing', 'delivery_burn_6h', '>', burn.sixHours, 0, 'high'),
  of('endpoint_fails', 'A webhook endpoint fails', 'breakers_open', '>', 0, 5 * min, 'medium'),
  of('dead_letters', 'There are dead letters', 'dead_letters', '>', 0, 15 * min, 'medium'),
  of(
    'processing_waits',
    'Conversations wait to be processed',
    'conversation_oldest_unprocessed_s',
    '>',
    3600,
    5 * min,
    'high',
  ),
  of('processing_fails', 'Conversations fail', 'ingest_failures_1h', '>=', 10, 0, 'medium'),
  of('minutes_run_out', 'The minutes of this month run out', 'minutes_used_percent', '>=', 90, 0, 'high'),
  of('chats_run_out', 'The chats of this month run out', 'chats_used_percent', '>=', 90, 0, 'high'),
  of('sign_ins_refused', 'Many sign-ins are refused', 'refused_sign_ins_15m', '>=', 20, 0, 'high'),
]

function of(
  preset: string,
  name: string,
  metric: MetricName,
  comparison: Comparison,
  threshold: number,
  for_s: number,
  severity: Severity,
): Preset {
  return { preset, name, metric, comparison, threshold, for_s, severity }
}

/** Gives an organisation its rules, unless it was given them before: what it deleted stays deleted. */
export async function giveDefaults(db: Db, orgId: string): Promise<void> {
  const { rows } = await sql`select from alert_cursors where org_id = ${orgId}`.execute(db)
  if (rows.length > 0) return
  await db.transaction().execute(async (tx) => {
    const made = await sql`
      insert into alert_cursors (org_id, after_seq)
      select id, coalesce((select event_seq from event_counters c where c.org_id = o.id), 0)
      from orgs o where id = ${orgId}
      on conflict do nothing returning 1`.execute(tx)
    if (made.rows.length === 0) return
    await insertRules(
      tx,
      presets.map((one) => ({
        org_id: orgId,
        id: newId(),
        source: 'operation' as const,
        mail_roles: ['owner'],
        ...one,
      })),
    )
  })
}

/** In the scope of every organisation. @returns those that have not been given theirs yet, at most so many */
export async function withoutDefaults(db: Db, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select o.id from orgs o
    where o.is_active and not exists (select from alert_cursors c where c.org_id = o.id) limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}
