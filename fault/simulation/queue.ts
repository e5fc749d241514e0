// The queue of deliveries as a model in memory: the rules of claim.ts, settle.ts and turn.ts once more, in plain code. What
// a lane does with outcomes is the real lane.ts. That it is a true likeness is shown by real-queue.ts.

import type { Claimed } from '../../server/src/events/delivery/claim.ts'
import {
  afterOutcomes,
  isTroubled,
  type Lane,
  type LaneOutcome,
  newLane,
  slotsMax,
} from '../../server/src/events/delivery/lane.ts'
import { type Ended, wentWell } from '../../server/src/events/delivery/turn.ts'

const perOrgMax = 32
const orderedScanMax = 200
const writeLaneEveryMs = 1000

export type Endpoint = {
  id: string
  orgId: string
  ordering: 'conversation' | 'all' | null
  /** Null: as much as it takes. */
  ratePerS: number | null
  waitsS: number[] | null
  status: 'active' | 'paused' | 'disabled'
  /** Counts its changes. */
  revision: number
}

/** Times in ms, of the database's clock. */
export type Row = {
  id: string
  endpoint: Endpoint
  seq: number
  key: string | null
  attempt: number
  attemptsBefore: number
  nextAt: number
  leaseUntil: number | null
  token: string | null
  lostLeases: number
  failingSince: number | null
  createdAt: number
}

export type Final = Pick<Row, 'id' | 'endpoint' | 'seq' | 'key' | 'attempt' | 'attemptsBefore' | 'createdAt'> & {
  state: 'delivered' | 'dead' | 'discarded' | 'unwanted'
  fingerprint: string | null
}

export type Notice = { endpointId: string; step: 'failing' | 'recovered' | 'disabled' }
export type LaneRow = Lane & { pacedUntil: number }
/** What one sender remembers of lanes between its turns. */
export type Notes = Map<string, { unsaved: number; savedAt: number }>

/** As the real claim gives it, so that the real judge can be asked. */
export type Due = Claimed & { row: Row }
export type Outcome = Omit<Ended, 'due'> & { due: Due }

export type TurnInput = {
  ended: Outcome[]
  limit: number
  leaseMs: number
  nowMs: number
  sinceStartMs: number
  random: number
}
export type TurnResult = { claimed: Due[]; pacedMs: number | null; late: Due[]; notices: Notice[]; notes: Notes }

export type Queue = ReturnType<typeof newQueue>

export function newQueue(endpoints: Endpoint[]) {
  const rows = new Map(endpoints.map(({ id }) => [id, [] as Row[]]))
  const lanes = new Map(
    endpoints.map(({ id }) => [id, { ...newLane(), pacedUntil: Number.NEGATIVE_INFINITY } as LaneRow]),
  )
  const log: Final[] = []
  let tokens = 0
  let seenAt = Number.NEGATIVE_INFINITY

  const rowsOf = (endpoint: Endpoint) => rows.get(endpoint.id) as Row[]
  const laneOf = (endpoint: Endpoint) => lanes.get(endpoint.id) as LaneRow

  function followClock(nowMs: number): void {
    const back = seenAt - nowMs
    if (back <= 2000 && back > -1000) return
    seenAt = nowMs
    if (back <= 2000) return
    const moved = (ms: number) => (ms > nowMs ? ms - back : ms)
    const movedDate = (date: Date) => new Date(moved(date.getTime()))
    for (const row of [...rows.values()].flat()) {
      if (row.nextAt <= nowMs && (row.leaseUntil === null || row.leaseUntil <= nowMs)) continue
      row.nextAt = moved(row.nextAt)
      row.leaseUntil &&= moved(row.leaseUntil)
      row.failingSince &&= moved(row.failingSince)
    }
    for (const lane of lanes.values()) {
      lane.open_until &&= movedDate(lane.open_until)
      lane.failing_since &&= movedDate(lane.failing_since)
      Object.assign(lane, { blocked_until: movedDate(lane.blocked_until), pacedUntil: moved(lane.pacedUntil) })
    }
  }

  function finish(row: Row, state: Final['state'], attempt: number, fingerprint: string | null): void {
    const all = rowsOf(row.endpoint)
    all.splice(all.indexOf(row), 1)
    const { id, endpoint, seq, key, attemptsBefore, createdAt } = row
    log.push({ id, endpoint, seq, key, attempt, attemptsBefore, createdAt, state, fingerprint })
  }

  /** @returns whether its lease still held */
  function settleOne({ due, verdict }: Outcome, nowMs: number): boolean {
    const { row } = due
    if (row.token !== due.lease_token || !rowsOf(row.endpoint).includes(row)) return false
    const made = verdict.attempt !== null
    if (verdict.state !== 'waiting') {
      const fingerprint =
        verdict.state !== 'dead' ? null : 'why' in verdict ? verdict.fingerprint : verdict.attempt.fingerprint
      finish(row, verdict.state, made ? due.attempt + 1 : row.attempt, fingerprint)
      row.token = null
      return true
    }
    if (made) {
      row.attempt = due.attempt + 1
      row.failingSince ??= nowMs
    }
    if ('waitMs' in verdict && verdict.waitMs !== undefined)
      row.nextAt = nowMs + Math.round(verdict.waitMs * 1000) / 1000
    Object.assign(row, { lostLeases: 0, leaseUntil: null, token: null })
    return true
  }

  function settleLanes(ended: Outcome[], input: TurnInput, notes: Notes): { notices: Notice[]; noted: Notes } {
    const noted: Notes = new Map()
    const notices: Notice[] = []
    const byLane = Map.groupBy(
      ended.filter(({ outcome }) => outcome !== null),
      ({ due }) => due.endpoint_id,
    )
    for (const [id, all] of byLane) {
      const { unsaved, savedAt } = notes.get(id) ?? { unsaved: 0, savedAt: Number.NEGATIVE_INFINITY }
      const mayWait = all.every(({ due, outcome }) => outcome?.kind === 'ok' && !isTroubled(due))
      if (mayWait && input.sinceStartMs - savedAt < writeLaneEveryMs) {
        noted.set(id, { unsaved: unsaved + all.length, savedAt })
        continue
      }
      const { endpoint } = (all[0] as Outcome).due.row
      const group = all.filter(({ due }) => due.revision === endpoint.revision)
      if (group.length === 0) continue
      noted.set(id, { unsaved: 0, savedAt: input.sinceStartMs })
      const stored = lanes.get(id) as LaneRow
      const earlier = Array.from({ length: unsaved }, (): LaneOutcome => ({ kind: 'ok' }))
      const outcomes = [...earlier, ...group.map((one) => one.outcome as LaneOutcome)]
      const { lane, step } = afterOutcomes(stored, outcomes, new Date(input.nowMs), () => input.random)
      const told = group.some(({ isGone }) => isGone) ? 'disabled' : step
      if (told) notices.push({ endpointId: id, step: told })
      lanes.set(id, { ...lane, pacedUntil: stored.pacedUntil })
      if (told === 'disabled' && endpoint.status === 'active') change(endpoint, 'disabled')
    }
    return { notices, noted }
  }

  function claim({ limit, leaseMs, nowMs }: TurnInput): { claimed: Due[]; pacedMs: number | null } {
    type Front = { row: Row; isLeased: boolean; place: number }
    const isLeased = (row: Row) => row.leaseUntil !== null && row.leaseUntil > nowMs
    const byOrg = new Map<string, Front[]>()
    const blocked: [Row, number][] = []
    let [pacedLeast, rateMost] = [Number.POSITIVE_INFINITY, 0]
    for (const endpoint of endpoints) {
      const all = rowsOf(endpoint)
      if (all.length === 0) continue
      const lane = laneOf(endpoint)
      const slots = slotsOf(endpoint, lane, nowMs)
      const pacedUntil = Math.max(lane.pacedUntil, nowMs)
      const rate = endpoint.ratePerS
      const allowance = rate === null ? slotsMax : Math.floor(rate * (1 - (pacedUntil - nowMs) / 1000) + 0.001)
      if (slots > 0 && allowance < 1) {
        pacedLeast = Math.min(pacedLeast, pacedUntil)
        rateMost = Math.max(rateMost, rate ?? 0)
      }
      const due = all.filter(({ nextAt }) => nextAt <= nowMs).sort(byPlace)
      const before = (row: Row) => all.filter((e) => e.key === row.key && e.seq < row.seq)
      const scanned = endpoint.ordering === null ? due : due.slice(0, orderedScanMax)
      const front = (
        endpoint.ordering === null ? due : scanned.filter((row) => isLeased(row) || before(row).length === 0)
      ).slice(0, slotsMax)
      const inFlight = front.filter(isLeased)
      const placed = [...inFlight, ...front.filter((row) => !isLeased(row))]
      for (const [index, row] of placed.entries()) {
        const place = index + 1
        if (!isLeased(row) && (place > slots || place - inFlight.length > allowance)) continue
        const ofOrg = byOrg.get(endpoint.orgId) ?? []
        ofOrg.push({ row, isLeased: isLeased(row), place })
        byOrg.set(endpoint.orgId, ofOrg)
      }
      if (endpoint.ordering === null || slots === 0) continue
      for (const row of scanned) {
        const until = Math.max(...before(row).flatMap(({ nextAt }) => (nextAt > nowMs ? [nextAt] : [])))
        if (Number.isFinite(until) && !isLeased(row)) blocked.push([row, until])
      }
    }
    const wanted = [...byOrg.values()].flatMap((fronts) =>
      fronts
        .sort((a, b) => Number(b.isLeased) - Number(a.isLeased) || a.place - b.place || a.row.nextAt - b.row.nextAt)
        .flatMap(({ row, isLeased: taken }, index) => (taken || index >= perOrgMax ? [] : [{ row, place: index }])),
    )
    const picked = wanted
      .sort((a, b) => a.place - b.place || a.row.nextAt - b.row.nextAt)
      .slice(0, limit)
      .map(({ row }) => row)
    const before = new Map(picked.map(({ endpoint }) => [endpoint.id, { ...laneOf(endpoint) }]))
    for (const row of picked) {
      if (row.leaseUntil !== null) row.lostLeases += 1
      row.leaseUntil = nowMs + leaseMs
      row.token = `${++tokens}`
    }
    for (const [endpoint, group] of Map.groupBy(picked, ({ endpoint }) => endpoint)) {
      const lane = laneOf(endpoint)
      const rate = endpoint.ratePerS
      if (rate !== null) lane.pacedUntil = Math.max(lane.pacedUntil, nowMs) + (1000 * group.length) / rate
      if (lane.breaker === 'open') Object.assign(lane, { breaker: 'half_open', slots: 1 })
    }
    for (const [row, until] of blocked) row.nextAt = until
    return {
      claimed: picked.map((row) => dueOf(row, before.get(row.endpoint.id) as LaneRow, nowMs)),
      pacedMs: rateMost === 0 ? null : pacedLeast - nowMs + 1000 / rateMost - 1000,
    }
  }

  return {
    log,
    rows: () => [...rows.values()].flat(),
    rowsOf,
    laneOf,
    add: (row: Row) => void rowsOf(row.endpoint).push(row),
    turn(notes: Notes, input: TurnInput): TurnResult {
      followClock(input.nowMs)
      const outcomes = input.ended.map((one) => ({ one, held: settleOne(one, input.nowMs) }))
      const counted = outcomes.flatMap(({ one, held }) => (held ? [one] : []))
      for (const { due, verdict } of counted) {
        const { endpoint } = due.row
        if (verdict.state === 'unwanted' && endpoint.ratePerS) laneOf(endpoint).pacedUntil -= 1000 / endpoint.ratePerS
      }
      const claiming = () => (input.limit > 0 ? claim(input) : { claimed: [], pacedMs: null })
      const early = input.ended.every(wentWell) ? claiming() : null
      const { notices, noted } = settleLanes(counted, input, notes)
      const result = early ?? claiming()
      const late = outcomes.flatMap(({ one, held }) => (held ? [] : [one.due]))
      return { ...result, late, notices, notes: new Map([...notes, ...noted]) }
    },
    resume(endpoint: Endpoint, nowMs: number): void {
      change(endpoint, 'active')
      const lane = laneOf(endpoint)
      lanes.set(endpoint.id, { ...newLane(), pacedUntil: lane.pacedUntil })
      for (const row of rowsOf(endpoint)) {
        const waits = row.nextAt > nowMs && row.leaseUntil === null
        if (waits && (row.failingSince !== null || row.key !== null)) row.nextAt = nowMs
      }
    },
    discard(endpoint: Endpoint, nowMs: number): void {
      const isFree = ({ leaseUntil }: Row) => leaseUntil === null || leaseUntil <= nowMs
      for (const row of rowsOf(endpoint).filter(isFree)) finish(row, 'discarded', row.attempt, null)
    },
    /** A dead letter is sent again, as new: its schedule begins once more. */
    replay(dead: Final, nowMs: number): Row {
      log.splice(log.indexOf(dead), 1)
      const { id, endpoint, seq, key, attempt, createdAt } = dead
      const blank = { leaseUntil: null, token: null, lostLeases: 0, failingSince: null }
      const row = { id, endpoint, seq, key, attempt, attemptsBefore: attempt, nextAt: nowMs, createdAt, ...blank }
      rowsOf(endpoint).push(row)
      return row
    },
  }
}

export function change(endpoint: Endpoint, status: Endpoint['status']): void {
  endpoint.status = status
  endpoint.revision += 1
}

/** How many may be in flight at once. */
function slotsOf(endpoint: Endpoint, lane: LaneRow, nowMs: number): number {
  if (endpoint.status !== 'active' || lane.blocked_until.getTime() > nowMs) return 0
  if (lane.breaker === 'open') return lane.open_until !== null && lane.open_until.getTime() <= nowMs ? 1 : 0
  return lane.slots
}

const byPlace = (a: Row, b: Row) => a.nextAt - b.nextAt || a.seq - b.seq

const dueOf = (row: Row, lane: LaneRow, nowMs: number): Due => ({
  row,
  org_id: row.endpoint.orgId,
  endpoint_id: row.endpoint.id,
  id: row.id,
  lease_token: row.token as string,
  attempt: row.attempt,
  attempts_before: row.attemptsBefore,
  lost_leases: row.lostLeases,
  ordering_key: row.key,
  failing_for_ms: row.failingSince === null ? null : nowMs - row.failingSince,
  revision: row.endpoint.revision,
  breaker: lane.breaker,
  failures: lane.failures,
  event_id: row.id,
  seq: row.seq,
  previous_seq: row.seq - 1,
  type: 'call.completed',
  conversation_id: row.key,
  data: {} as Due['data'],
  occurred_at: new Date(nowMs),
})
