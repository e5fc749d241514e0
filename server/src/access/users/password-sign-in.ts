// Signing in with a password: whether it is right, told in the same words and the same time whether there is such an
// account or not. What follows from it (a session, a token) is the caller's.

import type { Db } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { normaliseEmail } from './email.ts'
import { hashToken, newToken } from './one-time-token.ts'
import { passwordCharsMax, verifyPassword } from './password-hash.ts'
import { settleAttempt, takeAttempt } from './sign-in-sources.ts'
import { activeMemberships, findUserByEmail, type Membership, type User } from './users.ts'

export type Refusal = 'invalid_credentials' | 'deactivated' | 'no_organisation'

/** In the words of the hosted service, which its clients show. */
export const refusals: Record<Refusal, string> = {
  invalid_credentials: 'Invalid credentials',
  deactivated: 'Your account has been deactivated. Ask an administrator of your organisation to reactivate it.',
  no_organisation: 'Your account belongs to no organisation. Ask an administrator to invite you.',
}

export type PasswordOutcome =
  | { outcome: 'ok'; user: User; memberships: Membership[] }
  /** Only `invalid_credentials` is said without the right password. */
  | { outcome: 'refused'; reason: Refusal; detail: string; user: User | null }
  /** `challenge` goes to `checkSecondFactor` with a code, within five minutes. */
  | { outcome: 'second_factor'; user: User; memberships: Membership[]; challenge: string }

export type PasswordAttempt = { email: string; password: string; address: string; device?: string | null }

export const challengeMs = 5 * 60_000

/**
 * @param attempt `address` of the client; `device` where a cookie tells one (see sessions.ts)
 * @throws Problem('limited', 'too_many_attempts') with `retryAfterS`; Problem('unavailable', 'sign_in_busy')
 */
export async function checkPassword(db: Db, attempt: PasswordAttempt): Promise<PasswordOutcome> {
  const { email, password } = attempt
  if (!email || !password) throw new Problem('invalid', 'missing_fields', 'Please fill in all fields.')
  const refused = (reason: Refusal, user: User | null): PasswordOutcome => ({
    outcome: 'refused',
    reason,
    detail: refusals[reason],
    user,
  })
  const address = normaliseEmail(email)
  if (!address || password.length > passwordCharsMax) return refused('invalid_credentials', null)
  const taken = await takeAttempt(db, { ...attempt, email: address })
  const user = await findUserByEmail(db, address)
  const isRight = await verifyPassword(user?.password_hash ?? null, password)
  if (!user || !isRight) return refused('invalid_credentials', user)
  await settleAttempt(db, taken)
  if (user.state !== 'active') return refused('deactivated', user)
  const memberships = await activeMemberships(db, user.id)
  if (memberships.length === 0) return refused('no_organisation', user)
  if (!user.totp_confirmed_at) return { outcome: 'ok', user, memberships }
  const challenge = newToken()
  await db
    .insertInto('user_tokens')
    .values({
      hash: hashToken(challenge),
      user_id: user.id,
      kind: 'second_factor',
      expires_at: new Date(Date.now() + challengeMs),
    })
    .execute()
  return { outcome: 'second_factor', user, memberships, challenge }
}

/**
 * Whether somebody who is known already gives the password of the account, as before a change that matters.
 * @throws Problem('limited', 'too_many_attempts')
 */
export async function ownPassword(
  db: Db,
  user: User,
  { password, ...source }: { password: string; address: string; device?: string | null },
): Promise<boolean> {
  const taken = await takeAttempt(db, { ...source, email: user.email })
  const isRight = await verifyPassword(user.password_hash, password)
  if (isRight) await settleAttempt(db, taken)
  return isRight
}
