// One complete recording, from the folder to the server: what it is called there, whether the server has it already, how
// it is sent, and what the journal says of it before and after.

import type { ByteRate } from './byte-rate.ts'
import type { DayJobs } from './day-job.ts'
import type { Door } from './door.ts'
import type { Found } from './folder.ts'
import type { Entry, Journal } from './journal.ts'
import type { Tell } from './lines.ts'
import { type Particulars, particularsOf, type ReadName } from './particulars.ts'
import { hashOf } from './recording-file.ts'
import { Trouble } from './trouble.ts'
import type { Upload, Uploaded } from './upload.ts'
import { sendResumably } from './upload-resumable.ts'
import { sendWithTicket } from './upload-ticket.ts'

/** `known`: the same content was sent before, under this name or another. */
export type Outcome = 'sent' | 'known' | 'refused'

export type Send = (found: Found, sidecar: string | null) => Promise<Outcome>

/** Larger ones are sent so that a break costs little. */
const smallBytesMax = 8 * 2 ** 20
const pieceBytesMax = 8 * 2 ** 20
const pieceBytesMin = 64 * 1024
const ticketsMax = 3

export function sending(means: {
  door: Door
  journal: Journal
  jobs: DayJobs
  rate: ByteRate
  root: string
  metadata: Particulars
  readName: ReadName | null
  signal: AbortSignal
  tell: Tell
  onProgress(sizeBytes: number): void
}): Send {
  const { door, journal, jobs, rate, root, signal, tell } = means
  /** Of one request: less after a proxy on the way has refused a larger one. */
  let requestBytesMax = pieceBytesMax

  return async (found, sidecar) => {
    const known = journal.of(found)
    const sha256 = known?.sha256 ?? (await hashOf(root, found, signal))
    const same = journal.sentAs(sha256)
    if (same) {
      await journal.write(entryOf(found, sha256, 'sent', { conversation: same.conversation ?? null }))
      if (same.path !== found.path) tell('known', { path: found.path, as: same.path })
      return 'known'
    }
    try {
      const { fields, warnings } = particularsOf({ found, sidecar, ofAll: means.metadata, readName: means.readName })
      for (const warning of warnings) tell('warning', { path: found.path, warning })
      const startedMs = performance.now()
      const { conversationId } = await inJob({ found, sha256, fields }, known)
      await journal.write(entryOf(found, sha256, 'sent', { conversation: conversationId }))
      tell('sent', {
        path: found.path,
        bytes: found.sizeBytes,
        seconds: Math.round(performance.now() - startedMs) / 1000,
        conversation_id: conversationId,
      })
      return 'sent'
    } catch (err) {
      if (!(err instanceof Trouble) || err.kind !== 'refused') throw err
      await journal.write(entryOf(found, sha256, 'refused', { code: err.code, reason: err.message }))
      tell('refused', { path: found.path, code: err.code, reason: err.message })
      return 'refused'
    }
  }

  /** A job that was closed or deleted meanwhile is left, and the next one opened. */
  async function inJob(upload: Omit<Upload, 'jobId'>, known: Entry | null): Promise<Uploaded> {
    const jobId = await jobs.current()
    try {
      return await upOrSmaller({ ...upload, jobId }, known)
    } catch (err) {
      const isOfJob = err instanceof Trouble && (err.code === 'job_not_open' || err.code === 'not_found')
      if (!isOfJob || jobId === null) throw err
      await jobs.forget(jobId)
      return upOrSmaller({ ...upload, jobId: await jobs.current() }, known)
    }
  }

  async function upOrSmaller(upload: Upload, known: Entry | null): Promise<Uploaded> {
    for (;;) {
      try {
        return await up(upload, journal.of(upload.found) ?? known)
      } catch (err) {
        const isTooMuch = err instanceof Trouble && err.code === 'body_refused_on_the_way'
        if (!isTooMuch || requestBytesMax <= pieceBytesMin) throw err
        requestBytesMax = Math.max(pieceBytesMin, requestBytesMax / 2)
        tell('smaller', { bytes: requestBytesMax })
      }
    }
  }

  async function up(upload: Upload, known: Entry | null): Promise<Uploaded> {
    const { found, sha256 } = upload
    const isSmall = found.sizeBytes <= Math.min(smallBytesMax, requestBytesMax, rate.chunkBytesMax)
    if (isSmall && !known?.upload) return withTickets(upload, known?.attempt ?? 0)
    const chunkBytesMax = () => requestBytesMax
    try {
      return await sendResumably(
        { server: door, root, rate, chunkBytesMax, signal, onProgress: means.onProgress },
        upload,
        {
          known: known?.upload ?? null,
          keep: (path) => journal.write(entryOf(found, sha256, 'uploading', { upload: path })),
        },
      )
    } catch (err) {
      // The next try announces it anew.
      if (err instanceof Trouble && err.code === 'upload_forgotten') {
        await journal.write(entryOf(found, sha256, 'uploading', {}))
      }
      throw err
    }
  }

  async function withTickets(upload: Upload, from: number): Promise<Uploaded> {
    const { found, sha256 } = upload
    await rate.take(found.sizeBytes, signal)
    for (let attempt = from; attempt < from + ticketsMax; attempt++) {
      const uploaded = await sendWithTicket(door, root, { ...upload, attempt })
      means.onProgress(found.sizeBytes)
      if (uploaded) return uploaded
      await journal.write(entryOf(found, sha256, 'uploading', { attempt: attempt + 1 }))
    }
    throw new Trouble('stumble', 'tickets_expired', 'The upload tickets ran out before the file was there.')
  }
}

function entryOf(
  { path, sizeBytes, modifiedMs }: Found,
  sha256: string,
  state: Entry['state'],
  more: Partial<Entry>,
): Entry {
  return { path, size: sizeBytes, modified: modifiedMs, sha256, state, ...more, at: new Date().toISOString() }
}
