// Tokens of a day, for a refresh token or for a password. Who asks is not known before: what is given is all there is.

import type { Db } from '../../platform/db/db.ts'
import { everyOrg, inScope } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { resolveOrgId } from '../orgs.ts'
import { checkPassword } from '../users/password-sign-in.ts'
import { checkSecondFactor } from '../users/second-factor.ts'
import { activeMemberships, type Membership, type User } from '../users/users.ts'
import { type IssuedTokens, issueTokens, tokenLifeS } from './id-tokens.ts'
import { createRefreshToken, findRefreshToken, type RefreshToken, touchRefreshToken } from './refresh-tokens.ts'
import type { SigningKeys } from './signing-keys.ts'
import { holderOf } from './token-credential.ts'

export type TokenLimits = {
  /** Active refresh tokens of a user; 0: any number. */
  activeMax: number
  /** Days that a refresh token lives where nothing else is asked for; 0: it never ends. */
  lifeDays: number
}

/** Where the request came from, for the audit and for those who slow guessing down. */
export type Asking = { address: string; requestId: string }

export type Login = { email: string; password: string; code: string | null; orgId: string | null }

export type LoggedIn = IssuedTokens & { refreshToken: string; refreshTokenId: string; orgId: string }

export type TokenExchange = {
  /** @throws Problem('unauthenticated', 'invalid_refresh_token') */
  forRefreshToken(token: string, asking: Asking): Promise<IssuedTokens>
  /**
   * Makes a refresh token too, whose clear text is in this answer and in no later one.
   * @throws Problem('unauthenticated' | 'forbidden' | 'limited'), Problem('conflict', 'too_many_refresh_tokens')
   */
  forPassword(login: Login, asking: Asking): Promise<LoggedIn>
}

export function tokenExchange(input: {
  db: Db
  secrets: Secrets
  keys: SigningKeys
  limits: TokenLimits
}): TokenExchange {
  const { db, secrets, keys, limits } = input

  const issue = (row: RefreshToken, by: Principal) => {
    const leftS = row.expires_at ? Math.floor((row.expires_at.getTime() - Date.now()) / 1000) : tokenLifeS
    const subject = { orgId: row.org_id, refreshTokenId: row.id, userId: row.user_id, scopes: by.scopes }
    return issueTokens(keys, subject, Math.max(1, Math.min(tokenLifeS, leftS)))
  }

  return {
    async forRefreshToken(token, { address, requestId }) {
      // The token is what tells whose it is.
      const row = await everyOrg(() => findRefreshToken(db, secrets, token))
      const by = row && (await holderOf(db, row))
      if (!row || !by) {
        const detail =
          'The refresh token is not valid: it is unknown, was revoked, has expired, or its holder is deactivated.'
        throw new Problem('unauthenticated', 'invalid_refresh_token', detail)
      }
      return inScope([row.org_id], async () => {
        const tokens = await issue(row, by)
        await db.transaction().execute(async (tx) => {
          await touchRefreshToken(tx, row, address)
          await writeAudit(tx, [
            { orgId: row.org_id, actor: by.actor, action: 'token.issue', target: row.id, requestId },
          ])
        })
        return tokens
      })
    },

    async forPassword({ email, password, code, orgId }, { address, requestId }) {
      const { user, memberships } = await signIn(db, secrets, { email, password, code, address, requestId })
      const membership = await chosen(db, memberships, orgId)
      return inScope([membership.org_id], async () => {
        const { row, token } = await db.transaction().execute(async (tx) => {
          const made = await createRefreshToken(tx, secrets, membership.org_id, {
            userId: user.id,
            name: 'Login',
            scopes: [],
            createdBy: `user:${user.id}`,
            expiresAt: limits.lifeDays > 0 ? new Date(Date.now() + limits.lifeDays * 86_400_000) : null,
            activeMax: limits.activeMax,
          })
          const entry = { orgId: membership.org_id, actor: `user:${user.id}`, target: made.row.id, requestId }
          await writeAudit(tx, [{ ...entry, action: 'refresh_token.create' }])
          return made
        })
        const by = await holderOf(db, row)
        if (!by) throw new Problem('unauthenticated', 'invalid_credentials', 'Invalid credentials')
        return { ...(await issue(row, by)), refreshToken: token, refreshTokenId: row.id, orgId: row.org_id }
      })
    },
  }
}

async function signIn(
  db: Db,
  secrets: Secrets,
  { email, password, code, address, requestId }: Omit<Login, 'orgId'> & Asking,
): Promise<{ user: User; memberships: Membership[] }> {
  const found = await checkPassword(db, { email, password, address })
  if (found.outcome === 'refused') {
    if (found.user) await auditRefusal(db, found.user, found.reason, requestId)
    const kind = found.reason === 'invalid_credentials' ? 'unauthenticated' : 'forbidden'
    throw new Problem(kind, found.reason, found.detail)
  }
  if (found.outcome === 'ok') return found
  if (code === null) {
    const detail = 'This account has a second factor: send its present code as code, beside email and password.'
    throw new Problem('unauthenticated', 'second_factor_required', detail, { facts: { field: 'code' } })
  }
  return checkSecondFactor(db, secrets, { challenge: found.challenge, code, address })
}

/** In the audit of every organisation that the person works in. */
async function auditRefusal(db: Db, user: User, reason: string, requestId: string): Promise<void> {
  const memberships = await activeMemberships(db, user.id)
  const row = { actor: 'anonymous', action: 'token.refuse', target: user.id, requestId, result: 'denied' as const }
  const rows = memberships.map(({ org_id }) => ({ orgId: org_id, ...row, data: { reason } }))
  await everyOrg(() => db.transaction().execute((tx) => writeAudit(tx, rows)))
}

/** The first one that the user joined, unless another is asked for under any name that it goes by. */
async function chosen(db: Db, memberships: Membership[], orgId: string | null): Promise<Membership> {
  for (const membership of memberships) {
    const isThis = await inScope([membership.org_id], () => resolveOrgId(db, membership.org_id, orgId)).catch(
      () => null,
    )
    if (isThis) return membership
  }
  throw new Problem('not_found', 'organisation_not_found', 'Organisation not found')
}
