// Secrets of a running program: checks at the start that the keys are the right ones, keeps the pepper, seals and opens.

import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { Problem } from '../../platform/problem.ts'
import { decrypt, openValue, sealValue, versionOf } from '../../platform/sealed-value.ts'
import {
  expandKey,
  extractRoot,
  keyedHash,
  type Place,
  type SealedColumn,
  type Secrets,
} from '../../platform/secrets.ts'
import { nilOrg } from '../orgs.ts'
import { type DataKeys, dataKeys, type Wrappers } from './data-keys.ts'

export type SecretsInput = {
  db: Db
  wrappers: Wrappers
  /** Keys as they are in the settings, newest first: what was sealed before there were data keys needs one of them. */
  formerKeys: readonly Uint8Array[]
  /** All columns that hold sealed values. A value of any other is refused: a change of data keys would lose it. */
  columns: readonly SealedColumn[]
}

/** `lookAgain`: after data keys were renewed, so that the new ones seal at once in this process. */
export type OpenSecrets = Secrets & { lookAgain(): void }

export const installationSecrets: SealedColumn = {
  table: 'installation_secrets',
  column: 'sealed',
  isOfOrg: false,
  id: 'name',
}
/** Of keyed hashes. As long as it stays, API keys stay good, whatever becomes of the keys around it. */
const pepper: Place = { in: installationSecrets, id: 'pepper' }
/** Any number that no other advisory lock of the database uses. */
const startLock = 7_204_310
/** Of values that tell which key was the right one: some, since one that was damaged must not hold up the rest. */
const samplesMax = 20

/** @throws Problem('unavailable', 'wrong_secret_key') with one line that says which key is missing and where it belongs */
export async function openSecrets(input: SecretsInput): Promise<OpenSecrets> {
  const { db, wrappers } = input
  const columns = new Set([...input.columns, installationSecrets])
  const keys = dataKeys(wrappers)
  // What is checked and made here belongs to the installation, or to all.
  const root = await everyOrg(() =>
    db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${startLock})`.execute(tx)
      await checkWrappers(tx, wrappers)
      return rootOf(tx, keys, input)
    }),
  )
  const legacyKey = expandKey(root, 'seal')
  return {
    hash: keyedHash(root),
    lookAgain: keys.lookAgain,
    async seal(db, place, text) {
      if (!columns.has(place.in)) {
        const { table, column } = place.in
        throw new Problem('bug', 'column_not_listed', `${table}.${column} is not listed among the sealed columns.`)
      }
      const { version, key } = await keys.newest(db, ownerOf(place))
      return sealValue(key, version, boundTo(place), text)
    },
    async open(db, place, sealed) {
      const version = versionOf(sealed)
      if (version === null) return openLegacy(legacyKey, place, sealed)
      const found = await keys.byVersion(db, ownerOf(place), version)
      if (!found) throw unreadable(place)
      return openBound(found.key, place, sealed)
    },
  }
}

function openBound(key: Buffer, place: Place, sealed: Uint8Array): string {
  try {
    return openValue(key, boundTo(place), sealed)
  } catch (cause) {
    throw unreadable(place, cause)
  }
}

const ownerOf = (place: Place): string => (place.in.isOfOrg ? place.orgId || nilOrg : nilOrg)
const boundTo = (place: Place): string => JSON.stringify([ownerOf(place), place.in.table, place.in.column, place.id])

function unreadable({ in: { table, column } }: Place, cause?: unknown): Problem {
  const detail = `A stored secret (${table}.${column}) does not open: it was changed or moved, or its data key is gone.`
  return new Problem('bug', 'secret_unreadable', detail, { cause })
}

function openLegacy(key: Buffer, place: Place, sealed: Uint8Array): string {
  try {
    if (!place.in.formerly) throw new RangeError('there never were values without a header here')
    return decrypt(key, Buffer.from(place.in.formerly(place.orgId ?? '', place.id)), sealed).toString()
  } catch (cause) {
    throw unreadable(place, cause)
  }
}

/** A fingerprint says which key is missing, better than a failure to unwrap does. */
async function checkWrappers(tx: Tx, wrappers: Wrappers): Promise<void> {
  const { rows } = await sql<{ kek_id: string; count: number }>`
    select kek_id, count(*) as count from data_keys group by kek_id order by count(*) desc`.execute(tx)
  const missing = rows.filter(({ kek_id }) => !wrappers.some(({ id }) => id === kek_id))
  if (missing.length === 0) return
  const needed = missing.map(({ kek_id }) => kek_id).join(' and ')
  const given = wrappers.map(({ id, source }) => `${id} (${source})`).join(', ')
  const detail = `The secrets in this database are locked with ${needed}; given: ${given}. ${mendOf(needed, missing.length < rows.length)}`
  throw new Problem('unavailable', 'wrong_secret_key', detail)
}

function mendOf(needed: string, isPart: boolean): string {
  if (needed.startsWith('vault:')) return 'Set INDABA_KMS_URL and INDABA_KMS_KEY to that key service.'
  if (isPart) return 'Set INDABA_SECRET_KEY_PREVIOUS to it until `npm start -- secrets rewrap` has been run.'
  return 'Set INDABA_SECRET_KEY to the key that was kept with the backup, or put the file secret-key back.'
}

async function rootOf(tx: Tx, keys: DataKeys, input: SecretsInput): Promise<Buffer> {
  // Unwraps: the check that the key is not only named right.
  const { version, key } = await keys.newest(tx, nilOrg)
  const { rows } = await sql<{ sealed: Buffer }>`
    select sealed from installation_secrets where name = ${pepper.id}`.execute(tx)
  const [stored] = rows
  if (stored) {
    const older = await keys.byVersion(tx, nilOrg, versionOf(stored.sealed) ?? version)
    return Buffer.from(openBound(older?.key ?? key, pepper, stored.sealed), 'base64')
  }
  const root = await firstRoot(tx, input)
  const sealed = sealValue(key, version, boundTo(pepper), root.toString('base64'))
  await sql`insert into installation_secrets (name, sealed) values (${pepper.id}, ${sealed})`.execute(tx)
  return root
}

/**
 * What is hashed already was hashed under a key derived from the operator's, and has to stay good. Which of several it
 * was is told by a value that opens; where there is none, it is the oldest.
 */
async function firstRoot(tx: Tx, { formerKeys, columns }: SecretsInput): Promise<Buffer> {
  const { rows: orgs } = await sql`select 1 from orgs limit 1`.execute(tx)
  if (orgs.length === 0) return randomBytes(32)
  const roots = formerKeys.map(extractRoot)
  for (const column of columns.filter(({ formerly }) => formerly)) {
    const samples = await samplesOf(tx, column)
    if (samples.length === 0) continue
    const right = roots.find((root) => samples.some((sample) => opens(expandKey(root, 'seal'), column, sample)))
    if (right) return right
    const detail =
      'The secrets in this database do not open with INDABA_SECRET_KEY. Set it to the key that was kept with the backup.'
    throw new Problem('unavailable', 'wrong_secret_key', detail)
  }
  const oldest = roots.at(-1)
  if (oldest) return oldest
  const detail = 'This database is older than the key service. Set INDABA_SECRET_KEY to the key that it had until now.'
  throw new Problem('unavailable', 'wrong_secret_key', detail)
}

type Sample = { orgId: string; id: string; sealed: Buffer }

function opens(key: Buffer, column: SealedColumn, { sealed, ...at }: Sample): boolean {
  try {
    openLegacy(key, { in: column, ...at }, sealed)
    return true
  } catch {
    return false
  }
}

async function samplesOf(tx: Tx, { table, column, id }: SealedColumn): Promise<Sample[]> {
  const { rows } = await sql<Sample>`
    select org_id as "orgId", ${sql.ref(id ?? '')}::text as id, ${sql.ref(column)} as sealed
    from ${sql.table(table)} where ${sql.ref(column)} is not null limit ${samplesMax}`.execute(tx)
  return rows
}
