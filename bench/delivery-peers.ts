// Figures: our sender beside workers of pg-boss and BullMQ that do the same signed POSTs with as many in flight to the same
// sink, in the same run and with the same durability; BullMQ also as it is used by default. The workers of the peers do
// the least that works: no log of attempts, no endpoints to look up, no breaker.

import { setTimeout as delay } from 'node:timers/promises'
import { newWebhookSecret } from '../server/src/events/signature.ts'
import { openBench } from './deliveries.ts'
import { type Drained, reached, timeDrain } from './drain.ts'
import { arrivalsOf, keysOf } from './emitting.ts'
import { median, percentile, report, round, skip, spread } from './figure.ts'
import { option, shown } from './options.ts'
import { bullMq } from './peers/bullmq.ts'
import { indaba } from './peers/indaba.ts'
import type { Peer } from './peers/peer.ts'
import { pgBoss } from './peers/pg-boss.ts'
import { plainTable } from './peers/plain-table.ts'
import { requireAll, startSink } from './sink.ts'

const rounds = option('rounds', 5)
const deliveries = option('deliveries', 10_000)
const perSecond = option('per-second', 300)
const seconds = option('seconds', 20)
const warmUpS = option('warm-up', 5)
/** What has not come so long after a kill counts as lost. */
const patienceMs = 90_000

type Crash = { lost: number; doubled: number; recoveredMs: number }
type Latency = { p50: number; p99: number }

const secret = newWebhookSecret()
const sink = await startSink(secret)
const bench = await openBench()
const peers: Peer[] = []

async function timed(peer: Peer): Promise<Drained> {
  await peer.fill(deliveries)
  await bench.settle()
  const drained = await timeDrain({ sink, count: deliveries, start: peer.work, storeCpuMs: peer.storeCpuMs })
  requireAll(await sink.receipts(), deliveries)
  await peer.forget?.()
  return drained
}

/** From when each event was due, so that what a peer takes to store it counts too. */
async function latency(peer: Peer): Promise<Latency> {
  await sink.reset()
  const worker = await peer.work()
  await arrivalsOf(sink, keysOf(await peer.offer(perSecond, warmUpS)))
  await sink.reset()
  const sent = await peer.offer(perSecond, seconds)
  const arrivals = await arrivalsOf(sink, keysOf(sent))
  await worker.stop()
  await peer.forget?.()
  const waits = sent.map(({ dueAt }, index) => (arrivals[index] as number) - dueAt)
  return { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) }
}

/** `kill -9` in the middle of a drain, and another worker at once. */
async function crash(peer: Peer): Promise<Crash> {
  await peer.fill(deliveries)
  await sink.reset()
  const worker = await peer.work()
  await reached(sink, deliveries / 2)
  await worker.kill()
  const killedAt = performance.now()
  const next = await peer.work()
  let receipts = await sink.receipts()
  while (receipts.distinct < deliveries && performance.now() - killedAt < patienceMs) {
    await delay(20)
    receipts = await sink.receipts()
  }
  const recoveredMs = performance.now() - killedAt
  await next.stop()
  receipts = await sink.receipts()
  await peer.forget?.()
  return { lost: deliveries - receipts.distinct, doubled: receipts.count - receipts.distinct, recoveredMs }
}

try {
  peers.push(await indaba(bench, sink.url, secret), await pgBoss(bench, sink.url, secret))
  const floor = await plainTable(bench, sink.url, secret)
  peers.push(floor)
  for (const fsync of ['always', 'everysec'] as const) {
    const bull = await bullMq(bench, sink.url, secret, fsync)
    if (bull) peers.push(bull)
    else skip(`Drain to that of BullMQ, fsync ${fsync}`, 'redis-server is not installed here (Debian: redis-server)')
  }

  const drains = new Map<Peer, Drained[]>(peers.map((peer) => [peer, []]))
  for (let n = 0; n < rounds; n += 1) for (const peer of peers) drains.get(peer)?.push(await timed(peer))
  const rows: Record<string, string | number>[] = []
  for (const peer of peers) {
    const drained = drains.get(peer) as Drained[]
    const of = (value: (one: Drained) => number) => round(median(drained.map(value)))
    const { p50, p99 } = await latency(peer)
    const { lost, doubled, recoveredMs } = await crash(peer)
    rows.push({
      sender: peer.name,
      'per s': of((one) => one.perSecond),
      'min to max': spread(drained.map((one) => one.perSecond)),
      'p50 ms': round(p50),
      'p99 ms': round(p99),
      'sender us': of((one) => one.cpuUs.sender),
      'store us': of((one) => one.cpuUs.store),
      lost,
      doubled,
      'back after s': lost > 0 ? `> ${patienceMs / 1000}` : round(recoveredMs / 1000),
    })
  }
  console.log(
    `  ${rounds} drains of ${shown(deliveries)} each, in which none was lost or doubled; us: processor time of each`,
  )
  console.log(`  p50 and p99: from when due, at ${perSecond} a second for ${seconds} s, none lost or doubled`)
  console.log(`  lost, doubled, back after: of ${shown(deliveries)}, with kill -9 of the worker in the middle`)
  const [head = {}] = rows
  for (const row of [Object.keys(head), ...rows.map((one) => Object.values(one))])
    console.log(`  ${row.map((cell, index) => String(cell).padEnd(index === 0 ? 24 : 15)).join(' ')}`)

  const [ours, ...others] = peers.map((peer) => ({
    name: peer.name,
    rates: (drains.get(peer) as Drained[]).map(({ perSecond }) => perSecond),
  }))
  for (const other of others.filter(({ name }) => name !== floor.name)) {
    const ratios = other.rates.map((rate, index) => (ours?.rates[index] as number) / rate)
    report({
      name: `Drain to that of ${other.name}`,
      value: median(ratios),
      goal: { atLeast: 1 },
      unit: 'x',
      from: `${rounds} rounds, ratios ${spread(ratios)}; none lost, none doubled on either side.`,
    })
  }
} finally {
  for (const peer of peers) await peer.stop()
  await bench.stop()
  sink.stop()
}
