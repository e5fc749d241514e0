// People of an installation that sends mail: browsers, owners of new organisations, members who took up an invitation.
// Over HTTP, with a mail server that speaks SMTP.

import assert from 'node:assert/strict'
import { createOrg, makeOwner } from '../../src/access/index.ts'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { startSmtpServer } from '../fakes/smtp-server.ts'
import { type Json, startHarness } from '../harness.ts'

/** `code` and `detail` of a refusal. */
type Said = { status: number; body: Json; headers: Headers; code?: string; detail?: string }

/** The password of everybody here. */
export const good = 'tea with lemon 7'

export const tokenIn = (text: string) => /#\w+=([\w-]+)/.exec(text)?.[1] ?? assert.fail(`no link in ${text}`)

/** An installation of its own, and who may be let into it. */
export async function startPeople(options: Pick<NonNullable<Parameters<typeof startHarness>[0]>, 'roles'> = {}) {
  const smtp = await startSmtpServer()
  const app = await startHarness({
    ...options,
    env: {
      INDABA_SMTP_URL: smtp.url,
      INDABA_MAIL_FROM: 'indaba@example.org',
      INDABA_SMTP_TLS: 'false',
      INDABA_STRANGERS_PER_SECOND: '0',
    },
  })
  const stop = async () => {
    await app.stop()
    await smtp.stop()
  }

  let count = 0
  /** An address that nobody has had yet. */
  const freshAddress = (name: string) => `${name}-${++count}@example.org`

  /** A browser: keeps cookies, and sends the session's token as our own page would. */
  function browser() {
    const jar = new Map<string, string>()
    const self = {
      jar,
      csrf: '',
      async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Said> {
        const response = await fetch(`${app.url}${path}`, {
          method,
          redirect: 'manual',
          headers: {
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(jar.size > 0 ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
            ...(self.csrf ? { 'x-indaba-csrf': self.csrf } : {}),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        for (const cookie of response.headers.getSetCookie()) {
          const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=')
          if (value) jar.set(name, value)
          else jar.delete(name)
        }
        const text = await response.text()
        const said: Said = { status: response.status, headers: response.headers, body: text }
        if (text.startsWith('{')) said.body = JSON.parse(text)
        if (!response.ok) Object.assign(said, { code: said.body.error?.code.toLowerCase(), detail: said.body.message })
        if (said.body?.csrf_token) self.csrf = said.body.csrf_token
        return said
      },
      signIn: (email: string, password: string) => self.send('POST', '/v1/session', { email, password }),
    }
    return self
  }

  /** A new organisation whose owner is signed in. */
  async function newOwner(email = freshAddress('owner')) {
    const db = app.app.db
    const org = await everyOrg(() => db.transaction().execute((tx) => createOrg(tx, { name: `Org ${count}` })))
    const input = { email, actor: 'operator', publicUrl: app.url, orgId: org.id, name: null }
    const made = await everyOrg(() => makeOwner(db, input))
    const person = browser()
    const accepted = await person.send('POST', '/v1/invitations/accept', { token: made?.token, password: good })
    assert.equal(accepted.status, 200, JSON.stringify(accepted.body))
    const session = await person.signIn(email, good)
    assert.equal(session.status, 200, JSON.stringify(session.body))
    return Object.assign(person, { email, orgId: org.id, id: session.body.user.id as string })
  }

  /** Somebody who was invited by mail, has accepted and is signed in. */
  async function newMember(by: Awaited<ReturnType<typeof newOwner>>, fields: object, email = freshAddress('user')) {
    const invited = await by.send('POST', '/v1/users', { email, ...fields })
    assert.equal(invited.status, 201, JSON.stringify(invited.body))
    assert.equal(invited.body.invitation_url, undefined, 'the link goes by mail alone')
    const token = tokenIn((await smtp.next(email)).text)
    const person = browser()
    assert.equal((await person.send('POST', '/v1/invitations/accept', { token, password: good })).status, 200)
    assert.equal((await person.signIn(email, good)).status, 200)
    return Object.assign(person, { email, id: invited.body.id as string, orgId: by.orgId })
  }

  return { app, smtp, stop, freshAddress, browser, newOwner, newMember }
}
