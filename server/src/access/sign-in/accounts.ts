// Whose account here somebody is whom another provider has signed in: by the link of an earlier time, else by the e-mail
// address that the provider vouches for. None is made unless an organisation allows the domain of the address.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { writeAudit } from '../audit/write.ts'
import { requireEmail } from '../users/email.ts'
import { refusals } from '../users/password-sign-in.ts'
import { removeSecondFactor } from '../users/second-factor.ts'
import {
  activeMemberships,
  createUser,
  endWhatIsOpen,
  findUser,
  findUserByEmail,
  type Membership,
  type User,
} from '../users/users.ts'
import type { Identity } from './identity.ts'

/** In the words of the hosted service, with our own names. */
const notCleared =
  'You have not been cleared to create an account on Indaba. Please contact your administrator to create an account.'

/**
 * The user and where they may work. The transaction must see every organisation.
 * @param from `signedInAs`: the user whose session the browser has already
 * @throws Problem('forbidden', 'not_cleared' | 'deactivated' | 'other_account_linked' | 'second_factor_needed')
 */
export async function accountOf(
  tx: Tx,
  identity: Identity,
  { signedInAs, requestId }: { signedInAs: string | null; requestId: string },
): Promise<{ user: User; memberships: [Membership, ...Membership[]] }> {
  const email = sameMailbox(identity.email)
  // Two sign-ins of one person at once: the second one waits, and finds what the first one has made.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`sign-in ${email}`}, 0))`.execute(tx)
  const linked = await linkedUser(tx, identity)
  const found = linked ?? (await findUserByEmail(tx, email))
  if (found?.state === 'deactivated') throw new Problem('forbidden', 'deactivated', refusals.deactivated)
  const user = found ?? (await createUser(tx, { email, name: identity.name }))
  if (!linked) {
    if (signedInAs !== user.id) refuseToPassBy(user)
    await link(tx, user, identity)
  }
  if (user.email === email && !user.email_verified_at) await takeOver(tx, user)
  const known = await activeMemberships(tx, user.id)
  const memberships = known.length > 0 ? known : await join(tx, user, email, requestId)
  const [first, ...rest] = memberships
  // Rolls back what was made above.
  if (!first) throw new Problem('forbidden', 'not_cleared', notCleared)
  return { user, memberships: [first, ...rest] }
}

/**
 * The normalised address, where normalising it has only changed capitals: a provider may have shown that somebody has the
 * mailbox `ｔhandi@example.org`, which is another one than `thandi@example.org`.
 */
function sameMailbox(given: string): string {
  const email = requireEmail(given)
  const local = (address: string) => address.trim().slice(0, address.trim().lastIndexOf('@'))
  const isAscii = /^[ -~]*$/
  const isSame = isAscii.test(local(email))
    ? isAscii.test(local(given)) && local(given).toLowerCase() === local(email)
    : local(given).normalize('NFC').toLowerCase() === local(email)
  if (isSame) return email
  const detail = 'The e-mail address of this account is written in a way that could be taken for another one.'
  throw new Problem('forbidden', 'email_not_verified', detail)
}

async function linkedUser(tx: Tx, { issuer, subject }: Identity): Promise<User | null> {
  const row = await tx
    .selectFrom('sign_in_identities')
    .select('user_id')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row ? findUser(tx, row.user_id) : null
}

/** A mailbox opens no account that has a second factor, here as little as with a new password. */
function refuseToPassBy({ email_verified_at, totp_confirmed_at }: User): void {
  if (!email_verified_at || !totp_confirmed_at) return
  const detail =
    'This account has a second factor. Sign in with its password and code, then begin this sign-in once more in the same browser; from then on it works by itself.'
  throw new Problem('forbidden', 'second_factor_needed', detail)
}

/** An address that the provider has given to somebody else since does not open the account of whom it was before. */
async function link(tx: Tx, user: User, { issuer, subject }: Identity): Promise<void> {
  const others = await tx
    .selectFrom('sign_in_identities')
    .select('subject')
    .where('issuer', '=', issuer)
    .where('user_id', '=', user.id)
    .execute()
  if (others.some((one) => one.subject !== subject)) {
    const detail =
      'Another account of this provider signs in with this address already. Ask an administrator to unlink it.'
    throw new Problem('forbidden', 'other_account_linked', detail)
  }
  await tx
    .insertInto('sign_in_identities')
    .values({ issuer, subject, user_id: user.id })
    .onConflict((on) => on.doNothing())
    .execute()
}

/**
 * Nobody had shown until now that the address is theirs: what was set up before (a password, a second factor, what they
 * opened) may be somebody else's, who waited for the owner of the address.
 */
async function takeOver(tx: Tx, user: User): Promise<void> {
  await tx
    .updateTable('users')
    .set({ password_hash: null, email_verified_at: new Date(), updated_at: new Date() })
    .where('id', '=', user.id)
    .execute()
  await removeSecondFactor(tx, user.id)
  await tx.deleteFrom('user_tokens').where('user_id', '=', user.id).execute()
  await endWhatIsOpen(tx, user.id)
}

/** Takes up the invitations that wait for this address; without any, joins the organisation that allows its domain. */
async function join(tx: Tx, user: User, email: string, requestId: string): Promise<Membership[]> {
  const at = new Date()
  const accepted = await tx
    .updateTable('memberships')
    .set({ state: 'active', accepted_at: at, invitation_hash: null, updated_at: at })
    .where('user_id', '=', user.id)
    .where('state', '=', 'invited')
    .where('invitation_expires_at', '>', at)
    .returning('org_id')
    .execute()
  const joined = accepted.length > 0 ? accepted : await joinByDomain(tx, user, email)
  const action = accepted.length > 0 ? 'user.accept' : 'user.sign_up'
  const actor = `user:${user.id}`
  await writeAudit(
    tx,
    joined.map(({ org_id }) => ({ orgId: org_id, actor, action, target: user.id, requestId })),
  )
  return activeMemberships(tx, user.id)
}

/** With the least there is: an agent, who sees the own conversations alone. */
async function joinByDomain(tx: Tx, user: User, email: string): Promise<{ org_id: string }[]> {
  const allowed = JSON.stringify({ sign_up_domains: [email.slice(email.lastIndexOf('@') + 1)] })
  const orgs = await tx
    .selectFrom('orgs')
    .select('id')
    .where('is_active', '=', true)
    .where(sql<boolean>`settings @> ${allowed}::jsonb`)
    .limit(2)
    .execute()
  const [org, another] = orgs
  // Which one is meant cannot be told.
  if (!org || another) return []
  const agent = await tx
    .selectFrom('agents')
    .select('id')
    .where('org_id', '=', org.id)
    .where((is) => is(is.fn('lower', ['email']), '=', email))
    .executeTakeFirst()
  return (
    tx
      .insertInto('memberships')
      .values({
        org_id: org.id,
        user_id: user.id,
        role: 'agent',
        level: 'own',
        agent_id: agent?.id ?? null,
        state: 'active',
        accepted_at: new Date(),
      })
      // Whom an administrator has deactivated stays so.
      .onConflict((on) => on.doNothing())
      .returning('org_id')
      .execute()
  )
}
