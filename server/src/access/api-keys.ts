// API keys: `ind_<env>_<12 id><32 secret><6 checksum>`. Only a keyed hash is stored; the key itself is shown once.
// The checksum lets a mistyped key be refused before any look-up, and secret scanners recognise one.

import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { sql } from 'kysely'
import type { Db, DbOrTx } from '../platform/db/db.ts'
import { everyOrg } from '../platform/db/scope.ts'
import { equalSecret, type Secrets } from '../platform/secrets.ts'
import type { Credential } from './authenticate.ts'
import { roleScopes } from './permissions.ts'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const idChars = 12
const secretChars = 32
const checksumChars = 6
const keyPattern = /^ind_(live|test)_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/
// How long a key that was switched off on another machine may still work on this one.
const cacheMs = 1000
const cachedMax = 10_000

export type KeyHolder = { orgId: string; keyId: string }

export type ApiKeys = {
  /** Makes a key and returns it in clear: the only time that it is seen. */
  create(tx: DbOrTx, orgId: string, name: string): Promise<string>
  /** Who holds the key; null when it is unknown, switched off, or of an organisation that is. */
  check(db: Db, key: string): Promise<KeyHolder | null>
  /** The newest active key of each organisation, masked: first and last four characters. */
  masked(db: DbOrTx, orgIds: string[]): Promise<Map<string, string>>
  credential(db: Db): Credential
  /** Forgets what is cached, after a change made here: it holds at once in this process, within a second in others. */
  forget(): void
}

export function apiKeys(secrets: Secrets): ApiKeys {
  let cache = new Map<string, { holder: KeyHolder | null; until: number }>()
  const hash = (secret: string) => secrets.hash('api key', secret)

  const keys: ApiKeys = {
    async create(tx, orgId, name) {
      const id = randomText(idChars)
      const body = `ind_live_${id}_${randomText(secretChars)}`
      const key = body + checksum(body)
      const masked = `${key.slice(0, 4)}…${key.slice(-4)}`
      await tx
        .insertInto('api_keys')
        .values({ org_id: orgId, id, secret_hash: hash(key), masked, name })
        .execute()
      return key
    },
    async check(db, key) {
      const found = keyPattern.exec(key)
      if (!found || checksum(key.slice(0, -checksumChars)) !== found[4]) return null
      const mine = cache
      const known = mine.get(key)
      if (known && known.until > Date.now()) return known.holder
      // Whose it is, is what we want to know.
      const query = db
        .selectFrom('api_keys')
        .innerJoin('orgs', 'orgs.id', 'api_keys.org_id')
        .select(['api_keys.org_id', 'api_keys.id', 'secret_hash'])
        .where('api_keys.id', '=', found[2] as string)
        .where('api_keys.is_active', '=', true)
        .where('orgs.is_active', '=', true)
      const row = await everyOrg(() => query.executeTakeFirst())
      const holder = row && equalSecret(row.secret_hash, hash(key)) ? { orgId: row.org_id, keyId: row.id } : null
      if (mine.size >= cachedMax) mine.clear()
      mine.set(key, { holder, until: Date.now() + cacheMs })
      return holder
    },
    async masked(db, orgIds) {
      const rows = await db
        .selectFrom('api_keys')
        .select(['org_id', 'masked'])
        // One parameter, however many organisations: PostgreSQL takes at most 65,535.
        .where('org_id', '=', sql<string>`any(${orgIds}::uuid[])`)
        .where('is_active', '=', true)
        .orderBy('created_at')
        .execute()
      return new Map(rows.map((row) => [row.org_id, row.masked]))
    },
    forget() {
      // A look-up that is under way writes what it found into the old map, where nobody reads it.
      cache = new Map()
    },
    credential: (db) => async (given) => {
      for (const text of given) {
        const holder = await keys.check(db, text)
        if (holder)
          return {
            actor: `key:${holder.keyId}`,
            orgId: holder.orgId,
            isAdmin: false,
            scopes: roleScopes.integration,
            reach: 'all',
          }
      }
      return null
    },
  }
  return keys
}

const randomText = (length: number) => Array.from({ length }, () => digits[randomInt(digits.length)]).join('')

function checksum(text: string): string {
  let rest = crc32(text)
  let out = ''
  for (let i = 0; i < checksumChars; i++) {
    out = digits[rest % digits.length] + out
    rest = Math.floor(rest / digits.length)
  }
  return out
}
