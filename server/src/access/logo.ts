// The logo of an organisation: a picture that is shown to its people. What it is, its first bytes say, not its sender.

import { createHash } from 'node:crypto'
import type { DbOrTx, Tx } from '../platform/db/db.ts'
import { Problem } from '../platform/problem.ts'

export const logoBytesMax = 5 * 2 ** 20

export type Logo = { content_type: string; content: Buffer; sha256: string }

/** Where each kind of picture begins, and with what. SVG is none of them: it is a program as well. */
const signatures: { type: string; parts: [at: number, bytes: string][] }[] = [
  { type: 'image/png', parts: [[0, '\x89PNG\r\n\x1a\n']] },
  { type: 'image/jpeg', parts: [[0, '\xff\xd8\xff']] },
  { type: 'image/gif', parts: [[0, 'GIF8']] },
  {
    type: 'image/webp',
    parts: [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  },
]

/** @throws Problem('invalid', 'not_a_picture') */
export function readLogo(content: Buffer): Logo {
  const found = signatures.find(({ parts }) =>
    parts.every(([at, bytes]) => content.subarray(at, at + bytes.length).equals(Buffer.from(bytes, 'latin1'))),
  )
  if (!found) {
    const detail = 'This is no PNG, JPEG, GIF or WebP picture. SVG is not taken: save it as PNG.'
    throw new Problem('invalid', 'not_a_picture', detail)
  }
  return { content_type: found.type, content, sha256: createHash('sha256').update(content).digest('hex') }
}

export async function findLogo(db: DbOrTx, orgId: string): Promise<Logo | null> {
  const row = await db.selectFrom('organisation_logos').selectAll().where('org_id', '=', orgId).executeTakeFirst()
  return row ?? null
}

export async function hasLogo(db: DbOrTx, orgId: string): Promise<boolean> {
  const row = await db.selectFrom('organisation_logos').select('org_id').where('org_id', '=', orgId).executeTakeFirst()
  return row !== undefined
}

export async function putLogo(tx: Tx, orgId: string, logo: Logo): Promise<void> {
  const values = { ...logo, updated_at: new Date() }
  await tx
    .insertInto('organisation_logos')
    .values({ org_id: orgId, ...values })
    .onConflict((on) => on.column('org_id').doUpdateSet(values))
    .execute()
}

/** False where there is none. */
export async function removeLogo(tx: Tx, orgId: string): Promise<boolean> {
  const done = await tx.deleteFrom('organisation_logos').where('org_id', '=', orgId).executeTakeFirst()
  return done.numDeletedRows > 0n
}
