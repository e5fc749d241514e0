// One attempt at a delivery: makes the message, sends it by the way that its endpoint wants, and judges what came back.
// Queue, schedule and breaker are kept elsewhere (turn.ts, retry.ts, lane.ts).

import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import { versionOf } from '../catalog/catalog.ts'
import type { CredentialStore } from '../endpoints/credentials.ts'
import type { PayloadStyle } from '../endpoints/endpoints.ts'
import { eventFilter } from '../event-filter.ts'
import type { EventEnvelope } from '../payload.ts'
import type { Claimed } from './claim.ts'
import type { KnownEndpoint } from './endpoint-rows.ts'
import { type Message, type MessageParts, messageOf } from './message.ts'
import { nextWaitMs, waitsMs } from './retry.ts'
import type { Attempt } from './settle.ts'
import type { Ended } from './turn.ts'

/** What came back of one exchange, whatever the protocol. */
export type Answer = Omit<Attempt, 'startedAt' | 'durationMs' | 'requestBytes'> & {
  retryAfterMs?: number | null
  /** All of this is too much for it just now, not this message alone. */
  isQuietWanted?: boolean
  isGone?: boolean
  /** Sending the same again will not help. */
  isPermanent?: boolean
}

/** A way to send. Answers with what happened, whatever it was; `aborted`: the sender is stopping. */
export type Send = (message: Message, signal: AbortSignal) => Promise<Answer | 'aborted'>

export type AttemptParts = MessageParts & {
  credentials: CredentialStore
  sendOver: Record<string, Send>
  log: Log
}

/** The senders of this delivery died so often, with this delivery in their hands, that it may be why. */
export const lostLeasesMax = 3
/** While the service that holds the keys does not answer. */
const keysAwayMs = 15_000

export async function attempt(
  parts: AttemptParts,
  due: Claimed,
  endpoint: KnownEndpoint | undefined,
  signal: AbortSignal,
): Promise<Ended> {
  const ended = (verdict: Ended['verdict']): Ended => ({ due, verdict, outcome: null })
  // Deleted since it was claimed, and its deliveries with it.
  if (!endpoint) return ended({ state: 'waiting', attempt: null })
  if (due.lost_leases >= lostLeasesMax) {
    const why = `The program ended ${lostLeasesMax} times while this was being sent.`
    return ended({ state: 'dead', attempt: null, why, fingerprint: 'poison' })
  }
  const startedAt = new Date()
  const started = performance.now()
  const write = (url: string, requestBytes: number, answer: Omit<Answer, 'url'>): Attempt => ({
    startedAt,
    durationMs: performance.now() - started,
    url,
    requestBytes,
    status: answer.status,
    error: answer.error,
    fingerprint: answer.fingerprint,
    response: answer.response,
    responseHeaders: answer.responseHeaders,
    timings: answer.timings,
  })
  try {
    const event = envelopeOf(due)
    if (endpoint.row.filter !== null && !eventFilter(endpoint.row.filter)(event)) {
      return ended({ state: 'unwanted', attempt: null })
    }
    const credentials = await parts.credentials.of(endpoint.row, endpoint.former)
    const message = await messageOf(parts, event, endpoint.row, credentials, due.ordering_key)
    const send = parts.sendOver[endpoint.row.kind]
    if (!send) throw new Problem('bug', 'no_such_kind', `There is no way to send to ${endpoint.row.kind}.`)
    const answer = await send(message, signal)
    if (answer === 'aborted') return ended({ state: 'waiting', attempt: null })
    return judge(due, endpoint, write(answer.url, message.body.length, answer), answer)
  } catch (err) {
    // Only vBot bodies need the conversation itself.
    if (err instanceof Problem && err.kind === 'not_found') {
      return ended({ state: 'discarded', attempt: null, why: 'The conversation was deleted.' })
    }
    if (err instanceof Problem && err.kind === 'unavailable') {
      parts.log.warn({ err, delivery: due.id }, 'a delivery waits: its secrets do not open just now')
      return ended({ state: 'waiting', attempt: null, waitMs: keysAwayMs })
    }
    // Ours, not the receiver's: for example a secret that the present key does not open.
    parts.log.error({ err, delivery: due.id }, 'a delivery could not be prepared')
    const answer = { ...nothing, error: 'internal error', fingerprint: 'internal' }
    return { ...judge(due, endpoint, write(endpoint.row.url, 0, answer), { ...answer, url: '' }), outcome: null }
  }
}

const nothing = { status: null, response: null, responseHeaders: null, timings: null }

export const failed = (url: string, fingerprint: string, error: string, status: number | null = null): Answer => ({
  ...nothing,
  url,
  status,
  error,
  fingerprint,
})

/** What becomes of the delivery, and what it says of its endpoint. */
export function judge(due: Claimed, { row }: KnownEndpoint, made: Attempt, answer: Answer): Ended {
  if (answer.error === null) return { due, verdict: { state: 'delivered', attempt: made }, outcome: { kind: 'ok' } }
  const quiet = answer.isQuietWanted ? { quietForMs: answer.retryAfterMs ?? null } : {}
  const outcome = { kind: 'failed' as const, ...quiet }
  // Held, as all that comes for an endpoint that is off.
  if (answer.isGone) return { due, verdict: { state: 'waiting', attempt: made, waitMs: 0 }, outcome, isGone: true }
  const waitMs = answer.isPermanent
    ? null
    : nextWaitMs({
        waitsMs: row.retry_waits_s?.map((s) => s * 1000) ?? waitsMs[row.style as PayloadStyle],
        attempt: due.attempt + 1 - due.attempts_before,
        retryAfterMs: answer.retryAfterMs ?? null,
        heldForMs: due.ordering_key === null ? null : (due.failing_for_ms ?? 0),
      })
  if (waitMs === null) return { due, verdict: { state: 'dead', attempt: made }, outcome }
  return { due, verdict: { state: 'waiting', attempt: made, waitMs }, outcome }
}

const envelopeOf = (due: Claimed): EventEnvelope => ({
  id: due.event_id,
  type: due.type,
  version: versionOf(due.type),
  occurred_at: due.occurred_at.toISOString(),
  org_id: due.org_id,
  seq: due.seq,
  previous_seq: due.previous_seq,
  data: due.data,
})
