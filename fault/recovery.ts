// Fault: a sender is killed with as much in flight as there may be, and receivers that hold their answers. Another one
// sends all of it again, as soon as the leases have run out.

import { setTimeout as delay } from 'node:timers/promises'
import { openBench, type Queue } from '../bench/deliveries.ts'
import { type Figure, percentile, report, round } from '../bench/figure.ts'
import { startWitness } from './witness.ts'

/** In flight at once: four of each endpoint, up to 32 of each organisation. */
const [orgs, endpointsEach, ofEndpoint] = [6, 8, 4]
const inFlight = orgs * endpointsEach * ofEndpoint
/** Endpoints of one organisation are told of the same ones, under the same ids. */
const events = orgs * ofEndpoint
const patienceMs = 120_000

/** @param input.leaseMs null: the engine's own, 45 s */
export async function measureRecovery({
  kills,
  leaseMs,
}: {
  kills: number
  leaseMs: number | null
}): Promise<Figure[]> {
  const bench = await openBench()
  let held = Promise.withResolvers<void>()
  const seenAt = new Map<string, number>()
  const witness = await startWitness(async (id) => {
    seenAt.set(id, performance.now())
    await held.promise
  })
  const waitsMs: number[] = []
  let lost = 0
  try {
    const queues: Queue[] = []
    for (let org = 0; org < orgs; org += 1) {
      const orgId = await bench.org()
      for (let n = 0; n < endpointsEach; n += 1) queues.push(await bench.queue(orgId, witness.url, ['call.completed']))
    }
    let sender = await bench.sender(leaseMs ?? undefined)
    for (let kill = 0; kill < kills; kill += 1) {
      held = Promise.withResolvers()
      seenAt.clear()
      for (const [, ofOrg] of Map.groupBy(queues, ({ orgId }) => orgId)) await bench.fill(ofOrg, ofEndpoint)
      await allSeen(seenAt, 0)
      await delay(500)
      // The one that goes on is there already, as another machine is.
      const next = await bench.sender(leaseMs ?? undefined)
      await sender.kill()
      sender = next
      const killedAt = performance.now()
      const again = await allSeen(seenAt, killedAt)
      waitsMs.push(...again.map((at) => at - killedAt))
      for (let n = again.length; n < events; n += 1) waitsMs.push(patienceMs)
      held.resolve()
      for (const until = performance.now() + patienceMs; performance.now() < until; await delay(100)) {
        if (await bench.isDrained()) break
      }
      lost += Number(!(await bench.isDrained()))
    }
    const lease = leaseMs === null ? 'the lease of 45 s' : `a lease of ${leaseMs / 1000} s in place of 45`
    const from = `${kills} kills with ${inFlight} in flight, ${lease}; median ${round(percentile(waitsMs, 0.5) / 1000)} s.`
    const beyondLease = leaseMs === null ? 0 : 45 - leaseMs / 1000
    return [
      {
        name: 'From the kill of a sender until its deliveries are sent again, p99',
        value: percentile(waitsMs, 0.99) / 1000 + beyondLease,
        goal: { atMost: 60 },
        unit: 's',
        from: beyondLease ? `${from} The difference is added.` : from,
      },
      { name: 'Something was never delivered', value: lost, goal: { atMost: 0 }, unit: 'count', from },
    ]
  } finally {
    held.resolve()
    await witness.stop()
    await bench.stop()
  }
}

/** When each event came last, as soon as all have come since `sinceMs`, or all that did. */
async function allSeen(seenAt: Map<string, number>, sinceMs: number): Promise<number[]> {
  const found = () => [...seenAt.values()].filter((at) => at > sinceMs)
  for (const until = performance.now() + patienceMs; performance.now() < until; await delay(20)) {
    if (found().length >= events) break
  }
  return found()
}

if (import.meta.main) {
  const isFull = !process.argv.includes('--short')
  const form = isFull ? { kills: 5, leaseMs: null } : { kills: 1, leaseMs: 5000 }
  for (const figure of await measureRecovery(form)) report(figure)
}
