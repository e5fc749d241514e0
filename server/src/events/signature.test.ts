import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { newSigningKey, newWebhookSecret, publicKeyOf, signWebhook } from './signature.ts'

const now = () => Math.floor(Date.now() / 1000)
const body = Buffer.from(JSON.stringify({ event: 'call.completed', text: 'Ngiyabonga, 世界 😀' }))

const accepts = (verifier: Webhook, bytes: Buffer, headers: Record<string, string>) => {
  try {
    verifier.verify(bytes.toString(), headers)
    return true
  } catch {
    return false
  }
}

test('the official library accepts what we sign, with a secret that we made', () => {
  for (let n = 0; n < 50; n += 1) {
    const secret = newWebhookSecret()
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
    const headers = signWebhook({ id: `evt_${n}`, timestampS: now(), body, secrets: [secret] })
    assert.deepEqual(new Webhook(secret).verify(body.toString(), headers), JSON.parse(body.toString()))
  }
})

test('during a change of secrets, the old and the new one verify, another does not', () => {
  const [next, previous, other] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()]
  const headers = signWebhook({ id: 'evt_1', timestampS: now(), body, secrets: [next, previous] })
  assert.equal(headers['webhook-signature'].split(' ').length, 2)
  assert.ok(accepts(new Webhook(next), body, headers))
  assert.ok(accepts(new Webhook(previous), body, headers))
  assert.ok(!accepts(new Webhook(other), body, headers))
})

test('a secret that is any text signs with its UTF-8 bytes', () => {
  const texts = ['s3cret', 'a b', 'pässwörd 密', 'whsec_not base64!', 'whsec_', 'whsec_abc', 'your_webhook_secret']
  for (const secret of texts) {
    const headers = signWebhook({ id: 'evt_1', timestampS: now(), body, secrets: [secret] })
    assert.ok(accepts(new Webhook(Buffer.from(secret), { format: 'raw' }), body, headers), secret)
  }
})

test('the signature is the one of the published example', () => {
  // Test vector in the Standard Webhooks and Svix libraries.
  const headers = signWebhook({
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestampS: 1614265330,
    body: Buffer.from('{"test": 2432232314}'),
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  })
  assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('any change of id, time, body or signature is refused', () => {
  const secret = newWebhookSecret()
  const verifier = new Webhook(secret)
  const timestampS = now()
  const headers = signWebhook({ id: 'evt_1', timestampS, body, secrets: [secret] })
  let tried = 0
  fc.assert(
    fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 127 }), (at, change) => {
      const changed = Buffer.from(body)
      changed[at] = (changed[at] ?? 0) ^ change
      tried += 1
      return !accepts(verifier, changed, headers)
    }),
    { numRuns: 300 },
  )
  const signature = headers['webhook-signature']
  for (let at = 3; at < signature.length - 2; at += 1) {
    const other = signature[at] === 'A' ? 'B' : 'A'
    const changed = { ...headers, 'webhook-signature': signature.slice(0, at) + other + signature.slice(at + 1) }
    assert.ok(!accepts(verifier, body, changed))
    tried += 1
  }
  assert.ok(!accepts(verifier, body, { ...headers, 'webhook-id': 'evt_2' }))
  assert.ok(!accepts(verifier, body, { ...headers, 'webhook-timestamp': String(timestampS + 1) }))
  assert.ok(
    !accepts(verifier, body, signWebhook({ id: 'evt_1', timestampS: timestampS - 301, body, secrets: [secret] })),
  )
  console.log(`${tried + 3} of ${tried + 3} altered messages refused`)
})

test('nothing is sent unsigned', () => {
  assert.throws(() => signWebhook({ id: 'evt_1', timestampS: now(), body, secrets: [] }), RangeError)
})

test('100,000 altered signatures are all refused by the standard library', () => {
  const secret = newWebhookSecret()
  const verifier = new Webhook(secret)
  const headers = signWebhook({ id: 'evt_1', timestampS: now(), body, secrets: [secret] })
  const genuine = headers['webhook-signature']
  assert.ok(accepts(verifier, body, headers))
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=,'
  let state = 7
  // A linear congruential generator: the same alterations at each run.
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const altered = (text: string): string => {
    const at = below(text.length)
    const letter = alphabet[below(alphabet.length)] as string
    const changes = [
      text.slice(0, at) + letter + text.slice(at + 1),
      text.slice(0, at) + letter + text.slice(at),
      text.slice(0, at) + text.slice(at + 1),
      text.slice(0, at),
    ]
    return changes[below(changes.length)] as string
  }
  let refused = 0
  while (refused < 100_000) {
    let signature = altered(genuine)
    for (let more = below(3); more > 0; more -= 1) signature = altered(signature)
    if (signature === genuine) continue
    assert.ok(!accepts(verifier, body, { ...headers, 'webhook-signature': signature }), signature)
    refused += 1
  }
  console.log(`${refused} of ${refused} altered signatures refused`)
})

test('with an Ed25519 key there is a v1a signature behind the others, over the same text', () => {
  const signingKey = createPrivateKey({ key: Buffer.from(newSigningKey(), 'base64'), format: 'der', type: 'pkcs8' })
  const secret = newWebhookSecret()
  const headers = signWebhook({ id: 'evt_1', timestampS: now(), body, secrets: [secret], signingKey })
  const [first, second, ...others] = headers['webhook-signature'].split(' ')
  assert.equal(others.length, 0)
  assert.match(first as string, /^v1,/)
  const signature = Buffer.from((second as string).replace(/^v1a,/, ''), 'base64')
  assert.equal(signature.length, 64)
  // As a receiver does it: from the published key alone.
  const published = publicKeyOf(signingKey)
  assert.match(published, /^whpk_[A-Za-z0-9+/]{43}=$/)
  const x = Buffer.from(published.slice('whpk_'.length), 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const signed = (text: Uint8Array, at = headers['webhook-timestamp']) =>
    verify(null, Buffer.concat([Buffer.from(`evt_1.${at}.`), text]), key, signature)
  assert.ok(signed(body))
  assert.ok(!signed(Buffer.concat([body, Buffer.from(' ')])))
  assert.ok(!signed(body, '1'))
  assert.ok(accepts(new Webhook(secret), body, headers), 'whoever knows v1 alone passes over it')
})
