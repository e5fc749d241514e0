// A chain as it stands in the database, for checks: rows by the page, the next page on its way meanwhile.

import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { ChainCheck, ChainEnd, Fault } from './chain.ts'
import { readAudit } from './read.ts'
import type { ChainedRow } from './row.ts'

const pageRows = 2000

export async function readHead(tx: DbOrTx, orgId: string): Promise<ChainEnd | null> {
  const row = await tx.selectFrom('audit_heads').select(['seq', 'hash']).where('org_id', '=', orgId).executeTakeFirst()
  return row ? { seq: row.seq, hash: row.hash.toString('hex') } : null
}

/** Feeds the rows after `afterSeq` to a check, up to the first fault. Throws when `signal` says that it is enough. */
export async function checkRows(input: {
  tx: Tx
  orgId: string
  check: ChainCheck
  afterSeq: number
  signal?: AbortSignal | undefined
}): Promise<{ rows: number; fault: Fault | null }> {
  const { tx, orgId, check, signal } = input
  const read = (after: number) => readAudit(tx, orgId, {}, { limit: pageRows, after })
  let rows = 0
  let page = await read(input.afterSeq)
  while (page.length > 0) {
    signal?.throwIfAborted()
    const next = page.length < pageRows ? [] : read(page.at(-1)?.seq ?? 0)
    // A row without hashes is found as one that does not follow.
    const bad = page.findIndex((row) => check.add(row as ChainedRow) !== null)
    rows += bad < 0 ? page.length : bad
    page = await next
    if (bad >= 0) break
  }
  return { rows, fault: check.end() }
}
