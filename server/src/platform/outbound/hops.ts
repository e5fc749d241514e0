// Follows redirects from server to server: each hop is judged anew, and nothing secret travels on.

import { Problem } from '../problem.ts'
import { type AddressGuard, notAllowed } from './address-guard.ts'
import type { ConnectionPool } from './connection-pool.ts'
import { type ExchangeInput, type Opened, openExchange, type RequestHeaders } from './exchange.ts'
import { type Failure, failure } from './failure.ts'

export type HopsInput = Omit<ExchangeInput, 'url' | 'gate'> & {
  url: string | URL
  /** 0: a redirect is an answer like any other. Only GET and HEAD are followed. */
  redirectsMax: number
}

const redirectStatuses = [301, 302, 303, 307, 308]
/** What may go to a server that the caller did not name. */
const harmlessHeaders = ['accept', 'accept-encoding', 'accept-language', 'user-agent', 'range', 'if-range']

/** `guard` null: the operator named the server; the URL is taken as it is. */
export async function openThroughHops(
  pool: ConnectionPool,
  guard: AddressGuard | null,
  input: HopsInput,
): Promise<Opened | Failure> {
  let { headers, clientCertificate } = input
  let target: string | URL = input.url
  for (let hop = 0; ; hop += 1) {
    const url = parseTarget(guard, target)
    if ('outcome' in url) return url
    const opened = await openExchange(pool, { ...input, url, headers, clientCertificate, gate: guard?.resolve ?? null })
    const isFollowed = input.redirectsMax > 0 && (input.method === 'GET' || input.method === 'HEAD')
    if (opened.outcome === 'failed' || !isFollowed || !redirectStatuses.includes(opened.status)) return opened
    const location = String(opened.headers.location ?? '')
    if (location === '') return opened
    opened.cut()
    if (hop >= input.redirectsMax) return failure('protocol', `the server redirected more than ${hop} times`)
    const next = URL.parse(location, url)
    if (!next || (url.protocol === 'https:' && next.protocol !== 'https:')) return refused(notAllowed('redirect'))
    headers = carriedHeaders(headers)
    clientCertificate = null
    target = next
  }
}

function parseTarget(guard: AddressGuard | null, target: string | URL): URL | Failure {
  if (!guard) {
    const url = new URL(target)
    return /^https?:$/.test(url.protocol) ? url : failure('protocol', 'its URL does not begin with http:// or https://')
  }
  try {
    return guard.parse(target)
  } catch (error) {
    if (error instanceof Problem) return refused(error)
    throw error
  }
}

function refused(problem: Problem): Failure {
  return failure('refused_destination', problem.detail, problem)
}

function carriedHeaders(headers: RequestHeaders): RequestHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmlessHeaders.includes(name.toLowerCase())))
}
