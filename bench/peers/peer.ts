// What the senders that are compared have in common: a queue that can be filled while nobody sends, deliveries offered at
// a fixed rate, and a worker in a process of its own.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { velaBody } from '../../server/src/events/payload.ts'
import { newId } from '../../server/src/platform/ids.ts'
import { callData } from '../call-data.ts'
import { atRate } from '../emitting.ts'
import { keyOf } from '../sink.ts'

export type Peer = {
  name: string
  /** Puts so many deliveries into the queue. */
  fill(count: number): Promise<void>
  /** @returns of each delivery how the sink knows it, and when it was due */
  offer(perSecond: number, seconds: number): Promise<{ key: string; dueAt: number }[]>
  work(): Promise<PeerWorker>
  storeCpuMs(): Promise<number>
  /** Away with what it keeps of finished jobs. */
  forget?(): Promise<void>
  stop(): Promise<void>
}

export type PeerWorker = {
  pid: number
  /** After what is in flight. */
  stop(): Promise<void>
  kill(): Promise<void>
}

export const endpoints = 50
/** POSTs in flight at once, of everybody. */
export const inFlight = 200

/** A delivery as a queue of jobs holds it: all that its worker needs. */
export type PeerJob = { id: string; path: string; body: string }

export function peerJob(index: number): PeerJob {
  const id = newId()
  const body = velaBody({
    id,
    type: 'call.completed',
    version: '1',
    occurred_at: new Date().toISOString(),
    org_id: id,
    seq: index + 1,
    previous_seq: index,
    data: callData(id),
  })
  return { id, path: `/hook/${index % endpoints}`, body: body.toString() }
}

/** Puts one job at a time into a queue, at the rate; each is safe when `put` has answered. */
export const offerJobs = (perSecond: number, seconds: number, put: (job: PeerJob) => Promise<unknown>) =>
  atRate(perSecond, seconds, async (index, dueAt) => {
    const job = peerJob(index)
    await put(job)
    return { key: keyOf(job.path, job.id), dueAt }
  })

/** Starts a program with settings as its one argument; it answers once it works, and ends when it is told to. */
export async function startPeerWorker(program: string, settings: object): Promise<PeerWorker> {
  const child = fork(program, [JSON.stringify(settings)])
  const ended = once(child, 'exit')
  await Promise.race([once(child, 'message'), ended.then(() => Promise.reject(new Error(`${program} did not start`)))])
  const end = async (how: (child: ChildProcess) => unknown) => {
    if (child.exitCode === null && child.signalCode === null) how(child)
    await ended
  }
  return {
    pid: child.pid as number,
    stop: () => end(() => child.send('stop')),
    kill: () => end(() => child.kill('SIGKILL')),
  }
}

/** The other side of `startPeerWorker`. */
export function runAsWorker(stop: () => Promise<void>): void {
  process.on('message', async () => {
    await stop()
    process.disconnect?.()
    process.exit()
  })
  process.send?.('started')
}
