// A rule goes: what it had opened is over.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'
import { holdUnresolved, writeAlerts } from './alerts.ts'
import { afterStep } from './life.ts'
import type { Rule } from './shapes.ts'

export async function endAlertsOf(tx: Tx, { org_id, id }: Rule, actor: string, now: Date): Promise<void> {
  const alerts = await holdUnresolved(tx, org_id, sql`rule_id = ${id}`)
  const deed = { actor, action: 'resolve', comment: 'The rule was deleted.' }
  await writeAlerts(
    tx,
    org_id,
    alerts.map((alert) => ({ alert: afterStep(alert, 'resolve', { actor, now }), deed })),
    now,
  )
}
