// The second factor: codes of an authenticator app (TOTP, RFC 6238), each good once, and ten recovery codes for the day
// when the app is lost.

import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import type { Db, DbOrTx, Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import type { Place, SealedColumn, Secrets } from '../../platform/secrets.ts'
import { hashToken } from './one-time-token.ts'
import { settleAttempt, takeAttempt } from './sign-in-sources.ts'
import { activeMemberships, findUser, type Membership, type User } from './users.ts'

const periodS = 30
/** One step to either side: clocks differ, and people type slowly. */
const windowSteps = 1
const secretBytes = 20
const recoveryCodes = 10
/** 80 bits: long enough that a plain hash hides them. */
const recoveryCodeBytes = 10
const challengeFailuresMax = 5

export const wrongCode = () =>
  new Problem('unauthenticated', 'wrong_code', 'The code is wrong, has run out, or was used before. Take the next one.')

export const totpColumn: SealedColumn = { table: 'users', column: 'totp_secret', isOfOrg: false, id: 'id' }
const placeOf = (userId: string): Place => ({ in: totpColumn, id: userId })

const totpOf = (secret: string, label: string) =>
  new TOTP({
    issuer: 'Indaba',
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: periodS,
    secret: Secret.fromBase32(secret),
  })

/** A new secret, which counts once `confirmSecondFactor` has seen a code of it. `uri` is what a QR code shows. */
export async function enrolSecondFactor(
  tx: Tx,
  secrets: Secrets,
  user: User,
): Promise<{ secret: string; uri: string }> {
  if (user.totp_confirmed_at) throw alreadyOn()
  const { base32: secret } = new Secret({ size: secretBytes })
  await tx
    .updateTable('users')
    .set({ totp_secret: await secrets.seal(tx, placeOf(user.id), secret), totp_step: 0, updated_at: new Date() })
    .where('id', '=', user.id)
    .where('totp_confirmed_at', 'is', null)
    .execute()
  return { secret, uri: totpOf(secret, user.email).toString() }
}

/** Switches it on. @returns the recovery codes in clear: the only time that they are seen */
export async function confirmSecondFactor(tx: Tx, secrets: Secrets, user: User, code: string): Promise<string[]> {
  if (user.totp_confirmed_at) throw alreadyOn()
  if (!user.totp_secret) {
    throw new Problem('conflict', 'no_second_factor', 'Ask for a secret first (POST /v1/me/totp).')
  }
  if (!(await useCode(tx, secrets, user, code))) throw wrongCode()
  await tx.updateTable('users').set({ totp_confirmed_at: new Date() }).where('id', '=', user.id).execute()
  const codes = Array.from({ length: recoveryCodes }, () => {
    const text = new Secret({ buffer: new Uint8Array(randomBytes(recoveryCodeBytes)).buffer }).base32
    return text.match(/.{4}/g)?.join('-') ?? text
  })
  await tx.deleteFrom('recovery_codes').where('user_id', '=', user.id).execute()
  await tx
    .insertInto('recovery_codes')
    .values(codes.map((one) => ({ user_id: user.id, hash: hashRecoveryCode(one) })))
    .execute()
  return codes
}

export async function removeSecondFactor(tx: Tx, userId: string): Promise<void> {
  const none = { totp_secret: null, totp_confirmed_at: null, updated_at: new Date() }
  await tx.updateTable('users').set(none).where('id', '=', userId).execute()
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
}

export async function countRecoveryCodes(db: DbOrTx, userId: string): Promise<number> {
  const rows = await db.selectFrom('recovery_codes').select('hash').where('user_id', '=', userId).execute()
  return rows.length
}

/**
 * The second half of a sign-in that `checkPassword` has begun.
 * @throws Problem('unauthenticated', 'wrong_code' | 'sign_in_again'); Problem('limited', 'too_many_attempts')
 */
export async function checkSecondFactor(
  db: Db,
  secrets: Secrets,
  input: { challenge: string; code: string; address: string; device?: string | null },
): Promise<{ user: User; memberships: Membership[] }> {
  const hash = hashToken(input.challenge)
  const begun = await db
    .selectFrom('user_tokens')
    .select('user_id')
    .where('hash', '=', hash)
    .where('kind', '=', 'second_factor')
    .where('expires_at', '>', new Date())
    .where('failures', '<', challengeFailuresMax)
    .executeTakeFirst()
  const user = begun && (await findUser(db, begun.user_id))
  if (!user) throw signInAgain()
  const attempt = await takeAttempt(db, { ...input, email: user.email, purpose: 'code' })
  const isRight = await db.transaction().execute(async (tx) => {
    // Taken first: of two requests with one challenge, the second one waits here and finds it gone.
    const taken = await tx
      .updateTable('user_tokens')
      .set((set) => ({ failures: set('failures', '+', 1) }))
      .where('hash', '=', hash)
      .where('failures', '<', challengeFailuresMax)
      .returning('user_id')
      .executeTakeFirst()
    if (!taken) throw signInAgain()
    if (!(await useCode(tx, secrets, user, input.code))) return false
    await tx.deleteFrom('user_tokens').where('hash', '=', hash).execute()
    return true
  })
  if (!isRight) throw wrongCode()
  await settleAttempt(db, attempt)
  return { user, memberships: await activeMemberships(db, user.id) }
}

/** Takes a code of the app or a recovery code; neither is good a second time. */
export async function useCode(tx: Tx, secrets: Secrets, user: User, given: string): Promise<boolean> {
  const code = given.replace(/[\s-]/g, '').toUpperCase()
  if (/^[A-Z2-7]{16}$/.test(code) && user.totp_confirmed_at) {
    const used = await tx
      .deleteFrom('recovery_codes')
      .where('user_id', '=', user.id)
      .where('hash', '=', hashRecoveryCode(code))
      .executeTakeFirst()
    return used.numDeletedRows > 0n
  }
  if (!/^\d{6}$/.test(code) || !user.totp_secret) return false
  const totp = totpOf(await secrets.open(tx, placeOf(user.id), user.totp_secret), user.email)
  const delta = totp.validate({ token: code, window: windowSteps })
  if (delta === null) return false
  const step = Math.floor(Date.now() / 1000 / periodS) + delta
  const used = await tx
    .updateTable('users')
    .set({ totp_step: step })
    .where('id', '=', user.id)
    .where('totp_step', '<', step)
    .executeTakeFirst()
  return used.numUpdatedRows > 0n
}

const hashRecoveryCode = (code: string) => hashToken(`recovery ${code.replaceAll('-', '')}`)

const alreadyOn = () =>
  new Problem('conflict', 'second_factor_is_on', 'A second factor is in use already. Remove it first.')

const signInAgain = () =>
  new Problem('unauthenticated', 'sign_in_again', 'This sign-in has run out or has failed too often. Begin again.')
