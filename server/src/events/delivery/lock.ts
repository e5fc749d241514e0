// The one lock of the queue of deliveries. Whoever claims, writes outcomes or moves rows about holds it until their
// transaction ends, so that caps, rates and the one probe of a breaker hold exactly, however many senders there are. A
// turn takes some milliseconds. Take it before anything else: whoever holds it may go on to take other locks.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'

const lockKey = 7_204_317

export async function holdQueue(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockKey}::bigint)`.execute(tx)
}

/** Where the database's clock was set back, what waits is moved back with it. Before anything that goes by that clock. */
export async function followClock(tx: Tx): Promise<void> {
  await sql`select follow_delivery_clock()`.execute(tx)
}
