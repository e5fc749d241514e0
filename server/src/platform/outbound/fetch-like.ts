// `fetch` for those who expect it (speech and language engines, client libraries), within limits and through the same
// connections as all else. Bodies are held in memory; files come by `download.ts`.

import { Problem } from '../problem.ts'
import type { AddressGuard } from './address-guard.ts'
import type { ConnectionPool } from './connection-pool.ts'
import { deadline } from './deadline.ts'
import type { Opened } from './exchange.ts'
import { type Failure, failure, failureOf } from './failure.ts'
import { openThroughHops } from './hops.ts'

export type FetchLikeOptions = {
  /** True only for a URL from the operator's own settings: then any address will do. */
  trusted: boolean
  partition: string
  /** The whole exchange. Default 60 s. */
  timeoutMs?: number
  connectTimeoutMs?: number
  /** A longer answer is an error. Default 16 MiB. */
  responseSizeBytesMax?: number
}

/**
 * Like `fetch`, without redirects, cookies and decompression; the answer is complete when the promise resolves.
 * Throws Problem('upstream', 'no_answer', detail, { facts: { reason } }) where `fetch` throws TypeError, and
 * Problem('invalid', 'destination_not_allowed') for an address that may not be reached.
 */
export type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>

export function fetchLikeOver(
  pool: ConnectionPool,
  guard: AddressGuard,
  userAgent: string,
  options: FetchLikeOptions,
): FetchLike {
  const { trusted, partition, timeoutMs = 60_000, connectTimeoutMs = 5000 } = options
  const sizeBytesMax = options.responseSizeBytesMax ?? 16 * 1024 * 1024
  return async (url, init = {}) => {
    // `Request` knows every form that a body may take, and the content type that goes with it.
    const request = new Request(url, { ...init, signal: null })
    const limit = deadline(timeoutMs, init.signal)
    try {
      const opened = await openThroughHops(pool, trusted ? null : guard, {
        url: request.url,
        method: request.method,
        headers: {
          'user-agent': userAgent,
          ...Object.fromEntries(request.headers),
          'accept-encoding': 'identity',
        },
        body: request.body ? new Uint8Array(await request.arrayBuffer()) : null,
        partition,
        redirectsMax: 0,
        connectTimeoutMs,
        headTimeoutMs: timeoutMs,
        clientCertificate: null,
        deadline: limit,
      })
      if (opened.outcome === 'failed') throw problemOf(opened)
      return await readWhole(opened, sizeBytesMax)
    } finally {
      limit.end()
    }
  }
}

async function readWhole(opened: Opened, sizeBytesMax: number): Promise<Response> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of opened.body) {
      sizeBytes += chunk.length
      if (sizeBytes > sizeBytesMax) break
      chunks.push(chunk)
    }
  } catch (error) {
    opened.cut()
    throw problemOf(failureOf(error))
  }
  if (sizeBytes > sizeBytesMax) {
    opened.cut()
    throw problemOf(failure('too_large', `the answer is longer than ${sizeBytesMax} bytes`))
  }
  opened.release()
  if (opened.status < 200 || opened.status > 599) {
    throw problemOf(failure('protocol', `the server answered with status ${opened.status}, which HTTP does not know`))
  }
  const headers = new Headers()
  for (const [name, value] of Object.entries(opened.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one)
  }
  const isBodiless = [204, 205, 304].includes(opened.status)
  return new Response(isBodiless ? null : Buffer.concat(chunks), { status: opened.status, headers })
}

function problemOf(value: Failure): Problem {
  if (value.cause instanceof Problem) return value.cause
  return new Problem('upstream', 'no_answer', `No answer from the server: ${value.detail}.`, {
    cause: value.cause,
    facts: { reason: value.reason },
  })
}
