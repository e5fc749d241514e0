// A file by its address, of any scheme that file_url knows: within limits of size, time and speed, whatever the protocol.
// What the file is, and where its bytes go, is the caller's matter.

import { createHash } from 'node:crypto'
import { deadline } from '../../platform/outbound/deadline.ts'
import type { Download } from '../../platform/outbound/download.ts'
import { watchRate } from '../../platform/outbound/rate-watch.ts'
import { Problem } from '../../platform/problem.ts'
import { RemoteFailure, type RemoteFolder } from '../../platform/remote/folder.ts'
import { nameInUrl, shownName } from '../file-names.ts'
import { readFileUrl } from './file-url.ts'
import { notAllowed, type OpenServers } from './open-server.ts'
import { turns } from './turns.ts'

export type Fetched = {
  sizeBytes: number
  /** Hex. */
  sha256: string
  /** As the server said; the content decides. */
  contentType: string | null
  fileName: string | null
}

/**
 * Throws Problem: `invalid` for an address that cannot be used, or may not be reached; `too_large/file_too_large`;
 * `upstream/download_failed` with `facts: { isPermanent }`, true where the same request will fail again.
 * @param sink takes the bytes in order, each once; the next ones are read when it has resolved
 */
export type FileDownload = (
  orgId: string,
  url: string,
  sink: (chunk: Buffer) => void | Promise<void>,
  options: { sizeBytesMax: number; signal: AbortSignal },
) => Promise<Fetched>

// As for http (platform/outbound/download.ts).
const timeoutMs = 30 * 60_000
const rateBytesPerSMin = 16 * 1024
const rateWindowMs = 30_000

export function fileDownload({ servers, download }: { servers: OpenServers; download: Download }): FileDownload {
  const { take } = turns()

  return async (orgId, url, sink, limits) => {
    if (readFileUrl(url).scheme === 'http') {
      const { sizeBytes, sha256, contentType } = await download({ url, partition: orgId, sink, ...limits })
      return { sizeBytes, sha256, contentType, fileName: nameInUrl(url) }
    }
    const { server, ...place } = await servers.serverForUrl(orgId, url).catch((err) => {
      throw asProblem(err)
    })
    try {
      const end = server ? await take(server.id, server.connections_max, limits.signal) : () => {}
      // A server that its organisation slows down is not slow by itself.
      const isSlowed = server?.bytes_per_second_max ?? Number.POSITIVE_INFINITY
      const rate = Math.min(rateBytesPerSMin, isSlowed / (4 * (server?.connections_max ?? 1)))
      return await fetchFrom(place, sink, { ...limits, rate }).finally(end)
    } finally {
      // What is not read to its end would go on; how closing goes no longer matters.
      await place.folder.close().catch(() => undefined)
    }
  }
}

async function fetchFrom(
  { folder, path }: { folder: RemoteFolder; path: string },
  sink: (chunk: Buffer) => void | Promise<void>,
  { sizeBytesMax, signal, rate }: { sizeBytesMax: number; signal: AbortSignal; rate: number },
): Promise<Fetched> {
  const limit = deadline(timeoutMs, signal)
  const watch = watchRate(rate, rateWindowMs, () =>
    limit.cut(failed(`the server sends less than ${Math.ceil(rate)} bytes per second`)),
  )
  const hash = createHash('sha256')
  let sizeBytes = 0
  let isOurs = false
  try {
    const file = await folder.stat(path, limit.signal)
    if (!file) throw failed('there is no such file', true)
    if (file.sizeBytes > sizeBytesMax) throw tooLarge(sizeBytesMax)
    for await (const chunk of await folder.open(path, { signal: limit.signal })) {
      isOurs = true
      watch.received(chunk.length)
      sizeBytes += chunk.length
      if (sizeBytes > sizeBytesMax) throw tooLarge(sizeBytesMax)
      hash.update(chunk)
      await sink(chunk)
      watch.waitsAgain()
      isOurs = false
    }
    return {
      sizeBytes,
      sha256: hash.digest('hex'),
      contentType: null,
      fileName: shownName(path.split('/').at(-1) ?? ''),
    }
  } catch (err) {
    throw isOurs ? err : asProblem(limit.signal.aborted ? limit.signal.reason : err)
  } finally {
    watch.stop()
    limit.end()
  }
}

function asProblem(err: unknown): unknown {
  if (err instanceof Problem) return err
  const refusal = refusalIn(err)
  if (refusal) return notAllowed(refusal)
  if (err instanceof RemoteFailure) return failed(err.detail, err.isPermanent, err)
  // Of deadline.ts, and what nobody foresaw: the next try may go better.
  const known = (err as { failure?: { detail?: unknown } } | null)?.failure?.detail
  return typeof known === 'string' ? failed(known, false, err) : err
}

/** The guard's own words about an address, under those of whoever asked it. */
export function refusalIn(err: unknown): Problem | null {
  let at = err
  for (let depth = 0; at && depth < 6; depth++) {
    if (at instanceof Problem && at.code === 'destination_not_allowed') return at
    const { cause, failure } = at as { cause?: unknown; failure?: { cause?: unknown } }
    at = cause ?? failure?.cause
  }
  return null
}

function failed(reason: string, isPermanent = false, cause?: unknown): Problem {
  const text = reason.replace(/\.$/, '')
  const detail = `The file could not be fetched: ${text}.`
  return new Problem('upstream', 'download_failed', detail, { cause, facts: { isPermanent } })
}

const tooLarge = (sizeBytesMax: number) =>
  new Problem('too_large', 'file_too_large', `The file is larger than the ${sizeBytesMax} bytes that are taken.`)
