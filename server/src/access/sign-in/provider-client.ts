// Speaks OpenID Connect with a provider: what it offers, the address to send a browser to, and who came back. Knows no
// accounts.

import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client'
import type { FetchLike } from '../../platform/outbound/fetch-like.ts'
import { Problem } from '../../platform/problem.ts'
import type { Attempt } from './attempt.ts'
import { isPlainHttp, type Provider } from './providers.ts'

export type ProviderClient = {
  /** Where to send the browser: authorization code with PKCE S256, state and nonce. */
  authorizationUrl(provider: Provider, attempt: Attempt, redirectUri: string): Promise<URL>
  /**
   * Claims of the Id token that the code of a callback was exchanged for, all checks passed: RFC 9207's `iss`, state,
   * PKCE, signature, issuer, audience, times, nonce.
   * @throws Problem('forbidden' | 'invalid') for what the provider refused or another one sent,
   *   Problem('upstream') when it does not answer
   */
  claims(provider: Provider, attempt: Attempt, callback: URL): Promise<Record<string, unknown>>
}

const scope = 'openid email profile'
/** What a provider offers changes seldom; its keys are looked up anew by the library itself. */
const keepMs = 60 * 60_000

export function providerClient(fetchLike: FetchLike): ProviderClient {
  const known = new Map<string, { configuration: Promise<Configuration>; until: number }>()

  function configure(provider: Provider): Promise<Configuration> {
    const entry = known.get(provider.name)
    if (entry && entry.until > Date.now()) return entry.configuration
    const configuration = discovery(new URL(provider.issuer), provider.clientId, undefined, authentication(provider), {
      [customFetch]: (url, options) => fetchLike(url, options as RequestInit),
      timeout: 15,
      // The signature of the Id token is checked too, though it comes over the provider's own TLS.
      execute: [enableNonRepudiationChecks, ...(isPlainHttp(provider.issuer) ? [allowInsecureRequests] : [])],
    })
    known.set(provider.name, { configuration, until: Date.now() + keepMs })
    configuration.catch(() => known.delete(provider.name))
    return configuration
  }

  return {
    async authorizationUrl(provider, attempt, redirectUri) {
      const configuration = await configure(provider).catch((cause) => fail(provider, cause))
      return buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope,
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
      })
    },
    async claims(provider, attempt, callback) {
      try {
        const configuration = await configure(provider)
        const tokens = await authorizationCodeGrant(configuration, callback, {
          expectedState: attempt.state,
          expectedNonce: attempt.nonce,
          pkceCodeVerifier: attempt.verifier,
          idTokenExpected: true,
        })
        return { ...tokens.claims() }
      } catch (cause) {
        return fail(provider, cause)
      }
    },
  }
}

/** By header, which every provider takes unless it says that it takes something else (OpenID Connect Core §9). */
function authentication({ clientSecret }: Provider): ClientAuth {
  const [basic, post] = [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)]
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest)
  }
}

/** What another server said is for the log; people hear what they can do about it. */
function fail({ label }: Provider, cause: unknown): never {
  if (cause instanceof AuthorizationResponseError) {
    const detail = `${label} did not sign you in (${cause.error.slice(0, 60).replace(/[^\w-]/g, '')}). Begin again.`
    throw new Problem('forbidden', 'provider_refused', detail, { cause })
  }
  if (isUnreachable(cause)) {
    throw new Problem('upstream', 'provider_unreachable', `${label} does not answer. Try again in a moment.`, { cause })
  }
  const detail = `The answer of ${label} was not accepted. Begin again.`
  throw new Problem('forbidden', 'provider_answer_refused', detail, { cause })
}

const isUnreachable = (error: unknown): boolean => {
  const { cause } = (error ?? {}) as { cause?: unknown }
  if (error instanceof Problem) return error.kind === 'upstream' || error.kind === 'invalid'
  return cause !== undefined && cause !== error && isUnreachable(cause)
}
