// Lets go of what nobody asks for any more. Sees every organisation.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'

/** After they were resolved. */
const alertDays = 400
/** Longer than any rule waits for a second match, or for a figure to stay where it is. */
const pendingDays = 8
/** Of the longest window. */
const sampleHours = 7

export async function forgetOldAlerts(db: Db): Promise<void> {
  await sql`delete from delivery_samples where at < now() - make_interval(hours => ${sampleHours})`.execute(db)
  await sql`delete from alert_pending where last_at < now() - make_interval(days => ${pendingDays})`.execute(db)
  await sql`
    delete from alerts where state = 'resolved' and resolved_at < now() - make_interval(days => ${alertDays})`.execute(
    db,
  )
}
