// One attempt to sign in with another provider: what must be remembered until its answer comes, held by the browser that
// began it, in a signed cookie. So strangers can begin as many as they like without costing a row.

import { createHash, randomBytes } from 'node:crypto'
import type { DbOrTx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { equalSecret, type Secrets } from '../../platform/secrets.ts'

export type Attempt = {
  provider: string
  state: string
  nonce: string
  /** PKCE (RFC 7636 §4.1). */
  verifier: string
  returnTo: string
  /** Milliseconds since 1970. */
  endsAt: number
}

/** As long as somebody may take at the provider. */
const lifeS = 10 * 60
const purpose = 'sign-in attempt'
const cookieCharsMax = 8000

export function newAttempt(provider: string, returnTo: string): Attempt {
  const random = () => randomBytes(32).toString('base64url')
  const endsAt = Date.now() + lifeS * 1000
  return { provider, state: random(), nonce: random(), verifier: random(), returnTo, endsAt }
}

/** `Lax`, because the provider leads back here from another site. Over HTTPS the name keeps other hosts from setting it. */
export function attemptCookie(secrets: Secrets, attempt: Attempt | null, isSecure: boolean): string {
  const payload = attempt ? Buffer.from(JSON.stringify(attempt)).toString('base64url') : ''
  const value = attempt ? `${payload}.${macOf(secrets, payload)}` : ''
  const parts = [
    `${cookieName(isSecure)}=${value}`,
    'Path=/',
    `Max-Age=${attempt ? lifeS : 0}`,
    'HttpOnly',
    'SameSite=Lax',
  ]
  return [...parts, ...(isSecure ? ['Secure'] : [])].join('; ')
}

/**
 * The attempt that this browser began.
 * @throws Problem('invalid', 'sign_in_expired') when it began none, another one, with another provider, or too long ago
 */
export function readAttempt(
  secrets: Secrets,
  input: { cookies: string | undefined; isSecure: boolean; provider: string; state: string },
): Attempt {
  const prefix = `${cookieName(input.isSecure)}=`
  const values = (input.cookies ?? '').split(/;\s*/).filter((one) => one.startsWith(prefix))
  // Two of one name come from somebody who planted the other one.
  const attempt = values.length === 1 ? verified(secrets, (values[0] as string).slice(prefix.length)) : null
  const isMine = attempt?.provider === input.provider && equalSecret(attempt.state, input.state)
  if (attempt && isMine && attempt.endsAt > Date.now()) return attempt
  throw again()
}

/** Each attempt is answered once, whatever the provider thinks of a code that comes twice. */
export async function takeAttempt(db: DbOrTx, attempt: Attempt): Promise<void> {
  await db.deleteFrom('sign_in_attempts').where('expires_at', '<', new Date()).execute()
  const taken = await db
    .insertInto('sign_in_attempts')
    .values({
      state_hash: createHash('sha256').update(attempt.state).digest(),
      expires_at: new Date(attempt.endsAt),
    })
    .onConflict((on) => on.doNothing())
    .returning('expires_at')
    .executeTakeFirst()
  if (!taken) throw again()
}

const cookieName = (isSecure: boolean) => `${isSecure ? '__Host-' : ''}indaba_sign_in`

const macOf = (secrets: Secrets, payload: string) => secrets.hash(purpose, payload).toString('base64url')

function verified(secrets: Secrets, value: string): Attempt | null {
  const [payload = '', mac = ''] = value.length > cookieCharsMax ? [] : value.split('.')
  if (!equalSecret(mac, macOf(secrets, payload))) return null
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Attempt
}

const again = () =>
  new Problem('invalid', 'sign_in_expired', 'This sign-in was not begun in this browser, or is over. Begin it again.')
