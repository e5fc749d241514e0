// Data keys: one at a time for each organisation seals, older ones open. They are stored wrapped, and held unwrapped in
// memory for a while, so that sealing and opening cost neither a query nor a question to a key service.

import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { KeyWrapper } from '../../platform/key-wrapper.ts'
import { Problem } from '../../platform/problem.ts'
import { nilOrg } from '../orgs.ts'

const dataKeyBytes = 32

/** What a wrapped data key is bound to: in another row it does not unwrap. */
export const wrapContext = (orgId: string, version: number): string => `indaba data key ${orgId} ${version}`

/** The first one wraps; all of them unwrap. */
export type Wrappers = readonly [KeyWrapper, ...KeyWrapper[]]

export type DataKey = { version: number; key: Buffer }

export type DataKeys = {
  /** The one that seals now, made where there is none yet. */
  newest(db: DbOrTx, orgId: string): Promise<DataKey>
  /** Null: there is no such version. */
  byVersion(db: DbOrTx, orgId: string, version: number): Promise<DataKey | null>
  /** Looks again for the newest, before it seals once more. */
  lookAgain(): void
}

/** A new version is used by every process after this time. */
const newestMs = 30_000
/** After this time a key is unwrapped again: a key service that has withdrawn its key is heard. */
const unwrappedMs = 15 * 60_000
/** While the key service is away, what is unwrapped goes on for this long in all. */
const outageMs = 60 * 60_000
/** Organisations whose keys are held: some 200 bytes each. */
const heldMax = 10_000

type Held = DataKey & { wrapped: Buffer; unwrappedAt: number }
type Entry = { keys: Held[]; readAt: number }

export function dataKeys(wrappers: Wrappers, now: () => number = () => performance.now()): DataKeys {
  const cache = new Map<string, Entry>()

  async function read(db: DbOrTx, orgId: string): Promise<Entry> {
    const rows = await rowsOf(db, orgId)
    const held = cache.get(orgId)?.keys ?? []
    const keys: Held[] = []
    for (const row of rows) {
      keys.push(
        await unwrap(
          orgId,
          row,
          held.find(({ version }) => version === row.version),
        ),
      )
    }
    const entry = { keys, readAt: now() }
    cache.delete(orgId)
    // A key that this transaction has made may yet be rolled back with it.
    if (keys.length === 0 || rows.some(({ is_own }) => is_own)) return entry
    if (cache.size >= heldMax) cache.delete(cache.keys().next().value as string)
    cache.set(orgId, entry)
    return entry
  }

  async function unwrap(orgId: string, row: Row, held: Held | undefined): Promise<Held> {
    const ageMs = held ? now() - held.unwrappedAt : Number.POSITIVE_INFINITY
    if (held?.wrapped.equals(row.wrapped) && ageMs < unwrappedMs) return held
    try {
      const key = await unwrapDataKey(wrappers, orgId, row)
      return { version: row.version, key, wrapped: row.wrapped, unwrappedAt: now() }
    } catch (err) {
      // The key itself never changes, only what it is wrapped with.
      const isAway = err instanceof Problem && err.kind === 'unavailable'
      if (held && isAway && ageMs < outageMs) return held
      throw err
    }
  }

  async function entryOf(db: DbOrTx, orgId: string, ms: number): Promise<Entry> {
    const entry = cache.get(orgId)
    return entry && now() - entry.readAt < ms ? entry : read(db, orgId)
  }

  return {
    async newest(db, orgId) {
      const found = (await entryOf(db, orgId, newestMs)).keys.at(-1)
      if (found) return found
      await addDataKey(db, wrappers[0], orgId, 1)
      // Of several that make one, the first one's counts.
      const made = (await read(db, orgId)).keys.at(-1)
      if (!made) throw new Problem('bug', 'no_data_key', 'The data key of the organisation was not made.')
      return made
    },
    async byVersion(db, orgId, version) {
      const find = ({ keys }: Entry) => keys.find((one) => one.version === version) ?? null
      return find(await entryOf(db, orgId, unwrappedMs)) ?? find(await read(db, orgId))
    },
    lookAgain() {
      for (const entry of cache.values()) entry.readAt = Number.NEGATIVE_INFINITY
    },
  }
}

export type WrappedKey = { version: number; kek_id: string; wrapped: Buffer }
type Row = WrappedKey & { is_own: boolean | null }

/** Oldest first. `is_own`: made by the transaction that asks. */
async function rowsOf(db: DbOrTx, orgId: string): Promise<Row[]> {
  // The installation's own are made at the start, never by a transaction that may be rolled back.
  const query =
    orgId === nilOrg
      ? sql<Row>`select version, kek_id, wrapped, false as is_own from installation_data_keys()`
      : sql<Row>`select version, kek_id, wrapped, xmin = pg_current_xact_id_if_assigned()::xid as is_own
          from data_keys where org_id = ${orgId} order by version`
  return (await query.execute(db)).rows
}

export async function addDataKey(db: DbOrTx, wrapper: KeyWrapper, orgId: string, version: number): Promise<boolean> {
  const wrapped = await wrapper.wrap(randomBytes(dataKeyBytes), wrapContext(orgId, version))
  // While an organisation is being deleted, it gets no key that would outlive it.
  const { numAffectedRows } = await sql`
    with owner as (select id from orgs where id = ${orgId} for key share)
    insert into data_keys (org_id, version, kek_id, wrapped)
    select ${orgId}::uuid, ${version}::int, ${wrapper.id}, ${wrapped}::bytea
    where ${orgId} = ${nilOrg} or exists (select from owner)
    on conflict do nothing`.execute(db)
  return numAffectedRows === 1n
}

/** @throws Problem('unavailable') while the key service is away, Problem('bug', 'data_key_unreadable') otherwise */
export async function unwrapDataKey(wrappers: Wrappers, orgId: string, row: WrappedKey): Promise<Buffer> {
  const wrapper = wrappers.find(({ id }) => id === row.kek_id)
  if (!wrapper) {
    const detail = `A data key is wrapped with ${row.kek_id}, which this process was not given. Set it as INDABA_SECRET_KEY_PREVIOUS.`
    throw new Problem('unavailable', 'wrong_secret_key', detail)
  }
  try {
    const key = await wrapper.unwrap(row.wrapped, wrapContext(orgId, row.version))
    if (key.length === dataKeyBytes) return key
    throw new RangeError(`a data key of ${key.length} bytes`)
  } catch (cause) {
    if (cause instanceof Problem && cause.kind === 'unavailable') throw cause
    const detail = `A data key does not unwrap with ${row.kek_id}: it was changed or moved. Restore the table data_keys.`
    throw new Problem('bug', 'data_key_unreadable', detail, { cause })
  }
}
