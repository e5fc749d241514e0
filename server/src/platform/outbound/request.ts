// The only way out of the program: composes guard, connections, redirects and limits into what the slices use.
// Callers say what to send and within which limits; what an outcome means for them is theirs to decide.

import { type AddressGuard, addressGuard } from './address-guard.ts'
import type { AllowEntry } from './allow-list.ts'
import type { ClientCertificate } from './connection.ts'
import { connectionPool } from './connection-pool.ts'
import { deadline } from './deadline.ts'
import { type Download, downloader } from './download.ts'
import type { Opened, RequestHeaders, ResponseHeaders, Timings } from './exchange.ts'
import { type Failure, failureOf } from './failure.ts'
import { type FetchLike, type FetchLikeOptions, fetchLikeOver } from './fetch-like.ts'
import { openThroughHops } from './hops.ts'
import type { NameLookup } from './name-lookup.ts'

export type OutboundOptions = {
  allow: AllowEntry[]
  /** Sent as `User-Agent`: product and version. */
  userAgent: string
  /** Ports of public addresses; default 443, 80, 8443. */
  ports?: number[]
  /** Another way to resolve names; default: name servers, then the system. */
  lookup?: NameLookup
}

export type OutboundRequest = {
  url: string | URL
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: RequestHeaders
  body?: string | Uint8Array
  /** Whose request it is, for example the organisation's id: connections are never shared between partitions. */
  partition: string
  /** Default 0: a redirect is returned as an answer. */
  redirectsMax?: number
  /** The whole exchange, body included. Default 19.5 s: however busy the process, it is over within 20 s. */
  timeoutMs?: number
  /** Default 5 s, once for TCP and once for TLS. */
  connectTimeoutMs?: number
  /** From the start to the end of the answer's head. Default 15 s. */
  headTimeoutMs?: number
  /** The body is read up to here, then the connection is cut. Default 64 KiB. */
  readBytesMax?: number
  /** Of what was read, this much is returned. Default 16 KiB. */
  keepBytesMax?: number
  /** For servers that ask who is there (mutual TLS); `readClientCertificate` tells whether it is fit. Not sent on redirects. */
  clientCertificate?: ClientCertificate | null
  signal?: AbortSignal
}

export type OutboundResponse = {
  outcome: 'response'
  status: number
  headers: ResponseHeaders
  /** As sent, not decompressed; read as UTF-8, without control characters. */
  bodyExcerpt: string
  isBodyCut: boolean
  timings: Timings
}

export type Outbound = {
  guard: AddressGuard
  /** Never throws for what another server does: a failure is an outcome. */
  request(input: OutboundRequest): Promise<OutboundResponse | Failure>
  /** `fetch` within limits, for libraries and engines that expect it. */
  fetchLike(options: FetchLikeOptions): FetchLike
  /** A file from a URL that somebody else named, streamed; see `download.ts`. */
  download: Download
  close(): Promise<void>
}

export function outbound(options: OutboundOptions): Outbound {
  const guard = addressGuard(options)
  const pool = connectionPool()
  const { userAgent } = options
  return {
    guard,
    request: async (input) => {
      const limit = deadline(input.timeoutMs ?? 19_500, input.signal)
      try {
        const opened = await openThroughHops(pool, guard, {
          url: input.url,
          method: input.method ?? 'GET',
          headers: { 'user-agent': userAgent, 'accept-encoding': 'identity', ...input.headers },
          body: input.body ?? null,
          partition: input.partition,
          redirectsMax: input.redirectsMax ?? 0,
          connectTimeoutMs: input.connectTimeoutMs ?? 5000,
          headTimeoutMs: input.headTimeoutMs ?? 15_000,
          clientCertificate: input.clientCertificate ?? null,
          deadline: limit,
        })
        if (opened.outcome === 'failed') return opened
        return await readResponse(opened, input.readBytesMax ?? 64 * 1024, input.keepBytesMax ?? 16 * 1024)
      } finally {
        limit.end()
      }
    },
    fetchLike: (limits) => fetchLikeOver(pool, guard, userAgent, limits),
    download: downloader(pool, guard, userAgent),
    close: pool.close,
  }
}

async function readResponse(opened: Opened, readMax: number, keepMax: number): Promise<OutboundResponse | Failure> {
  const startedAt = performance.now()
  // A copy, so that a short excerpt does not hold the large buffers it was read into.
  let kept = Buffer.alloc(0)
  let readBytes = 0
  let costBytes = 0
  let keptBytes = 0
  try {
    for await (const chunk of opened.body) {
      readBytes += chunk.length
      costBytes += chunk.length + chunkBytes
      const part = chunk.subarray(0, keepMax - keptBytes)
      if (keptBytes + part.length > kept.length) kept = widened(kept, keptBytes + part.length, keepMax)
      part.copy(kept, keptBytes)
      keptBytes += part.length
      if (costBytes > readMax) break
    }
  } catch (error) {
    opened.cut()
    return { ...failureOf(error), status: opened.status }
  }
  const isCut = costBytes > readMax
  if (isCut) opened.cut()
  else opened.release()
  return {
    outcome: 'response',
    status: opened.status,
    headers: opened.headers,
    bodyExcerpt: readableText(kept.subarray(0, keptBytes)),
    isBodyCut: isCut || readBytes > keptBytes,
    timings: { ...opened.timings, totalMs: opened.timings.ttfbMs + performance.now() - startedAt },
  }
}

/** What a chunk counts for beside its bytes, so that an answer in chunks of one byte is not read for long. */
const chunkBytes = 64

/** At least twice as large each time, so that many small chunks cost no more than a large one. */
function widened(buffer: Buffer, neededBytes: number, bytesMax: number): Buffer<ArrayBuffer> {
  const wider = Buffer.allocUnsafe(Math.max(neededBytes, Math.min(2 * buffer.length, bytesMax)))
  buffer.copy(wider)
  return wider
}

/** Text that a log, a page and a database column can hold (PostgreSQL refuses NUL). */
function readableText(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/(?![\t\n\r])\p{Cc}/gu, '\uFFFD')
}
