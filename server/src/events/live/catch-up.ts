// Tells a subscriber what came before now, from the log, page by page and no faster than it reads; until it has heard
// everything, and can hear of the rest together with the others.

import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../platform/db/db.ts'
import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import type { AsSeenBy } from '../log/log-page.ts'
import { type LogSlice, readSlice } from '../log/read-log.ts'
import { isSelected } from './selection.ts'
import { end, type Subscriber, say, waitingBytesMax } from './subscriber.ts'
import { type Control, eventBytes, eventText } from './wording.ts'

const pageRowsMax = 100
/** So many subscribers read at a time, however many come back at once. */
const readersMax = 4
const lookMs = 10
/** Who has taken nothing for so long does not read any more. */
export const standstillMs = 10_000
/** While the database is away. */
const troubleMs = 1000

export type CatchUp = (subscriber: Subscriber, settle: () => boolean) => Promise<void>

/** `settle`: asked when the subscriber is up to date; true: it hears of the rest elsewhere from now on. */
export function catchUp({ db, seenBy, log }: { db: Db; seenBy: AsSeenBy; log: Log }): CatchUp {
  const reading = turnstile(readersMax)

  /** @returns how many rows it took of the page, and whether that was all there is */
  async function tellPage(subscriber: Subscriber, pageRows: number): Promise<{ taken: number; isUpToDate: boolean }> {
    const { by, here, position: after, selection } = subscriber
    const { orgId } = by
    const page = await reading(() =>
      here(async () => {
        const { types, conversationId } = selection
        const slice = await readSlice(db, { orgId, after, limit: pageRows, types, conversationId })
        return { ...slice, events: await seenBy(db, by, slice.events) }
      }),
    )
    for (const [taken, event] of page.events.entries()) {
      // What it asked for meanwhile, or lost the right to see, holds from the next page on.
      if (!isSelected(selection, event)) continue
      // No page is kept for somebody who reads slowly: it may be large, and they many.
      if (subscriber.isEnded || isFull(subscriber)) return { taken, isUpToDate: false }
      tell(subscriber, event.seq, eventText(event))
      subscriber.position = event.seq
    }
    subscriber.position = endOf(page, after, pageRows)
    return { taken: pageRows, isUpToDate: page.seen < pageRows }
  }

  return async (subscriber, settle) => {
    let pageRows = pageRowsMax
    while (!subscriber.isEnded) {
      try {
        if (!(await hasRoom(subscriber))) return
        const { taken, isUpToDate } = await tellPage(subscriber, pageRows)
        // About as much as it takes at a time.
        pageRows = Math.min(2 * taken + 1, pageRowsMax)
        if (subscriber.isEnded || (isUpToDate && settle())) return
      } catch (err) {
        if (err instanceof Problem && passLost(subscriber, err)) continue
        log.warn({ err, org: subscriber.by.orgId }, 'the log could not be read for a stream; trying again')
        await delay(troubleMs)
      }
    }
  }
}

/** Up to where a page of the log tells of everything. */
export const endOf = (page: LogSlice, after: number, limit: number): number =>
  page.seen < limit ? Math.max(after, page.highestSeq) : (page.lastSeq ?? after)

export function tell(subscriber: Subscriber, seq: number, text: string): void {
  subscriber.line.send(eventBytes(subscriber.line.kind, seq, text))
  subscriber.toldSeq = seq
}

/** What is gone is told of; what never was ends the stream. */
function passLost(subscriber: Subscriber, problem: Problem): boolean {
  if (problem.code === 'unknown_seq') end(subscriber, 'log_restored')
  else if (problem.code !== 'events_expired') return false
  else {
    const gap = gapOf(subscriber.position, problem)
    say(subscriber, gap)
    subscriber.position = gap.resume_after
  }
  return true
}

export function gapOf(after: number, { facts }: Problem): Extract<Control, { control: 'gap' }> {
  const { oldest_seq, resume_after } = facts as { oldest_seq: number | null; resume_after: number }
  return { control: 'gap', after, oldest_seq, resume_after }
}

const isFull = ({ line }: Subscriber) => line.waitingBytes() > waitingBytesMax / 4

/** Waits until the client has taken most of what it was sent. False: it has ended, or does not read. */
async function hasRoom(subscriber: Subscriber): Promise<boolean> {
  const { line } = subscriber
  let least = line.waitingBytes()
  for (let movedAt = performance.now(); isFull(subscriber); ) {
    await delay(lookMs)
    if (subscriber.isEnded) return false
    const waiting = line.waitingBytes()
    if (waiting < least) movedAt = performance.now()
    least = Math.min(least, waiting)
    if (performance.now() - movedAt > standstillMs) {
      end(subscriber, 'too_slow')
      return false
    }
  }
  return !subscriber.isEnded
}

function turnstile(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let inside = 0
  return async (work) => {
    if (inside >= width) await new Promise<void>((resolve) => waiting.push(resolve))
    else inside += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else inside -= 1
    }
  }
}
