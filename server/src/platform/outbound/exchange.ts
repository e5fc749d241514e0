// One HTTP exchange with one server: sends the request, gives the head of the answer, and the body as it comes.
// Redirects, how much of the body is read, and the deadline of the whole are `hops.ts`, `request.ts`, `download.ts`.

import type { Readable } from 'node:stream'
import type { Gate } from './connection.ts'
import type { ConnectionPool, Seat } from './connection-pool.ts'
import { type Failure, failure, failureError, failureOf } from './failure.ts'

export type RequestHeaders = Record<string, string>
export type ResponseHeaders = Record<string, string | string[] | undefined>
export type RequestBody = string | Uint8Array | Readable | null

/** Milliseconds. `dnsMs` and `connectMs` are 0 where an open connection was used again; the last two since the start. */
export type Timings = { dnsMs: number; connectMs: number; ttfbMs: number; totalMs: number }

export type ExchangeInput = {
  url: URL
  method: string
  headers: RequestHeaders
  body: RequestBody
  partition: string
  gate: Gate
  connectTimeoutMs: number
  /** From the start, connecting included, to the end of the answer's head. */
  headTimeoutMs: number
  /** Ends this exchange: the reason is a failure error. */
  control: AbortController
}

export type Opened = {
  outcome: 'open'
  url: URL
  status: number
  headers: ResponseHeaders
  body: AsyncIterable<Buffer>
  timings: Timings
  /** After the last byte of the body: the connection may be used again. */
  release(): void
  /** Closes the connection, whatever is still to come. */
  cut(): void
}

const idempotentMethods = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']
/** What frames the message or names the server is ours to say. */
const reservedHeaders = ['host', 'connection', 'content-length', 'transfer-encoding', 'expect', 'upgrade', 'keep-alive']

export async function openExchange(pool: ConnectionPool, input: ExchangeInput): Promise<Opened | Failure> {
  const first = await attempt(pool, input, false)
  // The server may have closed an idle connection just as we wrote to it: then nothing has happened yet.
  return first.retry ? (await attempt(pool, input, true)).result : first.result
}

type Attempt = { result: Opened | Failure; retry: boolean }

async function attempt(pool: ConnectionPool, input: ExchangeInput, isFresh: boolean): Promise<Attempt> {
  const { url, control, headTimeoutMs } = input
  const startedAt = performance.now()
  const seat = pool.take({ ...input, signal: control.signal }, isFresh)
  const lateHead = failure('timeout', `no answer within ${headTimeoutMs / 1000} s`)
  const timer = setTimeout(() => control.abort(failureError(lateHead)), headTimeoutMs)
  try {
    const answer = await seat.client.request({
      path: `${url.pathname}${url.search}`,
      method: input.method,
      headers: sendableHeaders(input.headers),
      body: input.body as Readable | Uint8Array | string | null,
      signal: control.signal,
    })
    const body: Readable = answer.body
    // The reader meets the error; without a reader yet, it must not end the process.
    body.on('error', () => {})
    const opened: Opened = {
      outcome: 'open',
      url,
      status: answer.statusCode,
      headers: answer.headers,
      body,
      timings: { ...connectionTimes(seat), ttfbMs: performance.now() - startedAt, totalMs: 0 },
      release: seat.release,
      cut: () => {
        body.destroy()
        seat.discard()
      },
    }
    return { result: opened, retry: false }
  } catch (error) {
    seat.discard()
    const result = failureOf(error)
    const isStale = seat.isReused && result.reason === 'connect' && seat.times() === null
    return { result, retry: isStale && !control.signal.aborted && isRepeatable(input) }
  } finally {
    clearTimeout(timer)
  }
}

function connectionTimes(seat: Seat): { dnsMs: number; connectMs: number } {
  return seat.times() ?? { dnsMs: 0, connectMs: 0 }
}

/** RFC 9110 §9.2.2: what the receiver can recognise as the same request may be sent twice. */
function isRepeatable({ method, headers, body }: ExchangeInput): boolean {
  if (body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)) return false
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  return idempotentMethods.includes(method) || names.includes('webhook-id') || names.includes('idempotency-key')
}

function sendableHeaders(headers: RequestHeaders): RequestHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !reservedHeaders.includes(name.toLowerCase())))
}
