// What a client may say of a customer, read from any encoding, with a clear refusal for anything else.

import type { OrgChange, OrgSettings } from '../../access/index.ts'
import { isTimeZone } from '../../platform/dates.ts'
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
      settings: settingsOf(fields.settings),
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

function settingsOf(value: unknown): OrgSettings | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('settings', 'must be an object')
  const given = value as Record<string, unknown>
  const settings: OrgSettings = {}
  for (const [name, one] of Object.entries(given)) {
    if (!Object.hasOwn(readers, name)) throw invalid(`settings.${name}`, 'is not a setting')
    if (!readers[name as keyof OrgSettings](one)) throw invalid(`settings.${name}`, 'has a value that is not allowed')
    Object.assign(settings, { [name]: one })
  }
  return settings
}

const isAmount = (value: unknown) => value === null || (Number.isSafeInteger(value) && (value as number) >= 0)

const readers: Record<keyof OrgSettings, (value: unknown) => boolean> = {
  time_zone: (value) => typeof value === 'string' && isTimeZone(value),
  agent_channel: (value) => value === 0 || value === 1,
  creates_agents: (value) => typeof value === 'boolean',
  minutes_per_month: isAmount,
  chats_per_month: isAmount,
}

const invalid = (field: string, issue: string) =>
  new Problem('invalid', 'invalid_request', `${field} ${issue}.`, { facts: { field, issue } })

const dropUndefined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never
