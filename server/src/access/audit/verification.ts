// Checks the whole audit of an organisation as it stands at one moment.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { chainCheck, type Fault } from './chain.ts'
import { type HeadSigner, signedHeads } from './signed-heads.ts'
import { checkRows, readHead } from './stored-chain.ts'

export type Verification = {
  orgId: string
  /** Rows that were checked. */
  rows: number
  /** Rows of before the chains, which nothing protects. */
  unchained: number
  signedHeads: number
  head: { seq: number; hash: string } | null
  fault: Fault | null
  durationMs: number
}

/** Every organisation that has an audit, deleted ones included; the nil UUID is the installation. */
export async function auditedOrgs(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select org_id as id from audit_heads union select org_id from audit_signed_heads union
    select distinct org_id from audit_events order by 1`.execute(db)
  return rows.map(({ id }) => id)
}

/** Checks the whole chain of an organisation, to the first fault. */
export async function verifyAudit(db: Db, signer: HeadSigner, orgId: string): Promise<Verification> {
  const startedAt = performance.now()
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const head = await readHead(tx, orgId)
      const heads = await signedHeads(tx, orgId)
      const signed = heads.map((one) => ({ seq: one.seq, hash: one.hash, isGenuine: () => signer.isGenuine(one) }))
      const { rows, fault } = await checkRows({ tx, orgId, check: chainCheck({ orgId, head, signed }), afterSeq: 0 })
      const before = await tx
        .selectFrom('audit_events')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('org_id', '=', orgId)
        .where('seq', '<=', 0)
        .executeTakeFirstOrThrow()
      const durationMs = performance.now() - startedAt
      return { orgId, rows, unchained: before.count, signedHeads: signed.length, head, fault, durationMs }
    })
}
