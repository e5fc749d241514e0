// The form of a URL that somebody wants messages sent to, told in plain words before its address is judged. What the form
// shows may be said openly; about addresses there is the guard's one text and no more.

import { Problem } from '../problem.ts'
import { type AddressGuard, isHostName, portOf } from './address-guard.ts'

const charactersMax = 2048

/**
 * The URL as it will be called (`href` is what to keep: punycode, lower case, addresses in their plain form).
 * Throws Problem('invalid', 'invalid_url', detail, { facts: { field, issue } }) for what can be seen, and
 * 'destination_not_allowed' for an address that may not be reached. A name that cannot be resolved just now passes.
 */
export async function checkEndpointUrl(guard: AddressGuard, text: string, field = 'url'): Promise<URL> {
  const fault = (issue: string, advice: string) => {
    return new Problem('invalid', 'invalid_url', `${field}: ${issue}. ${advice}`, { facts: { field, issue } })
  }
  if (text.length > charactersMax) {
    throw fault(`has ${text.length} characters`, `At most ${charactersMax} are taken.`)
  }
  if (/[\s\p{Cc}]/u.test(text) || !text.isWellFormed()) {
    throw fault('has spaces or control characters', 'Write those that belong to it as %20, %0A and so on.')
  }
  const url = URL.parse(text)
  if (!url) throw fault('is not a URL', 'Write it in full: https://example.com/hooks.')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw fault(`begins with ${url.protocol.slice(0, 20)}`, 'Use https:// (or http:// where nothing else will do).')
  }
  // In `https://:@host/` both are empty, and the parsed URL does not show them.
  if (/^[^:]*:[/\\]*[^/\\?#]*@/.test(text)) {
    throw fault('has a user name or a password', 'Leave it out; send a header of your own instead.')
  }
  if (text.includes('#')) throw fault('has a fragment', 'Leave out the # and what follows: it is never sent.')
  if (!isHostName(url.hostname)) {
    throw fault(
      'has no proper host name',
      'Between dots there are 1 to 63 letters, digits and hyphens: hooks.example.com.',
    )
  }
  try {
    return await guard.check(url)
  } catch (error) {
    // Said of every port that is not open to all, whatever else is wrong: it must not tell the operator's own openings.
    if (!(error instanceof Problem) || !Array.isArray(guard.ports) || guard.ports.includes(portOf(url))) throw error
    throw fault(`has port ${portOf(url)}`, `Use one of the ports ${guard.ports.join(', ')}.`)
  }
}
