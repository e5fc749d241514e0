// Sends a large recording by the resumable upload protocol (tus 1.0.0, https://tus.io/protocols/resumable-upload): it is
// announced, sent in pieces, and goes on after a break from where the server has it.

import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ByteRate } from './byte-rate.ts'
import type { Door, Reply } from './door.ts'
import { blobOf, requireSame } from './recording-file.ts'
import { Trouble } from './trouble.ts'
import { pathFrom, type Upload, type Uploaded } from './upload.ts'

const door = '/v1/uploads/'
const version = { 'tus-resumable': '1.0.0' }
/** The upload is not known (any more). */
const unknownStatuses = [404, 410]
/** Another request holds the upload: ours of before a break, which the server still waits for. */
const heldWaitMs = 1500
const heldMax = 20

export type Resumable = {
  server: Door
  root: string
  rate: ByteRate
  /** Of one request. */
  chunkBytesMax(): number
  signal: AbortSignal
  onProgress(sizeBytes: number): void
}

/**
 * @param given.known the upload that was begun before; null for none
 * @param given.keep is told of the upload before anything of it is sent
 * @throws Trouble
 */
export async function sendResumably(
  means: Resumable,
  upload: Upload,
  given: { known: string | null; keep: (path: string) => Promise<void> },
): Promise<Uploaded> {
  const { server, root, rate, signal } = means
  const { found } = upload
  let place = given.known ? await resume(server, given.known, found.sizeBytes) : null
  if (!place) {
    const path = await announce(server, upload)
    await given.keep(path)
    place = { path, offset: 0, conversationId: null }
  }
  const blob = await blobOf(root, found)
  const { path } = place
  let { offset, conversationId } = place
  // One that has all its bytes and no conversation yet is finished by an empty piece.
  for (let held = 0; conversationId === null; ) {
    const end = Math.min(found.sizeBytes, offset + Math.min(means.chunkBytesMax(), rate.chunkBytesMax))
    await rate.take(end - offset, signal)
    await requireSame(root, found)
    const reply = await server.ask({
      method: 'PATCH',
      path,
      body: blob.slice(offset, end),
      sizeBytes: end - offset,
      headers: { ...version, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
      accepts: [409, 423, ...unknownStatuses],
    })
    if (unknownStatuses.includes(reply.status)) throw forgotten()
    if (reply.status === 409 || reply.status === 423) {
      const now = await resume(server, path, found.sizeBytes)
      if (!now) throw forgotten()
      if (now.conversationId === null && now.offset === offset) {
        if (++held > heldMax)
          throw new Trouble('stumble', 'upload_held', 'The server still waits for an earlier piece.')
        await delay(heldWaitMs, undefined, { signal })
      }
      offset = now.offset
      conversationId = now.conversationId
      continue
    }
    held = 0
    const arrived = offsetIn(reply)
    means.onProgress(Math.max(0, arrived - offset))
    offset = arrived
    conversationId = conversationIn(reply)
    if (end === found.sizeBytes && arrived === found.sizeBytes) break
  }
  return { conversationId }
}

async function announce(server: Door, { found, fields, jobId }: Upload): Promise<string> {
  const metadata = {
    filename: basename(found.path),
    purpose: 'recording',
    metadata: JSON.stringify(fields),
    ...(jobId ? { ingest_job_id: jobId, item_name: found.path } : {}),
  }
  const pairs = Object.entries(metadata).map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
  const { headers } = await server.ask({
    method: 'POST',
    path: '/v1/uploads',
    headers: { ...version, 'upload-length': String(found.sizeBytes), 'upload-metadata': pairs.join(',') },
  })
  const path = pathFrom(door, headers.get('location') ?? '')
  if (path) return path
  throw new Trouble('away', 'no_upload', 'The server announced no place for the upload. Is --url right?')
}

/** Null: it is not known any more. GET, as the answer to HEAD could not say why a whole one was refused. */
async function resume(server: Door, path: string, sizeBytes: number) {
  try {
    const reply = await server.ask({ method: 'GET', path, headers: version, accepts: unknownStatuses })
    if (unknownStatuses.includes(reply.status)) return null
    return { path, offset: offsetIn(reply), conversationId: conversationIn(reply) }
  } catch (err) {
    // All of it is there, and it would not be taken in then; an empty piece asks again.
    if (err instanceof Trouble && err.kind === 'allowance') return { path, offset: sizeBytes, conversationId: null }
    throw err
  }
}

function offsetIn({ headers }: Reply): number {
  const text = headers.get('upload-offset') ?? ''
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new Trouble('away', 'no_offset', 'The server did not say how much has arrived. Is --url right?')
}

const conversationIn = ({ headers }: Reply): string | null => headers.get('x-conversation-id')

/** Told apart from other failures: the next try begins anew. */
const forgotten = () => new Trouble('stumble', 'upload_forgotten', 'The server no longer knows the upload.')
