// One's own account over REST: password, name, second factor, and the links that came by mail.

import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { type Answer, type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail } from '../../platform/mail.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { acceptInvitation } from './invitations.ts'
import { changedLetter } from './letters.ts'
import { hashPassword } from './password-hash.ts'
import { resetPassword, sendReset } from './password-resets.ts'
import { requireGoodPassword } from './password-rules.ts'
import { ownPassword, refusals } from './password-sign-in.ts'
import {
  confirmSecondFactor,
  countRecoveryCodes,
  enrolSecondFactor,
  removeSecondFactor,
  useCode,
  wrongCode,
} from './second-factor.ts'
import { acceptBody, codeBody, enrolBody, forgotBody, meAnswer, meBody, meView, resetBody } from './session-fields.ts'
import { refuseCrossSite, type Session, type Sessions } from './sessions.ts'
import { settleAttempt, takeAttempt } from './sign-in-sources.ts'
import { signedIn } from './signed-in.ts'
import { activeMemberships, endWhatIsOpen, requireUser, setPassword, type User } from './users.ts'

const tag = 'Account'
/** How long after a sign-in nothing more is asked of who has no password. */
const freshMs = 10 * 60_000

export function accountRoutes(input: {
  db: Db
  secrets: Secrets
  sessions: Sessions
  mail: Mail
  log: Log
  publicUrl: () => string
}): Route[] {
  const { db, secrets, sessions, mail, log, publicUrl } = input

  /**
   * Before a change that outlasts the session: the password, or a fresh sign-in where there is none.
   * @throws Problem('unauthenticated', 'invalid_credentials' | 'sign_in_again')
   */
  async function requireOwner(call: Call, { user, startedAt }: Session, password: string | undefined): Promise<void> {
    if (user.password_hash === null) {
      if (Date.now() - startedAt.getTime() < freshMs) return
      throw new Problem('unauthenticated', 'sign_in_again', 'Sign out, sign in again, and repeat this.')
    }
    const source = { address: call.address, device: sessions.deviceOf(call.headers) }
    if (password && (await ownPassword(db, user, { ...source, password }))) return
    throw new Problem('unauthenticated', 'invalid_credentials', `${refusals.invalid_credentials}: send your password.`)
  }

  const audited = (by: Session['by'], action: string, requestId: string) => ({
    orgId: by.orgId,
    actor: by.actor,
    action,
    target: by.actor.slice('user:'.length),
    requestId,
  })

  const tell = (user: User, what: string) => {
    if (!mail.isSet) return
    mail.send(changedLetter(user.email, what)).catch((err) => log.warn({ err }, 'a mail about an account was not sent'))
  }

  /** Ends all other sessions, and answers with a new one in place of this one. */
  async function changePassword(
    call: Call,
    session: Session,
    password: string,
    name: string | undefined,
  ): Promise<Answer> {
    const { user, membership, by } = session
    const memberships = await activeMemberships(db, user.id)
    const own = { email: user.email, name: name ?? user.name, orgNames: memberships.map(({ org_name }) => org_name) }
    const former = [...(user.password_hash ? [user.password_hash] : []), ...user.former_password_hashes]
    await requireGoodPassword(password, own, former)
    const hash = await hashPassword(password)
    const { headers, address, requestId } = call
    // The other sessions may be in other organisations.
    const started = await everyOrg(() =>
      db.transaction().execute(async (tx) => {
        await setPassword(tx, user.id, hash)
        if (name) await tx.updateTable('users').set({ name }).where('id', '=', user.id).execute()
        const made = await sessions.start(tx, { user, membership, address, headers })
        await writeAudit(tx, [audited(by, 'password.change', requestId)])
        return made
      }),
    )
    tell(user, 'your password was changed')
    return meAnswerOf(user.id, { 'Set-Cookie': started.cookies })
  }

  const meAnswerOf = async (userId: string, headers: Record<string, string | string[]> = {}) =>
    ok(meView(await requireUser(db, userId), await countRecoveryCodes(db, userId)), headers)

  return [
    route({
      method: 'POST',
      paths: ['/v1/password/forgot'],
      summary: 'Ask for a link to choose a new password; it goes to the mailbox of the account',
      tag,
      auth: 'open',
      body: forgotBody,
      answers: { 202: { description: 'The same whether there is such an account or not' } },
      async handle(call) {
        refuseCrossSite(call.headers, publicUrl())
        const { email } = strictFields(forgotBody, await call.fields())
        // Not waited for: how long it takes would tell whether there is such an account.
        const later = everyOrg(() => sendReset({ db, mail, log, publicUrl }, email))
        later.catch((err) => log.error({ err }, 'the link for a new password could not be sent'))
        const detail = 'We have sent you an email, if there is an account with this address.'
        return { status: 202, body: { message: detail } }
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/password/reset'],
      summary: 'Choose a new password with the token from the link; all sessions end',
      tag,
      auth: 'open',
      body: resetBody,
      answers: { 200: { description: 'Sign in with it now' }, 400: { description: 'A dead link or a weak password' } },
      async handle(call) {
        refuseCrossSite(call.headers, publicUrl())
        const given = strictFields(resetBody, await call.fields())
        const { email } = await resetPassword({ db, mail, log, publicUrl }, { ...given, requestId: call.requestId })
        return ok({ email })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/invitations/accept'],
      summary: 'Accept an invitation with the token from the link',
      description:
        'A new person chooses a password. Somebody who has an account sends its password, or is signed in; the link alone opens no account that is in use.',
      tag,
      auth: 'open',
      body: acceptBody,
      answers: {
        200: { description: 'Accepted; sign in now' },
        400: { description: 'A dead link or a weak password' },
      },
      async handle(call) {
        refuseCrossSite(call.headers, publicUrl())
        const given = strictFields(acceptBody, await call.fields())
        const session = await sessions.of(db, call.headers)
        const { email, orgName } = await acceptInvitation(db, {
          token: given.token,
          password: given.password ?? null,
          name: given.name?.trim() ?? null,
          signedInAs: session?.user.id ?? null,
          address: call.address,
          device: sessions.deviceOf(call.headers),
          requestId: call.requestId,
        })
        return ok({ email, organisation: orgName })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/me'],
      summary: 'Your account',
      tag,
      auth: 'open',
      answers: { 200: { description: 'The account', schema: meAnswer } },
      handle: (call) => signedIn({ db, sessions }, call, ({ user }) => meAnswerOf(user.id)),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/me'],
      summary: 'Change your name or your password',
      description: 'A new password needs the present one, ends all other sessions, and renews this one.',
      tag,
      auth: 'open',
      body: meBody,
      answers: { 200: { description: 'The account', schema: meAnswer } },
      handle: (call) =>
        signedIn({ db, sessions }, call, async (session) => {
          const given = strictFields(meBody, await call.fields())
          const { user, by } = session
          const name = given.name?.trim()
          if (given.new_password !== undefined) {
            await requireOwner(call, session, given.password)
            return changePassword(call, session, given.new_password, name)
          }
          if (name) {
            await db.transaction().execute(async (tx) => {
              await tx.updateTable('users').set({ name, updated_at: new Date() }).where('id', '=', user.id).execute()
              await writeAudit(tx, [audited(by, 'user.rename', call.requestId)])
            })
          }
          return meAnswerOf(user.id)
        }),
    }),
    route({
      method: 'POST',
      paths: ['/v1/me/totp'],
      summary: 'Begin with a second factor: a secret for the authenticator app',
      description: 'Needs the password. It counts once PUT has seen a code of it.',
      tag,
      auth: 'open',
      body: enrolBody,
      answers: { 200: { description: 'The secret, and the address that a QR code shows' } },
      handle: (call) =>
        signedIn({ db, sessions }, call, async (session) => {
          const { password } = strictFields(enrolBody, await call.fields())
          await requireOwner(call, session, password)
          const made = await db.transaction().execute((tx) => enrolSecondFactor(tx, secrets, session.user))
          return ok(made, { 'Cache-Control': 'no-store' })
        }),
    }),
    route({
      method: 'PUT',
      paths: ['/v1/me/totp'],
      summary: 'Switch the second factor on with a code of the app',
      description:
        'The ten recovery codes are in this answer and in no later one. All other sessions end, and tokens too.',
      tag,
      auth: 'open',
      body: codeBody,
      answers: { 200: { description: 'Recovery codes, each good once' } },
      handle: (call) =>
        signedIn({ db, sessions }, call, async ({ user, by, idHash }) => {
          const { code } = strictFields(codeBody, await call.fields())
          const taken = await takeAttempt(db, sourceOf(call, sessions, user))
          // What is open in other organisations ends too.
          const codes = await everyOrg(() =>
            db.transaction().execute(async (tx) => {
              const made = await confirmSecondFactor(tx, secrets, user, code)
              // Whoever had the password alone keeps nothing that it opened.
              await endWhatIsOpen(tx, user.id, { exceptSession: idHash })
              await writeAudit(tx, [audited(by, 'second_factor.add', call.requestId)])
              return made
            }),
          )
          await settleAttempt(db, taken)
          tell(user, 'a second factor was switched on')
          return ok({ recovery_codes: codes }, { 'Cache-Control': 'no-store' })
        }),
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/me/totp'],
      summary: 'Switch the second factor off, with a code of it or a recovery code',
      tag,
      auth: 'open',
      body: codeBody,
      answers: { 204: { description: 'Off' } },
      handle: (call) =>
        signedIn({ db, sessions }, call, async ({ user, by }) => {
          const { code } = strictFields(codeBody, await call.fields())
          if (!user.totp_confirmed_at) throw new Problem('conflict', 'no_second_factor', 'There is no second factor.')
          const taken = await takeAttempt(db, sourceOf(call, sessions, user))
          await db.transaction().execute(async (tx) => {
            if (!(await useCode(tx, secrets, user, code))) throw wrongCode()
            await removeSecondFactor(tx, user.id)
            await writeAudit(tx, [audited(by, 'second_factor.remove', call.requestId)])
          })
          await settleAttempt(db, taken)
          tell(user, 'the second factor was switched off')
          return { status: 204 }
        }),
    }),
  ]
}

const sourceOf = (call: Call, sessions: Sessions, user: User) => ({
  email: user.email,
  address: call.address,
  device: sessions.deviceOf(call.headers),
  purpose: 'code' as const,
})
