// Signed messages for the tests of the receiver kit, and thousands of ways to spoil them. Each spoilt one must be refused.

import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

export type Message = {
  body: Buffer
  headers: Record<string, string | string[]>
  secrets: string | string[]
  /** Unix seconds. */
  now: number
}

export const nowS = 1_790_000_000
export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
export const otherSecret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

const pair = generateKeyPairSync('ed25519')
export const publicKey = `whpk_${rawPublicKey(pair.publicKey).toString('base64')}`

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
}

/** By the standard's own library. */
export const signV1 = (id: string, timestampS: number, body: Buffer, key = secret): string =>
  new Webhook(key).sign(id, new Date(timestampS * 1000), body)

/** The library signs text alone. */
const hmac = (key: Buffer, body: Buffer): string =>
  `v1,${createHmac('sha256', key).update(`evt_1.${nowS}.`).update(body).digest('base64')}`

export const signV1a = (id: string, timestampS: number, body: Buffer): string =>
  `v1a,${sign(null, Buffer.concat([Buffer.from(`${id}.${timestampS}.`), body]), pair.privateKey).toString('base64')}`

export const eventBody = Buffer.from(
  JSON.stringify({
    type: 'call.completed',
    seq: 7,
    data: { summary: 'Ngiyabonga, 世界 😀', links: { self: '/v1/x' } },
  }),
)

export function message(version: 'v1' | 'v1a', id = 'evt_1', timestampS = nowS, body = eventBody): Message {
  const isV1 = version === 'v1'
  const signature = (isV1 ? signV1 : signV1a)(id, timestampS, body)
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestampS), 'webhook-signature': signature }
  return { body, headers, secrets: isV1 ? secret : publicKey, now: nowS }
}

type Random = (below: number) => number

/** The same numbers at each run (Numerical Recipes' linear congruence). */
export function numbers(seed: number): Random {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_ ,'

/** @returns the message with one thing changed */
export function spoil(good: Message, random: Random): Message {
  const spoiler = spoilers[random(spoilers.length)] as (typeof spoilers)[number]
  return { ...good, ...spoiler(good, random) }
}

type Spoiler = (good: Message, random: Random) => Partial<Message>

const withHeader =
  (name: string, change: (value: string, random: Random) => string): Spoiler =>
  ({ headers }, random) => {
    const value = String(headers[name])
    const changed = change(value, random)
    return { headers: { ...headers, [name]: changed === value ? `${value}x` : changed } }
  }

const replaceAt = (text: string, random: Random, from = 0): string => {
  const at = from + random(text.length - from)
  const other = base64[random(base64.length)] as string
  return text.slice(0, at) + (other === text[at] ? '!' : other) + text.slice(at + 1)
}

const spoilers: Spoiler[] = [
  ({ body }, random) => {
    const changed = Buffer.from(body)
    const at = random(body.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << random(8))
    return { body: changed }
  },
  ({ body }, random) => ({ body: body.subarray(0, random(body.length)) }),
  ({ body }, random) => {
    const at = random(body.length + 1)
    return { body: Buffer.concat([body.subarray(0, at), Buffer.from([random(256)]), body.subarray(at)]) }
  },
  ({ body }, random) => {
    const at = random(body.length)
    return { body: Buffer.concat([body.subarray(0, at), body.subarray(at + 1)]) }
  },
  withHeader('webhook-id', (id, random) => replaceAt(id, random)),
  withHeader('webhook-id', (id, random) => id + base64[random(64)]),
  withHeader('webhook-timestamp', (at, random) => String(Number(at) + (random(2) === 0 ? 1 : -1) * (1 + random(299)))),
  withHeader('webhook-timestamp', (at, random) => replaceAt(at, random)),
  withHeader('webhook-signature', (text, random) => replaceAt(text, random)),
  withHeader('webhook-signature', (text, random) => replaceAt(text, random, text.indexOf(',') + 1)),
  withHeader('webhook-signature', (text, random) => text.slice(0, random(text.length))),
  withHeader('webhook-signature', (text, random) =>
    text.replace(/^v1a?/, ['v0', 'v2', 'V1', 'v1b', ''][random(5)] ?? ''),
  ),
]

/** Each with what is wrong about it. */
export function badMessages(version: 'v1' | 'v1a'): Record<string, Message> {
  const good = message(version)
  const withHeaders = (change: Message['headers']) => ({ ...good, headers: { ...good.headers, ...change } })
  const without = (name: string) => {
    const { [name]: _, ...headers } = good.headers
    return { ...good, headers }
  }
  const signature = String(good.headers['webhook-signature'])
  const raw = signature.slice(signature.indexOf(',') + 1)
  // Whoever knows the public key could make such a one.
  const confused = hmac(Buffer.from(publicKey), eventBody)
  const decoded = hmac(Buffer.from(publicKey.slice(5), 'base64'), eventBody)
  const bytes = Buffer.from([0x22, 0xff, 0x22])
  const notUtf8 = {
    ...withHeaders({
      'webhook-signature':
        version === 'v1' ? hmac(Buffer.from(secret.slice(6), 'base64'), bytes) : signV1a('evt_1', nowS, bytes),
    }),
    body: bytes,
  }
  return {
    'no id': without('webhook-id'),
    'no timestamp': without('webhook-timestamp'),
    'no signature': without('webhook-signature'),
    'an empty id': withHeaders({ 'webhook-id': '' }),
    'an empty signature': withHeaders({ 'webhook-signature': '' }),
    'two ids': withHeaders({ 'webhook-id': ['evt_1', 'evt_2'] }),
    'the id twice, in another case': withHeaders({ 'Webhook-Id': 'evt_1' }),
    'two timestamps': withHeaders({ 'webhook-timestamp': [String(nowS), String(nowS)] }),
    'a timestamp with more behind it': withHeaders({ 'webhook-timestamp': `${nowS}abc` }),
    'a timestamp with a line end': withHeaders({ 'webhook-timestamp': `${nowS}\n` }),
    'a timestamp with a sign': withHeaders({ 'webhook-timestamp': `+${nowS}` }),
    'a timestamp in digits of another script': withHeaders({ 'webhook-timestamp': '１７９０００００００' }),
    'a timestamp beyond all numbers': withHeaders({ 'webhook-timestamp': '9'.repeat(400) }),
    'a timestamp that is no number': withHeaders({ 'webhook-timestamp': 'NaN' }),
    'signed 301 s ago': message(version, 'evt_1', nowS - 301),
    'signed 301 s ahead': message(version, 'evt_1', nowS + 301),
    'signed at the epoch': message(version, 'evt_1', 0),
    'the signature of another message': withHeaders({
      'webhook-signature': String(message(version, 'evt_2').headers['webhook-signature']),
    }),
    'another secret': { ...good, secrets: otherSecret },
    'a signature without its version': withHeaders({ 'webhook-signature': raw }),
    'a signature with more behind a comma': withHeaders({ 'webhook-signature': `${signature},x` }),
    'a signature without padding': withHeaders({ 'webhook-signature': signature.replace(/=+$/, '') }),
    'a signature with more padding': withHeaders({ 'webhook-signature': `${signature}=` }),
    'a signature in hexadecimal': withHeaders({
      'webhook-signature': `${version},${Buffer.from(raw, 'base64').toString('hex')}`,
    }),
    'a signature that is not ASCII': withHeaders({ 'webhook-signature': `${version},é😀${raw}` }),
    'the right signature behind too many others': withHeaders({
      'webhook-signature': `${'v1,x '.repeat(1000)}${signature}`,
    }),
    'an HMAC with the public key as its text': withHeaders({
      'webhook-signature': `${confused} ${confused.replace('v1', 'v1a')}`,
    }),
    'an HMAC with the bytes of the public key': withHeaders({ 'webhook-signature': decoded }),
    'JSON that was written anew': {
      ...good,
      body: Buffer.from(JSON.stringify(JSON.parse(eventBody.toString()), null, 1)),
    },
    'a space behind the body': { ...good, body: Buffer.concat([eventBody, Buffer.from(' ')]) },
    'a byte order mark before the body': { ...good, body: Buffer.concat([Buffer.from('\uFEFF'), eventBody]) },
    'no body': { ...good, body: Buffer.alloc(0) },
    'signed, but no JSON': message(version, 'evt_1', nowS, Buffer.from('call_id=1')),
    'signed, but not UTF-8': notUtf8,
    'a secret that is no public key': { ...good, secrets: 'whpk_AAAA' },
    'the key that signs': { ...good, secrets: `whsk_${Buffer.alloc(64).toString('base64')}` },
    'no secret': { ...good, secrets: '' },
    'no secrets': { ...good, secrets: [] },
    'an empty secret among others': { ...good, secrets: [String(good.secrets), ''] },
  }
}
