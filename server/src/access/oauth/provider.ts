// The rules of the OAuth server, as its library takes them: which flows are served, how long what it gives lives, and what
// a token may do at most. The library is loaded when OAuth is first used.

import type { Configuration, errors as Errors, interactionPolicy, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Db } from '../../platform/db/db.ts'
import type { Log } from '../../platform/log.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { allScopes } from '../permissions.ts'
import { type SigningKeys, signingKeys } from '../tokens/signing-keys.ts'
import { secretMatches } from './applications.ts'
import { memberOf } from './members.ts'
import { errorPage, pageHeaders } from './pages.ts'
import { oauthRecords, type Records } from './records.ts'
import { registrationPath } from './registration.ts'
import { externalKey } from './signing-key.ts'

export type OauthSettings = {
  accessTokenMinutes: number
  /** Without a refresh for so long, a grant ends. */
  refreshTokenDays: number
  /** Whether applications can be registered in the form of RFC 7591. */
  registration: boolean
}

export type Parts = {
  db: Db
  secrets: Secrets
  log: Log
  publicUrl: () => string
  settings: OauthSettings
  /** Called after tokens were ended. */
  onRevoked: () => void
}

export type OauthServer = {
  provider: Provider
  /** Answers whatever is under the paths of the library. */
  serve: ReturnType<Provider['callback']>
  records: Records
  errors: typeof Errors
}

const codeS = 60
const interactionS = 600
const idTokenS = 3600
const grantS = 365 * 24 * 3600

/** What the application was registered with. */
type Client = { indaba_scopes: string[]; indaba_org: string; redirectUris: string[]; clientAuthMethod: string }
export const registered = (client: unknown): Client => client as Client

/** The one server of this process, made at first use and once more when the signing key was changed. */
export function oauthProvider(parts: Parts): () => Promise<OauthServer> {
  const keys = signingKeys(parts.db, parts.secrets, idTokenS * 1000)
  let present: Promise<OauthServer> | null = null
  let presentKid = ''
  return async () => {
    const { kid } = await keys.signer()
    if (!present || kid !== presentKid) {
      presentKid = kid
      present = open(parts, keys)
      present.catch(() => {
        present = null
      })
    }
    return present
  }
}

async function open(parts: Parts, keys: SigningKeys): Promise<OauthServer> {
  const { db, secrets, log, onRevoked } = parts
  const library = await import('oidc-provider')
  const { errors } = library
  const { kid, key } = await externalKey(library.ExternalSigningKey, keys)
  const records = oauthRecords({
    db,
    secrets,
    onRevoked,
    reason: () => (library.Provider.ctx?.oidc.route === 'revocation' ? 'client' : 'reuse'),
    alreadyUsed: () => new errors.InvalidGrant('already used'),
  })
  const issuer = parts.publicUrl()
  const provider = new library.Provider(issuer, {
    ...configuration(parts, library),
    adapter: (model) => records.adapter(model),
    jwks: { keys: [key] },
  })
  // Which headers it thereby believes is told in oauth.ts, which writes them.
  provider.proxy = true
  const client = provider.Client.prototype as unknown as { compareClientSecret(given: string): boolean }
  client.compareClientSecret = function (this: { clientSecret: string }, given) {
    return secretMatches(secrets, this.clientSecret, given)
  }
  provider.use(async (ctx, next) => {
    await next()
    if ((ctx as KoaContextWithOIDC).oidc?.route === 'discovery') {
      const body = ctx.body as { scopes_supported: string[] }
      ctx.body = {
        ...body,
        scopes_supported: [...body.scopes_supported, ...allScopes],
        ...(parts.settings.registration ? { registration_endpoint: issuer + registrationPath } : {}),
      }
    }
  })
  provider.on('server_error', (_ctx, err) => log.error({ err }, 'an OAuth request failed'))
  // Koa's own; without a listener it prints.
  const koa = provider as unknown as NodeJS.EventEmitter
  koa.on('error', (err) => log.error({ err }, 'an OAuth request failed'))
  log.debug({ kid, issuer }, 'the OAuth server is ready')
  return { provider, serve: provider.callback(), records, errors }
}

type Library = { errors: typeof Errors; interactionPolicy: typeof interactionPolicy }

function configuration({ db, secrets, publicUrl, settings }: Parts, { errors, interactionPolicy }: Library) {
  const accessTokenS = settings.accessTokenMinutes * 60
  const policy = interactionPolicy.base()
  const login = policy.get('login')
  // Each flow asks anew: who is signed in, and whether they agree. Nothing is given because of what was given before.
  login?.checks.clear()
  login?.checks.add(
    new interactionPolicy.Check('no_decision', 'a decision of the user is needed', 'login_required', (ctx) =>
      ctx.oidc.result?.login ? interactionPolicy.Check.NO_NEED_TO_PROMPT : interactionPolicy.Check.REQUEST_PROMPT,
    ),
  )
  return {
    acceptQueryParamAccessTokens: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    claims: { openid: ['sub'] },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    // Pages of public applications, at the addresses that they are registered with.
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientAuthMethod === 'none' && (client.redirectUris ?? []).some((uri) => new URL(uri).origin === origin),
    cookies: {
      keys: [secrets.hash('oauth cookies', '').toString('base64url')],
      names: { session: 'indaba_oauth', interaction: 'indaba_oauth_step', resume: 'indaba_oauth_resume' },
      long: { httpOnly: true, sameSite: 'lax', signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    extraClientMetadata: { properties: ['indaba_scopes', 'indaba_org'] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      introspection: { enabled: true, allowedPolicy: ofOwnClient },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => publicUrl(),
        useGrantedResource: () => true,
        getResourceServerInfo(ctx, resource, client) {
          if (resource !== publicUrl()) {
            throw new errors.InvalidTarget(`the only resource here is ${publicUrl()}`)
          }
          const allowed = registered(client).indaba_scopes
          const { params = {} } = ctx.oidc
          const isAlone = params.grant_type === 'client_credentials'
          // Nothing named: all that it is registered for (RFC 6749 §3.3). A code or refresh token brings its own.
          if (isAlone || !params.grant_type) params.scope ||= allowed.join(' ')
          const wanted = isAlone ? String(params.scope).split(' ') : []
          const beyond = wanted.find((one) => !allowed.includes(one))
          if (beyond) throw new errors.InvalidScope('the application is not registered for this scope', beyond)
          return { scope: allowed.join(' '), accessTokenFormat: 'opaque', accessTokenTTL: accessTokenS }
        },
      },
      revocation: { enabled: true, allowedPolicy: ofOwnClient },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    async findAccount(ctx, userId) {
      const member = await memberOf(db, registered(ctx.oidc.client).indaba_org, userId)
      return member ? { accountId: userId, claims: async () => ({ sub: userId }) } : undefined
    },
    expiresWithSession: async () => false,
    interactions: {
      policy,
      url: (_ctx, { uid }) => `${publicUrl()}/oauth/interaction/${uid}`,
    },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId
      return grantId ? ctx.oidc.provider.Grant.find(grantId) : undefined
    },
    pkce: { required: () => true },
    renderError(ctx, { error, error_description }) {
      ctx.set(pageHeaders())
      ctx.body = errorPage(error_description ?? error)
    },
    responseTypes: ['code'],
    revokeGrantPolicy: () => true,
    rotateRefreshToken: true,
    routes: {
      authorization: '/oauth/authorize',
      introspection: '/oauth/introspect',
      jwks: '/oauth/jwks',
      revocation: '/oauth/revoke',
      token: '/oauth/token',
    },
    scopes: ['openid', 'offline_access'],
    ttl: {
      AccessToken: accessTokenS,
      AuthorizationCode: codeS,
      ClientCredentials: accessTokenS,
      Grant: grantS,
      IdToken: idTokenS,
      Interaction: interactionS,
      RefreshToken: settings.refreshTokenDays * 24 * 3600,
      Session: interactionS,
    },
  } satisfies Configuration
}

/** Nobody learns of, or ends, what was given to others. */
const ofOwnClient = (_ctx: unknown, client: { clientId: string }, token: { clientId?: string | undefined }) =>
  token.clientId === client.clientId
