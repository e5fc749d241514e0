// The tokens of a day: what stands in an Id or access token, and whether one that comes in was signed here and is still
// good. Whose it is today, and what that one may do, is for token-credential.ts to find out.

import { errors, jwtVerify, SignJWT } from 'jose'
import { newId } from '../../platform/ids.ts'
import { algorithm, type SigningKeys } from './signing-keys.ts'

/** As the hosted service's tokens. */
export const tokenLifeS = 24 * 60 * 60
// Names, not addresses: a token stays good when the server moves. That it is of this installation its key says.
const issuer = 'urn:indaba:tokens'
const audience = 'urn:indaba:api'
/** Far above what is issued: nothing longer is parsed. */
const charsMax = 4096
const form = /^[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}$/

/** `orgId` and the refresh token that it came from. */
export type TokenSubject = {
  orgId: string
  refreshTokenId: string
  /** Null: an integration's. */
  userId: string | null
  scopes: readonly string[]
}

export type IssuedTokens = { idToken: string; accessToken: string; expiresInS: number }

/** @param lifeS shorter where the refresh token itself ends sooner */
export async function issueTokens(keys: SigningKeys, subject: TokenSubject, lifeS: number): Promise<IssuedTokens> {
  const { kid, key } = await keys.signer()
  const at = Math.floor(Date.now() / 1000)
  const sign = (use: 'id' | 'access') =>
    new SignJWT({
      org: subject.orgId,
      scope: subject.scopes.join(' '),
      token_use: use,
      origin_jti: subject.refreshTokenId,
    })
      .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject.userId ?? subject.refreshTokenId)
      .setJti(newId())
      .setIssuedAt(at)
      .setExpirationTime(at + lifeS)
      .sign(key)
  const [idToken, accessToken] = await Promise.all([sign('id'), sign('access')])
  return { idToken, accessToken, expiresInS: lifeS }
}

/** Whether it could be one at all: nothing else is parsed, let alone verified. */
export const looksLikeToken = (text: string): boolean => text.length <= charsMax && form.test(text)

/**
 * What a token of ours says; null for any other: forged, expired, for another audience, unsigned, by another key.
 * `endsAt` is milliseconds since 1970.
 */
export async function readToken(
  keys: SigningKeys,
  token: string,
): Promise<(Omit<TokenSubject, 'userId'> & { endsAt: number }) | null> {
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => keys.verifier(kid), {
      // Never the header's choice (RFC 8725 §3.1).
      algorithms: [algorithm],
      typ: 'JWT',
      issuer,
      audience,
      requiredClaims: ['sub', 'org', 'origin_jti', 'scope', 'jti', 'iat', 'exp'],
    })
    if (payload.token_use !== 'id' && payload.token_use !== 'access') return null
    return {
      orgId: String(payload.org),
      refreshTokenId: String(payload.origin_jti),
      scopes: String(payload.scope).split(' ').filter(Boolean),
      endsAt: (payload.exp as number) * 1000,
    }
  } catch (error) {
    if (error instanceof errors.JOSEError || isUnknownKey(error)) return null
    throw error
  }
}

const isUnknownKey = (error: unknown) => (error as { code?: string }).code === 'unknown_signing_key'
