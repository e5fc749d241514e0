// Reads one remote file to its end over connections that may break: begins again where it broke, as long as the file is
// the same, and holds the server to the size that it stated.

import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Bandwidth } from './bandwidth.ts'
import { RemoteFailure, type RemoteFile } from './folder.ts'
import { quote } from './names.ts'

export type SteadyReadOptions = {
  path: string
  start: number
  signal: AbortSignal
  stat(path: string, signal: AbortSignal): Promise<RemoteFile | null>
  /** The file's bytes from `start`, over one connection; throws a failure where it breaks. */
  readFrom(path: string, start: number, signal: AbortSignal): AsyncIterable<Buffer>
  bandwidth: Bandwidth
  breakPauseMs?: number | undefined
}

const breaksMax = 5
const breakPauseMsDefault = 250

/** Fails before the first byte when the file is not there, or when it cannot be opened. */
export async function steadyRead(options: SteadyReadOptions): Promise<Readable> {
  const { path, start, stat } = options
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  const begun = await stat(path, signal)
  if (!begun) throw gone(path)
  if (start > begun.sizeBytes) throw changed(path)
  const chunks = chunksOf(begun, { ...options, signal })
  // The first chunk is waited for here, so that a refusal is an answer to the caller and no broken stream.
  const first = await chunks.next()
  const all = (async function* () {
    if (first.done) return
    yield first.value
    yield* chunks
  })()
  const stream = Readable.from(all, { objectMode: false, highWaterMark: 64 * 1024 })
  // Neither an abort nor a reader that goes away waits for the server's next word.
  const onAbort = () => stream.destroy(options.signal.reason)
  if (options.signal.aborted) onAbort()
  options.signal.addEventListener('abort', onAbort, { once: true })
  stream.once('close', () => {
    options.signal.removeEventListener('abort', onAbort)
    ended.abort()
    chunks.return(undefined).catch(() => {})
  })
  return stream
}

async function* chunksOf(begun: RemoteFile, options: SteadyReadOptions): AsyncGenerator<Buffer, undefined> {
  const { path, signal, stat, readFrom, bandwidth, breakPauseMs = breakPauseMsDefault } = options
  let position = options.start
  for (let breaks = 0; position < begun.sizeBytes; ) {
    try {
      for await (const chunk of readFrom(path, position, signal)) {
        if (position + chunk.length > begun.sizeBytes) throw lied(begun, 'more')
        await bandwidth(chunk.length, signal)
        yield chunk
        position += chunk.length
      }
      if (position < begun.sizeBytes) throw lied(begun, 'fewer')
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof RemoteFailure) || error.isPermanent || error instanceof SizeLie) throw error
      breaks += 1
      if (breaks > breaksMax) throw error
      await delay(breakPauseMs * 2 ** (breaks - 1), null, { signal })
      const now = await stat(path, signal)
      if (!now) throw gone(path)
      if (now.sizeBytes !== begun.sizeBytes || now.modifiedAt?.getTime() !== begun.modifiedAt?.getTime()) {
        throw changed(path)
      }
    }
  }
}

/** May be true next time, when the file is no longer being written; but not a reason to go on where it broke. */
class SizeLie extends RemoteFailure {}

const lied = (file: RemoteFile, how: 'more' | 'fewer') =>
  new SizeLie(
    'read',
    `The server says that ${quote(file.path)} has ${file.sizeBytes} bytes, and sent ${how}. It may still be written to.`,
  )

const gone = (path: string) =>
  new RemoteFailure('read', `There is no file ${quote(path)} any more.`, { isPermanent: true })

const changed = (path: string) =>
  new RemoteFailure('read', `The file ${quote(path)} changed while it was read. It may still be written to.`)
