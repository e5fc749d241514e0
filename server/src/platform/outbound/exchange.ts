// One HTTP exchange with one server: sends the request, gives the head of the answer, and the body as it comes.
// Redirects, how much of the body is read, and the deadline of the whole are `hops.ts`, `request.ts`, `download.ts`.

import type { Dispatcher } from 'undici'
import type { ConnectionTimes } from './connection.ts'
import type { ConnectionPool, Seat, SeatInput } from './connection-pool.ts'
import type { Deadline } from './deadline.ts'
import { type Failure, failure, failureError, failureOf } from './failure.ts'
import { type IncomingBody, incomingBody } from './incoming-body.ts'

export type RequestHeaders = Record<string, string>
export type ResponseHeaders = Record<string, string | string[] | undefined>
export type RequestBody = string | Uint8Array | null

/**
 * Milliseconds. `dnsMs`, `connectMs` and `tlsMs` are what each took, 0 where an open connection was used again;
 * `ttfbMs` (to the end of the answer's head) and `totalMs` count from the start.
 */
export type Timings = ConnectionTimes & { ttfbMs: number; totalMs: number }

export type ExchangeInput = SeatInput & {
  method: string
  headers: RequestHeaders
  body: RequestBody
  /** From the start, connecting included, to the end of the answer's head. */
  headTimeoutMs: number
  deadline: Deadline
}

export type Opened = {
  outcome: 'open'
  url: URL
  status: number
  headers: ResponseHeaders
  /** Throws failure errors, and what the deadline was cut with. */
  body: AsyncIterable<Buffer>
  timings: Timings
  /** After the last byte of the body: the connection may be used again. */
  release(): void
  /** Closes the connection, whatever is still to come. */
  cut(): void
}

const idempotentMethods = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']
/** What frames the message or names the server is ours to say. */
const reservedHeaders = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  'keep-alive',
])

export async function openExchange(pool: ConnectionPool, input: ExchangeInput): Promise<Opened | Failure> {
  const seat = pool.take(input)
  const isReused = seat.isReused
  const first = await exchangeOn(seat, input)
  // The server may have closed an idle connection just as we wrote to it: then nothing has happened yet.
  const isStale = first.outcome === 'failed' && first.reason === 'connect' && isReused && seat.times === null
  return isStale && isRepeatable(input) ? exchangeOn(pool.take(input, true), input) : first
}

function exchangeOn(seat: Seat, input: ExchangeInput): Promise<Opened | Failure> {
  const { url, deadline, headTimeoutMs } = input
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<Opened | Failure>()
  let body: IncomingBody | null = null
  let contentBytes = 0
  let isOver = false

  const lateHead = () => fail(failureError(failure('timeout', `no answer within ${headTimeoutMs / 1000} s`)))
  const timer = setTimeout(lateHead, headTimeoutMs)

  /** True the first time. */
  const end = (): boolean => {
    if (isOver) return false
    isOver = true
    clearTimeout(timer)
    deadline.onCut(null)
    return true
  }
  // Whoever waits is told now, not when the connection has noticed that it is closed.
  const fail = (error: unknown) => {
    if (!end()) return
    seat.discard()
    if (body) body.fail(error)
    else resolve(failureOf(error))
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: () => {},
    onResponseStart: (control, status, headers) => {
      // A word in between (1xx): the answer is still to come.
      if (status < 200 || isOver) return
      clearTimeout(timer)
      body = incomingBody(control)
      resolve({
        outcome: 'open',
        url,
        status,
        headers,
        body,
        timings: { ...(seat.times ?? noTimes), ttfbMs: performance.now() - startedAt, totalMs: 0 },
        release: () => {
          if (end()) seat.release()
        },
        cut: () => {
          if (end()) seat.discard()
        },
      })
    },
    onResponseData: (_, chunk) => {
      contentBytes += chunk.length
      body?.push(chunk)
    },
    onResponseEnd: () => body?.end(),
    onResponseError: (_, error) => fail(error),
  }
  seat.onRead = () => {
    const wireBytes = seat.readBytes()
    if (!body && wireBytes >= headBytesMax) fail(failureError(longHead))
    else if (wireBytes > idleBytesMax + wireBytesPerByteMax * contentBytes) fail(failureError(flood))
    return body ? bodySliceBytes : headSliceBytes
  }
  deadline.onCut(fail)
  if (!isOver) {
    const { method, body } = input
    seat.client.dispatch(
      { path: `${url.pathname}${url.search}`, method, headers: sendableHeaders(input.headers), body },
      handler,
    )
  }
  return promise
}

/** Of each header the parser makes two objects, 32,000 of the 64 KiB of one read. */
const headSliceBytes = 4 * 1024
const bodySliceBytes = 16 * 1024
/** The head of an answer, with those of interim answers; one more slice may be read before it is noticed. */
const headBytesMax = 16 * 1024
const longHead = failure('too_large', 'the server sent more headers than are read')
/**
 * An answer whose bytes come to nothing (interim answers, extensions of chunks, a status line without end) would keep a
 * processor busy until its time is up. Chunks of one byte are 6 on the wire.
 */
const idleBytesMax = 2 * headBytesMax
const wireBytesPerByteMax = 16
const flood = failure('too_large', 'the server sends far more than its answer holds')
const noTimes: ConnectionTimes = { dnsMs: 0, connectMs: 0, tlsMs: 0 }

/** RFC 9110 §9.2.2: what the receiver can recognise as the same request may be sent twice. */
function isRepeatable({ method, headers }: ExchangeInput): boolean {
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  return idempotentMethods.includes(method) || names.includes('webhook-id') || names.includes('idempotency-key')
}

/** Name, value, name, value: what undici takes without another copy. */
function sendableHeaders(headers: RequestHeaders): string[] {
  const sendable: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (!reservedHeaders.has(name.toLowerCase())) sendable.push(name, value)
  }
  return sendable
}
