// Fields of the token routes, under any of the spellings that clients have used: `REFRESH_TOKEN`, `refresh_token`,
// `refreshToken`.

import type { Login } from '../../access/index.ts'
import type { Fields } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'

const charsMax = 4096
const plain = (name: string) => name.toLowerCase().replace(/[_\-\s]/g, '')

/** @throws Problem('invalid', 'invalid_request') for what is no text */
function find(fields: Fields, name: string): string | null {
  const isEmpty = (value: unknown) => value === undefined || value === null || value === ''
  // Of several spellings the first that holds anything.
  const found = Object.entries(fields).find(([one, value]) => plain(one) === plain(name) && !isEmpty(value))?.[1]
  if (found === undefined) return null
  const value = typeof found === 'number' ? String(found) : found
  if (typeof value === 'string' && value.length <= charsMax) return value
  throw new Problem('invalid', 'invalid_request', `${name} must be text of at most ${charsMax} characters.`, {
    facts: { field: name },
  })
}

/** Without the space around it; null where there is none. */
export const optionalText = (fields: Fields, name: string): string | null => find(fields, name)?.trim() || null

/** @throws Problem('invalid', 'missing_fields') */
export function requireText(fields: Fields, ...names: [string, ...string[]]): string {
  for (const name of names) {
    const value = optionalText(fields, name)
    if (value) return value
  }
  throw missing(names[0])
}

/** As it was typed: space at its ends may be part of it. @throws Problem('invalid', 'missing_fields') */
export function requirePassword(fields: Fields, name: string): string {
  const value = find(fields, name)
  if (value) return value
  throw missing(name)
}

export const readLogin = (fields: Fields): Login => ({
  email: requireText(fields, 'email', 'username'),
  password: requirePassword(fields, 'password'),
  code: optionalText(fields, 'code'),
  orgId: optionalText(fields, 'org_id'),
})

const missing = (name: string) =>
  new Problem('invalid', 'missing_fields', `Please fill in all fields. ${name} is missing.`, { facts: { field: name } })
