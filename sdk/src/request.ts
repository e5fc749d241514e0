// Calls to an API that may be busy, away or slow: tries again where that does no harm, and waits as long as it is asked to.

import { setTimeout as delay } from 'node:timers/promises'

export type Patience = {
  /** Attempts in all; 6. */
  triesMax?: number
  /** No single wait is longer; 5 minutes. */
  waitMsMax?: number
  /** Of one attempt; 60 s. */
  timeoutMs?: number
  /** A POST that may be sent twice without a key, because it sets what is there already. */
  isRepeatable?: boolean
  signal?: AbortSignal
}

const firstWaitMs = 500

/**
 * `fetch` that tries again after 429, 502, 503, 504 and broken connections. A POST or PATCH without `Idempotency-Key` is
 * sent again only after a 429, which says that nothing was done. The body must not be a stream. Redirects are failures:
 * keys must not travel on.
 * @returns the last answer, whatever its status
 * @throws what `fetch` threw at the last attempt
 */
export async function fetchPatiently(
  url: string | URL,
  init: RequestInit = {},
  patience: Patience = {},
): Promise<Response> {
  const { triesMax = 6, waitMsMax = 300_000, timeoutMs = 60_000, signal } = patience
  const mayRepeat = patience.isRepeatable ?? (!['POST', 'PATCH'].includes(init.method ?? 'GET') || hasKey(init))
  for (let tries = 1; ; tries++) {
    const backOffMs = Math.min(waitMsMax, firstWaitMs * 2 ** (tries - 1) * (0.5 + Math.random()))
    let waitMs = backOffMs
    try {
      const limits = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])])
      const response = await fetch(url, { redirect: 'error', ...init, signal: limits })
      const { status } = response
      const isBusy = status === 429 || (mayRepeat && [502, 503, 504].includes(status))
      if (!isBusy || tries === triesMax) return response
      waitMs = Math.min(waitMsMax, Math.max(backOffMs, retryAfterMs(response.headers.get('retry-after'))))
      await response.body?.cancel()
    } catch (error) {
      if (!mayRepeat || tries === triesMax || signal?.aborted) throw error
    }
    await delay(waitMs, undefined, { signal })
  }
}

const hasKey = (init: RequestInit) => new Headers(init.headers).has('idempotency-key')

/** Seconds, or a date (RFC 9110 §10.2.3); 0 for anything else. */
function retryAfterMs(header: string | null): number {
  if (header === null) return 0
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return waitMs > 0 ? waitMs : 0
}

/** An answer that is neither 2xx nor, after all tries, worth another one now. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The JSON of an answer. @throws ApiError unless it is 2xx */
export async function jsonOf<Answer>(response: Response): Promise<Answer> {
  const text = await response.text()
  if (!response.ok)
    throw new ApiError(response.status, `${response.url} answered ${response.status}: ${text.slice(0, 500)}`)
  return JSON.parse(text) as Answer
}

export type Api = {
  /** Null for what is not there (any more). @throws ApiError for any other refusal */
  get<Answer>(link: string): Promise<Answer | null>
  /** `key`: the same for the same thing, so that it is done once, however often it is sent. */
  post<Answer>(path: string, body: FormData | object, key: string): Promise<Answer>
}

/** @param url where Indaba answers: links lead there and nowhere else, so that the key stays between us. */
export function indabaApi({ url, key }: { url: string; key: string }, patience: Patience = {}): Api {
  const headers = { authorization: `Bearer ${key}`, accept: 'application/json' }
  const address = (link: string) => {
    const to = new URL(link, url)
    if (to.origin !== new URL(url).origin) throw new Error(`The link ${link} leads away from ${url}.`)
    return to
  }
  return {
    async get<Answer>(link: string) {
      const response = await fetchPatiently(address(link), { headers }, patience)
      return response.status === 404 ? null : jsonOf<Answer>(response)
    },
    async post<Answer>(path: string, body: FormData | object, key: string) {
      const isForm = body instanceof FormData
      const init = {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key, ...(isForm ? {} : { 'content-type': 'application/json' }) },
        body: isForm ? body : JSON.stringify(body),
      }
      return jsonOf<Answer>(await fetchPatiently(address(path), init, patience))
    },
  }
}
