// What must hold in a simulated world, whatever happens in it. Keeps books of its own, beside those of the queue.

import { jitter, orderedHoldMsMax, retryAfterMsMax, waitsMs } from '../../server/src/events/delivery/retry.ts'
import type { Due, Endpoint, Final, Outcome, Queue, Row, TurnResult } from './queue.ts'

const h = 3_600_000
const perEndpointMax = 4
const perOrgMax = 32
const disableAfterMs = 120 * h
const disableFailuresLeast = 20
const noticesMax = 3
/** After which a breaker that is open lets a probe through, its jitter included. */
const breakerMsMax = 1.1 * h

type Lease = { token: string; due: Due; until: number }
type Books = {
  leases: Map<string, Lease>
  allowance: number
  allowanceAt: number
  failures: number
  failingSince: number | null
  told: string[]
  activeSince: number
  /** Of the endpoint, before this turn. */
  revision: number
  /** In flight at once, as long as its breaker is not closed. */
  probes: number
  successes: number
}

export type Checks = ReturnType<typeof checksOf>

/**
 * `slackMs`: by how much the database's clock may jump in all. What it jumps back over is not yet due again, and so is not
 * counted as in flight: caps and rates are only promised by a clock that goes forward.
 */
export function checksOf(queue: Queue, endpoints: Endpoint[], input: { slackMs: number }) {
  const isSteady = input.slackMs === 0
  const books = new Map<string, Books>(
    endpoints.map(({ id, ratePerS }) => [
      id,
      {
        ...{
          leases: new Map(),
          allowance: ratePerS ?? Number.POSITIVE_INFINITY,
          allowanceAt: 0,
          failures: 0,
          failingSince: null,
          told: [],
        },
        ...{ activeSince: 0, revision: 1, probes: 1, successes: 0 },
      },
    ]),
  )
  const known = new Map<string, Row>()
  const taken = new Map<string, number>()
  const announced = new Set<string>()
  /** Of each delivery: in this round, and since its last outcome. */
  const attempts = new Map<string, number>()
  const lost = new Map<string, number>()
  const booksOf = (endpoint: Endpoint) => books.get(endpoint.id) as Books
  const live = (of: Books, nowMs: number) => [...of.leases.values()].filter(({ until }) => until > nowMs).length

  function settled(ended: Outcome[], late: Due[], nowMs: number): void {
    for (const { due, verdict, outcome, isGone } of ended) {
      const own = booksOf(due.row.endpoint)
      const holds = own.leases.get(due.id)?.token === due.lease_token
      const isLate = late.includes(due)
      must(
        holds !== isLate,
        `the outcome of ${due.id} ${isLate ? 'was refused under its' : 'was written under a stale'} lease`,
      )
      if (isLate) continue
      own.leases.delete(due.id)
      const lostLeases = lost.get(due.id) ?? 0
      lost.delete(due.id)
      const round = (attempts.get(due.id) ?? 0) + Number(verdict.attempt !== null)
      attempts.set(due.id, round)
      // Each 410 was followed by an owner who switched it on again.
      must(isGone || round <= attemptsMax(due.row.endpoint) + goneBefore(due), `attempt ${round} of ${due.id}`)
      if (isGone) gone.set(due.id, goneBefore(due) + 1)
      if (verdict.state === 'dead' || verdict.state === 'unwanted') announced.add(due.id)
      if (verdict.state === 'dead') {
        const isHeldTooLong =
          due.ordering_key !== null &&
          (due.failing_for_ms ?? 0) + Math.max(1.2 * longestWaitMs(due.row.endpoint), retryAfterMsMax) >
            orderedHoldMsMax
        const isPermanent = verdict.attempt?.fingerprint === 'broker_refused'
        const isPoison = verdict.attempt === null && lostLeases >= 3
        must(
          isPoison || isPermanent || isHeldTooLong || round >= attemptsMax(due.row.endpoint),
          `${due.id} was given up at attempt ${round}`,
        )
      }
      if (verdict.state === 'unwanted') own.allowance += 1
      if (due.revision !== own.revision) continue
      if (outcome?.kind === 'ok') {
        own.successes += 1
        Object.assign(own, { failures: 0, failingSince: null, probes: Math.min(perEndpointMax, own.probes * 2) })
      }
      if (outcome?.kind === 'failed') {
        own.successes = 0
        own.failures += 1
        own.failingSince ??= nowMs
      }
    }
  }
  const gone = new Map<string, number>()
  const goneBefore = ({ id }: { id: string }) => gone.get(id) ?? 0

  function notices({ notices: found }: TurnResult, ended: Outcome[], nowMs: number): void {
    for (const { endpointId, step } of found) {
      const own = books.get(endpointId) as Books
      const isGone = ended.some((one) => one.isGone && one.due.endpoint_id === endpointId)
      if (step === 'disabled' && !isGone) {
        const forMs = nowMs - (own.failingSince ?? nowMs)
        must(
          forMs >= disableAfterMs - input.slackMs && own.failures >= disableFailuresLeast,
          `${endpointId} was disabled after ${Math.round(forMs / h)} h and ${own.failures} failures`,
        )
      }
      if (step === 'recovered') {
        must(own.told.length > 0, `${endpointId} is said to be well again, and was never said to fail`)
        own.told = []
      } else own.told.push(step)
      const failing = own.told.filter((one) => one === 'failing').length
      must(failing <= noticesMax, `the owner of ${endpointId} was told ${failing} times that it fails`)
    }
  }

  function claimed(dues: Due[], leaseMs: number, nowMs: number): void {
    for (const due of dues) {
      const { endpoint } = due.row
      const own = booksOf(endpoint)
      const held = own.leases.get(due.id)
      must(!isSteady || !held || held.until <= nowMs, `${due.id} was leased twice at once`)
      if (held) lost.set(due.id, (lost.get(due.id) ?? 0) + 1)
      must(endpoint.status === 'active', `${due.id} was taken for an endpoint that is ${endpoint.status}`)
      own.leases.set(due.id, { token: due.lease_token, due, until: nowMs + leaseMs })
      const rate = endpoint.ratePerS ?? Number.POSITIVE_INFINITY
      own.allowance =
        rate === Number.POSITIVE_INFINITY
          ? rate
          : Math.min(rate, own.allowance + ((nowMs - own.allowanceAt) / 1000) * rate)
      own.allowanceAt = nowMs
      own.allowance -= 1
      must(!isSteady || own.allowance > -0.01, `more than ${rate} a second to ${endpoint.id}`)
      if (due.ordering_key !== null) {
        const first = queue.rowsOf(endpoint).find((row) => row.key === due.ordering_key && row.seq < due.seq)
        must(!first, `${due.id} was taken before ${first?.id}, which comes first under its key`)
      }
    }
    for (const endpoint of new Set(dues.map(({ row }) => row.endpoint))) {
      const own = booksOf(endpoint)
      const slots = queue.laneOf(endpoint).breaker === 'closed' ? perEndpointMax : own.probes
      const count = live(own, nowMs)
      must(!isSteady || count <= slots, `${count} in flight to ${endpoint.id}, which has ${slots} slots`)
    }
    for (const orgId of new Set(dues.map(({ org_id }) => org_id))) {
      const ofOrg = endpoints.filter((one) => one.orgId === orgId)
      const count = ofOrg.reduce((sum, one) => sum + live(booksOf(one), nowMs), 0)
      must(!isSteady || count <= perOrgMax, `${count} in flight of ${orgId}`)
    }
  }

  return {
    emitted: (row: Row) => void known.set(row.id, row),
    /** Before a turn. */
    begins(): void {
      for (const endpoint of endpoints) {
        booksOf(endpoint).revision = endpoint.revision
        if (queue.laneOf(endpoint).breaker === 'open') booksOf(endpoint).probes = 1
      }
    },
    settled,
    notices,
    claimed,
    /** Whoever still has one of them in hand is late. */
    discarded(endpoint: Endpoint, ids: string[]): void {
      for (const id of ids) booksOf(endpoint).leases.delete(id)
    },
    activated(endpoint: Endpoint, nowMs: number): void {
      Object.assign(booksOf(endpoint), { failures: 0, failingSince: null, told: [], activeSince: nowMs })
    },
    taken(due: Due, nowMs: number): void {
      const { endpoint, key } = due.row
      if (!taken.has(due.id)) taken.set(due.id, nowMs)
      if (key === null) return
      const missing = [...known.values()].find(
        (row) =>
          row.endpoint === endpoint &&
          row.key === key &&
          row.seq < due.seq &&
          !taken.has(row.id) &&
          !announced.has(row.id),
      )
      must(!missing, `${due.id} came to its receiver before ${missing?.id}`)
    },
    announced: (id: string) => void announced.add(id),
    replayed(row: Row): void {
      known.set(row.id, row)
      attempts.delete(row.id)
      gone.delete(row.id)
    },
    /** Nothing is left to happen. */
    end(input: { wellFromMs(endpoint: Endpoint): number | null; finishedAt: Map<string, number> }): void {
      const finals = Map.groupBy(queue.log, ({ id }) => id)
      for (const row of known.values()) {
        const waiting = queue.rowsOf(row.endpoint).filter(({ id }) => id === row.id).length
        const over = finals.get(row.id) ?? []
        must(
          waiting + over.length === 1,
          `${row.id} is there ${waiting} times in the queue and ${over.length} times in the log`,
        )
        must(
          waiting === 0 || row.endpoint.status !== 'active',
          `${row.id} is stuck: ${JSON.stringify({ ...queue.rowsOf(row.endpoint)[0], lane: queue.laneOf(row.endpoint) })}`,
        )
        if (over[0]?.state === 'delivered') {
          must(taken.has(row.id), `${row.id} is said to be delivered, and never came`)
          inTime(row, over[0], input.wellFromMs(row.endpoint), input.finishedAt.get(row.id) ?? 0)
        }
      }
      for (const endpoint of endpoints) {
        const lane = queue.laneOf(endpoint)
        const { successes } = booksOf(endpoint)
        // Four may have been in flight when it opened; then one, two and four at once.
        must(
          lane.breaker === 'closed' || successes < 8,
          `${endpoint.id} is ${lane.breaker} after ${successes} successes`,
        )
      }
    },
  }

  /** With a receiver that is well again, all is delivered after the longest wait that it could be in. */
  function inTime(row: Row, _final: Final, wellFromMs: number | null, finishedMs: number): void {
    if (wellFromMs === null) return
    const fromMs = Math.max(row.createdAt, wellFromMs, booksOf(row.endpoint).activeSince)
    const waitMs = Math.max(longestWaitMs(row.endpoint) * (1 + jitter), retryAfterMsMax)
    const latest = fromMs + waitMs + retryAfterMsMax + breakerMsMax + h + 2 * input.slackMs
    must(
      finishedMs <= latest,
      `${row.id} was delivered ${Math.round((finishedMs - fromMs) / h)} h after its receiver was well`,
    )
  }
}

const waitsOf = ({ waitsS }: Endpoint) => waitsS?.map((s) => s * 1000) ?? waitsMs.vela
const attemptsMax = (endpoint: Endpoint) => waitsOf(endpoint).length + 1
const longestWaitMs = (endpoint: Endpoint) => Math.max(0, ...waitsOf(endpoint))

function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise)
}
