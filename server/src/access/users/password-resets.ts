// A new password for who forgot theirs. Whoever asks learns nothing: neither whether there is such an account, nor the
// link, which goes to the mailbox of the account alone, or is printed for the operator (`admin reset`).

import type { Db, Tx } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail } from '../../platform/mail.ts'
import { writeAudit } from '../audit/write.ts'
import { deadLink } from './invitations.ts'
import { changedLetter, linkOf, resetLetter } from './letters.ts'
import { hashToken, newToken } from './one-time-token.ts'
import { hashPassword } from './password-hash.ts'
import { requireGoodPassword } from './password-rules.ts'
import { findUser, findUserByEmail, setPassword } from './users.ts'

const hoursGood = 1
/** Mails an hour to one mailbox, whoever asks for them. */
const perHourMax = 3

export type PostOffice = { db: Db; mail: Mail; log: Log; publicUrl: () => string }

/** Sends the link; its caller answers without waiting for it, the same for every address. */
export async function sendReset({ db, mail, log, publicUrl }: PostOffice, email: string): Promise<void> {
  const user = await findUserByEmail(db, email)
  if (user?.state !== 'active') return
  // A person's memberships are in several organisations.
  const token = await everyOrg(() =>
    db.transaction().execute(async (tx) => {
      // Of several requests at once, each sees the tokens of those before it.
      await tx.selectFrom('users').select('id').where('id', '=', user.id).forUpdate().execute()
      const membership = await tx
        .selectFrom('memberships')
        .select('org_id')
        .where('user_id', '=', user.id)
        .where('state', '<>', 'deactivated')
        .limit(1)
        .executeTakeFirst()
      const sent = await tx
        .selectFrom('user_tokens')
        .select('hash')
        .where('user_id', '=', user.id)
        .where('kind', '=', 'reset')
        .where('created_at', '>', new Date(Date.now() - 3_600_000))
        .execute()
      return membership && sent.length < perHourMax ? createReset(tx, user.id, true) : null
    }),
  )
  if (token === null) return
  if (!mail.isSet) {
    const advice = 'npm start -- admin reset --email <theirs> prints a link for them'
    return log.warn({ userId: user.id }, `a new password was asked for, and no mail server is set: ${advice}`)
  }
  await mail.send(resetLetter({ to: user.email, link: linkOf(publicUrl(), 'reset', token), hours: hoursGood }))
}

/** @param isMailed whether the token will go to the mailbox alone */
export async function createReset(tx: Tx, userId: string, isMailed: boolean): Promise<string> {
  const token = newToken()
  await tx
    .insertInto('user_tokens')
    .values({
      hash: hashToken(token),
      user_id: userId,
      kind: 'reset',
      is_mailed: isMailed,
      expires_at: new Date(Date.now() + hoursGood * 3_600_000),
    })
    .execute()
  return token
}

/**
 * Ends all sessions of the person. A second factor stays: who has lost both asks the operator. Somebody who never came
 * in accepts with it the invitations that wait, as the mailbox is shown to be theirs.
 * @throws Problem('invalid', 'invalid_token' | 'weak_password')
 */
export async function resetPassword(
  { db, mail, log }: PostOffice,
  given: { token: string; password: string; requestId: string },
): Promise<{ email: string }> {
  const hash = hashToken(given.token)
  // The person's organisations are told by the token.
  return everyOrg(async () => {
    const found = await db
      .selectFrom('user_tokens')
      .select(['user_id', 'is_mailed'])
      .where('hash', '=', hash)
      .where('kind', '=', 'reset')
      .where('expires_at', '>', new Date())
      .executeTakeFirst()
    const user = found && (await findUser(db, found.user_id))
    if (user?.state !== 'active') throw deadLink()
    const memberships = await db
      .selectFrom('memberships')
      .innerJoin('orgs', 'orgs.id', 'memberships.org_id')
      .select(['memberships.org_id', 'orgs.name', 'memberships.state', 'invitation_expires_at'])
      .where('user_id', '=', user.id)
      .execute()
    const former = [...(user.password_hash ? [user.password_hash] : []), ...user.former_password_hashes]
    const own = { email: user.email, name: user.name, orgNames: memberships.map(({ name }) => name) }
    await requireGoodPassword(given.password, own, former)
    const newHash = await hashPassword(given.password)
    await db.transaction().execute(async (tx) => {
      const taken = await tx.deleteFrom('user_tokens').where('hash', '=', hash).executeTakeFirst()
      if (taken.numDeletedRows === 0n) throw deadLink()
      await setPassword(tx, user.id, newHash)
      const now = new Date()
      const isMailed = found?.is_mailed ?? false
      if (isMailed) {
        await tx.updateTable('users').set({ email_verified_at: now }).where('id', '=', user.id).execute()
      }
      if (isMailed && memberships.every(({ state }) => state === 'invited')) {
        await tx
          .updateTable('memberships')
          .set({ state: 'active', accepted_at: now, invitation_hash: null, updated_at: now })
          .where('user_id', '=', user.id)
          .where('state', '=', 'invited')
          .where('invitation_expires_at', '>', now)
          .execute()
      }
      const { requestId } = given
      const row = { actor: `user:${user.id}`, action: 'password.reset', target: user.id, requestId }
      await writeAudit(
        tx,
        memberships.map(({ org_id: orgId }) => ({ orgId, ...row })),
      )
    })
    if (mail.isSet) {
      const told = mail.send(changedLetter(user.email, 'your password was changed'))
      told.catch((err) => log.warn({ err }, 'a mail about a changed password was not sent'))
    }
    return { email: user.email }
  })
}
