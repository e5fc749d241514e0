// Refresh tokens: long-lived and opaque, exchanged for tokens of a day. Only a keyed hash is stored; the token itself is
// shown once. Who may make, see and revoke them is decided by whoever calls.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { RefreshTokens } from '../../platform/db/schema.gen.ts'
import { isUuid, newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { checksum, randomText } from '../keys/key-format.ts'

export type RefreshToken = Selectable<RefreshTokens>

export type NewRefreshToken = {
  /** Null: of an integration, which holds `scopes`. */
  userId: string | null
  name: string
  scopes: readonly string[]
  createdBy: string
  expiresAt: Date | null
  /** Active tokens that a user may have; 0: any number. */
  activeMax: number
}

// 238 bits.
const secretChars = 40
const checksumChars = 6
const pattern = /^indr_[0-9A-Za-z]{46}$/
const maskedChars = 5

/** As the hosted service listed them: `abcde****vwxyz`. */
const mask = (token: string) => `${token.slice(0, maskedChars)}****${token.slice(-maskedChars)}`

/** Refused before any look-up: another form, or a character changed. */
const isWellFormed = (token: string) =>
  pattern.test(token) && checksum(token.slice(0, -checksumChars)) === token.slice(-checksumChars)

const isActive = ({ revoked_at, expires_at }: RefreshToken, now = Date.now()): boolean =>
  revoked_at === null && (expires_at === null || expires_at.getTime() > now)

export const stateOf = (row: RefreshToken): 'active' | 'revoked' | 'expired' =>
  row.revoked_at ? 'revoked' : isActive(row) ? 'active' : 'expired'

/**
 * @returns the row, and the token in clear: the only time that it is seen
 * @throws Problem('conflict', 'too_many_refresh_tokens') where the setting has a limit
 */
export async function createRefreshToken(
  tx: DbOrTx,
  secrets: Secrets,
  orgId: string,
  input: NewRefreshToken,
): Promise<{ row: RefreshToken; token: string }> {
  if (input.userId && input.activeMax > 0) await refuseOneTooMany(tx, orgId, input.userId, input.activeMax)
  const body = `indr_${randomText(secretChars)}`
  const token = body + checksum(body)
  const row = await tx
    .insertInto('refresh_tokens')
    .values({
      org_id: orgId,
      id: newId(),
      user_id: input.userId,
      name: input.name,
      token_hash: hashOf(secrets, token),
      masked: mask(token),
      scopes: [...input.scopes],
      created_by: input.createdBy,
      expires_at: input.expiresAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { row, token }
}

async function refuseOneTooMany(tx: DbOrTx, orgId: string, userId: string, activeMax: number): Promise<void> {
  // Two logins at once: the second one waits, and counts what the first one has made.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`refresh_tokens ${orgId} ${userId}`}, 0))`.execute(tx)
  const active = (await listRefreshTokens(tx, orgId, { userId })).filter((row) => isActive(row))
  if (active.length < activeMax) return
  const detail = `There are ${activeMax} active refresh tokens already. Revoke one that is no longer needed.`
  throw new Problem('conflict', 'too_many_refresh_tokens', detail, { facts: { limit: activeMax } })
}

/** The active token; null for any other. Belongs to no organisation: the token is what tells which one. */
export async function findRefreshToken(db: DbOrTx, secrets: Secrets, token: string): Promise<RefreshToken | null> {
  if (!isWellFormed(token)) return null
  const row = await db
    .selectFrom('refresh_tokens')
    .innerJoin('orgs', 'orgs.id', 'refresh_tokens.org_id')
    .selectAll('refresh_tokens')
    .where('token_hash', '=', hashOf(secrets, token))
    .where('orgs.is_active', '=', true)
    .executeTakeFirst()
  return row && isActive(row) ? row : null
}

/** The same by its id, for a token of a day that came from it. */
export async function findActiveRefreshToken(db: DbOrTx, orgId: string, id: string): Promise<RefreshToken | null> {
  const row = await db
    .selectFrom('refresh_tokens')
    .innerJoin('orgs', 'orgs.id', 'refresh_tokens.org_id')
    .selectAll('refresh_tokens')
    .where('org_id', '=', orgId)
    .where('refresh_tokens.id', '=', id)
    .where('orgs.is_active', '=', true)
    .executeTakeFirst()
  return row && isActive(row) ? row : null
}

export type ListedTokens = {
  /** Null: of integrations. */
  userId: string | null
  /** Only those that were made before this one. */
  before?: string | undefined
  /** Only that with this id, or those that lists show so: `abcde****vwxyz`. */
  handle?: string
  limit?: number
}

/** Newest first, revoked ones too. */
export async function listRefreshTokens(
  db: DbOrTx,
  orgId: string,
  { userId, before, handle, limit = 1000 }: ListedTokens,
): Promise<RefreshToken[]> {
  let query = db.selectFrom('refresh_tokens').selectAll().where('org_id', '=', orgId)
  query = userId ? query.where('user_id', '=', userId) : query.where('user_id', 'is', null)
  if (handle !== undefined) query = query.where(isUuid(handle) ? 'id' : 'masked', '=', handle)
  if (before) query = query.where('id', '<', before)
  return query.orderBy('id', 'desc').limit(limit).execute()
}

export async function touchRefreshToken(tx: DbOrTx, { org_id, id }: RefreshToken, address: string): Promise<void> {
  await tx
    .updateTable('refresh_tokens')
    .set({ last_used_at: new Date(), last_used_address: address })
    .where('org_id', '=', org_id)
    .where('id', '=', id)
    .execute()
}

/** All of a person's, in one organisation or in every one that the transaction sees. */
export async function revokeTokensOfUser(tx: DbOrTx, userId: string, orgId?: string): Promise<void> {
  let query = tx
    .updateTable('refresh_tokens')
    .set({ revoked_at: new Date() })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
  if (orgId) query = query.where('org_id', '=', orgId)
  await query.execute()
}

/** Revoking twice is no error, as with OAuth (RFC 7009 §2.2). @throws Problem('not_found') */
export async function revokeRefreshToken(tx: DbOrTx, orgId: string, id: string): Promise<RefreshToken> {
  await tx
    .updateTable('refresh_tokens')
    .set({ revoked_at: new Date() })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  const row = await tx
    .selectFrom('refresh_tokens')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound()
  return row
}

const hashOf = (secrets: Secrets, token: string) => secrets.hash('refresh token', token)
