// Whom a provider says it has signed in, and whether its word on their e-mail address can be trusted.

import { Problem } from '../../platform/problem.ts'
import type { Provider } from './providers.ts'

export type Identity = { issuer: string; subject: string; email: string; name: string | null }

/**
 * @param claims of the Id token, whose signature, issuer, audience and nonce have been checked
 * @throws Problem('forbidden', 'email_not_verified' | 'other_tenant')
 */
export function identityOf(provider: Provider, claims: Record<string, unknown>): Identity {
  if (provider.kind === 'microsoft' && claims.tid !== provider.tenant) {
    const detail = 'This Microsoft account is of another organisation than the one that may sign in here.'
    throw new Problem('forbidden', 'other_tenant', detail)
  }
  const email = verifiedEmail(provider, claims)
  if (!email) {
    const detail = `${provider.label} does not confirm the e-mail address of this account. Confirm it there, or sign in by password.`
    throw new Problem('forbidden', 'email_not_verified', detail)
  }
  const name = typeof claims.name === 'string' ? claims.name.trim().slice(0, 200) : ''
  return { issuer: String(claims.iss), subject: String(claims.sub), email, name: name || null }
}

/**
 * With Microsoft the `email` claim alone is whatever an administrator of the directory wrote, of any domain: only
 * `xms_edov` and `verified_primary_email` say that the directory owns the domain (Microsoft identity platform, "Migrate
 * away from using email claims for user identification or authorization").
 */
function verifiedEmail({ kind }: Provider, claims: Record<string, unknown>): string | null {
  const { email, email_verified, xms_edov, verified_primary_email: primary } = claims
  if (kind === 'microsoft') {
    const [first] = Array.isArray(primary) ? primary : []
    if (typeof first === 'string' && first) return first
    return typeof email === 'string' && isTrue(xms_edov) ? email : null
  }
  return typeof email === 'string' && isTrue(email_verified) ? email : null
}

/** Some providers say it as text or as a number. */
const isTrue = (value: unknown) => [true, 'true', 1, '1'].includes(value as never)
