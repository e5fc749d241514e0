// Drains a backlog with a new sender and measures how fast: from when a tenth has come, since a program that has just
// started is slow. Nothing is told of a drain in which a delivery was lost or doubled.

import { setTimeout as delay } from 'node:timers/promises'
import { cpuMsOf } from './cpu.ts'
import type { Bench } from './deliveries.ts'
import { round } from './figure.ts'
import { requireAll, type Sink } from './sink.ts'

/** `cpuUs`: of one delivery; `store` is the database or what takes its place. */
export type Drained = { perSecond: number; cpuUs: { sender: number; store: number; sink: number } }

type Started = { pid: number; stop(): Promise<void> }

/**
 * @param input.count of deliveries that the sink is to have got at the end
 * @param input.isDone whether all is written down, too
 */
export async function timeDrain(input: {
  sink: Sink
  count: number
  start(): Promise<Started>
  storeCpuMs(): Promise<number>
  isDone?: () => Promise<boolean>
}): Promise<Drained> {
  const { sink, count, isDone = async () => true } = input
  await sink.reset()
  const sender = await input.start()
  const mark = async () => ({
    at: performance.now(),
    count: (await sink.receipts()).count,
    sender: await cpuMsOf(sender.pid),
    store: await input.storeCpuMs(),
    sink: await cpuMsOf(sink.pid),
  })
  await reached(sink, count / 10)
  const from = await mark()
  await reached(sink, count)
  while (!(await isDone())) await delay(5)
  const until = await mark()
  await sender.stop()
  const done = until.count - from.count
  const us = (name: 'sender' | 'store' | 'sink') => ((until[name] - from[name]) * 1000) / done
  return {
    perSecond: (done * 1000) / (until.at - from.at),
    cpuUs: { sender: us('sender'), store: us('store'), sink: us('sink') },
  }
}

/** By our own sender, which logs each attempt. Where more than `count` deliveries wait, the rest is left. */
export async function drain(input: { bench: Bench; sink: Sink; count: number }): Promise<Drained> {
  const { bench, sink, count } = input
  const waiting = await bench.waiting()
  const loggedBefore = await bench.logged()
  const drained = await timeDrain({
    sink,
    count,
    start: bench.sender,
    storeCpuMs: bench.databaseCpuMs,
    ...(waiting === count ? { isDone: bench.isDrained } : {}),
  })
  const sent = waiting - (await bench.waiting())
  requireAll(await sink.receipts(), sent)
  const logged = (await bench.logged()) - loggedBefore
  if (logged !== sent) throw new Error(`${sent} deliveries were sent and ${logged} are in the log`)
  return drained
}

const stuckMs = 60_000

/** Until the sink has got so many. */
export async function reached(sink: Sink, count: number): Promise<void> {
  let last = { count: 0, at: performance.now() }
  while (last.count < count) {
    await delay(20)
    const { count: now } = await sink.receipts()
    if (now > last.count) last = { count: now, at: performance.now() }
    if (performance.now() - last.at > stuckMs) throw new Error(`nothing came for ${stuckMs / 1000} s after ${now}`)
  }
}

export const cpuTotal = ({ cpuUs: { sender, store, sink } }: Drained): number => sender + store + sink

export const shownDrain = ({ perSecond, cpuUs }: Drained): string =>
  `${round(perSecond)}/s; processor time each: sender ${round(cpuUs.sender)} us, database ${round(cpuUs.store)} us, sink ${round(cpuUs.sink)} us`
