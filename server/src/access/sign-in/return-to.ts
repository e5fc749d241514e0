// Where a browser goes after it has signed in: a path of this server and nowhere else.

import { Problem } from '../../platform/problem.ts'

const charsMax = 2000
const here = 'http://here.invalid'

/**
 * The path as a browser will read it, percent-encoded; `/` where none was asked for.
 * @throws Problem('invalid', 'invalid_return_to') for whatever could lead elsewhere
 */
export function safeReturnTo(given: string | undefined): string {
  if (given === undefined || given === '') return '/'
  // Browsers drop tabs and line ends from addresses and read `\` as `/` (WHATWG URL, "basic URL parser").
  const isPath = given.length <= charsMax && /^\/(?![/\\])[^\\\s\p{Cc}]*$/u.test(given) && given.isWellFormed()
  const url = isPath && URL.canParse(given, here) ? new URL(given, here) : null
  // `/.//elsewhere` becomes `//elsewhere` where it is taken for a path once more.
  if (url?.origin === here && !url.pathname.startsWith('//')) return url.pathname + url.search + url.hash
  const detail = 'return_to must be a path of this server that begins with one slash, such as /calls.'
  throw new Problem('invalid', 'invalid_return_to', detail, { facts: { field: 'return_to' } })
}
