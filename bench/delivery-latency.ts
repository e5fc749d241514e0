// Figures: how long after the commit of a change its signed webhook has come in, at 300 events a second of 50
// organisations, each with an endpoint. The events are emitted by this program at their times, whether the sender keeps
// up or not; sender and receiver are processes of their own.

import { newWebhookSecret } from '../server/src/events/signature.ts'
import { cpuMsOf } from './cpu.ts'
import { openBench } from './deliveries.ts'
import { arrivalsOf, keysOf, openEmitter } from './emitting.ts'
import { percentile, report, round } from './figure.ts'
import { option, shown } from './options.ts'
import { startSink } from './sink.ts'

const goalMs = { p50: 10, p99: 50 }
const perSecond = option('per-second', 300)
const seconds = option('seconds', 30)
const warmUpS = option('warm-up', 10)
const endpoints = 50

const secret = newWebhookSecret()
const sink = await startSink(secret)
const bench = await openBench()
const emitter = openEmitter(bench)
try {
  const queues = (await bench.groups({ receiver: sink.url, orgs: endpoints, each: 1, secret })).flat()
  await bench.settle()
  const sender = await bench.sender()
  const warmUp = await emitter.run(queues, { perSecond, seconds: warmUpS })
  await arrivalsOf(sink, keysOf(warmUp))
  await sink.reset()

  const cpuBefore = { sender: await cpuMsOf(sender.pid), database: await bench.databaseCpuMs() }
  const sent = await emitter.run(queues, { perSecond, seconds })
  const arrivals = await arrivalsOf(sink, keysOf(sent))
  const cpuUs = (before: number, after: number) => round(((after - before) * 1000) / sent.length)
  const senderUs = cpuUs(cpuBefore.sender, await cpuMsOf(sender.pid))
  const databaseUs = cpuUs(cpuBefore.database, await bench.databaseCpuMs())
  await sender.stop()
  if (!(await bench.isDrained())) throw new Error('deliveries came that were not logged')

  const waits = (from: 'commitAt' | 'dueAt') => sent.map((one, index) => (arrivals[index] as number) - one[from])
  const of = (values: number[]) =>
    [0.5, 0.99, 0.999].map((share) => `p${share * 100} ${round(percentile(values, share))} ms`).join(', ')
  const waitsMs = waits('commitAt')
  console.log(`  from the commit: ${of(waitsMs)}, at most ${round(Math.max(...waitsMs))} ms`)
  console.log(`  from when each event was due, its transaction included: ${of(waits('dueAt'))}`)
  console.log(`  processor time each: sender ${senderUs} us, database with the emitting ${databaseUs} us`)
  const from = `${shown(sent.length)} events at ${perSecond} a second to ${endpoints} endpoints; none lost, none doubled, all signatures right.`
  const name = 'Commit to receipt of the webhook'
  const p50 = percentile(waitsMs, 0.5)
  const p99 = percentile(waitsMs, 0.99)
  report({ name: `${name}, p50`, value: p50, goal: { atMost: goalMs.p50 }, unit: 'ms', from })
  report({ name: `${name}, p99`, value: p99, goal: { atMost: goalMs.p99 }, unit: 'ms', from })
} finally {
  await emitter.stop()
  await bench.stop()
  sink.stop()
}
