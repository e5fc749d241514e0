// Lets in whoever holds an Id or access token, on every API, as `Authorization: Bearer` or `X-API-Key`: as long as the
// refresh token that it came from stands, and with no more than its holder may do today.

import type { Db } from '../../platform/db/db.ts'
import { everyOrg, inScope } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import type { Credential } from '../authenticate.ts'
import { type Again, parseProof, proofOf } from '../proof.ts'
import { activeMemberships, findUser, principalOf } from '../users/users.ts'
import { looksLikeToken, readToken } from './id-tokens.ts'
import { findActiveRefreshToken, type RefreshToken } from './refresh-tokens.ts'
import type { SigningKeys } from './signing-keys.ts'

/** How long a token whose refresh token was revoked, or whose user was deactivated, elsewhere may still work here. */
const cacheMs = 1000
const cachedMax = 10_000

type Holder = Pick<Principal, 'actor' | 'orgId'>
/** What stands in a token. */
type Said = { orgId: string; refreshTokenId: string; endsAt: number; scopes: readonly string[] }

export type TokenCredential = {
  credential: Credential
  again: Again
  /** After a change made here: it holds at once in this process, within a second in others. */
  forget(): void
}

export function tokenCredential(db: Db, keys: SigningKeys): TokenCredential {
  let cache = new Map<string, { by: Principal | null; token: Holder; until: number }>()

  async function look(said: Said): Promise<Principal | null> {
    const { orgId, refreshTokenId, endsAt, scopes } = said
    if (endsAt <= Date.now()) return null
    const row = await inScope([orgId], () => findActiveRefreshToken(db, orgId, refreshTokenId))
    const by = row && (await holderOf(db, row, scopes))
    return by && { ...by, proof: proofOf('token', orgId, refreshTokenId, String(endsAt), ...scopes) }
  }

  async function check(token: string): Promise<{ by: Principal | null; token: Holder } | null> {
    const mine = cache
    const known = mine.get(token)
    if (known && known.until > Date.now()) return known
    const said = await readToken(keys, token)
    // What is not ours is not remembered either: strangers must not push out those who hold tokens.
    if (!said) return null
    const by = await look(said)
    if (mine.size >= cachedMax) mine.clear()
    const found = { by, token: { actor: `token:${said.refreshTokenId}`, orgId: said.orgId } }
    mine.set(token, { ...found, until: Math.min(Date.now() + cacheMs, said.endsAt) })
    return found
  }

  return {
    async credential(given, { known }) {
      for (const text of given) {
        const found = looksLikeToken(text) ? await check(text) : null
        if (found?.by) return found.by
        // One that does not work any more: the audit is told whose it was.
        if (found) known?.(found.token)
      }
      return null
    },
    async again(proof) {
      const parts = parseProof('token', proof)
      if (!parts) return null
      const [orgId = '', refreshTokenId = '', endsAt, ...scopes] = parts
      return look({ orgId, refreshTokenId, endsAt: Number(endsAt), scopes })
    },
    forget() {
      // A look-up that is under way writes what it found into the old map, where nobody reads it.
      cache = new Map()
    },
  }
}

/** What the holder of a refresh token may do now, within what the token was given; null for who may nothing any more. */
export async function holderOf(
  db: Db,
  row: Pick<RefreshToken, 'org_id' | 'id' | 'user_id' | 'scopes'>,
  within?: readonly string[],
): Promise<Principal | null> {
  const narrow = (scopes: readonly string[]) => (within ? scopes.filter((one) => within.includes(one)) : scopes)
  if (row.user_id === null) {
    const actor = `token:${row.id}`
    return { actor, orgId: row.org_id, isAdmin: false, scopes: narrow(row.scopes), reach: 'all' }
  }
  // People belong to no organisation.
  const user = await everyOrg(() => findUser(db, row.user_id as string))
  if (user?.state !== 'active') return null
  const membership = (await activeMemberships(db, user.id)).find(({ org_id }) => org_id === row.org_id)
  if (!membership) return null
  const by = principalOf(user, membership)
  return { ...by, scopes: narrow(by.scopes) }
}
