// Sends files resumably (tus): a few at a time, going on by itself after the network was away. Archives and lists become a
// bulk load each; recordings that are dropped together become one. A file that is dropped again after the window was closed
// goes on where it was; of recordings, resume.ts finds the bulk load that waits for them.

import { Upload as TusUpload } from 'tus-js-client'
import { api, told } from '../../api/client.ts'
import { asFailure } from '../../api/failure.ts'
import { csrfToken } from '../../api/session-store.ts'
import {
  addUploads,
  changeUpload,
  currentUploads,
  isOnItsWay,
  removeUploads,
  type Upload,
} from '../../api/uploads-store.ts'
import { placesOf } from './item-places.ts'
import { begunJob, endpoint, holdJob } from './resume.ts'

export type Options = {
  dryRun: boolean
  unknownPeople: 'create_or_leave' | 'create' | 'leave' | 'refuse'
  allowDuplicates: boolean
  /** Metadata of items that say nothing else. */
  defaults: Record<string, unknown>
}

const atOnceMax = 3
const chunkBytes = 8 * 1024 * 1024
/** For as long as a server may need to be back. */
const retryWaitsMs = [0, 1000, 3000, 6000, 10_000, 20_000, 30_000, 60_000]
const isBatch = ({ name }: File) => /\.(zip|rar|7z|csv|tsv|json|ndjson|jsonl)$/i.test(name)

type Waiting = { file: File; upload: Upload; metadata: Record<string, string> }

const files = new Map<string, { file: File; metadata: Record<string, string> }>()
const running = new Map<string, TusUpload>()
let waiting: Waiting[] = []
/** Open bulk loads, with how many of their files are still to come. */
const open = new Map<string, number>()

/** @throws Failure where not even a bulk load can be begun */
export async function sendFiles(given: File[], options: Options): Promise<void> {
  const { dryRun, unknownPeople, allowDuplicates, defaults } = options
  const settings = { unknown_people: unknownPeople, allow_duplicates: allowDuplicates, defaults }
  const [batches, recordings] = [given.filter(isBatch), given.filter((one) => !isBatch(one))]
  if (recordings.length > 0) await sendRecordings(recordings, settings)
  queue(
    batches.map((file) => {
      const metadata = JSON.stringify({ name: file.name, dry_run: dryRun, ...settings })
      return toUpload(file, null, { filename: file.name, purpose: 'batch', metadata })
    }),
  )
}

type JobSettings = Pick<Options, 'defaults'> & {
  unknown_people: Options['unknownPeople']
  allow_duplicates: boolean
}

/** Into the bulk load that waits for some of them, or into a new one. */
async function sendRecordings(recordings: File[], settings: JobSettings): Promise<void> {
  const begun = await begunJob(recordings, (id) => open.has(id))
  const jobId = begun?.jobId ?? (await openJob(recordings, settings))
  const places = [...placesOf(recordings, begun?.items ?? [])]
  const [sent, left] = [places.filter(([, one]) => one.isSent), places.filter(([, one]) => !one.isSent)]
  const { defaults, allow_duplicates } = settings
  // What is sent one by one says for itself what the bulk load says of all.
  const said = {
    purpose: 'recording',
    ingest_job_id: jobId,
    metadata: JSON.stringify({ ...defaults, allow_duplicates }),
  }
  open.set(jobId, left.length)
  holdJob(jobId)
  addUploads(sent.map(([file]) => ({ ...uploadOf(file, jobId), state: 'sent', sentBytes: file.size })))
  queue(left.map(([file, { name }]) => toUpload(file, jobId, { filename: file.name, item_name: name, ...said })))
  await closeWhenIn(jobId)
}

async function openJob([first, ...others]: File[], settings: JobSettings): Promise<string> {
  const name = `${first?.name}${others.length > 0 ? ` +${others.length}` : ''}`
  return (await told(api.POST('/v1/ingest-jobs', { body: { open: true, name, ...settings } }))).job_id
}

function queue(next: Waiting[]): void {
  addUploads(next.map(({ upload }) => upload))
  waiting.push(...next)
  startNext()
}

export function retryUpload(id: string): void {
  const kept = files.get(id)
  const upload = currentUploads().find((one) => one.id === id)
  if (!kept || !upload) return
  if (upload.jobId && open.has(upload.jobId)) open.set(upload.jobId, (open.get(upload.jobId) ?? 0) + 1)
  changeUpload(id, { state: 'waiting', reason: null })
  waiting.push({ ...kept, upload })
  startNext()
}

/** What has arrived is dropped there. */
export async function giveUp(id: string): Promise<void> {
  const upload = currentUploads().find((one) => one.id === id)
  waiting = waiting.filter((one) => one.upload.id !== id)
  const tus = running.get(id)
  running.delete(id)
  removeUploads((one) => one.id === id)
  files.delete(id)
  await tus?.abort(true).catch(() => undefined)
  if (upload && isOnItsWay(upload)) await ended(upload.jobId)
  else if (upload?.jobId) await closeWhenIn(upload.jobId)
  startNext()
}

function toUpload(file: File, jobId: string | null, metadata: Record<string, string>): Waiting {
  const upload = uploadOf(file, jobId)
  files.set(upload.id, { file, metadata })
  return { file, metadata, upload }
}

function uploadOf({ name, size }: File, jobId: string | null): Upload {
  const id = crypto.randomUUID()
  return { id, name, sizeBytes: size, sentBytes: 0, state: 'waiting', reason: null, jobId }
}

function startNext(): void {
  while (running.size < atOnceMax) {
    const next = waiting.shift()
    if (!next) return
    start(next)
  }
}

function start({ file, upload: { id, jobId }, metadata }: Waiting): void {
  const tus = new TusUpload(file, {
    endpoint,
    chunkSize: chunkBytes,
    retryDelays: retryWaitsMs,
    metadata,
    removeFingerprintOnSuccess: true,
    onBeforeRequest: (request) => request.setHeader('X-Indaba-CSRF', csrfToken()),
    onProgress: (sentBytes) => changeUpload(id, { sentBytes, state: 'sending' }),
    onSuccess: ({ lastResponse }) => {
      const made = lastResponse.getHeader('X-Ingest-Job-Id') ?? jobId
      changeUpload(id, { state: 'sent', sentBytes: file.size, reason: null, jobId: made })
      files.delete(id)
      done(id, jobId)
    },
    onError: (error) => {
      changeUpload(id, { state: 'failed', reason: reasonOf(error) })
      done(id, jobId)
    },
  })
  running.set(id, tus)
  changeUpload(id, { state: 'sending' })
  void tus.findPreviousUploads().then((found) => {
    const before = found.find(({ metadata: kept }) =>
      (['purpose', 'ingest_job_id', 'item_name'] as const).every((name) => kept[name] === metadata[name]),
    )
    if (before) tus.resumeFromPreviousUpload(before)
    if (running.has(id)) tus.start()
  })
}

function done(id: string, jobId: string | null): void {
  running.delete(id)
  void ended(jobId)
  startNext()
}

async function ended(jobId: string | null): Promise<void> {
  const left = jobId ? open.get(jobId) : undefined
  if (!jobId || left === undefined) return
  open.set(jobId, left - 1)
  await closeWhenIn(jobId)
}

/** The last file of a bulk load closes it; one that failed can still be sent again. */
async function closeWhenIn(jobId: string): Promise<void> {
  const isFailing = currentUploads().some((one) => one.jobId === jobId && one.state === 'failed')
  if (open.get(jobId) !== 0 || isFailing) return
  open.delete(jobId)
  await told(api.POST('/v1/ingest-jobs/{id}/close', { params: { path: { id: jobId } } })).catch(() => undefined)
}

/** Of an open bulk load whose files failed: what is in stays, nothing more is waited for. */
export async function closeJob(jobId: string): Promise<void> {
  open.delete(jobId)
  await told(api.POST('/v1/ingest-jobs/{id}/close', { params: { path: { id: jobId } } }))
  removeUploads((one) => one.jobId === jobId && one.state === 'failed')
}

function reasonOf(error: Error): string {
  const body =
    'originalResponse' in error ? (error.originalResponse as { getBody(): string } | null)?.getBody() : undefined
  try {
    return (JSON.parse(body ?? '') as { message: string }).message
  } catch {
    return asFailure(error).message
  }
}

/** Closing the window while files are on their way stops them; the browser asks first. */
addEventListener('beforeunload', (event) => {
  if (currentUploads().some(isOnItsWay)) event.preventDefault()
})
