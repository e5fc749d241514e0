// A recording by its address: fetched by a job, through the guarded client, then handed to the pipeline.

import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import {
  closeConversation,
  getConversation,
  lockConversation,
  putRecordings,
  wholeOrg,
} from '../conversations/index.ts'
import type { Db } from '../platform/db/db.ts'
import { type Job, job, type Worker, type Write, worker } from '../platform/jobs/job.ts'
import type { Download } from '../platform/outbound/download.ts'
import { Problem } from '../platform/problem.ts'
import { type Store, storeKey } from '../storage/index.ts'
import { nameInUrl } from './file-names.ts'
import type { NextStep } from './shapes.ts'

/** `fileId` names the file in the store: another one for each version, so that a late fetch never overwrites a newer one. */
export type Fetch = {
  orgId: string
  conversationId: string
  version: number
  fileId: string
  url: string
  tag: number
}

/** How long a fetch may take is the client's limit (30 min); this is the net under it. */
export const fetchJob: Job<Fetch> = job<Fetch>({ name: 'ingest.fetch', retryLimit: 4, timeoutS: 3600, concurrency: 4 })

export function fetchWorker(input: {
  db: Db
  store: Store
  download: Download
  sizeBytesMax: number
  next: NextStep
}): Worker {
  const { sizeBytesMax } = input

  /** Download and store run side by side; when one fails, the other is stopped. */
  async function fetchInto(key: string, { url, orgId: partition }: Fetch, stop: AbortSignal) {
    const body = new PassThrough()
    const failed = new AbortController()
    const signal = AbortSignal.any([stop, failed.signal])
    // A download that fails at once does so before the store listens; its failure is awaited below.
    body.on('error', (err) => failed.abort(err))
    const download = input.download({ url, partition, sizeBytesMax, signal, sink: intoStream(body, signal) }).then(
      (result) => {
        body.end()
        return result
      },
      (err) => {
        body.destroy(err)
        throw err
      },
    )
    const put = input.store.put(key, body, { sizeBytesMax, signal: stop })
    put.catch((err) => failed.abort(err))
    const [downloaded, stored] = await Promise.all([download, put])
    return { downloaded, stored }
  }

  return worker<Fetch>({
    job: fetchJob,
    async handle(fetch, { signal }): Promise<Write | undefined> {
      const { db } = input
      const { orgId, conversationId, url } = fetch
      const conversation = await getConversation(db, wholeOrg(orgId), conversationId)
      if (!conversation || conversation.version !== fetch.version) return undefined
      // The same key on every try: what a killed try left is written over.
      const key = storeKey(orgId, 'rec', fetch.fileId)
      try {
        const { stored, downloaded } = await fetchInto(key, fetch, signal)
        const recording = {
          org_id: orgId,
          conversation_id: conversationId,
          store_key: key,
          file_name: nameInUrl(url),
          content_type: downloaded.contentType,
          size_bytes: stored.sizeBytes,
          sha256: stored.sha256Hex,
        }
        return async (tx) => {
          if (!(await lockConversation(tx, conversation))) return
          await putRecordings(tx, [recording])
          await input.next(tx, [
            { orgId, conversationId, channel: 'voice', version: fetch.version, tag: fetch.tag, fetchUrl: null },
          ])
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

const intoStream = (body: PassThrough, signal: AbortSignal) => async (chunk: Buffer) => {
  if (!body.write(chunk)) await once(body, 'drain', { signal })
}

/** The same request would fail again. */
const isFinal = (err: unknown): err is Problem =>
  err instanceof Problem && (err.kind === 'invalid' || err.kind === 'too_large' || err.facts.isPermanent === true)
