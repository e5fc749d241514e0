// The tables of API keys and of their secrets. A key is what is named, scoped and revoked; a secret is what is sent, stored
// as a keyed hash alone. While a key is rotated, the secrets before the newest work until their time is over.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { ApiKeySecrets, ApiKeys as ApiKeysTable } from '../../platform/db/schema.gen.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { type Environment, makeKey, maskKey } from './key-format.ts'

export const lifetimeDaysDefault = 365
export const overlapHoursDefault = 24
export const overlapHoursMax = 30 * 24
/** Of one organisation, revoked and expired ones not counted. */
const keysMax = 1000
/** Kept of a key, the newest first; a rotation lets older ones go. */
const secretsMax = 5

export type Secret = Selectable<ApiKeySecrets>
/** `secrets` from the newest to the oldest. */
export type ApiKey = Selectable<ApiKeysTable> & { secrets: Secret[] }

export type NewKey = {
  name: string
  scopes: readonly string[]
  createdBy: string
  environment?: Environment
  isAdmin?: boolean
  /** Null: no end. */
  lifetimeDays?: number | null
}

type Hash = (key: string) => Buffer

/** @returns the key in clear: the only time that it is seen */
export async function insertKey(tx: DbOrTx, hash: Hash, orgId: string, given: NewKey): Promise<[string, ApiKey]> {
  const { n } = await tx
    .selectFrom('api_keys')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('org_id', '=', orgId)
    .where(isActive)
    .executeTakeFirstOrThrow()
  if (n >= keysMax) {
    const detail = `There are ${n} API keys, and there can be ${keysMax}. Revoke some that are not used (?unused_days=90).`
    throw new Problem('conflict', 'too_many_api_keys', detail)
  }
  const { environment = 'live', isAdmin = false, lifetimeDays = lifetimeDaysDefault } = given
  const { id, key } = makeKey(environment)
  const row = await tx
    .insertInto('api_keys')
    .values({
      org_id: orgId,
      id,
      name: given.name,
      environment,
      scopes: [...given.scopes],
      is_admin: isAdmin,
      created_by: given.createdBy,
      lifetime_days: lifetimeDays,
      expires_at: endAfter(lifetimeDays),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return [key, { ...row, secrets: [await insertSecret(tx, hash, row, key)] }]
}

/**
 * Gives a key a new secret and a new lifetime; the ones before it work for `overlapHours` more, or until they would have
 * ended anyway. What had expired stays so.
 * @throws Problem('conflict', 'api_key_revoked')
 */
export async function rotateKey(
  tx: Tx,
  hash: Hash,
  before: ApiKey,
  { overlapHours = overlapHoursDefault, lifetimeDays = before.lifetime_days },
): Promise<[string, ApiKey]> {
  refuseRevoked(before)
  const ownEnd = before.expires_at?.getTime() ?? Number.POSITIVE_INFINITY
  const until = new Date(Math.min(Date.now() + overlapHours * 3_600_000, ownEnd))
  await tx
    .updateTable('api_key_secrets')
    .set({ valid_until: sql<Date>`least(valid_until, ${until})` })
    .where('org_id', '=', before.org_id)
    .where('key_id', '=', before.id)
    .execute()
  const excess = before.secrets.slice(secretsMax - 1).map(({ id }) => id)
  await tx
    .deleteFrom('api_key_secrets')
    .where('org_id', '=', before.org_id)
    .where('key_id', '=', before.id)
    .where('id', '=', sql<string>`any(${excess}::uuid[])`)
    .execute()
  const row = await changeKey(tx, before, { lifetimeDays })
  const { key } = makeKey(before.environment as Environment, before.id)
  await insertSecret(tx, hash, row, key)
  return [key, await requireKey(tx, before.org_id, before.id)]
}

async function insertSecret(tx: DbOrTx, hash: Hash, key: { org_id: string; id: string }, clear: string) {
  return tx
    .insertInto('api_key_secrets')
    .values({
      org_id: key.org_id,
      key_id: key.id,
      id: newId(),
      secret_hash: hash(clear),
      masked: maskKey(clear),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @throws Problem('conflict', 'api_key_revoked') */
export async function changeKey(
  tx: DbOrTx,
  key: ApiKey,
  change: { name?: string; scopes?: readonly string[]; lifetimeDays?: number | null },
): Promise<ApiKey> {
  refuseRevoked(key)
  const { name = key.name, scopes = key.scopes, lifetimeDays } = change
  const ends = { lifetime_days: lifetimeDays ?? null, expires_at: endAfter(lifetimeDays ?? null), warned_days: null }
  const row = await tx
    .updateTable('api_keys')
    .set({ name, scopes: [...scopes], ...(lifetimeDays === undefined ? {} : ends) })
    .where('org_id', '=', key.org_id)
    .where('id', '=', key.id)
    .returningAll()
    .executeTakeFirstOrThrow(notFound)
  return { ...row, secrets: key.secrets }
}

/** False when it was revoked before. */
export async function revokeKey(tx: DbOrTx, orgId: string, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('api_keys')
    .set({ revoked_at: new Date() })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** @throws Problem('not_found') */
export async function requireKey(db: DbOrTx, orgId: string, id: string): Promise<ApiKey> {
  const row = await db
    .selectFrom('api_keys')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow(notFound)
  const [key] = await withSecrets(db, orgId, [row])
  return key as ApiKey
}

/** The same, and nobody else changes it until the transaction ends. */
export async function requireKeyToChange(tx: Tx, orgId: string, id: string): Promise<ApiKey> {
  await tx
    .selectFrom('api_keys')
    .select('id')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
  return requireKey(tx, orgId, id)
}

/** For whoever sees all organisations; null when there is no such key. */
export async function orgOfKey(db: DbOrTx, id: string): Promise<string | null> {
  const row = await db.selectFrom('api_keys').select('org_id').where('id', '=', id).executeTakeFirst()
  return row?.org_id ?? null
}

export type KeyList = { limit: number; after?: string; unusedDays?: number }

/** Newest first. `after`: the id of the last one of the page before. `unusedDays`: working keys alone, unused for so long. */
export async function listKeys(db: DbOrTx, orgId: string, { limit, after, unusedDays }: KeyList): Promise<ApiKey[]> {
  let query = db.selectFrom('api_keys').selectAll().where('org_id', '=', orgId)
  if (after !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, id) < (select created_at, id from api_keys where org_id = ${orgId} and id = ${after})`,
    )
  }
  if (unusedDays !== undefined) {
    query = query.where(isActive).where(
      sql<boolean>`coalesce(
        (select max(last_used_at) from api_key_secrets where org_id = ${orgId} and key_id = api_keys.id),
        api_keys.created_at) < now() - make_interval(days => ${unusedDays})`,
    )
  }
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return withSecrets(db, orgId, rows)
}

async function withSecrets(db: DbOrTx, orgId: string, rows: Selectable<ApiKeysTable>[]): Promise<ApiKey[]> {
  const ids = rows.map(({ id }) => id)
  const secrets = await db
    .selectFrom('api_key_secrets')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('key_id', '=', sql<string>`any(${ids}::text[])`)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  const byKey = Map.groupBy(secrets, ({ key_id }) => key_id)
  return rows.map((row) => ({ ...row, secrets: byKey.get(row.id) ?? [] }))
}

/** The first key of each organisation that was not revoked: vBot knows one for each customer. */
export async function firstKeys(db: DbOrTx, orgIds: string[]): Promise<Map<string, { id: string; masked: string }>> {
  const { rows } = await sql<{ org_id: string; id: string; masked: string }>`
    select distinct on (k.org_id) k.org_id, k.id, s.masked
    from api_keys k join api_key_secrets s on s.org_id = k.org_id and s.key_id = k.id
    -- One parameter, however many organisations: PostgreSQL takes at most 65,535.
    where k.org_id = any(${orgIds}::uuid[]) and k.revoked_at is null and not k.is_admin
    order by k.org_id, k.created_at, k.id, s.created_at desc, s.id desc`.execute(db)
  return new Map(rows.map(({ org_id, id, masked }) => [org_id, { id, masked }]))
}

const isActive = sql<boolean>`revoked_at is null and (expires_at is null or expires_at > now())`

const endAfter = (days: number | null): Date | null => (days === null ? null : new Date(Date.now() + days * 86_400_000))

function refuseRevoked({ id, revoked_at }: ApiKey): void {
  if (revoked_at === null) return
  throw new Problem('conflict', 'api_key_revoked', `The key ${id} was revoked and stays so. Create a new one.`)
}
