// Which tokens are believed. The key is a real one; everything that is refused differs from a right one in one thing.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeJwt, decodeProtectedHeader, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { Problem } from '../../platform/problem.ts'
import { issueTokens, looksLikeToken, readToken } from './id-tokens.ts'
import type { SigningKeys } from './signing-keys.ts'

const pair = await generateKeyPair('RS256', { modulusLength: 2048 })
const otherPair = await generateKeyPair('RS256', { modulusLength: 2048 })
const keys = {
  signer: async () => ({ kid: 'ours', key: pair.privateKey }),
  async verifier(kid: string | undefined) {
    if (kid === 'ours') return pair.publicKey
    throw new Problem('unauthenticated', 'unknown_signing_key', 'The token was not signed by this server.')
  },
} as SigningKeys

const subject = { orgId: 'org-1', refreshTokenId: 'refresh-1', userId: 'user-1', scopes: ['calls:read', 'calls:write'] }
const { idToken, accessToken, expiresInS } = await issueTokens(keys, subject, 86_400)
const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

test('both tokens are believed, and say whose they are and for how long', async () => {
  assert.equal(expiresInS, 86_400)
  for (const token of [idToken, accessToken]) {
    assert.ok(looksLikeToken(token))
    const said = await readToken(keys, token)
    assert.ok(said && Math.abs(said.endsAt - Date.now() - 86_400_000) < 2000)
    assert.deepEqual(
      { ...said, endsAt: 0 },
      {
        orgId: 'org-1',
        refreshTokenId: 'refresh-1',
        scopes: ['calls:read', 'calls:write'],
        endsAt: 0,
      },
    )
    const { sub, aud, iss, jti, exp, iat } = decodeJwt(token)
    assert.ok(sub === 'user-1' && aud && iss && jti && exp && iat)
    assert.deepEqual(decodeProtectedHeader(token), { alg: 'RS256', kid: 'ours', typ: 'JWT' })
  }
  assert.deepEqual([decodeJwt(idToken).token_use, decodeJwt(accessToken).token_use], ['id', 'access'])
  assert.notEqual(decodeJwt(idToken).jti, decodeJwt(accessToken).jti)
})

test('one thing other than it should be, and the token is nobody’s', async () => {
  const right = decodeJwt(idToken)
  const sign = (change: JWTPayload, header: object = {}, key = pair.privateKey) =>
    new SignJWT({ ...right, ...change })
      .setProtectedHeader({ alg: 'RS256', kid: 'ours', typ: 'JWT', ...header })
      .sign(key)
  assert.ok(await readToken(keys, await sign({})), 'the maker of the wrong ones makes right ones')
  const now = Math.floor(Date.now() / 1000)
  const wrong: Record<string, Promise<string>> = {
    expired: sign({ exp: now - 1 }),
    'not valid yet': sign({ nbf: now + 60 }),
    'without an end': sign({ exp: undefined } as never),
    'of another audience': sign({ aud: 'https://other.example' }),
    'for several, none of them this one': sign({ aud: ['a', 'b'] }),
    'without an audience': sign({ aud: undefined } as never),
    'of another issuer': sign({ iss: 'https://cognito-idp.eu-west-1.amazonaws.com/pool' }),
    'for another use': sign({ token_use: 'refresh' }),
    'of no organisation': sign({ org: undefined } as never),
    'from no refresh token': sign({ origin_jti: undefined } as never),
    'of another type': sign({}, { typ: 'at+jwt' }),
    'signed by another key': sign({}, {}, otherPair.privateKey),
    'that names another key': sign({}, { kid: 'theirs' }),
    'that names no key': sign({}, { kid: undefined }),
    'with a critical header of which we know nothing': Promise.resolve(
      [base64({ alg: 'RS256', kid: 'ours', typ: 'JWT', crit: ['x'], x: 1 }), ...idToken.split('.').slice(1)].join('.'),
    ),
    'that brings its own key': new SignJWT(right)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', jku: 'https://evil.example/keys', jwk: { kty: 'RSA' } as never })
      .sign(otherPair.privateKey),
  }
  for (const [what, token] of Object.entries(wrong)) assert.equal(await readToken(keys, await token), null, what)
})

test('unsigned, and signed with the public key as a password, are refused', async () => {
  const [, payload = '', signature = ''] = idToken.split('.')
  const header = (alg: string) => base64({ alg, kid: 'ours', typ: 'JWT' })
  for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
    for (const end of ['', signature])
      assert.equal(await readToken(keys, `${header(alg)}.${payload}.${end}`), null, alg)
  }
  const pem = await exportSPKI(pair.publicKey)
  const signed = `${header('HS256')}.${payload}`
  const mac = createHmac('sha256', pem).update(signed).digest('base64url')
  assert.equal(await readToken(keys, `${signed}.${mac}`), null)
})

test('any one character changed, and the token is refused', async () => {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  await fc.assert(
    fc.asyncProperty(fc.nat(idToken.length - 2), fc.constantFrom(...digits), async (at, digit) => {
      fc.pre(idToken[at] !== digit && idToken[at] !== '.')
      assert.equal(await readToken(keys, idToken.slice(0, at) + digit + idToken.slice(at + 1)), null)
    }),
    { numRuns: 200 },
  )
})

test('what is no token is told apart without being parsed', () => {
  for (const text of ['', 'a.b.c', 'x'.repeat(5000), `${idToken}.more`, idToken.replaceAll('.', ' '), `${idToken}=`]) {
    assert.equal(looksLikeToken(text), false, text.slice(0, 40))
  }
  assert.equal(looksLikeToken(`${'a'.repeat(5000)}.${'b'.repeat(20)}.${'c'.repeat(20)}`), false)
})
