// Whether an address belongs to whom it says: a signed challenge is sent there, and must come back in the answer. And
// the message that tries an endpoint out. Both are sent at once, apart from the queue and the log.

import { randomBytes } from 'node:crypto'
import type { Db } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { equalSecret } from '../../platform/secrets.ts'
import type { Answer, Send } from '../delivery/attempt.ts'
import { messageOf } from '../delivery/message.ts'
import type { EventEnvelope } from '../payload.ts'
import type { CredentialStore } from './credentials.ts'
import { listFormer } from './endpoint-secrets.ts'
import type { Endpoint } from './endpoints.ts'

export const challengeTimeoutMs = 10_000

export type SendParts = { db: Db; credentials: CredentialStore; sendOver: Partial<Record<string, Send>> }

export type Verification = { ok: boolean; reason: string | null }

type Sent = { eventId: string; startedAt: Date; durationMs: number; answer: Answer }

/** Whatever the endpoint's status is. The message counts nowhere: no delivery, no attempt, no breaker. */
export async function sendMessage(
  parts: SendParts,
  endpoint: Endpoint,
  message: { type: 'webhook.test' | 'webhook.verify'; data: object },
  signal: AbortSignal,
): Promise<Sent> {
  const { org_id: orgId, id } = endpoint
  const send = parts.sendOver[endpoint.kind]
  if (!send)
    throw new Problem('conflict', 'no_test', `Endpoints of the kind ${endpoint.kind} cannot be tried out like this.`)
  const credentials = await parts.credentials.of(endpoint, await listFormer(parts.db, orgId, [id]))
  const startedAt = new Date()
  // In the shape of an event, so that receivers read it by the same code; 0: it has no place in the log.
  const event = {
    id: newId(),
    type: message.type,
    version: '1',
    occurred_at: startedAt.toISOString(),
    org_id: orgId,
    seq: 0,
    previous_seq: 0,
    data: { endpoint_id: id, ...message.data, links: { self: `/v1/webhooks/${id}` } },
  } as unknown as EventEnvelope
  const started = performance.now()
  const made = await messageOf({ vbotFacts: noFacts }, event, endpoint, credentials, null)
  const answer = await send(made, signal)
  const durationMs = Math.round(performance.now() - started)
  return { eventId: event.id, startedAt, durationMs, answer: answer === 'aborted' ? aborted(endpoint) : answer }
}

/** Only events of calls have them. */
const noFacts = () => Promise.reject(new TypeError('a message has no conversation'))

const aborted = ({ url }: Endpoint): Answer => ({
  url,
  status: null,
  error: 'no answer in time',
  fingerprint: 'timeout',
  response: null,
  responseHeaders: null,
  timings: null,
})

/** Sends the challenge; who may send how many is the caller's business. */
export async function challenge(parts: SendParts, endpoint: Endpoint): Promise<Verification> {
  const text = randomBytes(24).toString('base64url')
  const message = { type: 'webhook.verify' as const, data: { challenge: text } }
  const { answer } = await sendMessage(parts, endpoint, message, AbortSignal.timeout(challengeTimeoutMs))
  if (answer.error !== null) return { ok: false, reason: `The challenge was not taken: ${answer.error}.` }
  return isEcho(answer.response ?? '', text) ? { ok: true, reason: null } : { ok: false, reason: wrongAnswer }
}

const wrongAnswer =
  'The receiver took the challenge but did not answer it. Its answer must be {"challenge": "..."} with the text of data.challenge, or that text alone.'

/** Whoever sends back all that comes in, as some public services do, has not read it. */
export function isEcho(body: string, text: string): boolean {
  const said = readChallenge(body.trim())
  return said !== null && equalSecret(said, text)
}

function readChallenge(body: string): string | null {
  try {
    const read: unknown = JSON.parse(body)
    if (typeof read === 'string') return read
    if (typeof read !== 'object' || read === null || Object.hasOwn(read, 'type')) return null
    const { challenge: said } = read as { challenge?: unknown }
    return typeof said === 'string' ? said : null
  } catch {
    return body
  }
}
