// Signs outgoing webhooks by Standard Webhooks 1.0 (`v1`, HMAC-SHA256) and makes the secrets for it.
// Where secrets are kept, and when they change, is the endpoints' matter.

import { createHmac, randomBytes } from 'node:crypto'

export type WebhookHeaders = { 'webhook-id': string; 'webhook-timestamp': string; 'webhook-signature': string }

const prefix = 'whsec_'

/** `whsec_` and the base64 of 32 random bytes. */
export function newWebhookSecret(): string {
  return prefix + randomBytes(32).toString('base64')
}

/**
 * The headers for one attempt. `id` is the same at each attempt, `timestampS` (Unix seconds) is the attempt's own.
 * Several secrets, newest first, give several signatures separated by a space: a receiver accepts any one of them.
 *
 * A secret that the receiver chose may be any text. Written as `whsec_` and base64, its key is what the base64 says, as
 * the standard has it; otherwise the key is the text itself in UTF-8 (`format: 'raw'` in the standard's libraries).
 */
export function signWebhook(input: {
  id: string
  timestampS: number
  body: Uint8Array
  secrets: string[]
}): WebhookHeaders {
  const { id, timestampS, body, secrets } = input
  if (secrets.length === 0) throw new RangeError('a webhook is signed with at least one secret')
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', signingKey(secret)).update(`${id}.${timestampS}.`).update(body)
    return `v1,${hmac.digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': String(timestampS), 'webhook-signature': signatures.join(' ') }
}

function signingKey(secret: string): Buffer {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : ''
  const key = Buffer.from(encoded, 'base64')
  // Node skips what is not base64; only what survives the way back was base64 all through.
  return key.length > 0 && key.toString('base64') === encoded ? key : Buffer.from(secret, 'utf8')
}
