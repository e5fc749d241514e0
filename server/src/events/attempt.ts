// One attempt at a delivery: builds and signs the body, sends it, and judges the answer. Queue and schedule are kept
// elsewhere (leases.ts, retry.ts).

import type { Db } from '../platform/db/db.ts'
import type { Log } from '../platform/log.ts'
import type { Outbound } from '../platform/outbound/request.ts'
import { readRetryAfter } from '../platform/outbound/retry-after.ts'
import { Problem } from '../platform/problem.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Attempt, Leased, Settlement } from './leases.ts'
import { type EventEnvelope, vbotBody, velaBody } from './payload.ts'
import { nextWaitMs } from './retry.ts'
import { signWebhook } from './signature.ts'
import { webhookSecrets } from './webhooks.ts'

/** What the vBot payload shows beyond the event: the customer's number and the transcript, told by higher floors. */
export type VbotFacts = (
  orgId: string,
  conversationId: string,
) => Promise<{ customerId: number; transcription: string | null }>

export type SenderParts = {
  db: Db
  outbound: Outbound
  secrets: Secrets
  vbotFacts: VbotFacts
  /** The whole exchange; default that of `outbound`. */
  timeoutMs?: number | undefined
  log: Log
}

/** One text, whatever the guard found: the log must not help to map a private network. */
const refusedReason = 'the address is not allowed as a destination'

/** What becomes of the delivery. `isGone`: the receiver said 410, so the endpoint is to be disabled. */
export async function attemptDelivery(
  parts: SenderParts,
  due: Leased,
  signal: AbortSignal,
): Promise<Settlement & { isGone?: boolean }> {
  if (!due.is_active) return { state: 'dead', attempt: null, error: 'The endpoint is disabled.' }
  const startedAt = new Date()
  const started = performance.now()
  const result = await makeAttempt(parts, due, signal)
  if (result === 'aborted') return { state: 'pending', attempt: null }
  if (result === 'deleted') return { state: 'dead', attempt: null, error: 'The conversation was deleted.' }
  const { retryAfterMs, ...answer } = result
  const attempt: Attempt = { startedAt, durationMs: performance.now() - started, ...answer }
  if (answer.error === null) return { state: 'delivered', attempt }
  if (answer.status === 410) return { state: 'dead', attempt, isGone: true }
  const waitMs = nextWaitMs(due.style, due.attempt, retryAfterMs)
  return waitMs === null ? { state: 'dead', attempt } : { state: 'pending', attempt, waitMs }
}

type Answer = Omit<Attempt, 'startedAt' | 'durationMs'> & { retryAfterMs: number | null }

const failed = (error: string, status: number | null = null): Answer => {
  return { status, error, response: null, retryAfterMs: null, timings: null }
}

async function makeAttempt(
  parts: SenderParts,
  due: Leased,
  signal: AbortSignal,
): Promise<Answer | 'aborted' | 'deleted'> {
  try {
    const body = await bodyOf(parts, due)
    return await send(parts, due, body, signal)
  } catch (err) {
    // Only vBot bodies need the conversation itself.
    if (err instanceof Problem && err.kind === 'not_found') return 'deleted'
    // Ours, not the receiver's: for example a secret that the present key does not open.
    parts.log.error({ err, delivery: due.id }, 'a delivery could not be prepared')
    return failed('internal error')
  }
}

async function bodyOf({ vbotFacts }: SenderParts, due: Leased): Promise<Buffer> {
  const event: EventEnvelope = {
    id: due.event_id,
    type: due.type,
    version: '1',
    occurred_at: due.occurred_at.toISOString(),
    org_id: due.org_id,
    seq: due.seq,
    data: due.data,
  }
  if (due.style !== 'vbot' || due.conversation_id === null) return velaBody(event)
  return vbotBody(event, await vbotFacts(due.org_id, due.conversation_id))
}

async function send(parts: SenderParts, due: Leased, body: Buffer, signal: AbortSignal): Promise<Answer | 'aborted'> {
  const place = { in: webhookSecrets, orgId: due.org_id, id: due.endpoint_id }
  const secret = await parts.secrets.open(parts.db, place, due.secret)
  const timestampS = Math.floor(Date.now() / 1000)
  const outcome = await parts.outbound.request({
    url: due.url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...signWebhook({ id: due.event_id, timestampS, body, secrets: [secret] }),
    },
    body,
    partition: due.org_id,
    signal,
    ...(parts.timeoutMs === undefined ? {} : { timeoutMs: parts.timeoutMs }),
  })
  if (outcome.outcome === 'failed') {
    if (outcome.reason === 'aborted') return 'aborted'
    return failed(outcome.reason === 'refused_destination' ? refusedReason : outcome.detail, outcome.status)
  }
  const { status, bodyExcerpt, headers, timings } = outcome
  return {
    status,
    error: status >= 200 && status < 300 ? null : `the receiver answered ${status}`,
    response: bodyExcerpt,
    retryAfterMs: readRetryAfter(headers['retry-after']),
    timings: {
      dns_ms: Math.round(timings.dnsMs),
      connect_ms: Math.round(timings.connectMs),
      ttfb_ms: Math.round(timings.ttfbMs),
      total_ms: Math.round(timings.totalMs),
    },
  }
}
