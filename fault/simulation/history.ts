// What was done to the queue of a simulated world, step by step, and what came of each: enough to do it once more
// elsewhere and to compare.

import type { Endpoint, LaneRow, Notice, Outcome, Queue, Row, TurnInput, TurnResult } from './queue.ts'

export type Emitted = Pick<Row, 'id' | 'seq' | 'key' | 'nextAt'> & { endpointId: string }
export type RowState = Pick<
  Row,
  'id' | 'attempt' | 'attemptsBefore' | 'nextAt' | 'leaseUntil' | 'lostLeases' | 'failingSince'
>
export type LaneState = Omit<LaneRow, 'pacedUntil'> & { endpointId: string; pacedUntil: number; status: string }
export type State = {
  rows: RowState[]
  lanes: LaneState[]
  over: { id: string; state: string; attempt: number; fingerprint: string | null }[]
}

export type Step =
  | { kind: 'emit'; nowMs: number; rows: Emitted[] }
  | { kind: 'started'; sender: number }
  | {
      kind: 'turn'
      nowMs: number
      sender: number
      input: TurnInput
      isAnswerLost: boolean
      claimed: { id: string; token: string }[]
      late: string[]
      pacedMs: number | null
      notices: Notice[]
      after: State
    }
  | { kind: 'pause' | 'resume' | 'discard'; nowMs: number; endpointId: string; after: State }
  | { kind: 'replay'; nowMs: number; id: string }

export type History = {
  endpoints: Endpoint[]
  steps: Step[]
  begins(endpoints: Endpoint[]): void
  emitted(rows: Row[], nowMs: number): void
  started(sender: number): void
  turn(sender: number, input: TurnInput, result: TurnResult, isAnswerLost: boolean, queue: Queue): void
  owner(kind: 'pause' | 'resume' | 'discard', endpoint: Endpoint, nowMs: number, queue: Queue): void
  replayed(row: Row, nowMs: number): void
}

export function newHistory(): History {
  const steps: Step[] = []
  const endpoints: Endpoint[] = []
  const stateOf = (queue: Queue): State => ({
    rows: queue.rows().map(({ id, attempt, attemptsBefore, nextAt, leaseUntil, lostLeases, failingSince }) => ({
      ...{ id, attempt, attemptsBefore, nextAt, leaseUntil, lostLeases, failingSince },
    })),
    lanes: endpoints.map((endpoint) => ({
      ...{ ...queue.laneOf(endpoint), endpointId: endpoint.id, status: endpoint.status },
    })),
    over: queue.log
      .filter(({ state }) => state !== 'unwanted')
      .map(({ id, state, attempt, fingerprint }) => ({ id, state, attempt, fingerprint })),
  })
  return {
    endpoints,
    steps,
    begins: (all) => void endpoints.push(...all),
    emitted(rows, nowMs) {
      const told = rows.map(({ id, seq, key, nextAt, endpoint }) => ({ id, seq, key, nextAt, endpointId: endpoint.id }))
      steps.push({ kind: 'emit', nowMs, rows: told })
    },
    started: (sender) => void steps.push({ kind: 'started', sender }),
    turn(sender, input, result, isAnswerLost, queue) {
      const { pacedMs, notices } = result
      const claimed = result.claimed.map(({ id, lease_token }) => ({ id, token: lease_token }))
      const late = result.late.map(({ lease_token }) => lease_token)
      const told = { ...input, ended: [...input.ended] as Outcome[] }
      const found = { claimed, late, pacedMs, notices, after: stateOf(queue) }
      steps.push({ kind: 'turn', nowMs: input.nowMs, sender, input: told, isAnswerLost, ...found })
    },
    owner: (kind, { id: endpointId }, nowMs, queue) =>
      void steps.push({ kind, nowMs, endpointId, after: stateOf(queue) }),
    replayed: ({ id }, nowMs) => void steps.push({ kind: 'replay', nowMs, id }),
  }
}
