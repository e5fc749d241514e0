// Signing in with the account of another provider: which there are, the way there, and the way back.

import Type from 'typebox'
import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import type { FetchLike } from '../../platform/outbound/fetch-like.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import type { Sessions } from '../users/sessions.ts'
import { accountOf } from './accounts.ts'
import { attemptCookie, newAttempt, readAttempt, takeAttempt } from './attempt.ts'
import { identityOf } from './identity.ts'
import { providerClient } from './provider-client.ts'
import { configuredProviders, type Provider, type ProviderSettings } from './providers.ts'
import { safeReturnTo } from './return-to.ts'

const tag = 'Sign-in'
const byName = Type.Object({ provider: Type.String({ maxLength: 60 }) })
const moved = { 302: { description: 'To the provider, or to where the sign-in was begun' } }

export function signInRoutes(input: {
  db: Db
  secrets: Secrets
  sessions: Sessions
  settings: ProviderSettings
  fetchLike: FetchLike
  publicUrl: () => string
}): Route[] {
  const { db, secrets, sessions, publicUrl } = input
  const providers = configuredProviders(input.settings)
  const client = providerClient(input.fetchLike)
  const isSecure = () => publicUrl().startsWith('https:')
  const callbackOf = ({ name }: Provider) => `${publicUrl()}/v1/sign-in/${name}/callback`

  const requireProvider = (name: string): Provider => {
    const provider = providers.get(name)
    if (provider) return provider
    const names = [...providers.keys()].join(', ') || 'none'
    const detail = `There is no sign-in by that name. Set up here: ${names}.`
    throw new Problem('not_found', 'unknown_provider', detail)
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/sign-in/providers'],
      summary: 'List whose accounts people can sign in with',
      tag,
      auth: 'open',
      answers: { 200: { description: 'Name, label and address of each' } },
      handle: async () =>
        ok({
          providers: [...providers.values()].map(({ name, label }) => ({ name, label, url: `/v1/sign-in/${name}` })),
        }),
    }),
    route({
      method: 'GET',
      paths: ['/v1/sign-in/:provider'],
      summary: 'Begin to sign in: leads the browser to the provider',
      tag,
      auth: 'open',
      params: byName,
      query: Type.Object({
        return_to: Type.Optional(Type.String({ description: 'A path of this server to go to afterwards' })),
      }),
      answers: moved,
      async handle({ params, query }) {
        const provider = requireProvider(params.provider)
        const attempt = newAttempt(provider.name, safeReturnTo(query.return_to))
        const to = await client.authorizationUrl(provider, attempt, callbackOf(provider))
        return leadTo(to.href, [attemptCookie(secrets, attempt, isSecure())])
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/sign-in/:provider/callback'],
      summary: 'Where the provider leads the browser back to; begins a session',
      description:
        'The account is found by the verified e-mail address, later by the link that this makes. None is created unless an organisation allows the domain of the address.',
      tag,
      auth: 'open',
      params: byName,
      query: Type.Object({
        state: Type.String({ maxLength: 200 }),
        code: Type.Optional(Type.String({ maxLength: 8000 })),
        iss: Type.Optional(Type.String({ maxLength: 500 })),
        error: Type.Optional(Type.String({ maxLength: 500 })),
        error_description: Type.Optional(Type.String({ maxLength: 4000 })),
      }),
      answers: moved,
      async handle({ params, query, headers, address, requestId }) {
        const provider = requireProvider(params.provider)
        const read = { cookies: headers.cookie, isSecure: isSecure(), provider: provider.name, state: query.state }
        const attempt = readAttempt(secrets, read)
        await takeAttempt(db, attempt)
        const callback = new URL(callbackOf(provider))
        for (const [name, value] of Object.entries(query)) {
          if (answerNames.includes(name)) callback.searchParams.set(name, String(value))
        }
        const identity = identityOf(provider, await client.claims(provider, attempt, callback))
        // Whose account it is, and so which organisation, is only found out here.
        const present = await sessions.of(db, headers)
        const by = { signedInAs: present?.user.id ?? null, requestId }
        const { cookies } = await everyOrg(() =>
          db.transaction().execute(async (tx) => {
            const { user, memberships } = await accountOf(tx, identity, by)
            const [membership] = memberships
            const started = await sessions.start(tx, { user, membership, address, headers })
            const entry = { orgId: membership.org_id, actor: `user:${user.id}`, target: started.id, requestId }
            await writeAudit(tx, [{ ...entry, action: 'session.start', data: { provider: provider.name } }])
            return started
          }),
        )
        return leadTo(attempt.returnTo, [...cookies, attemptCookie(secrets, null, isSecure())])
      },
    }),
  ]
}

const answerNames = ['state', 'code', 'iss', 'error', 'error_description']

/** Addresses with codes must not be kept, nor told to where the browser goes next. */
const leadTo = (location: string, cookies: string[]) => ({
  status: 302,
  headers: { Location: location, 'Set-Cookie': cookies, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' },
})
