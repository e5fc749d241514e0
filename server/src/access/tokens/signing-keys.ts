// The keys that sign Id and access tokens: one at a time signs, retired ones verify until what they signed has run out.
// Made at first use; the private half is sealed in the database. What stands in a token is tokens.ts's business.

import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importJWK, importPKCS8, type JWK } from 'jose'
import { sql } from 'kysely'
import type { Db, DbOrTx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import type { SealedColumn, Secrets } from '../../platform/secrets.ts'

/** What clients of the hosted service know: its tokens came from a Cognito pool, which signs by RS256. */
export const algorithm = 'RS256'
const modulusLength = 2048
/** How long a key that was retired or removed elsewhere may still be used here. */
const cacheMs = 1000

export const signingKeyColumn: SealedColumn = {
  table: 'signing_keys',
  column: 'private_key',
  isOfOrg: false,
  id: 'kid',
}

type Key = Awaited<ReturnType<typeof importJWK>>

export type SigningKeys = {
  /** The key of now, made where there is none yet. */
  signer(): Promise<{ kid: string; key: Key }>
  /** @throws Problem('unauthenticated') for a key that is not, or no longer, ours */
  verifier(kid: string | undefined): Promise<Key>
  /** A new key signs from now on. `revokesEarlier`: all that earlier keys have signed is refused. */
  rotate(tx: DbOrTx, revokesEarlier: boolean): Promise<{ kid: string }>
  /** After a change made here: it holds at once in this process, within a second in others. */
  forget(): void
}

/** @param keepMs how long a token lives, and so how long a retired key has something to verify */
export function signingKeys(db: Db, secrets: Secrets, keepMs: number): SigningKeys {
  const place = (kid: string) => ({ in: signingKeyColumn, id: kid })
  let verifiers = new Map<string, Key>()
  let signer: { kid: string; key: Key } | null = null
  let loading: Promise<void> | null = null
  let freshUntil = 0
  let changes = 0

  async function load(): Promise<void> {
    const seen = changes
    const rows = await db
      .selectFrom('signing_keys')
      .selectAll()
      .where((is) => is.or([is('retired_at', 'is', null), is('retired_at', '>', new Date(Date.now() - keepMs))]))
      .execute()
    const active = rows.find(({ retired_at }) => retired_at === null)
    const found = new Map<string, Key>()
    for (const { kid, public_key } of rows) {
      found.set(kid, verifiers.get(kid) ?? (await importJWK(public_key as JWK, algorithm)))
    }
    if (!active) signer = null
    else if (signer?.kid !== active.kid) {
      const pem = await secrets.open(db, place(active.kid), active.private_key)
      signer = { kid: active.kid, key: await importPKCS8(pem, algorithm) }
    }
    verifiers = found
    // A change that was made meanwhile may be missing here.
    if (changes === seen) freshUntil = Date.now() + cacheMs
  }

  /** At most one look at the database a second, however many tokens name keys that are not known. */
  async function refresh(): Promise<void> {
    if (freshUntil > Date.now()) return
    const mine = (loading ??= load())
    try {
      await mine
    } finally {
      if (loading === mine) loading = null
    }
  }

  async function add(tx: DbOrTx): Promise<{ kid: string }> {
    const pair = await generateKeyPair(algorithm, { modulusLength, extractable: true })
    const publicKey = await exportJWK(pair.publicKey)
    const kid = await calculateJwkThumbprint(publicKey)
    const values = {
      kid,
      public_key: JSON.stringify({ ...publicKey, kid, alg: algorithm, use: 'sig' }),
      private_key: await secrets.seal(tx, place(kid), await exportPKCS8(pair.privateKey)),
    }
    // Of several processes that find none, the first one's counts.
    await tx
      .insertInto('signing_keys')
      .values(values)
      .onConflict((on) => on.doNothing())
      .execute()
    return { kid }
  }

  const keys: SigningKeys = {
    async signer() {
      await refresh()
      if (!signer) {
        await add(db)
        keys.forget()
        await refresh()
      }
      if (!signer) throw new Problem('bug', 'no_signing_key', 'There is no key to sign tokens with.')
      return signer
    },
    async verifier(kid) {
      await refresh()
      const key = kid === undefined ? undefined : verifiers.get(kid)
      if (!key) throw new Problem('unauthenticated', 'unknown_signing_key', 'The token was not signed by this server.')
      return key
    },
    async rotate(tx, revokesEarlier) {
      if (revokesEarlier) await tx.deleteFrom('signing_keys').execute()
      else {
        const expired = sql<Date>`now() - make_interval(secs => ${keepMs / 1000})`
        await tx.deleteFrom('signing_keys').where('retired_at', '<', expired).execute()
        await tx.updateTable('signing_keys').set({ retired_at: new Date() }).where('retired_at', 'is', null).execute()
      }
      return add(tx)
    },
    forget() {
      changes++
      freshUntil = 0
      loading = null
    },
  }
  return keys
}
