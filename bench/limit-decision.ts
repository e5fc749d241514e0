// Figures: what it costs to decide whether a request is within its limit. With a block of tokens in hand, which is nearly
// always: in memory. Without one: a question to PostgreSQL, which many requests share.

import { performance } from 'node:perf_hooks'
import { leaseFrom, nodesOf } from '../server/src/access/limits/leases.ts'
import { sharedLimits } from '../server/src/access/limits/shared-limits.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { durableDatabase } from './durable-database.ts'
import { percentile, report, round } from './figure.ts'

const decisions = 200_000
const leases = 2000
const callers = 100
/** So high that no request is refused: only then are all decisions of one kind. Blocks are of a thousand. */
const perMinute = 200_000

const database = await durableDatabase()
const db = openDb({ url: database.url, connectionsMax: 4, isRelaxed: true })
const lease = leaseFrom(db)
let questions = 0
const take = sharedLimits({
  lease: (...asked) => {
    questions += 1
    return lease(...asked)
  },
  nodes: nodesOf(db),
})

async function measure(name: (n: number) => string, limit: number, times: number): Promise<number[]> {
  const taken: number[] = []
  for (let n = 0; n < times; n++) {
    const startedAt = performance.now()
    const answer = take(name(n), limit)
    const decision = answer instanceof Promise ? await answer : answer
    taken.push(performance.now() - startedAt)
    if (!decision.isAdmitted) throw new Error(`request ${n} was refused`)
    // As a server does between requests: what was asked of PostgreSQL can be answered.
    if (n % 1000 === 999) await new Promise(setImmediate)
  }
  return taken
}

try {
  const held = (n: number) => `key ${n % callers}`
  await measure(held, perMinute, callers)
  questions = 0
  const inMemory = await measure(held, perMinute, decisions)
  const asked = questions
  // Each of these is the first request of its key.
  const first = await measure((n) => `new key ${n}`, perMinute, leases)
  const of = (values: number[]) => `p50 ${round(percentile(values, 0.5))} ms, p99 ${round(percentile(values, 0.99))} ms`
  report({
    name: 'Limit decision with a block in hand, p99',
    value: percentile(inMemory, 0.99),
    goal: { atMost: 0.05 },
    unit: 'ms',
    from: `${decisions} decisions for ${callers} keys (${of(inMemory)}), ${asked} leases taken meanwhile.`,
  })
  report({
    name: 'Limit decision that asks PostgreSQL, p99',
    value: percentile(first, 0.99),
    goal: { atMost: 10 },
    unit: 'ms',
    from: `${leases} leases, one after the other (${of(first)}).`,
  })
} finally {
  await db.destroy()
  await database.stop()
}
