import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../platform/problem.ts'
import { keyedHash, type Secrets } from '../../platform/secrets.ts'
import { type Attempt, attemptCookie, newAttempt, readAttempt } from './attempt.ts'

const secrets = { hash: keyedHash(Buffer.alloc(32, 1)) } as Secrets
const others = { hash: keyedHash(Buffer.alloc(32, 2)) } as Secrets
const sent = (attempt: Attempt, isSecure = true, by = secrets) =>
  attemptCookie(by, attempt, isSecure).split(';')[0] ?? ''

const read = (cookies: string | undefined, attempt: Attempt, change: object = {}): Attempt | string => {
  const input = { cookies, isSecure: true, provider: attempt.provider, state: attempt.state, ...change }
  try {
    return readAttempt(secrets, input)
  } catch (error) {
    assert.ok(error instanceof Problem)
    return error.code
  }
}

test('the browser that began it brings it back, among its other cookies', () => {
  const attempt = newAttempt('google', '/calls')
  assert.deepEqual(read(`a=1; ${sent(attempt)}; b=2`, attempt), attempt)
  const { state, nonce, verifier } = attempt
  assert.equal(new Set([state, nonce, verifier]).size, 3)
  // RFC 7636 §4.1: 43 to 128 characters.
  for (const one of [state, nonce, verifier]) assert.match(one, /^[\w-]{43}$/)
})

test('the cookie is out of reach of scripts, other sites and, over HTTPS, other hosts', () => {
  const attempt = newAttempt('google', '/')
  assert.match(
    attemptCookie(secrets, attempt, true),
    /^__Host-indaba_sign_in=.*; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
  )
  assert.match(attemptCookie(secrets, attempt, false), /^indaba_sign_in=.*; HttpOnly; SameSite=Lax$/)
  assert.match(attemptCookie(secrets, null, true), /^__Host-indaba_sign_in=; Path=\/; Max-Age=0;/)
})

test('anything else is refused: changed, made elsewhere, over, another state or provider, none, two', () => {
  const attempt = newAttempt('google', '/calls')
  const cookie = sent(attempt)
  const [name = '', value = ''] = cookie.split('=')
  const [payload = '', mac = ''] = value.split('.')
  const forged = Buffer.from(JSON.stringify({ ...attempt, returnTo: 'https://evil.example' })).toString('base64url')
  const wrong: Record<string, [string | undefined, object?]> = {
    'no cookies at all': [undefined],
    none: ['a=1'],
    empty: [`${name}=`],
    'no signature': [`${name}=${payload}`],
    'an empty signature': [`${name}=${payload}.`],
    'changed content': [`${name}=${forged}.${mac}`],
    'changed signature': [`${name}=${payload}.${mac.slice(0, -2)}AA`],
    'signed by another server': [sent(attempt, true, others)],
    'without the prefix': [cookie.replace('__Host-', '')],
    'two of them': [`${cookie}; ${sent(newAttempt('google', '/'))}`],
    'far too long': [`${name}=${'a'.repeat(100_000)}.${mac}`],
    'another state': [cookie, { state: newAttempt('google', '/').state }],
    'an empty state': [cookie, { state: '' }],
    'another provider': [cookie, { provider: 'microsoft' }],
    over: [sent({ ...attempt, endsAt: Date.now() - 1 })],
  }
  for (const [what, [cookies, change]] of Object.entries(wrong)) {
    assert.equal(read(cookies, attempt, change), 'sign_in_expired', what)
  }
})
