// A simulated world, all of it decided by a seed: organisations with endpoints, events, senders that fail, receivers that
// fail, owners who pause and replay, and a clock of the database that is not quite steady.

import { type Checks, checksOf } from './checks.ts'
import type { History } from './history.ts'
import { change, type Endpoint, newQueue, type Queue, type Row } from './queue.ts'
import { type Chance, chanceOf } from './random.ts'
import { answerOf, type Script, scriptOf } from './receivers.ts'
import { leaseMs, type Sender, startSender } from './sender.ts'
import { type Timeline, timeline } from './timeline.ts'

const min = 60_000
const h = 60 * min
export const epochMs = Date.UTC(2026, 0, 5)
/** By then everything has ended that can end by itself. */
const horizonMs = 60 * 24 * h

export type Size = { eventsMax: number; endpointsMax: number; spanMsMax: number }
export const wholeSize: Size = { eventsMax: 24, endpointsMax: 12, spanMsMax: 8 * 24 * h }
/** For a history that is gone through once more on a real database. */
export const smallSize: Size = { eventsMax: 10, endpointsMax: 4, spanMsMax: 8 * 24 * h }

export type Told = { deliveries: number; attempts: number; late: number; lostLeases: number }

/**
 * Lives through the world of this seed.
 * @param history gets what was done to the queue, and what came of it
 * @throws what did not hold
 */
export function live(seed: number, size: Size, history?: History): Told {
  const chance = chanceOf(seed)
  const spanMs = Math.min(size.spanMsMax, chance.pick([10 * min, 2 * h, 2 * 24 * h, 8 * 24 * h]))
  const endpoints = endpointsOf(chance, size)
  history?.begins(endpoints)
  const scripts = new Map(endpoints.map(({ id }) => [id, scriptOf(chance, spanMs)]))
  const queue = newQueue(endpoints)
  const time = timeline()
  const jumps = jumpsOf(chance, spanMs)
  const checks = checksOf(queue, endpoints, { slackMs: jumps.reduce((sum, { byMs }) => sum + Math.abs(byMs), 0) })
  const told: Told = { deliveries: 0, attempts: 0, late: 0, lostLeases: 0 }
  const finishedAt = new Map<string, number>()
  const isTroubled = chance.is(0.5)
  let aheadMs = 0
  const databaseMs = () => epochMs + time.nowMs() + aheadMs

  const senders: Sender[] = Array.from({ length: chance.between(1, 3) }, (_, name) =>
    startSender(name, {
      time,
      chance,
      databaseMs,
      capacity: chance.pick([256, 256, 8, 3]),
      trouble: () => (isTroubled && chance.is(0.03) ? chance.pick(['before', 'after'] as const) : null),
      takeTurn(sender, notes, input, isAnswerLost) {
        const finished = queue.log.length
        checks.begins()
        const result = queue.turn(notes, input)
        checks.settled(input.ended, result.late, input.nowMs)
        checks.notices(result, input.ended, input.nowMs)
        checks.claimed(result.claimed, leaseMs, input.nowMs)
        for (const { id } of queue.log.slice(finished)) finishedAt.set(id, time.nowMs())
        told.attempts += input.ended.length
        told.late += result.late.length
        told.lostLeases += result.claimed.filter(({ lost_leases }) => lost_leases > 0).length
        history?.turn(sender, input, result, isAnswerLost, queue)
        return result
      },
      nextDueMs: () => nextDueMs(queue, endpoints, databaseMs()),
      exchange: (due) => answerOf(scripts.get(due.endpoint_id) as Script, time.nowMs(), chance),
      isUnwanted: ({ seq, row }) => row.endpoint.ratePerS === 7 && seq % 5 === 0,
      taken: (due) => checks.taken(due, time.nowMs()),
      started: (sender) => history?.started(sender),
    }),
  )
  const world = { seed, chance, time, queue, checks, endpoints, senders, databaseMs, spanMs, told, history }
  emitEvents(world, size)
  disturb(world)
  haveOwners(world)
  for (const { atMs, byMs } of jumps) {
    time.at(atMs, () => {
      aheadMs += byMs
      for (const sender of senders) time.in(1000, sender.wake)
    })
  }
  time.run(horizonMs)
  checks.end({
    wellFromMs: (endpoint) => scripts.get(endpoint.id)?.wellFromMs ?? null,
    finishedAt: new Map([...finishedAt].map(([id, ms]) => [id, ms])),
  })
  return told
}

type World = {
  seed: number
  chance: Chance
  time: Timeline
  queue: Queue
  checks: Checks
  endpoints: Endpoint[]
  senders: Sender[]
  databaseMs(): number
  spanMs: number
  told: Told
  history: History | undefined
}

function endpointsOf(chance: Chance, { endpointsMax }: Size): Endpoint[] {
  // So many at once that an organisation's cap is met.
  const isCrowd = chance.is(0.03)
  const orgs = isCrowd ? 1 : chance.between(1, 3)
  const count = isCrowd ? endpointsMax : chance.between(1, chance.is(0.2) ? endpointsMax : 4)
  return Array.from({ length: count }, (_, index) => ({
    id: `endpoint-${index}`,
    orgId: `org-${index % orgs}`,
    ordering: isCrowd ? null : chance.pick([null, null, 'conversation', 'all'] as const),
    ratePerS: isCrowd ? 500 : chance.pick([null, 1, 7, 20, 500]),
    waitsS: chance.pick([null, null, [5, 30, 120], [], [1, 1, 1, 1, 1, 1, 1, 1], [3600, 36000]]),
    status: 'active' as const,
    revision: 1,
  }))
}

/** Of the database's clock: mostly none, or small ones, or an hour. */
function jumpsOf(chance: Chance, spanMs: number): { atMs: number; byMs: number }[] {
  if (chance.is(0.75)) return []
  const mostMs = chance.pick([20, 2000, h])
  return Array.from({ length: chance.between(1, 4) }, () => {
    const byMs = chance.between(1, mostMs)
    return { atMs: chance.between(0, spanMs), byMs: chance.is(0.5) ? byMs : -byMs }
  })
}

function emitEvents(
  { chance, time, queue, checks, endpoints, senders, databaseMs, spanMs, told, history }: World,
  { eventsMax }: Size,
) {
  let emitted = 0
  let seq = 0
  const orgs = [...new Set(endpoints.map(({ orgId }) => orgId))]
  const emit = (orgId: string) => {
    seq += 1
    const conversation = `conversation-${chance.between(1, 3)}`
    const rows = endpoints
      .filter((one) => one.orgId === orgId)
      .map((endpoint): Row => {
        emitted += 1
        // No two at quite the same time, so that their order is certain.
        const at = databaseMs() - 1 + (emitted % 1000) / 1000
        const key = endpoint.ordering === null ? null : endpoint.ordering === 'all' ? '' : conversation
        const blank = {
          attempt: 0,
          attemptsBefore: 0,
          leaseUntil: null,
          token: null,
          lostLeases: 0,
          failingSince: null,
        }
        return { id: `delivery-${emitted}`, endpoint, seq, key, nextAt: at, createdAt: time.nowMs(), ...blank }
      })
    for (const row of rows) {
      queue.add(row)
      checks.emitted(row)
    }
    told.deliveries += rows.length
    history?.emitted(rows, databaseMs())
    for (const sender of senders)
      if (chance.is(0.9)) sender.wake()
      else time.in(1000, sender.wake)
  }
  for (let count = chance.between(1, eventsMax); count > 0; ) {
    const burst = Math.min(count, chance.pick([1, 1, 1, 5, 20]))
    const at = chance.between(0, spanMs)
    for (let n = 0; n < burst; n += 1) time.at(at + chance.between(0, 20), () => emit(chance.pick(orgs)))
    count -= burst
  }
}

/** Senders are killed, stopped and frozen. */
function disturb({ chance, time, senders, spanMs }: World) {
  if (chance.is(0.3)) return
  for (let count = chance.between(1, 8); count > 0; count -= 1) {
    const sender = chance.pick(senders)
    const how = chance.pick(['kill', 'kill', 'stop', 'freeze'] as const)
    const forMs = chance.pick([10, 1000, 50_000, 2 * h])
    const act = () => sender[how](forMs)
    // Mostly when it is at work.
    const at = chance.between(0, spanMs)
    if (chance.is(0.3)) time.at(at, act)
    else whenBusy(time, at, sender, act)
  }
}

function whenBusy(time: Timeline, atMs: number, sender: Sender, act: () => void, triesLeft = 50) {
  time.at(atMs, () => {
    if (sender.inFlight() > 0 || triesLeft === 0) act()
    else whenBusy(time, atMs + 2 ** Math.min(20, 51 - triesLeft), sender, act, triesLeft - 1)
  })
}

/** They pause and go on, switch on again what was disabled, discard what is held, and replay dead letters. */
function haveOwners({ chance, time, queue, checks, endpoints, senders, databaseMs, spanMs, history }: World) {
  const wakeAll = () => {
    for (const sender of senders) sender.wake()
  }
  const resume = (endpoint: Endpoint) => {
    if (endpoint.status === 'active') return
    queue.resume(endpoint, databaseMs())
    checks.activated(endpoint, time.nowMs())
    history?.owner('resume', endpoint, databaseMs(), queue)
    wakeAll()
  }
  for (const endpoint of endpoints) {
    for (let count = chance.between(0, 2); count > 0; count -= 1) {
      const at = chance.between(0, spanMs)
      time.at(at, () => {
        if (endpoint.status !== 'active') return
        change(endpoint, 'paused')
        history?.owner('pause', endpoint, databaseMs(), queue)
      })
      time.at(at + chance.between(1, spanMs), () => resume(endpoint))
    }
    const isLookedAfter = chance.is(0.8)
    for (const at of [spanMs, 2 * spanMs + 10 * 24 * h]) {
      time.at(at, () => {
        if (isLookedAfter) resume(endpoint)
        else if (chance.is(0.3) && endpoint.status !== 'active') {
          const before = queue.rowsOf(endpoint).map(({ id }) => id)
          for (const id of before) checks.announced(id)
          queue.discard(endpoint, databaseMs())
          const kept = new Set(queue.rowsOf(endpoint).map(({ id }) => id))
          checks.discarded(
            endpoint,
            before.filter((id) => !kept.has(id)),
          )
          history?.owner('discard', endpoint, databaseMs(), queue)
        }
      })
    }
  }
  for (let count = chance.between(0, 4); count > 0; count -= 1) {
    time.at(chance.between(0, 5 * spanMs), () => {
      const dead = queue.log.filter(({ state }) => state === 'dead')
      if (dead.length === 0) return
      const row = queue.replay(chance.pick(dead), databaseMs())
      checks.replayed(row)
      row.createdAt = time.nowMs()
      history?.replayed(row, databaseMs())
      wakeAll()
    })
  }
}

/** When, by itself, something may become possible that is not possible now. */
function nextDueMs(queue: Queue, endpoints: Endpoint[], nowMs: number): number | null {
  let least = Number.POSITIVE_INFINITY
  const see = (ms: number | null | undefined) => {
    if (ms !== null && ms !== undefined && ms > nowMs && ms < least) least = ms
  }
  for (const endpoint of endpoints) {
    if (endpoint.status !== 'active') continue
    const rows = queue.rowsOf(endpoint)
    if (rows.length === 0) continue
    const lane = queue.laneOf(endpoint)
    see(lane.open_until?.getTime())
    see(lane.blocked_until.getTime())
    for (const row of rows) {
      see(row.nextAt)
      see(row.leaseUntil)
    }
  }
  return Number.isFinite(least) ? least : null
}
