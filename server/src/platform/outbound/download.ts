// Fetches a file from a URL that somebody else named and hands its bytes on as they come: limits of size, time and
// speed, checked redirects, and going on after a dropped connection. What the file is, and where it goes, is the
// caller's matter.

import { createHash, type Hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../problem.ts'
import type { AddressGuard } from './address-guard.ts'
import type { ConnectionPool } from './connection-pool.ts'
import { type Deadline, deadline } from './deadline.ts'
import type { Opened, ResponseHeaders } from './exchange.ts'
import { type Failure, failure, failureOf } from './failure.ts'
import { openThroughHops } from './hops.ts'
import { watchRate } from './rate-watch.ts'
import { continuesAt, strongValidator } from './resume.ts'

export type DownloadInput = {
  url: string
  /** Whose download it is, for example the organisation's id. */
  partition: string
  /** Takes the bytes in order, each once. The next ones are read when it has resolved. What it throws ends the download. */
  sink: (chunk: Buffer) => void | Promise<void>
  /** Default 3 GiB. */
  sizeBytesMax?: number
  /** Default 30 min. */
  timeoutMs?: number
  connectTimeoutMs?: number
  /** Default 15 s. */
  headTimeoutMs?: number
  /** Default 16 KiB/s, averaged over `rateWindowMs` (30 s) of waiting for the server. */
  rateBytesPerSMin?: number
  rateWindowMs?: number
  redirectsMax?: number
  /** How often a dropped connection is taken up again (default 5), each time after `resumeDelayMs` (1 s). */
  resumesMax?: number
  resumeDelayMs?: number
  signal?: AbortSignal
}

export type Downloaded = {
  sizeBytes: number
  /** Hex. */
  sha256: string
  /** As the server said; the content decides. */
  contentType: string | null
  finalUrl: string
  resumes: number
}

/**
 * Throws Problem: `invalid/destination_not_allowed`; `too_large/file_too_large`; `upstream/download_failed` with
 * `facts: { status?, isPermanent }`, where `isPermanent` tells that the same request will fail again.
 */
export type Download = (input: DownloadInput) => Promise<Downloaded>

type Progress = {
  sizeBytes: number
  hash: Hash
  head: { validator: string | null; totalBytes: number | null; contentType: string | null; finalUrl: string } | null
}

type Limits = Required<Omit<DownloadInput, 'url' | 'partition' | 'sink' | 'signal'>>

const defaults: Limits = {
  sizeBytesMax: 3 * 1024 ** 3,
  timeoutMs: 30 * 60_000,
  connectTimeoutMs: 5000,
  headTimeoutMs: 15_000,
  rateBytesPerSMin: 16 * 1024,
  rateWindowMs: 30_000,
  redirectsMax: 3,
  resumesMax: 5,
  resumeDelayMs: 1000,
}

export function downloader(pool: ConnectionPool, guard: AddressGuard, userAgent: string): Download {
  return async (given) => {
    const input = { ...defaults, ...given }
    const progress: Progress = { sizeBytes: 0, hash: createHash('sha256'), head: null }
    const endsAt = performance.now() + input.timeoutMs
    for (let resumes = 0; ; resumes += 1) {
      const dropped = await fetchRest(pool, guard, userAgent, input, progress, endsAt)
      if (!dropped && progress.head) {
        const { contentType, finalUrl } = progress.head
        return { sizeBytes: progress.sizeBytes, sha256: progress.hash.digest('hex'), contentType, finalUrl, resumes }
      }
      const isOver = performance.now() + input.resumeDelayMs >= endsAt || dropped?.reason === 'aborted'
      const canResume = progress.head && (progress.sizeBytes === 0 || progress.head.validator)
      if (isOver || !canResume || resumes >= input.resumesMax) throw failed(dropped?.detail ?? 'no answer')
      await delay(input.resumeDelayMs)
    }
  }
}

/** One connection's worth. A failure that is returned may be followed by another try; what is thrown is final. */
async function fetchRest(
  pool: ConnectionPool,
  guard: AddressGuard,
  userAgent: string,
  input: DownloadInput & Limits,
  progress: Progress,
  endsAt: number,
): Promise<Failure | null> {
  const limit = deadline(endsAt - performance.now(), input.signal)
  const from = progress.sizeBytes
  try {
    const opened = await openThroughHops(pool, guard, {
      ...input,
      method: 'GET',
      headers: {
        'user-agent': userAgent,
        accept: '*/*',
        'accept-encoding': 'identity',
        ...(from > 0 && { range: `bytes=${from}-`, 'if-range': progress.head?.validator ?? '' }),
      },
      body: null,
      clientCertificate: null,
      deadline: limit,
    })
    if (opened.outcome === 'failed') {
      if (opened.cause instanceof Problem) throw opened.cause
      return opened
    }
    const refusal = acceptHead(opened, input, progress)
    if (refusal) {
      opened.cut()
      return refusal
    }
    return await readBody(opened, input, progress, limit)
  } finally {
    limit.end()
  }
}

/** Takes note of the head of an answer. Throws what is final, closing the connection first. */
function acceptHead(opened: Opened, { sizeBytesMax }: Limits, progress: Progress): Failure | null {
  const { status, headers } = opened
  const from = progress.sizeBytes
  const isTemporary = status >= 500 || status === 429 || status === 408
  if (isTemporary && progress.head) return failure('protocol', `the server answered ${status}`)
  try {
    if (status !== (from > 0 ? 206 : 200)) {
      const reason =
        status === 200 ? 'it broke off, and the server could not go on from there' : `the server answered ${status}`
      throw failed(reason, { status, isPermanent: !isTemporary && status !== 200 })
    }
    const encoding = text(headers, 'content-encoding') ?? 'identity'
    if (encoding !== 'identity') {
      throw failed('the server sent it compressed, although it was asked not to', { isPermanent: true })
    }
    const length = text(headers, 'content-length')
    const totalBytes = length === null ? null : from + Number(length)
    if (totalBytes !== null && totalBytes > sizeBytesMax) throw tooLarge(sizeBytesMax)
    if (from > 0 && !continuesAt(headers, from, progress.head)) {
      throw failed('it broke off, and the file has changed since')
    }
    progress.head ??= {
      validator: strongValidator(headers),
      totalBytes,
      contentType: text(headers, 'content-type'),
      finalUrl: opened.url.href,
    }
    return null
  } catch (error) {
    opened.cut()
    throw error
  }
}

async function readBody(
  opened: Opened,
  input: DownloadInput & Limits,
  progress: Progress,
  limit: Deadline,
): Promise<Failure | null> {
  const { sizeBytesMax, rateBytesPerSMin, rateWindowMs, sink } = input
  const watch = watchRate(rateBytesPerSMin, rateWindowMs, (receivedBytes) => {
    // Silence is a lost connection; a trickle is a server that will not do.
    const slow = failed(`the server sends less than ${rateBytesPerSMin} bytes per second`)
    limit.cut(receivedBytes > 0 ? slow : new Error('silence'))
  })
  let isOurs = false
  try {
    for await (const chunk of opened.body) {
      isOurs = true
      watch.received(chunk.length)
      progress.sizeBytes += chunk.length
      if (progress.sizeBytes > sizeBytesMax) throw tooLarge(sizeBytesMax)
      progress.hash.update(chunk)
      await sink(chunk)
      watch.waitsAgain()
      isOurs = false
    }
    opened.release()
    const total = progress.head?.totalBytes ?? null
    return total === null || total === progress.sizeBytes ? null : failure('connect', 'the file ended too early')
  } catch (error) {
    opened.cut()
    if (isOurs || error instanceof Problem) throw error
    const known = failureOf(error)
    return known.reason === 'timeout' || known.reason === 'aborted'
      ? known
      : failure('connect', `the connection broke off after ${progress.sizeBytes} bytes`, error)
  } finally {
    watch.stop()
  }
}

function text(headers: ResponseHeaders, name: string): string | null {
  const value = headers[name]
  return value === undefined ? null : String(value)
}

function failed(reason: string, facts: { status?: number; isPermanent: boolean } = { isPermanent: false }): Problem {
  return new Problem('upstream', 'download_failed', `The file could not be fetched: ${reason}.`, { facts })
}

function tooLarge(sizeBytesMax: number): Problem {
  return new Problem('too_large', 'file_too_large', `The file is larger than the ${sizeBytesMax} bytes that are taken.`)
}
