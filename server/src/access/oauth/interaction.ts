// Where a person decides on what an application asks for: signs in, sees what it would be able to do, allows or denies.
// The decision goes back to the very request that asked, which the library keeps; no address is taken from the browser.

import type { ServerResponse } from 'node:http'
import type { InteractionResults } from 'oidc-provider'
import type { Db } from '../../platform/db/db.ts'
import { inScope } from '../../platform/db/scope.ts'
import { newId } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import { httpStatus, Problem } from '../../platform/problem.ts'
import { equalSecret, type Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { refuseCrossSite, type Session, type Sessions } from '../users/sessions.ts'
import { type Ask, choices, gone, readAsk } from './ask.ts'
import { urlencoded } from './form-body.ts'
import { memberOf } from './members.ts'
import { consentPage, errorPage, pageHeaders, type SignInView, signInPage } from './pages.ts'
import type { OauthServer } from './provider.ts'
import { type From, signInStep } from './sign-in-step.ts'

export type Visit = From & { response: ServerResponse }

type Page = { status: number; body: string; cookies?: string[] }
type Onward = { location: string; cookies?: string[] }
/** One request: of whom, for what, by whom. */
type Turn = { server: OauthServer; visit: Visit; ask: Ask; session: Session | null }

export function oauthInteraction(parts: {
  db: Db
  secrets: Secrets
  log: Log
  sessions: Sessions
  publicUrl: () => string
}): (server: OauthServer, visit: Visit) => Promise<void> {
  const { db, secrets, log, sessions, publicUrl } = parts
  const step = signInStep(parts)

  const csrfOf = ({ ask, session }: Pick<Turn, 'ask' | 'session'>) =>
    secrets.hash('oauth form', `${ask.uid} ${session?.id ?? ''}`).toString('base64url')

  const again = ({ uid }: Ask) => `${publicUrl()}/oauth/interaction/${uid}`

  const signIn = (turn: Turn, view: Pick<SignInView, 'error' | 'email' | 'challenge'> = {}): Page => ({
    status: view.error ? 400 : 200,
    body: signInPage({ ...facts(turn.ask), csrf: csrfOf(turn), ...view }),
  })

  async function show(turn: Turn, error?: string): Promise<Page> {
    const { ask, session } = turn
    if (!session) return signIn(turn, { error })
    const member = await memberOf(db, ask.orgId, session.user.id)
    const stranger = member ? undefined : `Your account does not belong to ${ask.organisation}.`
    const body = consentPage({
      ...facts(ask),
      csrf: csrfOf(turn),
      user: session.user.email,
      ...choices(ask, member),
      tellsIdentity: member !== null && ask.identity.includes('openid'),
      error: error ?? stranger,
    })
    return { status: error ? 400 : 200, body }
  }

  /** Sends the browser back to where the library goes on with the request. */
  async function decide({ server, visit }: Turn, result: InteractionResults): Promise<Onward> {
    const { request, response } = visit
    const options = { mergeWithLastSubmission: false }
    return { location: await server.provider.interactionResult(request, response, result, options) }
  }

  async function allow(turn: Turn, session: Session, chosen: string[]): Promise<Page | Onward> {
    const { ask, server, visit } = turn
    const member = await memberOf(db, ask.orgId, session.user.id)
    const granted = choices(ask, member).grantable.filter((one) => chosen.includes(one))
    if (!member || (granted.length === 0 && !ask.identity.includes('openid'))) {
      return show(turn, 'Choose at least one thing that it may do, or deny.')
    }
    const id = newId()
    await inScope([ask.orgId], () =>
      db.transaction().execute(async (tx) => {
        await server.records.within(tx, () => saveGrant(server, { id, ask, granted, accountId: session.user.id }))
        const data = { application_id: ask.clientId, scopes: granted }
        const entry = { actor: member.actor, action: 'oauth.grant.allow', target: id, requestId: visit.requestId, data }
        await writeAudit(tx, [{ orgId: ask.orgId, ...entry }])
      }),
    )
    const login = { accountId: session.user.id, ts: Math.floor(startedMs(session) / 1000), remember: false }
    return decide(turn, { login, consent: { grantId: id } })
  }

  async function enter(turn: Turn, form: URLSearchParams): Promise<Page | Onward> {
    const result = await step.submit(form, turn.ask.orgId, turn.visit)
    if (result.outcome === 'signed_in') return { location: again(turn.ask), cookies: result.cookies }
    if (result.outcome === 'second_factor') return signIn(turn, { challenge: result.challenge })
    return signIn(turn, { error: result.detail, email: form.get('email') ?? '', challenge: result.challenge })
  }

  async function submit(turn: Turn): Promise<Page | Onward> {
    const { ask, session, visit } = turn
    refuseCrossSite(visit.request.headers, publicUrl())
    const form = await urlencoded(visit.request)
    if (!equalSecret(form.get('csrf') ?? '', csrfOf(turn))) {
      // Such as a page that was open while its session ended.
      return { ...(await show(turn, 'This page had become stale. Look at it once more.')), status: 403 }
    }
    switch (form.get('action')) {
      case 'deny':
        return decide(turn, { error: 'access_denied', error_description: 'the user has denied the request' })
      case 'allow':
        return session ? allow(turn, session, form.getAll('scope')) : show(turn)
      case 'switch':
        return { location: again(ask), ...(session ? await step.leave(session, visit) : {}) }
      case 'sign-in':
        return enter(turn, form)
      default:
        throw new Problem('invalid', 'unknown_action', 'The form was not filled in as this page has it.')
    }
  }

  return async (server, visit) => {
    let ask: Ask | null = null
    let answer: Page | Onward
    try {
      ask = await readAsk(server, db, visit)
      const present = await sessions.of(db, visit.request.headers)
      const session = present && startedMs(present) >= ask.signedInSinceMs ? present : null
      const turn = { server, visit, ask, session }
      answer = await (visit.request.method === 'POST' ? submit(turn) : show(turn))
    } catch (err) {
      const { kind, detail } = asProblem(server, err)
      if (kind === 'bug') log.error({ err, requestId: visit.requestId }, 'an OAuth request failed')
      answer = { status: httpStatus[kind], body: errorPage(detail) }
    }
    send(visit, ask, answer)
  }
}

async function saveGrant(
  { provider }: OauthServer,
  { id, ask, granted, accountId }: { id: string; ask: Ask; granted: string[]; accountId: string },
): Promise<void> {
  const grant = new provider.Grant({ accountId, clientId: ask.clientId })
  grant.jti = id
  if (ask.identity.length > 0) grant.addOIDCScope(ask.identity.join(' '))
  if (granted.length > 0) grant.addResourceScope(ask.resource, granted.join(' '))
  // Refused for good in this grant; otherwise the library would ask again.
  const rest = ask.scopes.filter((one) => ask.allowed.includes(one) && !granted.includes(one))
  if (rest.length > 0) grant.rejectResourceScope(ask.resource, rest.join(' '))
  await grant.save()
}

/** Its id is a UUIDv7, which begins with the time (RFC 9562 §5.7). */
const startedMs = ({ id }: Session): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16)

const facts = ({ application, redirectUri, organisation }: Ask) => ({
  application,
  organisation,
  redirectHost: new URL(redirectUri).host,
})

function asProblem({ errors }: OauthServer, err: unknown): Problem {
  if (err instanceof Problem) return err
  if (err instanceof errors.SessionNotFound) return gone()
  return new Problem('bug', 'internal_error', 'Something went wrong here.', { cause: err })
}

function send({ request, response }: Visit, ask: Ask | null, answer: Page | Onward): void {
  if (answer.cookies) response.appendHeader('Set-Cookie', answer.cookies)
  const headers = pageHeaders(ask?.redirectUri)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if ('location' in answer) response.writeHead(303, { Location: answer.location }).end()
  else response.writeHead(answer.status).end(request.method === 'HEAD' ? undefined : answer.body)
}
