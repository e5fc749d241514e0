// Signs outgoing webhooks by Standard Webhooks 1.0 (`v1`: HMAC-SHA256, `v1a`: Ed25519) and makes the keys for it.
// Where they are kept, and when they change, is the endpoints' matter.

import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export type WebhookHeaders = { 'webhook-id': string; 'webhook-timestamp': string; 'webhook-signature': string }

const prefix = 'whsec_'

/** `whsec_` and the base64 of 32 random bytes. */
export function newWebhookSecret(): string {
  return prefix + randomBytes(32).toString('base64')
}

/** An Ed25519 key: PKCS #8, DER, in base64. */
export const newSigningKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')

/** What receivers of `v1a` signatures check them with: `whpk_` and the base64 of the 32 bytes of the public key. */
export function publicKeyOf(signingKey: KeyObject): string {
  const { x } = createPublicKey(signingKey).export({ format: 'jwk' })
  return `whpk_${Buffer.from(x as string, 'base64url').toString('base64')}`
}

/**
 * The headers for one attempt. `id` is the same at each attempt, `timestampS` (Unix seconds) is the attempt's own.
 * Several secrets, newest first, give several signatures separated by a space: a receiver accepts any one of them. An
 * Ed25519 key adds one more, behind them.
 *
 * A secret that the receiver chose may be any text. Written as `whsec_` and base64, its key is what the base64 says, as
 * the standard has it; otherwise the key is the text itself in UTF-8 (`format: 'raw'` in the standard's libraries).
 */
export function signWebhook(input: {
  id: string
  timestampS: number
  body: Uint8Array
  secrets: string[]
  signingKey?: KeyObject | null
}): WebhookHeaders {
  const { id, timestampS, body, secrets, signingKey } = input
  if (secrets.length === 0) throw new RangeError('a webhook is signed with at least one secret')
  const before = `${id}.${timestampS}.`
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', hmacKey(secret)).update(before).update(body)
    return `v1,${hmac.digest('base64')}`
  })
  if (signingKey) {
    const signed = sign(null, Buffer.concat([Buffer.from(before), body]), signingKey)
    signatures.push(`v1a,${signed.toString('base64')}`)
  }
  return { 'webhook-id': id, 'webhook-timestamp': String(timestampS), 'webhook-signature': signatures.join(' ') }
}

/** Bytes of the key that a secret stands for. */
export const secretSizeBytes = (secret: string): number => hmacKey(secret).length

function hmacKey(secret: string): Buffer {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : ''
  const key = Buffer.from(encoded, 'base64')
  // Node skips what is not base64; only what survives the way back was base64 all through.
  return key.length > 0 && key.toString('base64') === encoded ? key : Buffer.from(secret, 'utf8')
}
