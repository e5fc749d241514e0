// The last byte is here: an archive becomes the contents of its job, a recording a conversation, in one transaction with
// the end of the upload. What is refused keeps its bytes until it expires, and the next request tries again.

import { orgReader } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Call } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import type { Store } from '../../storage/index.ts'
import { callClaim } from '../allocation.ts'
import { shownName } from '../file-names.ts'
import type { ContentsArrived } from '../jobs/contents-arrived.ts'
import { orFail, reopenItem } from '../jobs/named-item.ts'
import type { Accept } from '../shapes.ts'
import type { StagedFile } from '../stage-file.ts'
import { callArrival, requestFacts } from '../submission.ts'
import { checkCall } from './announce.ts'
import { partKey, whileHeld } from './arriving.ts'
import { joinParts } from './small-parts.ts'
import { removeUnused } from './unused.ts'
import { readUploadMetadata } from './upload-metadata.ts'
import { finishUpload, getUpload, itemOf, type Lease, takeLease, type Upload } from './uploads.ts'

export type Complete = (call: Call, upload: Pick<Upload, 'org_id' | 'id' | 'size_bytes'>) => Promise<Upload>

export function completing(input: {
  db: Db
  store: Store
  accept: Accept
  contentsArrived: ContentsArrived
  timeZone: string
}): Complete {
  const { db, store, accept } = input
  const readOrg = orgReader(db)

  async function toJob(call: Call, lease: Lease, { org_id: orgId, job_id: jobId, ...upload }: Upload): Promise<void> {
    if (jobId === null) throw new Problem('bug', 'no_job', `The upload ${upload.id} has no job.`)
    const parts = upload.parts.map(({ store_key, size_bytes }) => ({ store_key, size_bytes }))
    const contents = { orgId, jobId, parts, actor: call.by.actor, requestId: call.requestId }
    await input.contentsArrived(contents, (tx) =>
      finishUpload(tx, lease, { kept: parts.map(({ store_key }) => store_key), parts: upload.parts }),
    )
  }

  async function toConversation(call: Call, lease: Lease, upload: Upload, joinedKey: string | null): Promise<void> {
    const org = await readOrg(upload.org_id)
    const { fields, fileName, contentType } = readUploadMetadata(upload.metadata)
    const item = itemOf(upload)
    if (item) await db.transaction().execute((tx) => reopenItem(tx, org.id, item))
    const said = await checkCall(input, call, org, fields)
    const [first] = upload.parts
    if (!first) throw new Problem('bug', 'no_parts', `The upload ${upload.id} has no parts.`)
    const whole = joinedKey === null ? first : await joinParts(store, upload.parts, joinedKey)
    const file: StagedFile = { ...whole, file_name: shownName(fileName), content_type: shownName(contentType) }
    await accept({
      ...requestFacts(call, org, null),
      item,
      allowsDuplicate: said.allowsDuplicate,
      claim: callClaim(org, org.settings.time_zone ?? input.timeZone, file),
      kind: 'conversation',
      arrival: callArrival(org.id, upload.id, said, { source: 'resumable', contentHash: file.sha256, warnings: [] }),
      recording: file,
      transcript: null,
      fetchUrl: null,
      answer: ({ conversationId }) => ({ status: 204, body: conversationId }),
      async also(tx, { conversationId, outcome }) {
        const kept = outcome === 'duplicate' ? [] : [whole.store_key]
        await finishUpload(tx, lease, { conversation_id: conversationId, kept, parts: upload.parts })
      },
    })
  }

  return async (call, key) => {
    const known = await getUpload(db, key)
    if (known?.finished_at) return known
    const joinedKey = known?.purpose === 'recording' && known.parts.length > 1 ? partKey(known) : null
    const { lease, upload } = await takeLease(db, key, key.size_bytes, joinedKey)
    await whileHeld(db, lease, () =>
      upload.purpose === 'batch'
        ? toJob(call, lease, upload)
        : orFail(db, upload.org_id, itemOf(upload), () => toConversation(call, lease, upload, joinedKey)),
    )
    const finished = (await getUpload(db, key)) as Upload
    // Or by housekeeping.
    await removeUnused({ db, store }, key, finished.unused_keys).catch(() => undefined)
    return finished
  }
}
