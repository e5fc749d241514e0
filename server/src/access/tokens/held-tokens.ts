// The refresh tokens that somebody may see and revoke: their own, and with keys:manage those of the whole organisation.

import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { writeAudit } from '../audit/write.ts'
import { findUserByEmail } from '../users/users.ts'
import { listRefreshTokens, type RefreshToken, revokeRefreshToken } from './refresh-tokens.ts'

const manages = (by: Principal) => by.reach === 'all' && by.scopes.includes('keys:manage')

const holds = (by: Principal, row: RefreshToken) =>
  by.actor === (row.user_id ? `user:${row.user_id}` : `token:${row.id}`) || manages(by)

/**
 * Those of the user with this address, or of the organisation's integrations where no address is given. Nothing tells
 * whether there is such a user: who may not see them gets none.
 */
export async function heldTokens(
  db: DbOrTx,
  by: Principal,
  email: string | null,
  handle?: string,
): Promise<RefreshToken[]> {
  const user = email ? await findUserByEmail(db, email) : null
  if (email && !user) return []
  const rows = await listRefreshTokens(db, by.orgId, { userId: user?.id ?? null, ...(handle ? { handle } : {}) })
  return rows.filter((row) => holds(by, row))
}

/**
 * @param handle the id, or what the list shows: `abcde****vwxyz`
 * @throws Problem('not_found'), Problem('conflict', 'ambiguous_token') when the list shows two tokens alike
 */
export async function revokeHeldToken(
  tx: Tx,
  by: Principal,
  { email, handle, requestId }: { email: string | null; handle: string; requestId: string },
): Promise<void> {
  const found = await heldTokens(tx, by, email, handle)
  const active = found.filter((row) => row.revoked_at === null)
  if (active.length > 1) {
    const detail = 'The list shows more than one token like this. Revoke it by its id.'
    throw new Problem('conflict', 'ambiguous_token', detail)
  }
  const [row] = active.length > 0 ? active : found
  if (!row) throw notFound()
  await revokeRefreshToken(tx, by.orgId, row.id)
  const entry = { orgId: by.orgId, actor: by.actor, action: 'refresh_token.revoke', target: row.id, requestId }
  await writeAudit(tx, [entry])
}
