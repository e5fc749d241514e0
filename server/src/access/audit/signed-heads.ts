// Ends of chains with a signature (Ed25519): who can change the tables cannot make them. When they are made is told in
// signing.ts.

import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { ChainEnd } from './chain.ts'

export type SignedHead = ChainEnd & {
  org_id: string
  /** ISO 8601 in UTC, with milliseconds. */
  at: string
  /** 32 and 64 bytes in base64url (RFC 8032). */
  public_key: string
  signature: string
}

export type HeadSigner = {
  /** 32 bytes in base64url. */
  publicKey: string
  sign(head: ChainEnd & { org_id: string; at: string }): SignedHead
  isGenuine(head: SignedHead): boolean
}

/** What stands before a key of 32 bytes in PKCS#8 (RFC 8410 §7). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The key follows from the pepper of keyed hashes, so it stays when the keys of secrets change. */
export function headSigner(secrets: Pick<Secrets, 'hash'>): HeadSigner {
  const seed = secrets.hash('audit signing key', 'Ed25519')
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' })
  const verifyingKey = createPublicKey(privateKey)
  const publicKey = verifyingKey.export({ format: 'jwk' }).x as string
  return {
    publicKey,
    sign(head) {
      const signature = sign(null, Buffer.from(signedText(head)), privateKey).toString('base64url')
      return { ...head, public_key: publicKey, signature }
    },
    isGenuine: (head) =>
      head.public_key === publicKey &&
      verify(null, Buffer.from(signedText(head)), verifyingKey, Buffer.from(head.signature, 'base64url')),
  }
}

const signedText = ({ at, hash, org_id, seq }: ChainEnd & { org_id: string; at: string }) =>
  canonicalize({ at, hash, org_id, seq }) as string

/** In order of seq, or the newest first. */
export async function signedHeads(
  db: DbOrTx,
  orgId: string,
  page?: { before: number | null; limit: number },
): Promise<SignedHead[]> {
  let query = db.selectFrom('audit_signed_heads').selectAll().where('org_id', '=', orgId)
  if (page && page.before !== null) query = query.where('seq', '<', page.before)
  const rows = await (page ? query.orderBy('seq', 'desc').limit(page.limit) : query.orderBy('seq')).execute()
  return rows.map(({ hash, at, public_key, signature, ...row }) => ({
    ...row,
    hash: hash.toString('hex'),
    at: new Date(at).toJSON() ?? String(at),
    public_key: public_key.toString('base64url'),
    signature: signature.toString('base64url'),
  }))
}

/** False when another process has signed it. */
export async function keepSignedHead(
  tx: DbOrTx,
  { hash, public_key, signature, ...head }: SignedHead,
): Promise<boolean> {
  const bytes = {
    hash: Buffer.from(hash, 'hex'),
    public_key: Buffer.from(public_key, 'base64url'),
    signature: Buffer.from(signature, 'base64url'),
  }
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('audit_signed_heads')
    .values({ ...head, ...bytes })
    .onConflict((oc) => oc.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}
