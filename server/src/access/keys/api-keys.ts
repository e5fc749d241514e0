// API keys as the rest of the program sees them: who holds one, and making and rotating them. Only a keyed hash of a key is
// stored; the key itself is shown once.

import { hash as digestOf, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, DbOrTx, Tx } from '../../platform/db/db.ts'
import { listenTo } from '../../platform/db/listen.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import type { Log } from '../../platform/log.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Credential } from '../authenticate.ts'
import { operatorScopes } from '../permissions.ts'
import { type Again, parseProof, proofOf } from '../proof.ts'
import { type KeyCache, keyCache } from './key-cache.ts'
import { idEnd, idInKey, idStart } from './key-format.ts'
import { type ApiKey, insertKey, type NewKey, rotateKey } from './keys.ts'
import { type KeyUsage, keyUsage } from './usage.ts'

/** The triggers of migration 0005 announce here the id of a key that has changed, or of an organisation. */
const channel = 'api_keys'
const pulseMs = 400

type CheckedSecret = {
  id: string
  principal: Principal
  hash: Buffer
  validUntil: number | null
  /** Of the text that had this hash: SHA-256 is quicker than HMAC, and 190 random bits cannot be guessed from it. */
  digest: Buffer | null
}

/** A key as it is checked. Times in milliseconds. */
type CheckedKey = {
  orgId: string
  keyId: string
  /** Revoked, or of an organisation that is switched off. */
  isOff: boolean
  expiresAt: number | null
  secrets: CheckedSecret[]
}

export type Holder = { principal: Principal; orgId: string; keyId: string; secretId: string }

export type ApiKeys = {
  /** Makes a key and returns it in clear: the only time that it is seen. */
  create(tx: DbOrTx, orgId: string, given: NewKey): Promise<[clear: string, key: ApiKey]>
  /** Gives it a new secret, returned in clear; the one before works on for a while. Forget it after the commit. */
  rotate(
    tx: Tx,
    key: ApiKey,
    options: { overlapHours?: number; lifetimeDays?: number | null },
  ): Promise<[clear: string, key: ApiKey]>
  /**
   * Who holds the key; null when it is unknown, revoked, expired, or of an organisation that is switched off. `known` is
   * told whose it is also when it does not work any more.
   */
  check(key: string, known?: (by: Principal) => void): Promise<Holder | null>
  credential: Credential
  again: Again
  /** After a change made here, of a key or of an organisation: it holds at once in this process. */
  forget(id?: string): void
  usage: KeyUsage
  /** Hears of changes made elsewhere, and writes down what keys are used for. */
  start(url: string, log: Log): { stop(): Promise<void> }
}

export function apiKeys({ db, secrets }: { db: Db; secrets: Pick<Secrets, 'hash'> }): ApiKeys {
  const hash = (key: string) => secrets.hash('api key', key)
  let heardAt = () => Number.NEGATIVE_INFINITY
  const cache: KeyCache<CheckedKey> = keyCache(
    (id) => loadKey(db, id),
    () => heardAt(),
  )
  const usage = keyUsage(db)

  const keys: ApiKeys = {
    create: (tx, orgId, given) => insertKey(tx, hash, orgId, given),
    rotate: (tx, key, options) => rotateKey(tx, hash, key, options),
    async check(text, known) {
      // What was sent before and found right need not be taken apart again.
      const remembered = cache.peek(text.slice(idStart, idEnd))
      const seen = remembered && sentBefore(remembered, text)
      if (seen) return holderOf(remembered, seen, known)
      const id = idInKey(text)
      const key = id && (await cache.get(id))
      const secret = key && secretOf(key, text, hash)
      return secret ? holderOf(key, secret, known) : null
    },
    async credential(given, { address, tag, known }) {
      for (const text of given) {
        const holder = await keys.check(text, known)
        if (!holder) continue
        const { principal, orgId, keyId, secretId } = holder
        usage.note({ orgId, keyId, secretId, address, group: tag })
        return principal
      }
      return null
    },
    async again(proof) {
      const [keyId, secretId] = parseProof('key', proof) ?? []
      const key = keyId ? await cache.get(keyId) : null
      const secret = key?.secrets.find(({ id }) => id === secretId)
      return (key && secret && holderOf(key, secret)?.principal) || null
    },
    forget: cache.forget,
    usage,
    start(url, log) {
      const listener = listenTo(url, channel, cache.forget, log, { pulseMs, onGap: () => cache.forget() })
      heardAt = listener.heardAt
      const writing = usage.start((err) => log.error({ err }, 'the use of API keys could not be written'))
      return {
        async stop() {
          await writing.stop()
          await listener.stop()
        },
      }
    },
  }
  return keys
}

function sentBefore({ secrets }: CheckedKey, text: string): CheckedSecret | undefined {
  const digest = digestOf('sha256', text, 'buffer')
  return secrets.find((one) => one.digest && timingSafeEqual(one.digest, digest))
}

function secretOf({ secrets }: CheckedKey, text: string, hash: (text: string) => Buffer): CheckedSecret | undefined {
  const hashed = hash(text)
  const found = secrets.find((one) => timingSafeEqual(one.hash, hashed))
  if (found) found.digest = digestOf('sha256', text, 'buffer')
  return found
}

/** Null when the key does not work any more, or not now; `known` is told whose it is all the same. */
function holderOf(key: CheckedKey, secret: CheckedSecret, known?: (by: Principal) => void): Holder | null {
  const { orgId, keyId } = key
  const { principal } = secret
  known?.(principal)
  const now = Date.now()
  const isOver = (end: number | null) => end !== null && end <= now
  if (key.isOff || isOver(key.expiresAt) || isOver(secret.validUntil)) return null
  return { principal, orgId, keyId, secretId: secret.id }
}

/** Whose it is, is what we want to know: the look-up is in no organisation's scope. */
async function loadKey(db: Db, id: string): Promise<CheckedKey | null> {
  type Row = {
    org_id: string
    scopes: string[]
    is_admin: boolean
    is_off: boolean
    expires_at: Date | null
    secret_id: string
    secret_hash: Buffer
    valid_until: Date | null
  }
  const query = sql<Row>`
    select k.org_id, k.scopes, k.is_admin, k.revoked_at is not null or not o.is_active as is_off, k.expires_at, s.id as secret_id, s.secret_hash, s.valid_until
    from api_keys k
      join orgs o on o.id = k.org_id
      join api_key_secrets s on s.org_id = k.org_id and s.key_id = k.id
    where k.id = ${id}
    order by s.created_at desc, s.id desc`
  const { rows } = await everyOrg(() => query.execute(db))
  const [key] = rows
  if (!key) return null
  const actor = `key:${id}`
  const principal: Principal = key.is_admin
    ? { actor, orgId: '', isAdmin: true, scopes: operatorScopes, reach: 'all' }
    : { actor, orgId: key.org_id, isAdmin: false, scopes: key.scopes, reach: 'all' }
  return {
    orgId: key.org_id,
    keyId: id,
    isOff: key.is_off,
    expiresAt: key.expires_at?.getTime() ?? null,
    secrets: rows.map((row) => ({
      id: row.secret_id,
      principal: { ...principal, proof: proofOf('key', id, row.secret_id) },
      hash: row.secret_hash,
      validUntil: row.valid_until?.getTime() ?? null,
      digest: null,
    })),
  }
}
