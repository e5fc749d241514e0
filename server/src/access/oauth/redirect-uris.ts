// Where a browser may be sent back to with a code. A code that goes astray is an account that goes astray, so what is
// registered must be unmistakable, and is compared letter by letter (RFC 9700 §2.1).

import { Problem } from '../../platform/problem.ts'

const urisMax = 20
const uriCharsMax = 2000
const loopback = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** @throws Problem('invalid', 'invalid_redirect_uri') that names the first one which cannot be used, and why */
export function checkRedirectUris(uris: readonly string[]): string[] {
  if (uris.length > urisMax) throw refusal(`There may be at most ${urisMax} redirect_uris.`)
  for (const uri of uris) {
    const fault = faultOf(uri)
    if (fault) throw refusal(`The redirect URI ${JSON.stringify(uri.slice(0, 200).toWellFormed())} ${fault}.`)
  }
  return [...new Set(uris)]
}

const refusal = (detail: string) =>
  new Problem('invalid', 'invalid_redirect_uri', detail, { facts: { field: 'redirect_uris' } })

function faultOf(uri: string): string | null {
  if (uri.length > uriCharsMax) return `is longer than ${uriCharsMax} characters`
  // A name in another script can look like a well-known one; as the wire has it (xn--) it does not.
  if (!/^[!-~]+$/.test(uri)) return 'has characters other than visible ASCII ones; write the host as xn--…'
  if (uri.includes('#')) return 'has a fragment'
  if (uri.includes('*')) return 'has a *: each address is registered by itself'
  if (!URL.canParse(uri)) return 'is not an address'
  const url = new URL(uri)
  if (url.username || url.password) return 'holds a user name or password'
  if (url.protocol === 'http:' && !loopback.has(url.hostname)) return 'must be https, or http on a loopback address'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be https, or http on a loopback address'
  // What browsers would read in another way than it stands here: upper case, dot segments, back slashes, default ports.
  if (url.href !== uri && url.href !== `${uri}/`) return `must be written as browsers write it: ${url.href}`
  return null
}

/** An application on the user's own machine takes any free port there (RFC 8252 §7.3). */
export const isLoopback = (uri: string): boolean => new URL(uri).protocol === 'http:'
