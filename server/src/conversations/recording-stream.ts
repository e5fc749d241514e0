// Streams a stored sound file, whole or in part (RFC 9110 §14: a single range of bytes).

import type { IncomingHttpHeaders } from 'node:http'
import { isKnownTag } from '../platform/http/etag.ts'
import type { Answer } from '../platform/http/route.ts'
import type { Store } from '../storage/index.ts'

export type SoundFile = {
  store_key: string
  size_bytes: number
  sha256: string
  contentType: string
  /** Content-Disposition. */
  disposition: string
}

export async function sendSound(store: Store, file: SoundFile, headers: IncomingHttpHeaders): Promise<Answer> {
  const { size_bytes: size, contentType, disposition } = file
  const etag = `"${file.sha256.slice(0, 32)}"`
  const common = {
    'Accept-Ranges': 'bytes',
    'Content-Type': contentType,
    'Content-Disposition': disposition,
    'Cache-Control': 'private, max-age=3600',
    'X-Content-Type-Options': 'nosniff',
    ETag: etag,
  }
  if (isKnownTag(headers, etag)) return { status: 304, headers: { ETag: etag } }
  const isCurrent = headers['if-range'] === undefined || headers['if-range'] === etag
  const range = isCurrent ? readRange(headers.range, size) : null
  if (range === 'outside') return { status: 416, headers: { ...common, 'Content-Range': `bytes */${size}` } }
  const { stream } = await store.open(file.store_key, range ?? {})
  if (!range) return { status: 200, body: stream, headers: { ...common, 'Content-Length': String(size) } }
  const { start, end } = range
  return {
    status: 206,
    body: stream,
    headers: { ...common, 'Content-Range': `bytes ${start}-${end}/${size}`, 'Content-Length': String(end - start + 1) },
  }
}

/** null: send everything, as for a header that we do not understand (RFC 9110 §14.2). */
function readRange(header: string | undefined, size: number): { start: number; end: number } | 'outside' | null {
  const found = /^bytes=(\d*)-(\d*)$/i.exec(header ?? '')
  if (!found || (found[1] === '' && found[2] === '')) return null
  const [first, last] = [found[1] ?? '', found[2] ?? '']
  if (first === '')
    return Number(last) === 0 || size === 0 ? 'outside' : { start: Math.max(0, size - Number(last)), end: size - 1 }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return null
  return start >= size ? 'outside' : { start, end }
}
