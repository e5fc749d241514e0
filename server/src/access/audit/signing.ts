// Every hour the end of each chain that has grown is signed and kept. Each goes to the log too, which may be kept where
// nobody who can change the tables gets at it.

import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Log } from '../../platform/log.ts'
import { chainCheck } from './chain.ts'
import { type HeadSigner, keepSignedHead, type SignedHead, signedHeads } from './signed-heads.ts'
import { checkRows, readHead } from './stored-chain.ts'

const everyMs = 5 * 60_000
const pauseMsDefault = 3_600_000

type Parts = { db: Db; signer: HeadSigner; log: Log; tell: TellHead }

/** Told in the transaction that keeps the head. */
export type TellHead = (tx: Tx, head: SignedHead) => Promise<void>

/** Signs at once where nothing was signed for an hour, then looks again every five minutes. */
export function startSigning(parts: Parts): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let current = Promise.resolve()
  const tick = () => {
    current = current.then(async () => {
      try {
        await signHeads({ ...parts, signal: stopping.signal })
      } catch (err) {
        if (!stopping.signal.aborted) parts.log.error({ err }, 'heads of the audit could not be signed')
      }
    })
  }
  const timer = setInterval(tick, everyMs)
  tick()
  return {
    stop() {
      clearInterval(timer)
      stopping.abort()
      return current
    },
  }
}

/**
 * Signs the heads that have grown and were not signed for `pauseMs`, each only when all that was added since the last
 * signature is as it was written. Several processes may do it at once.
 */
export async function signHeads(parts: Parts & { pauseMs?: number; signal?: AbortSignal }): Promise<void> {
  const { db, signer, log, tell, pauseMs = pauseMsDefault, signal } = parts
  const before = new Date(Date.now() - pauseMs)
  // The chains of all organisations are this job's business.
  await everyOrg(async () => {
    const { rows } = await sql<{ orgId: string }>`
      select h.org_id as "orgId" from audit_heads h
      left join lateral (
        select seq, at from audit_signed_heads s where s.org_id = h.org_id order by seq desc limit 1
      ) s on true
      where h.seq > coalesce(s.seq, 0) and (s.at is null or s.at <= ${before})`.execute(db)
    for (const { orgId } of rows) {
      const found = await db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute((tx) => checkNew(tx, orgId, signal))
      if (!found) continue
      const { fault, head } = found
      if (fault) {
        log.error({ orgId, fault }, 'the audit is not as it was written: its head is not signed')
        continue
      }
      const made = signer.sign({ org_id: orgId, ...head, at: new Date().toISOString() })
      await db.transaction().execute(async (tx) => {
        if (await keepSignedHead(tx, made)) await tell(tx, made)
      })
      log.info({ head: made }, 'signed the head of the audit')
    }
  })
}

/** null: there is nothing to sign. */
async function checkNew(tx: Tx, orgId: string, signal?: AbortSignal) {
  const head = await readHead(tx, orgId)
  const [last] = await signedHeads(tx, orgId, { before: null, limit: 1 })
  if (!head || head.seq <= (last?.seq ?? 0)) return null
  const check = chainCheck({ orgId, head, signed: [], ...(last ? { from: last } : {}) })
  const { fault } = await checkRows({ tx, orgId, check, afterSeq: last?.seq ?? 0, signal })
  return { head, fault }
}
