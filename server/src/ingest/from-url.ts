// A recording by its address: fetched by a job, then handed to the pipeline.

import {
  type Conversation,
  closeConversation,
  findTwins,
  getConversation,
  lockConversation,
  putRecordings,
  type Twin,
  wholeOrg,
} from '../conversations/index.ts'
import type { Db, Tx } from '../platform/db/db.ts'
import { type Job, job, type Worker, type Write, worker } from '../platform/jobs/job.ts'
import { Problem } from '../platform/problem.ts'
import { type Store, storeKey } from '../storage/index.ts'
import { fetchInto } from './fetch-into.ts'
import type { FileDownload } from './remote/file-download.ts'
import type { NextStep } from './shapes.ts'

/** `fileId` names the file in the store: another one for each version, so that a late fetch never overwrites a newer one. */
export type Fetch = {
  orgId: string
  conversationId: string
  version: number
  fileId: string
  url: string
  tag: number
  allowsDuplicate: boolean
}

/** How long a fetch may take is the client's limit (30 min); this is the net under it. */
export const fetchJob: Job<Fetch> = job<Fetch>({ name: 'ingest.fetch', retryLimit: 4, timeoutS: 3600, concurrency: 4 })

export function fetchWorker(input: {
  db: Db
  store: Store
  download: FileDownload
  sizeBytesMax: number
  next: NextStep
}): Worker {
  return worker<Fetch>({
    job: fetchJob,
    async handle(fetch, { signal }): Promise<Write | undefined> {
      const { db } = input
      const { orgId, conversationId } = fetch
      const conversation = await getConversation(db, wholeOrg(orgId), conversationId)
      if (!conversation || conversation.version !== fetch.version) return undefined
      // The same key on every try: what a killed try left is written over.
      const key = storeKey(orgId, 'rec', fetch.fileId)
      try {
        const { sizeBytesMax } = input
        const { stored, fetched } = await fetchInto(input, { orgId, url: fetch.url, key, sizeBytesMax, signal })
        const recording = {
          org_id: orgId,
          conversation_id: conversationId,
          store_key: key,
          file_name: fetched.fileName,
          content_type: fetched.contentType,
          size_bytes: stored.sizeBytes,
          sha256: stored.sha256Hex,
        }
        return async (tx) => {
          if (!(await lockConversation(tx, conversation))) return
          const twin = fetch.allowsDuplicate ? null : await findOther(tx, conversation, stored.sha256Hex)
          if (twin) {
            const reason = `The same recording is here as call ${twin.id}. Send allow_duplicate=true to have it analysed again.`
            await closeConversation(tx, conversation, {
              status: 'failed',
              failure: { code: 'duplicate', reason, stage: 'fetch' },
            })
            await input.store.delete(key)
            return
          }
          await putRecordings(tx, [recording])
          await input.next(tx, [{ ...fetch, channel: 'voice', fetchUrl: null }])
        }
      } catch (err) {
        if (!isFinal(err)) throw err
        const failure = { code: err.code, reason: err.detail, stage: 'fetch' }
        return async (tx) => {
          if (!(await lockConversation(tx, conversation))) return
          await closeConversation(tx, conversation, { status: 'failed', failure })
        }
      }
    },
    async bury({ orgId, conversationId, version }): Promise<Write | undefined> {
      const conversation = await getConversation(input.db, wholeOrg(orgId), conversationId)
      if (!conversation || conversation.version !== version || conversation.status !== 'queued') return undefined
      const failure = {
        code: 'download_failed',
        reason: 'The recording could not be fetched on any of several tries.',
        stage: 'fetch',
      }
      return async (tx) => {
        if (!(await lockConversation(tx, conversation))) return
        await closeConversation(tx, conversation, { status: 'failed', failure })
      }
    },
  })
}

/** The same request would fail again. */
const isFinal = (err: unknown): err is Problem =>
  err instanceof Problem && (err.kind === 'invalid' || err.kind === 'too_large' || err.facts.isPermanent === true)

async function findOther(tx: Tx, { org_id, id, external_id }: Conversation, sha256: string): Promise<Twin | null> {
  const [twin] = await findTwins(tx, [{ org_id, channel: 'voice', content_hash: sha256, external_id }])
  return twin && twin.id !== id ? twin : null
}
