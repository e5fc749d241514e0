// An OpenID provider on loopback, by a certified library: whoever comes is signed in as whom the test has chosen, without
// a page. Everything else (codes, PKCE, nonce, keys, RFC 9207) is as it is anywhere.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export type Claims = Record<string, unknown> & { sub: string }

export type OpenIdProvider = {
  issuer: string
  /** Whom the next browser that asks is signed in as; null: the person at the page says no. */
  signInAs(claims: Claims | null): void
  allowRedirect(uri: string): void
  close(): Promise<void>
}

export async function startOpenIdProvider(input: {
  clientId: string
  clientSecret: string
  /** Of the issuer, such as `/<tenant>/v2.0`. */
  path?: string
}): Promise<OpenIdProvider> {
  const { path = '' } = input
  const known = new Map<string, Claims>()
  const redirects = new Set<string>()
  let present: Claims | null = null

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.statusCode = 500
      response.end(String(error))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}${path}`

  const provider = new Provider(issuer, {
    clients: [
      { client_id: input.clientId, client_secret: input.clientSecret, redirect_uris: [`${issuer}/not-used-yet`] },
    ],
    findAccount: (_context, id) => {
      const claims = known.get(id)
      return claims && { accountId: id, claims: () => claims }
    },
    claims: {
      openid: ['sub', 'tid', 'xms_edov', 'verified_primary_email'],
      email: ['email', 'email_verified'],
      profile: ['name'],
    },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `${issuer}/interaction/${interaction.uid}` },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
  })
  // The server under test has its port later than this one.
  ;(provider.Client.prototype as { redirectUriAllowed(uri: string): boolean }).redirectUriAllowed = (uri) =>
    redirects.has(uri)
  const serve = provider.callback()

  async function answer(request: IncomingMessage & { originalUrl?: string }, response: ServerResponse): Promise<void> {
    request.originalUrl = request.url ?? '/'
    request.url = request.originalUrl.slice(path.length) || '/'
    if (request.url.startsWith('/interaction/')) return interact(request, response)
    await serve(request, response)
  }

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params } = await provider.interactionDetails(request, response)
    if (!present) return provider.interactionFinished(request, response, { error: 'access_denied' })
    known.set(present.sub, present)
    const grant = new provider.Grant({ accountId: present.sub, clientId: String(params.client_id) })
    grant.addOIDCScope(String(params.scope))
    const result = { login: { accountId: present.sub, remember: false }, consent: { grantId: await grant.save() } }
    return provider.interactionFinished(request, response, result)
  }

  return {
    issuer,
    signInAs(claims) {
      present = claims
    },
    allowRedirect(uri) {
      redirects.add(uri)
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
