// Text that people write: kept as it is, without what no screen shows. It is never read as markup.

import { Problem } from '../../platform/problem.ts'

/** In characters as people count them. @throws Problem('invalid', 'invalid_request') */
export function readWritten(field: string, given: string, charsMax: number): string {
  const text = given
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, ' ')
    .trim()
  if (text !== '' && [...text].length <= charsMax) return text
  const detail = `${field}: must have 1 to ${charsMax.toLocaleString('en')} characters.`
  throw new Problem('invalid', 'invalid_request', detail, { facts: { field } })
}
