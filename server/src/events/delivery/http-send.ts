// Sends a delivery as a signed POST, within the limits of platform/outbound, and reads what the answer says.

import type { Outbound } from '../../platform/outbound/request.ts'
import { readRetryAfter } from '../../platform/outbound/retry-after.ts'
import { signWebhook } from '../signature.ts'
import { type Answer, failed, type Send } from './attempt.ts'

/** The whole installation or a proxy before it is too busy, or away. */
const quietStatuses = new Set([429, 502, 503, 504])
/** Of an answer, what helps to find out why it was so. */
const keptHeaders = ['content-type', 'location', 'retry-after', 'server', 'www-authenticate']
const keptHeaderCharsMax = 200
/** One text, whatever the guard found: the log must not help to map a private network. */
const refusedReason = 'the address is not allowed as a destination'

/** @param timeoutMs of the whole exchange; default that of `outbound` */
export const httpSend =
  (outbound: Outbound, timeoutMs?: number): Send =>
  async ({ event, endpoint, credentials, headers, body }, signal): Promise<Answer | 'aborted'> => {
    const { secrets, signingKey } = credentials
    const timestampS = Math.floor(Date.now() / 1000)
    const outcome = await outbound.request({
      url: endpoint.url,
      method: 'POST',
      headers: {
        ...credentials.headers,
        ...headers,
        ...signWebhook({ id: event.id, timestampS, body, secrets, signingKey }),
      },
      body,
      partition: endpoint.org_id,
      signal,
      ...(credentials.clientCertificate ? { clientCertificate: credentials.clientCertificate } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
    if (outcome.outcome === 'failed') {
      if (outcome.reason === 'aborted') return 'aborted'
      const why = outcome.reason === 'refused_destination' ? refusedReason : outcome.detail
      return failed(endpoint.url, outcome.reason, why, outcome.status)
    }
    const { status, bodyExcerpt, timings } = outcome
    const isOk = status >= 200 && status < 300
    return {
      url: endpoint.url,
      status,
      error: isOk ? null : `the receiver answered ${status}`,
      fingerprint: isOk ? null : fingerprintOf(status, bodyExcerpt),
      response: bodyExcerpt,
      responseHeaders: pick(outcome.headers),
      retryAfterMs: isOk ? null : readRetryAfter(outcome.headers['retry-after']),
      isQuietWanted: quietStatuses.has(status),
      isGone: status === 410,
      timings: {
        dns_ms: Math.round(timings.dnsMs),
        connect_ms: Math.round(timings.connectMs),
        tls_ms: Math.round(timings.tlsMs),
        ttfb_ms: Math.round(timings.ttfbMs),
        total_ms: Math.round(timings.totalMs),
      },
    }
  }

/** The status and how the answer begins, without what differs each time: numbers, ids and addresses of people. */
export function fingerprintOf(status: number, body: string): string {
  const words = body
    .slice(0, 1000)
    .replace(/<[^>]*>|[{}"'[\]\ufffd]/g, ' ')
    .replace(/\S{1,64}@\S+|\b(?=[\w-]*\d)[\w-]+/g, '#')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 80)
  return words === '' ? `http_${status}` : `http_${status} ${words.toWellFormed()}`
}

function pick(headers: Record<string, string | string[] | undefined>): Record<string, string> | null {
  const found = keptHeaders.flatMap((name) => {
    const value = headers[name]
    return value === undefined ? [] : [[name, String(value).slice(0, keptHeaderCharsMax)] as const]
  })
  return found.length === 0 ? null : Object.fromEntries(found)
}
