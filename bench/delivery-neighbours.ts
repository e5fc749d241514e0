// Figure: what 50 organisations notice of a neighbour whose 100,000 events go to receivers that take everything and never
// answer: how much their slowest hundredth rises against the same 50 alone. The two take turns.

import { sql } from 'kysely'
import { newWebhookSecret } from '../server/src/events/signature.ts'
import { openBench, type Queue } from './deliveries.ts'
import { arrivalsOf, keysOf, openEmitter } from './emitting.ts'
import { median, percentile, report, round, spread } from './figure.ts'
import { option, shown } from './options.ts'
import { startSink } from './sink.ts'

const goalPercent = 20
const rounds = option('rounds', 5)
const seconds = option('seconds', 20)
const warmUpS = option('warm-up', 5)
const held = option('held', 100_000)
const normals = 50
/** Of all 50 together. */
const perSecond = option('per-second', 150)
/** Enough for all that may be in flight to one organisation. */
const holes = 8

const secret = newWebhookSecret()
const sink = await startSink(secret)
const bench = await openBench()
const emitter = openEmitter(bench)

/** Of the 50, in ms; `inHole`: requests that the black hole took meanwhile. */
async function phase(queues: Queue[]): Promise<{ p99: number; inHole: number }> {
  await bench.settle()
  await sink.reset()
  const sender = await bench.sender()
  const warmUp = await emitter.run(queues, { perSecond, seconds: warmUpS })
  await arrivalsOf(sink, keysOf(warmUp))
  const { swallowed } = await sink.receipts()
  await sink.reset()
  const sent = await emitter.run(queues, { perSecond, seconds })
  const arrivals = await arrivalsOf(sink, keysOf(sent))
  const later = (await sink.receipts()).swallowed
  await sender.stop()
  const waits = sent.map(({ commitAt }, index) => (arrivals[index] as number) - commitAt)
  const p99 = percentile(waits, 0.99)
  const inHole = swallowed + later
  console.log(
    `  p50 ${round(median(waits))} ms, p99 ${round(p99)} ms of ${shown(sent.length)}; the hole took ${inHole} requests`,
  )
  return { p99, inHole }
}

/** As if it had never been there. */
async function forget(hole: Queue[]): Promise<void> {
  const ids = hole.map(({ endpointId }) => endpointId)
  await sql`delete from deliveries where endpoint_id = any (${ids}::uuid[])`.execute(bench.db)
  await sql`delete from delivery_lanes where endpoint_id = any (${ids}::uuid[])`.execute(bench.db)
  for (const { orgId, endpointId } of hole)
    await sql`insert into delivery_lanes (org_id, endpoint_id) values (${orgId}, ${endpointId})`.execute(bench.db)
}

try {
  const queues = (await bench.groups({ receiver: sink.url, orgs: normals, each: 1, secret })).flat()
  const noisy = await bench.org()
  const hole: Queue[] = []
  for (let n = 0; n < holes; n += 1) hole.push(await bench.queue(noisy, `${sink.url}/hole/${n}`, ['call.completed']))

  const alone: number[] = []
  const beside: number[] = []
  for (let n = 0; n < rounds; n += 1) {
    alone.push((await phase(queues)).p99)
    for (const one of hole) await bench.fill([one], Math.ceil(held / holes))
    const { p99, inHole } = await phase(queues)
    if (inHole === 0 || (await bench.isDrained())) throw new Error('the neighbour was not there all the time')
    beside.push(p99)
    await forget(hole)
  }
  const rises = beside.map((value, index) => (value / (alone[index] as number) - 1) * 100)
  report({
    name: `Rise of p99 beside ${shown(held)} events to a black hole`,
    value: median(rises),
    goal: { atMost: goalPercent },
    unit: '%',
    from: `${rounds} rounds (${spread(rises)} %); ${normals} organisations at ${perSecond / normals} events a second each: p99 ${spread(alone)} ms alone, ${spread(beside)} ms beside it; none of theirs lost or doubled.`,
  })
} finally {
  await emitter.stop()
  await bench.stop()
  sink.stop()
}
