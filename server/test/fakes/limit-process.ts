// A node that does nothing but ask for admission, for tests of limits that are shared: told the names of the buckets it
// asks for and when to begin and to end, it tells how many requests were admitted, by tenths of a second.

import { leaseFrom, nodesOf } from '../../src/access/limits/leases.ts'
import { sharedLimits } from '../../src/access/limits/shared-limits.ts'
import { openDb } from '../../src/platform/db/db.ts'

const [url = '', names = '', perMinute = '', startsAt = '', endsAt = ''] = process.argv.slice(2)
const db = openDb({ url, connectionsMax: 4 })
const take = sharedLimits({ lease: leaseFrom(db), nodes: nodesOf(db) })
const nap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function flood(name: string): Promise<number[]> {
  const admitted: number[] = []
  while (Date.now() < Number(endsAt)) {
    const decision = await take(name, Number(perMinute))
    const tenth = Math.floor((Date.now() - Number(startsAt)) / 100)
    if (decision.isAdmitted) admitted[tenth] = (admitted[tenth] ?? 0) + 1
    // Sooner than a client is told to, so that the limit is always wanted.
    else await nap(3)
  }
  return admitted
}

// The connection stands before the clock runs.
await db.selectNoFrom((no) => no.val(1).as('one')).execute()
process.send?.('ready')
await nap(Number(startsAt) - Date.now())
const counts = await Promise.all(names.split(',').map(async (name) => [name, await flood(name)] as const))
process.send?.(Object.fromEntries(counts))
await db.destroy()
process.disconnect?.()
