// Tells genuine webhooks from others, by Standard Webhooks 1.0: `v1` (HMAC-SHA256) and `v1a` (Ed25519). Needs nothing but
// Node, so that it can be copied into any project. Which event was seen before is the receiver's to know.

import { createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import type { WebhookEvent } from './events.gen.ts'

export type WebhookHeaders =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>

export type Webhook<Body = WebhookEvent> = {
  /** `webhook-id`: the same at each attempt and at each replay. What was seen under it can be dropped. */
  id: string
  /** When this attempt was sent: Unix seconds. */
  timestampS: number
  event: Body
}

/** What was wrong: `body` or `headers` are not those of a webhook, `timestamp` is not of now, no `signature` fits. */
export type WebhookErrorReason = 'body' | 'headers' | 'timestamp' | 'signature'

export class WebhookError extends Error {
  override readonly name = 'WebhookError'
  readonly reason: WebhookErrorReason

  constructor(reason: WebhookErrorReason, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.reason = reason
  }
}

const toleranceSDefault = 300
/** An endpoint has at most five secrets, and one pair of keys. */
const signaturesMax = 20

/**
 * @param body the bytes as they came, before anything has parsed them
 * @param headers Node's `request.headers`, a `Headers`, or any pairs of name and value; names in any case
 * @param secrets one or several, any of which may fit: `whsec_…`, a text that you chose, or the public key `whpk_…`
 * @param options.toleranceS how far the sender's clock may be from ours, either way; 5 minutes
 * @throws WebhookError for what is not genuine, not of now, or not JSON: answer 401 and do nothing else
 * @throws TypeError for secrets that cannot be used
 */
export function verifyWebhook<Body = WebhookEvent>(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  options: { toleranceS?: number; now?: Date } = {},
): Webhook<Body> {
  const keys = (typeof secrets === 'string' ? [secrets] : secrets).map(readKey)
  if (keys.length === 0) throw new TypeError('Give at least one secret.')
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new WebhookError('body', 'The body must be the bytes as they came, not what a JSON parser made of them.')
  }
  const id = oneHeader(headers, 'webhook-id', /^[\w:-]{1,200}$/)
  const timestamp = oneHeader(headers, 'webhook-timestamp', /^\d{1,12}$/)
  const signatures = headerValues(headers, 'webhook-signature').join(' ').split(' ').slice(0, signaturesMax)
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), bytes])
  if (!keys.some((key) => isSignedBy(key, signed, signatures))) {
    const why = 'Either the secret is another one, or the body is not the one that was sent.'
    throw new WebhookError('signature', `No signature fits. ${why}`)
  }
  const timestampS = Number(timestamp)
  const nowS = (options.now ?? new Date()).getTime() / 1000
  if (!(Math.abs(nowS - timestampS) <= (options.toleranceS ?? toleranceSDefault))) {
    const shiftS = Math.round(timestampS - nowS)
    const which = `${Math.abs(shiftS)} s ${shiftS < 0 ? 'ago' : 'ahead'}`
    throw new WebhookError('timestamp', `It was signed ${which}: replayed, or one of the clocks is wrong.`)
  }
  return { id, timestampS, event: parse<Body>(bytes) }
}

type Key = { version: 'v1'; secret: Buffer } | { version: 'v1a'; publicKey: KeyObject }

function readKey(secret: unknown): Key {
  if (typeof secret !== 'string' || secret === '') throw new TypeError('A secret must be a text that is not empty.')
  const text = secret.replace(/^wh(sec|pk|sk)_/, '')
  const bytes = fromBase64(text)
  // A public key is known to others: it must never become the secret of an HMAC.
  if (secret.startsWith('whpk_')) {
    if (bytes?.length !== 32) throw new TypeError('This is no public key: whpk_ and the base64 of 32 bytes.')
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }
    return { version: 'v1a', publicKey: createPublicKey({ key: jwk, format: 'jwk' }) }
  }
  if (secret.startsWith('whsk_'))
    throw new TypeError('whsk_ is the key that signs. Verify with its public half, whpk_.')
  // Indaba signs with the bytes behind whsec_, and with any other text as it stands.
  return { version: 'v1', secret: secret.startsWith('whsec_') && bytes ? bytes : Buffer.from(secret) }
}

function isSignedBy(key: Key, signed: Buffer, signatures: string[]): boolean {
  const prefix = `${key.version},`
  const given = signatures.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length))
  if (key.version === 'v1a') {
    return given.some((text) => {
      const signature = fromBase64(text)
      return signature?.length === 64 && verify(null, signed, key.publicKey, signature)
    })
  }
  const expected = Buffer.from(createHmac('sha256', key.secret).update(signed).digest('base64'))
  return given
    .map((text) => Buffer.from(text))
    .some((one) => one.length === expected.length && timingSafeEqual(one, expected))
}

/** Null for what is not base64 all through: Node skips what it does not know. */
function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null
}

function headerValues(headers: WebhookHeaders, name: string): string[] {
  const pairs = Symbol.iterator in headers ? [...(headers as Iterable<[string, string]>)] : Object.entries(headers)
  return pairs.filter(([key]) => key.toLowerCase() === name).flatMap(([, value]) => value ?? [])
}

/** Twice is refused: whoever looks at the other one would see another message. */
function oneHeader(headers: WebhookHeaders, name: string, shape: RegExp): string {
  const [value, ...others] = headerValues(headers, name)
  if (value === undefined) throw new WebhookError('headers', `The header ${name} is missing.`)
  if (others.length > 0 || !shape.test(value)) throw new WebhookError('headers', `The header ${name} is not right.`)
  return value
}

function parse<Body>(bytes: Uint8Array): Body {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as Body
  } catch (cause) {
    throw new WebhookError('body', 'The body is signed, but not JSON.', { cause })
  }
}
