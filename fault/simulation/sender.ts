// A sender of a simulated world: takes turns of the queue as engine.ts does, sends, and dies, freezes or loses the database
// now and then. What becomes of an answer is the real judge.

import { judge, lostLeasesMax } from '../../server/src/events/delivery/attempt.ts'
import type { KnownEndpoint } from '../../server/src/events/delivery/endpoint-rows.ts'
import type { Attempt } from '../../server/src/events/delivery/settle.ts'
import type { Due, Notes, Outcome, TurnInput, TurnResult } from './queue.ts'
import type { Chance } from './random.ts'
import type { Exchange } from './receivers.ts'
import type { Timeline } from './timeline.ts'

export const leaseMs = 45_000
const pollMs = 1000
const turnSpacingMs = 5
const troubleMs = 500

export type Sender = {
  name: number
  wake(): void
  /** `kill -9`, and started again so much later. */
  kill(awayMs: number): void
  /** Stopped in order: what is under way is handed back. */
  stop(awayMs: number): void
  /** As a machine that sleeps: nothing of it goes on, and then all at once. */
  freeze(forMs: number): void
  inFlight(): number
}

export type Around = {
  time: Timeline
  chance: Chance
  databaseMs(): number
  /** The database fails this turn before its commit, or after it, or not at all. */
  trouble(): 'before' | 'after' | null
  takeTurn(sender: number, notes: Notes, input: TurnInput, isAnswerLost: boolean): TurnResult
  /** When, by the database's clock, there may be more to do; null: not by itself. */
  nextDueMs(): number | null
  exchange(due: Due): Exchange
  isUnwanted(due: Due): boolean
  taken(due: Due): void
  started(sender: number): void
  capacity: number
}

export function startSender(name: number, around: Around): Sender {
  const { time, chance, capacity } = around
  let life = 0
  let isUp = true
  let frozenUntil = 0
  let lastTurnAt = Number.NEGATIVE_INFINITY
  let nextTurnAt: number | null = null
  let notes: Notes = new Map()
  let ended: Outcome[] = []
  let inFlight = new Set<Due>()

  const turnAt = (ms: number) => {
    const at = Math.ceil(Math.max(ms, lastTurnAt + turnSpacingMs, frozenUntil))
    if (!isUp || (nextTurnAt !== null && nextTurnAt <= at)) return
    nextTurnAt = at
    const born = life
    time.at(at, () => {
      if (life !== born || nextTurnAt !== at) return
      if (frozenUntil <= time.nowMs()) turn()
      else {
        nextTurnAt = null
        turnAt(frozenUntil)
      }
    })
  }

  function turn(): void {
    nextTurnAt = null
    const now = time.nowMs()
    lastTurnAt = now
    const trouble = around.trouble()
    const result = trouble === 'before' ? null : takeTurn(capacity - inFlight.size, trouble === 'after')
    if (!result) {
      turnAt(now + troubleMs)
      return
    }
    for (const due of result.claimed) send(due)
    const restMs = result.pacedMs ?? restOf(around.nextDueMs())
    if (restMs !== null) turnAt(now + Math.min(pollMs, restMs) + (restMs > pollMs ? pollTicks(restMs) : 0))
  }

  const restOf = (dueMs: number | null) => (dueMs === null ? null : Math.max(1, dueMs - around.databaseMs()))
  /** Turns that find nothing are left out. */
  const pollTicks = (restMs: number) => Math.ceil((restMs - pollMs) / pollMs) * pollMs

  /** @returns null: committed, but nobody knows */
  function takeTurn(limit: number, isAnswerLost: boolean): TurnResult | null {
    const told = ended
    ended = []
    const nowMs = around.databaseMs()
    const input = { ended: told, limit, leaseMs, nowMs, sinceStartMs: time.nowMs(), random: chance.next() }
    const result = around.takeTurn(name, notes, input, isAnswerLost)
    if (isAnswerLost) {
      ended = [...told, ...ended]
      return null
    }
    notes = result.notes
    return result
  }

  function send(due: Due): void {
    const born = life
    const end = (outcome: Outcome) => {
      if (life !== born) return
      if (frozenUntil > time.nowMs()) {
        time.at(frozenUntil, () => end(outcome))
        return
      }
      inFlight.delete(due)
      ended.push(outcome)
      turnAt(time.nowMs())
    }
    inFlight.add(due)
    if (due.lost_leases >= lostLeasesMax) {
      const verdict = { state: 'dead' as const, attempt: null, why: 'lost', fingerprint: 'poison' }
      time.in(0, () => end({ due, verdict, outcome: null }))
      return
    }
    if (around.isUnwanted(due)) {
      time.in(0, () => end({ due, verdict: { state: 'unwanted', attempt: null }, outcome: null }))
      return
    }
    const { answer, tookMs, isTaken } = around.exchange(due)
    const arrivesMs = Math.min(tookMs, chance.between(0, 20))
    time.in(arrivesMs, () => {
      // What a process has sent is on its way, whatever becomes of the process; or it was not sent yet.
      const isSent = (life === born && frozenUntil <= time.nowMs()) || chance.is(0.5)
      if (isTaken && isSent) around.taken(due)
      else if (isTaken && life === born && frozenUntil > time.nowMs()) time.at(frozenUntil, () => around.taken(due))
    })
    time.in(tookMs, () => {
      const made = { ...answer, startedAt: new Date(0), durationMs: tookMs, requestBytes: 1 } as Attempt
      const row = { retry_waits_s: due.row.endpoint.waitsS, style: 'vela' }
      const { verdict, outcome, isGone } = judge(due, { row } as unknown as KnownEndpoint, made, answer)
      end({ due, verdict, outcome, ...(isGone ? { isGone } : {}) })
    })
  }

  function die(awayMs: number): void {
    life += 1
    isUp = false
    nextTurnAt = null
    frozenUntil = 0
    notes = new Map()
    ended = []
    inFlight = new Set()
    const born = life
    time.in(awayMs, () => {
      if (life !== born) return
      isUp = true
      around.started(name)
      turnAt(time.nowMs())
    })
  }

  return {
    name,
    wake: () => turnAt(time.nowMs()),
    kill: die,
    stop(awayMs) {
      if (isUp && frozenUntil <= time.nowMs()) {
        for (const due of inFlight) ended.push({ due, verdict: { state: 'waiting', attempt: null }, outcome: null })
        inFlight = new Set()
        takeTurn(0, false)
      }
      die(awayMs)
    },
    freeze(forMs) {
      frozenUntil = time.nowMs() + forMs
    },
    inFlight: () => inFlight.size,
  }
}
