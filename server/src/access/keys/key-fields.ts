// What clients say of API keys and what they are shown: schemas and the view. No secret is in any of it.

import { Type } from 'typebox'
import { pageAnswer } from '../../platform/http/paging.ts'
import { Problem } from '../../platform/problem.ts'
import { allScopes, isScope, roleScopes } from '../permissions.ts'
import { daysLeft, warningOf } from './expiry.ts'
import { environments } from './key-format.ts'
import { type ApiKey, lifetimeDaysDefault, overlapHoursDefault, overlapHoursMax } from './keys.ts'

export const lifetimeDaysMax = 3650
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const moment = Type.String({ format: 'date-time' })

const name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'For people' })
const scopes = Type.Array(Type.String({ maxLength: 100 }), {
  minItems: 1,
  maxItems: allScopes.length,
  description: `Any of ${allScopes.join(', ')}`,
})
const lifetime = (rest: string) =>
  Type.Integer({ minimum: 1, maximum: lifetimeDaysMax, description: `Days from now; ${rest}` })

const strict = { additionalProperties: false }

export const newKeyBody = Type.Object(
  {
    name,
    environment: Type.Optional(
      Type.Union(
        environments.map((one) => Type.Literal(one)),
        { default: 'live' },
      ),
    ),
    scopes: Type.Optional(scopes),
    expires_in_days: Type.Optional(lifetime(`${lifetimeDaysDefault} unless named`)),
  },
  { ...strict, examples: [{ name: 'Telephone system', scopes: ['calls:write'], expires_in_days: 90 }] },
)

export const keyChangeBody = Type.Object(
  {
    name: Type.Optional(name),
    scopes: Type.Optional(scopes),
    expires_in_days: Type.Optional(lifetime('as it was unless named')),
  },
  { ...strict, examples: [{ name: 'Telephone system, Durban' }] },
)

export const rotationBody = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: overlapHoursMax,
        default: overlapHoursDefault,
        description: 'How long the secret before goes on working',
      }),
    ),
    expires_in_days: Type.Optional(lifetime('what the key was given last, unless named')),
  },
  { ...strict, examples: [{ overlap_hours: 48 }] },
)

const secretAnswer = Type.Object({
  masked: Type.String(),
  created_at: moment,
  valid_until: orNull(moment),
  last_used_at: orNull(moment),
  last_used_address: orNull(Type.String()),
})

const keyFields = {
  id: Type.String(),
  name: Type.String(),
  environment: Type.String(),
  scopes: Type.Array(Type.String()),
  is_admin: Type.Boolean({ description: 'Of the installation: manages customers and reads no data' }),
  status: Type.Union(['active', 'expired', 'revoked'].map((one) => Type.Literal(one))),
  created_at: moment,
  created_by: Type.String(),
  expires_at: orNull(moment),
  expires_in_days: orNull(Type.Integer()),
  warning: orNull(Type.String()),
  revoked_at: orNull(moment),
  last_used_at: orNull(moment),
  last_used_address: orNull(Type.String()),
  secrets: Type.Array(secretAnswer, { description: 'Newest first; more than one while it is being rotated' }),
}
export const keyAnswer = Type.Object(keyFields)
export const clearKeyAnswer = Type.Object({ api_key: Type.String({ description: 'Shown this once' }), ...keyFields })
export const keysAnswer = pageAnswer('api_keys', keyAnswer)
export const usageAnswer = Type.Object({
  key_id: Type.String(),
  days: Type.Integer(),
  requests: Type.Integer(),
  by_day: Type.Array(
    Type.Object({
      day: Type.String({ format: 'date' }),
      requests: Type.Integer(),
      groups: Type.Record(Type.String(), Type.Integer(), { description: 'By part of the API' }),
    }),
  ),
})

/** Without repetitions. @throws Problem('invalid', 'unknown_scope') */
export function readScopes(given: readonly string[] = roleScopes.integration): string[] {
  const unknown = given.filter((one) => !isScope(one))
  if (unknown.length === 0) return [...new Set(given)]
  const detail = `Not a scope: ${unknown.join(', ')}. There are ${allScopes.join(', ')}.`
  throw new Problem('invalid', 'unknown_scope', detail, { facts: { field: 'scopes', unknown } })
}

export function keyView(key: ApiKey) {
  const used = key.secrets
    .filter(({ last_used_at }) => last_used_at !== null)
    .toSorted((a, b) => (b.last_used_at?.getTime() ?? 0) - (a.last_used_at?.getTime() ?? 0))[0]
  const left = daysLeft(key)
  return {
    id: key.id,
    name: key.name,
    environment: key.environment,
    scopes: key.scopes,
    is_admin: key.is_admin,
    status: key.revoked_at ? 'revoked' : left === 0 ? 'expired' : 'active',
    created_at: key.created_at,
    created_by: key.created_by,
    expires_at: key.expires_at,
    expires_in_days: left,
    warning: warningOf(key),
    revoked_at: key.revoked_at,
    last_used_at: used?.last_used_at ?? null,
    last_used_address: used?.last_used_address ?? null,
    secrets: key.secrets.map(({ masked, created_at, valid_until, last_used_at, last_used_address }) => ({
      masked,
      created_at,
      valid_until,
      last_used_at,
      last_used_address,
    })),
  }
}
