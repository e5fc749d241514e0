// The log is kept by months: makes the months to come and lets go of those that are older than the setting. What a month
// holds, and how it is made, is the migration's (0017).

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'

/** Any number that no other advisory lock uses. */
const partitionsLock = 7_204_318
/** Making and dropping wait for whoever reads, and others wait behind them: rather later than long. */
const lockTimeoutMs = 2000
const dayMs = 24 * 3600_000

/**
 * Of events, the log of deliveries and their attempts alike; months go as a whole. One process at a time does it; another
 * finds nothing to do. Twice is as good as once.
 * @param input.keepDays at least 31: deliveries that are held for 30 days still need their events
 */
export async function keepPartitions(db: Db, input: { keepDays: number; now?: Date }): Promise<void> {
  const before = new Date((input.now ?? new Date()).getTime() - Math.max(input.keepDays, 31) * dayMs)
  // Each by itself: what one of them has locked, whoever waits behind the next may have to read.
  for (const table of ['events', 'delivery_log']) {
    for (const step of [sql`call make_months(${table})`, sql`call drop_months(${table}, ${before}::timestamptz)`]) {
      await db.transaction().execute(async (tx) => {
        await sql`select set_config('lock_timeout', ${String(lockTimeoutMs)}, true)`.execute(tx)
        const { rows } = await sql<{ is_ours: boolean }>`
          select pg_try_advisory_xact_lock(${partitionsLock}) as is_ours`.execute(tx)
        if (rows[0]?.is_ours) await step.execute(tx)
      })
    }
  }
}
