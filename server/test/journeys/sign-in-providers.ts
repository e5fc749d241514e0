// Three certified providers, an Indaba that knows them, and people who sign in there with a browser.

import { sql } from 'kysely'
import { hashToken, newToken } from '../../src/access/users/one-time-token.ts'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { type Claims, startOpenIdProvider } from '../fakes/openid-provider.ts'
import { type Customer, type Json, startHarness } from '../harness.ts'
import { type Browser, openBrowser, type Visit } from './browser.ts'

export const tenant = '6f1c2d3e-0000-4000-8000-00000000abcd'
export const client = { clientId: 'indaba', clientSecret: 'a-secret-of-the-test' }

export const alice: Claims = { sub: 'alice-1', email: 'Alice@Example.org', email_verified: true, name: 'Alice' }

export const isCallback = (url: string) => url.includes('/callback?')

export const refused = (visit: Visit): [status: number, code: string, message: string] => {
  const { error, message } = JSON.parse(visit.text)
  return [visit.status, error.code, message]
}

/** An installation of its own that offers three providers, and one organisation in it. */
export async function startSignIn() {
  const callbackOf = (name: string) => `${indaba.url}/v1/sign-in/${name}/callback`
  const start = (name: string, returnTo = '/openapi.json') =>
    `${indaba.url}/v1/sign-in/${name}?return_to=${encodeURIComponent(returnTo)}`

  const [keycloak, other, microsoft] = await Promise.all([
    startOpenIdProvider(client),
    startOpenIdProvider(client),
    startOpenIdProvider({ ...client, path: `/${tenant}/v2.0` }),
  ])
  const providers = { keycloak, other, microsoft }
  const listed = ['keycloak', 'other'].map((name) => ({
    name,
    issuer: providers[name as 'keycloak'].issuer,
    client_id: client.clientId,
    client_secret: client.clientSecret,
  }))
  const indaba = await startHarness({
    roles: { serve: true, work: false },
    env: {
      INDABA_OIDC_PROVIDERS: JSON.stringify(listed),
      INDABA_OIDC_MICROSOFT_CLIENT_ID: client.clientId,
      INDABA_OIDC_MICROSOFT_CLIENT_SECRET: client.clientSecret,
      INDABA_OIDC_MICROSOFT_TENANT: tenant,
      INDABA_OIDC_MICROSOFT_AUTHORITY: new URL(microsoft.issuer).origin,
    },
  })
  for (const [name, one] of Object.entries(providers)) one.allowRedirect(callbackOf(name))

  const org = await indaba.customer({ name: 'First' })

  const stop = async () => {
    await indaba.stop()
    for (const one of Object.values(providers)) await one.close()
  }

  /** A person of the organisation, as an invitation that was accepted leaves one. */
  const person = async (email: string, more: { to?: Customer; state?: string; isVerified?: boolean } = {}) => {
    const { to = org, state = 'active', isVerified = true } = more
    const id = crypto.randomUUID()
    await everyOrg(async () => {
      const { db } = indaba.app
      const verified = isVerified ? new Date() : null
      const row = { id, email, password_hash: 'somebody-set-one', email_verified_at: verified }
      await db.insertInto('users').values(row).execute()
      const membership = { org_id: to.orgId, user_id: id, role: 'analyst', level: 'organisation', state }
      const until = new Date(Date.now() + 60_000)
      await db
        .insertInto('memberships')
        .values({ ...membership, invitation_expires_at: until })
        .execute()
    })
    return id
  }

  /** What a person has allowed an application to do. */
  const allowedBy = (userId: string) =>
    everyOrg(async () => {
      const { db } = indaba.app
      const [application, grant] = [crypto.randomUUID(), crypto.randomUUID()]
      const one = { id: application, name: 'App', kind: 'public', scopes: ['calls:read'], created_by: 'test' }
      await db
        .insertInto('oauth_applications')
        .values({ org_id: org.orgId, ...one })
        .execute()
      await db
        .insertInto('oauth_records')
        .values({
          org_id: org.orgId,
          model: 'Grant',
          id_hash: Buffer.from(grant),
          application_id: application,
          user_id: userId,
          grant_id: grant,
          payload: '{}',
          expires_at: new Date(Date.now() + 60_000),
        })
        .execute()
    })

  /** A browser in which somebody has signed in by password and code. */
  const signedIn = async (userId: string): Promise<Browser> => {
    const token = newToken()
    const row = { id_hash: hashToken(token), id: crypto.randomUUID(), address: '127.0.0.1' }
    await everyOrg(() =>
      indaba.app.db
        .insertInto('user_sessions')
        .values({ org_id: org.orgId, user_id: userId, ...row, expires_at: new Date(Date.now() + 60_000) })
        .execute(),
    )
    return openBrowser((url, init) => {
      const { cookie } = init.headers as Record<string, string>
      return fetch(url, { ...init, headers: { ...init.headers, cookie: `${cookie}; indaba_session=${token}` } })
    })
  }

  const count = async (table: string, where = sql`true`): Promise<number> => {
    const found = await everyOrg(() =>
      sql<{ n: number }>`select count(*) as n from ${sql.table(table)} where ${where}`.execute(indaba.app.db),
    )
    return Number(found.rows[0]?.n)
  }

  const whoIs = async (browser: Browser): Promise<Json> => {
    const visit = await browser.open(`${indaba.url}/v1/session`)
    return { ...JSON.parse(visit.text), status: visit.status }
  }

  return { providers, indaba, org, callbackOf, start, person, allowedBy, signedIn, count, whoIs, stop }
}
