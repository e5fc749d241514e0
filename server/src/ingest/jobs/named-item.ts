// A single upload that names an open ingest job: its place there, and what is written of it when it is refused.

import type { Db, Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { isUuid } from '../../platform/ids.ts'
import { notFound } from '../../platform/problem.ts'
import { withoutMetadata } from '../call-metadata.ts'
import { type Body, fieldsOf } from '../flexible-body.ts'
import { failItem, type OpenedItem, openItem, resetItems, unopenItem } from './items.ts'
import { requireSeen } from './job-changes.ts'
import { lockJob, requireOpen } from './jobs.ts'
import type { IngestItem, ItemPlace } from './shapes.ts'
import { itemFailure } from './take-item.ts'

/** Fields of an upload that are about its job, not about the conversation. */
export const itemFields = ['ingest_job_id', 'item_name']

export type NamedItem = { jobId: string; name: string | null }

/** Among the metadata, or beside it. */
export function readNamedItem(body: Body): NamedItem | null {
  const { metadata, rest } = withoutMetadata(body)
  const fields = fieldsOf(metadata, rest)
  const jobId = fields.take('ingest_job_id')
  if (jobId === undefined) return null
  const name = fields.take('item_name')
  return { jobId: String(jobId).trim(), name: name === undefined ? null : String(name) }
}

/** @throws Problem('not_found') as for a job of others, Problem('conflict', 'job_not_open') */
export async function openNamedItem(
  db: Db,
  by: Pick<Principal, 'orgId' | 'actor' | 'reach'>,
  { jobId, name }: NamedItem,
  { fallbackName, ...what }: { kind: IngestItem['kind']; fallbackName: string; sizeBytes: number | null },
): Promise<OpenedItem> {
  if (!isUuid(jobId)) throw notFound()
  return db.transaction().execute(async (tx) => {
    requireOpen(requireSeen(await lockJob(tx, by.orgId, jobId), by))
    return openItem(tx, { orgId: by.orgId, jobId, name: name ?? fallbackName, ...what })
  })
}

/** It was no other try after all: the request was answered before, while this item was being opened. */
export const closeNamedItem = (db: Db, orgId: string, opened: OpenedItem): Promise<void> =>
  unopenItem(db, orgId, opened)

/** One more try at an item that may have failed before. @throws Problem('conflict', 'job_not_open') */
export async function reopenItem(tx: Tx, orgId: string, { jobId, position }: ItemPlace): Promise<void> {
  requireOpen(await lockJob(tx, orgId, jobId))
  await resetItems(tx, { orgId, jobId }, { states: ['failed'], position })
}

/** What refuses the upload is written as the failure of its item. */
export async function orFail<T>(db: Db, orgId: string, item: ItemPlace | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (err) {
    const failure = item && itemFailure(err)
    if (failure) await failItem(db, orgId, item, failure)
    throw err
  }
}
