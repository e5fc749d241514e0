// What several slices ask of secrets: keyed hashes, values sealed at rest, comparison in constant time. Where the keys
// come from, and how long they are kept, is told elsewhere (access/secrets).

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { DbOrTx } from './db/db.ts'

/** A column that holds sealed values. Its owner declares it; all of them are listed where the program is put together. */
export type SealedColumn = {
  table: string
  column: string
  /** False: the values belong to the installation. True: to the organisation in `org_id`. */
  isOfOrg: boolean
  /** The column that names a row. Null: rows live for a day at most, so nothing has to be sealed anew. */
  id: string | null
  /** What values of before data keys were bound to; they have no header. */
  formerly?: (orgId: string, id: string) => string
}

/** Where a sealed value lives: moved to another organisation, column or row it does not open. */
export type Place = {
  in: SealedColumn
  /** Of no meaning where the column is the installation's. */
  orgId?: string
  id: string
}

export type Secrets = {
  /** HMAC-SHA256 under a key of its own for each purpose. Purposes are constants. */
  hash(purpose: string, text: string): Buffer
  /**
   * AES-256-GCM under the newest data key of the organisation, which is made at its first use, in the same transaction.
   * @throws Problem('unavailable') while the service that holds the key does not answer and no copy is at hand
   */
  seal(db: DbOrTx, place: Place, text: string): Promise<Buffer>
  /** @throws Problem('unavailable') as above, Problem('bug', 'secret_unreadable') for what was changed or moved */
  open(db: DbOrTx, place: Place, sealed: Uint8Array): Promise<string>
}

/** HKDF-SHA256 (RFC 5869) in its two steps: `root` is what the first one gives. */
export function keyedHash(root: Uint8Array): Secrets['hash'] {
  const keys = new Map<string, Buffer>()
  return (purpose, text) => {
    let key = keys.get(purpose)
    if (!key) {
      key = expandKey(root, purpose)
      keys.set(purpose, key)
    }
    return createHmac('sha256', key).update(text).digest()
  }
}

/** One output block, 32 bytes. */
export const expandKey = (root: Uint8Array, purpose: string): Buffer =>
  createHmac('sha256', root).update(`indaba ${purpose}`).update(Buffer.of(1)).digest()

/** Without salt. */
export const extractRoot = (key: Uint8Array): Buffer => createHmac('sha256', Buffer.alloc(32)).update(key).digest()

/** In a time that tells nothing of either, their lengths included. */
export function equalSecret(left: string | Uint8Array, right: string | Uint8Array): boolean {
  const digest = (one: string | Uint8Array) => createHash('sha256').update(one).digest()
  return timingSafeEqual(digest(left), digest(right))
}
