// An upload is announced: what is said of it is looked at before a byte of it is sent, and it has its place in the list of
// ingest jobs from then on.

import { type Org, orgReader, writeAudit } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Call } from '../../platform/http/route.ts'
import { isUuid } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { requireMinutes } from '../allocation.ts'
import { readCallMetadata } from '../call-metadata.ts'
import { requireAnnounced } from '../jobs/contents-arrived.ts'
import { requireSeen } from '../jobs/job-changes.ts'
import { formFields, optionFields, readFields, readOptions } from '../jobs/job-fields.ts'
import { createJob, lockJob } from '../jobs/jobs.ts'
import { itemFields, openNamedItem, orFail } from '../jobs/named-item.ts'
import { checkNames, checkOrgId } from '../submission.ts'
import { readUploadMetadata, type SaidOfUpload } from './upload-metadata.ts'
import { createUpload, type Upload } from './uploads.ts'

export type SizeLimits = Record<Upload['purpose'], number>

export type Announce = (call: Call, given: Pick<Upload, 'id' | 'size_bytes' | 'metadata'>) => Promise<Upload>

export function announcing({ db, timeZone, limits }: { db: Db; timeZone: string; limits: SizeLimits }): Announce {
  const readOrg = orgReader(db)

  async function announceRecording(call: Call, org: Org, row: NewUpload, said: SaidOfUpload): Promise<Upload> {
    const { named, fileName, fields } = said
    const what = { kind: 'recording' as const, fallbackName: fileName ?? row.id, sizeBytes: row.size_bytes }
    const item = named ? await openNamedItem(db, call.by, named, what) : null
    return orFail(db, org.id, item, async () => {
      requireSize(row, limits)
      await checkCall({ db, timeZone }, call, org, fields)
      await requireMinutes(db, org, org.settings.time_zone ?? timeZone, null)
      return db
        .transaction()
        .execute((tx) =>
          createUpload(tx, { ...row, job_id: item?.jobId ?? null, item_position: item?.position ?? null }),
        )
    })
  }

  async function announceBatch(call: Call, org: Org, row: NewUpload, said: SaidOfUpload): Promise<Upload> {
    const { by, requestId } = call
    requireSize(row, limits)
    const jobId = said.named?.jobId
    if (jobId !== undefined && !isUuid(jobId)) throw notFound()
    const { metadata, ...flat } = said.fields
    const known = Object.entries(flat).filter(([name]) => Object.hasOwn(optionFields, name))
    const given = readFields(formFields, { ...Object.fromEntries(known), ...(metadata as object) })
    const options = await readOptions(db, org, given, org.settings.time_zone ?? timeZone)
    return db.transaction().execute(async (tx) => {
      if (jobId !== undefined) {
        requireAnnounced(requireSeen(await lockJob(tx, org.id, jobId), by))
        return createUpload(tx, { ...row, job_id: jobId, item_position: null })
      }
      const name = given.name ?? said.fileName ?? 'Upload'
      const job = await createJob(tx, {
        org_id: org.id,
        // Told by its first bytes, once they are here.
        source: 'zip',
        name,
        state: 'uploading',
        is_dry_run: given.dry_run ?? false,
        sent_by: by,
        request_id: requestId,
        options,
      })
      const upload = await createUpload(tx, { ...row, job_id: job.id, item_position: null })
      const data = { state: job.state, upload_id: upload.id }
      await writeAudit(tx, [
        { orgId: org.id, actor: by.actor, action: 'ingest_job.create', target: job.id, requestId, data },
      ])
      return upload
    })
  }

  return async (call, given) => {
    const said = readUploadMetadata(given.metadata)
    const org = await readOrg(call.by.orgId)
    const row = { ...given, org_id: org.id, purpose: said.purpose, created_by: call.by.actor }
    return said.purpose === 'batch' ? announceBatch(call, org, row, said) : announceRecording(call, org, row, said)
  }
}

type NewUpload = Omit<Parameters<typeof createUpload>[1], 'job_id' | 'item_position'>

/** What is said of a recording, read and found to be good. @throws as readCallMetadata, checkOrgId and checkNames do */
export async function checkCall(
  { db, timeZone }: { db: Db; timeZone: string },
  call: Call,
  org: Org,
  fields: SaidOfUpload['fields'],
) {
  const context = { timeZone: org.settings.time_zone ?? timeZone, now: new Date(), ignore: itemFields }
  const said = readCallMetadata(fields, context)
  await checkOrgId(db, call, said.orgId)
  await checkNames(db, org, said)
  return said
}

function requireSize({ purpose, size_bytes }: Pick<Upload, 'purpose' | 'size_bytes'>, limits: SizeLimits): void {
  if (size_bytes === 0) throw new Problem('invalid', 'empty_file', 'The file is empty: there is nothing to take in.')
  const most = limits[purpose]
  if (size_bytes <= most) return
  const what = purpose === 'batch' ? 'An archive' : 'A recording'
  const detail = `${what} may have ${most} bytes; this one has ${size_bytes}.`
  throw new Problem('too_large', 'upload_too_large', detail, { facts: { size_bytes_max: most } })
}
