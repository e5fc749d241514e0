// The progress of an ingest job as it happens: a stream of server-sent events (WHATWG HTML §9.2) that asks the database, so
// that it is the same on every machine, whoever works on the job.

import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../platform/db/db.ts'
import { sameScope } from '../../platform/db/scope.ts'
import { Problem } from '../../platform/problem.ts'
import { type Failure, type FailurePlace, failuresAfter, type Tally, tallies } from './item-figures.ts'
import { isEnded, jobView, progressOf } from './job-views.ts'
import { getJob } from './jobs.ts'

const pollMs = 1000
const heartbeatMs = 15_000
/** Then the client comes back, and shows once more who it is. */
const streamMsMax = 15 * 60_000
/** Of one organisation, to this process. */
const streamsMax = 20
/** Each page is found among all failures of the job: few large ones, as there may be a hundred thousand. */
const failuresAtOnce = 5000
/** A transaction that settles items may end so long after it began, which is the time that they bear. */
const lagMs = 10_000
const reconnectMs = 2000
export const endedId = 'ended'

export type Progresses = {
  /**
   * @param lastEventId what the client has seen already; failures of the last ten seconds before may come again
   * @throws Problem('limited', 'too_many_streams')
   */
  open(job: { orgId: string; jobId: string }, options: { lastEventId: string | null; signal: AbortSignal }): Readable
  /** Ends all streams; clients come back to whoever serves then. */
  stop(): void
}

export function progresses(db: Db): Progresses {
  const stopping = new AbortController()
  const open = new Map<string, number>()
  const count = (orgId: string, by: 1 | -1) => {
    const left = (open.get(orgId) ?? 0) + by
    if (left > 0) open.set(orgId, left)
    else open.delete(orgId)
  }
  return {
    open(job, { lastEventId, signal }) {
      if ((open.get(job.orgId) ?? 0) >= streamsMax) {
        const detail = `Your organisation has ${streamsMax} progress streams open. Close one, or read the job every few seconds.`
        throw new Problem('limited', 'too_many_streams', detail, { retryAfterS: 5 })
      }
      const stop = AbortSignal.any([signal, stopping.signal])
      // The generator begins when it is first read, which is after the handler.
      const here = sameScope()
      const stream = Readable.from(events(db, job, here, placeIn(lastEventId), stop))
      count(job.orgId, 1)
      stream.once('close', () => count(job.orgId, -1))
      return stream
    },
    stop: () => stopping.abort(),
  }
}

async function* events(
  db: Db,
  job: { orgId: string; jobId: string },
  here: ReturnType<typeof sameScope>,
  resumed: FailurePlace,
  stop: AbortSignal,
): AsyncGenerator<string> {
  const told = failureLog(resumed)
  const endsAt = performance.now() + streamMsMax
  let shown = ''
  let failed = 0
  let beatAt = performance.now()
  yield `retry: ${reconnectMs}\n\n`
  while (!stop.aborted && performance.now() < endsAt) {
    const tally = (await here(() => tallies(db, job.orgId, [job.jobId]))).get(job.jobId)
    if (!tally) return
    const isLast = isEnded(tally)
    const facts = JSON.stringify([tally.state, tally.counts])
    if (facts !== shown) {
      shown = facts
      beatAt = performance.now()
      yield event('progress', told.id(), progressView(tally))
    } else if (performance.now() - beatAt >= heartbeatMs) {
      beatAt = performance.now()
      yield ': still here\n\n'
    }
    if (tally.counts.failed !== failed || isLast) {
      for (let page: Failure[] | null = null; page === null || page.length === failuresAtOnce; ) {
        page = await here(() => failuresAfter(db, job, told.place(), failuresAtOnce))
        const fresh = told.note(page)
        if (fresh.length > 0) yield fresh.map((one) => event('item', told.id(), failureView(one))).join('')
      }
      failed = tally.counts.failed
      told.rewind(new Date(tally.now.getTime() - lagMs))
    }
    if (isLast) {
      const final = await here(() => getJob(db, job.orgId, job.jobId))
      if (final) yield event('ended', endedId, jobView(final, tally.counts, null))
      return
    }
    await delay(pollMs, undefined, { signal: stop }).catch(() => undefined)
  }
}

/** Which failures have been told. Those of late are read again, as others may be committed between them yet. */
function failureLog(from: FailurePlace) {
  let place = from
  let last = from.at
  const recent = new Map<string, Date>()
  return {
    place: () => place,
    id: () => String(last.getTime()),
    /** Answers those that are new. */
    note(page: Failure[]): Failure[] {
      const fresh = page.filter(({ position, attempt }) => !recent.has(`${position} ${attempt}`))
      for (const { position, attempt, at } of fresh) recent.set(`${position} ${attempt}`, at)
      const end = page.at(-1)
      if (end) place = { at: end.at, position: end.position }
      if (end && end.at > last) last = end.at
      return fresh
    },
    rewind(to: Date) {
      if (place.at > to) place = { at: to, position: -1 }
      for (const [key, at] of recent) if (at < place.at) recent.delete(key)
    },
  }
}

/** The ids of events are the time of the last failure that was told, in milliseconds. */
function placeIn(lastEventId: string | null): FailurePlace {
  const at = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0
  return { at: new Date(Math.max(0, at - lagMs)), position: -1 }
}

/** JSON has no line breaks of its own, so one line of data is enough. */
const event = (name: string, id: string, data: object) => `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`

const progressView = (tally: Tally) => ({
  state: tally.state,
  counts: tally.counts,
  progress: progressOf(tally, tally.counts, tally.pace),
})

const failureView = ({ position, name, code, reason, attempt }: Failure) => ({
  position,
  name,
  state: 'failed',
  code,
  reason,
  attempt,
})
