// A file from its address, as a stream, or into the store.

import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import type { Store } from '../storage/index.ts'
import type { Fetched, FileDownload } from './remote/file-download.ts'

type Wanted = { orgId: string; url: string; sizeBytesMax: number; signal: AbortSignal }

/** The stream ends when all of the file has come, and breaks with what `done` rejects with. */
export function fetchStream(
  download: FileDownload,
  { orgId, url, sizeBytesMax, signal }: Wanted,
): { stream: Readable; done: Promise<Fetched> } {
  const stream = new PassThrough()
  const broken = new AbortController()
  const either = AbortSignal.any([signal, broken.signal])
  // Whoever reads may give up.
  stream.on('error', (err) => broken.abort(err))
  stream.on('close', () => broken.abort(new Error('the stream was closed')))
  const sink = async (chunk: Buffer) => {
    if (!stream.write(chunk)) await once(stream, 'drain', { signal: either })
  }
  const done = download(orgId, url, sink, { sizeBytesMax, signal: either }).then(
    (fetched) => {
      stream.end()
      return fetched
    },
    (err) => {
      stream.destroy(err)
      throw err
    },
  )
  // It may fail before anybody asks.
  done.catch(() => undefined)
  return { stream, done }
}

/** Download and store run side by side; when one fails, the other is stopped. */
export async function fetchInto(
  parts: { store: Store; download: FileDownload },
  wanted: Wanted & { key: string },
): Promise<{ fetched: Fetched; stored: Awaited<ReturnType<Store['put']>> }> {
  const { sizeBytesMax, key } = wanted
  const failed = new AbortController()
  const { stream, done } = fetchStream(parts.download, {
    ...wanted,
    signal: AbortSignal.any([wanted.signal, failed.signal]),
  })
  const put = parts.store.put(key, stream, { sizeBytesMax, signal: wanted.signal })
  put.catch((err) => failed.abort(err))
  const [fetched, stored] = await Promise.all([done, put])
  return { fetched, stored }
}
