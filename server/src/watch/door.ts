// The one way to the server: a request with the key, and what an answer that is no success means. Nothing it says is
// trusted to be short, in time, or from Indaba at all: a proxy or a sign-in page of a network may answer in its place.

import { readRetryAfter } from '../platform/outbound/retry-after.ts'
import { Trouble } from './trouble.ts'

export type Ask = {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the server's address. */
  path: string
  json?: unknown
  body?: Blob | FormData
  /** Of the body. */
  sizeBytes?: number
  headers?: Record<string, string>
  /** What carries its own permission is sent without our key. */
  isOpen?: boolean
  /** Statuses that are answers to the asker, though they are no success. */
  accepts?: number[]
}

export type Reply = { status: number; headers: Headers; body: unknown }

export type Door = {
  url: string
  /** @throws Trouble for what is neither 2xx nor accepted */
  ask(request: Ask): Promise<Reply>
}

const answerBytesMax = 256 * 1024
const answerMs = 60_000
/** Slower than this, an upload is taken for stuck. */
const bytesPerSecondMin = 4096
const retryAfterMsMax = 3_600_000

/** @param key asked for each request: it may be renewed meanwhile */
export function openDoor({ url, key, signal }: { url: string; key: () => string; signal: AbortSignal }): Door {
  return {
    url,
    async ask({ method, path, json, body, sizeBytes = 0, headers = {}, isOpen = false, accepts = [] }) {
      const timeoutMs = answerMs + (sizeBytes / bytesPerSecondMin) * 1000
      const content = json === undefined ? body : JSON.stringify(json)
      let response: Response
      let text: string
      try {
        response = await fetch(`${url}${path}`, {
          method,
          headers: {
            accept: 'application/json',
            'user-agent': 'indaba-watch',
            ...(isOpen ? {} : { 'x-api-key': key() }),
            ...(json === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(content === undefined ? {} : { body: content }),
          redirect: 'manual',
          signal: AbortSignal.any([signal, AbortSignal.timeout(Math.round(timeoutMs))]),
        })
        text = await readText(response)
      } catch (cause) {
        throw unreachable(url, cause)
      }
      if (!response.ok && !accepts.includes(response.status)) throw troubleIn(url, response, text)
      return { status: response.status, headers: response.headers, body: readJson(text) ?? text }
    },
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length
    if (sizeBytes > answerBytesMax) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function unreachable(url: string, cause: unknown): Trouble {
  const { name, code, cause: inner } = cause as Error & { code?: string; cause?: { code?: string; message?: string } }
  const why = name === 'TimeoutError' ? 'it did not answer in time' : (inner?.code ?? inner?.message ?? code ?? name)
  return new Trouble('away', 'unreachable', `The server at ${url} cannot be reached: ${why}.`, { cause })
}

/** `{error: {code, message}}` of Indaba, or the XML that answers an upload as S3 does. */
function readRefusal(text: string): { code: string; message: string } | null {
  const { error } = (readJson(text) ?? {}) as { error?: { code?: unknown; message?: unknown } }
  if (typeof error?.code === 'string' && typeof error.message === 'string') {
    return { code: error.code.toLowerCase(), message: error.message }
  }
  const xml = /<Error><Code>(\w+)<\/Code><Message>([^<]*)<\/Message>/.exec(text)
  return xml ? { code: xml[1] as string, message: xml[2] as string } : null
}

/** Those that say nothing about the file, and pass. */
const passing = new Set([
  'idempotency_key_in_use',
  'request_timeout',
  'incomplete_body',
  'incompletebody',
  'requesttimeout',
])

export function troubleIn(
  url: string,
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  text: string,
): Trouble {
  const refusal = headers.has('x-request-id') ? readRefusal(text) : null
  const asked = readRetryAfter(headers.get('retry-after'))
  const retryAfterMs = asked === null ? null : Math.min(asked, retryAfterMsMax)
  const said = refusal?.message ?? `It answered ${status}.`
  const code = refusal?.code.toLowerCase() ?? `status_${status}`
  const trouble = (kind: Trouble['kind'], detail: string) => new Trouble(kind, code, detail, { retryAfterMs })
  if (status >= 300 && status < 400) {
    const target = headers.get('location') ?? 'elsewhere'
    return trouble(
      'away',
      `${url} points to ${target.slice(0, 200)}. If that is the server, give its address as --url.`,
    )
  }
  if (status === 429) return trouble('away', `The server asks us to go slower: ${said}`)
  if (status >= 500) {
    return status === 500 && refusal
      ? trouble('stumble', `The server could not take it in: ${said}`)
      : trouble('away', `The server at ${url} is not at work: ${said}`)
  }
  if (status === 401) return trouble('key', `The server does not know the key: ${said} Give it one that is good.`)
  if (!refusal) {
    return status === 413
      ? new Trouble('stumble', 'body_refused_on_the_way', 'A proxy in front of the server refuses bodies of this size.')
      : trouble('away', `What answers at ${url} is not Indaba: it said ${status}. Is --url right?`)
  }
  if (status === 403) return trouble('key', `The key may not do this: ${said} It needs calls:write and calls:read.`)
  if (code === 'allocation_exceeded') return trouble('allowance', said)
  if (status === 404 || passing.has(code)) return trouble('stumble', said)
  return trouble('refused', said)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
