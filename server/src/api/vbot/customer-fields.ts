// What a client may say of a customer, read from any encoding, with a clear refusal for anything else.

import { type OrgChange, overlapHoursMax, readSettings } from '../../access/index.ts'
import type { Fields } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'

export type CustomerFields = { org: OrgChange; webhook: { url?: string; secret?: string } }

const charsMax = 300
const idsMax = 20

export function readCustomer(fields: Fields, purpose: 'create' | 'change'): CustomerFields {
  const name = text(fields, 'name')
  const email = text(fields, 'email')
  if (purpose === 'create' && !name) throw invalid('name', 'is required')
  if (email && !/^[^\s@]+@[^\s@]+$/.test(email)) throw invalid('email', 'is not an e-mail address')
  return {
    org: dropUndefined({
      name,
      company_name: text(fields, 'company_name'),
      email,
      former_ids: ids(fields, 'former_ids'),
      is_active: flag(fields, 'is_active'),
      settings: fields.settings == null ? undefined : readSettings(fields.settings, 'installation'),
    }),
    webhook: dropUndefined({ url: text(fields, 'webhook_url', 2048), secret: text(fields, 'webhook_secret', 500) }),
  }
}

function text(fields: Fields, field: string, max = charsMax): string | undefined {
  const value = fields[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalid(field, 'must be a string')
  const trimmed = value.trim()
  if (trimmed.length > max) throw invalid(field, `may have at most ${max} characters`)
  return trimmed
}

/** What a client may say of a rotation: how long the key before goes on working. */
export function readOverlap(fields: Fields): { overlapHours?: number } {
  const { overlap_hours: given } = fields
  if (given === undefined || given === null || given === '') return {}
  const hours = typeof given === 'string' ? Number(given) : given
  if (typeof hours === 'number' && hours >= 0 && hours <= overlapHoursMax) return { overlapHours: hours }
  throw invalid('overlap_hours', `must be a number from 0 to ${overlapHoursMax}`)
}

/** A list, or in a form the one id there is. */
function ids(fields: Fields, field: string): string[] | undefined {
  const value = fields[field]
  if (value === undefined || value === null) return undefined
  const list = Array.isArray(value) ? value : [value]
  const isId = (one: unknown) => typeof one === 'string' && one.trim() !== '' && one.length <= charsMax
  if (list.length > idsMax || !list.every(isId)) throw invalid(field, `must be a list of up to ${idsMax} ids`)
  return list.map((one: string) => one.trim())
}

function flag(fields: Fields, field: string): boolean | undefined {
  const value = fields[field]
  if (value === undefined || value === null) return undefined
  if (value === true || value === 'true' || value === '1') return true
  if (value === false || value === 'false' || value === '0') return false
  throw invalid(field, 'must be true or false')
}

const invalid = (field: string, issue: string) =>
  new Problem('invalid', 'invalid_request', `${field} ${issue}.`, { facts: { field, issue } })

const dropUndefined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never
