// Bodies that are taken strictly: what the schema does not name is refused, so that nobody sets what they were not offered.

import type { Static, TObject } from 'typebox'
import { Value } from 'typebox/value'
import { Problem } from '../problem.ts'
import type { Fields } from './route.ts'

/** @throws Problem('invalid', 'invalid_request') that names the first field that is wrong */
export function strictFields<T extends TObject>(schema: T, fields: Fields): Static<T> {
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(schema.properties, name))
  if (unknown !== undefined) {
    const names = Object.keys(schema.properties).join(', ')
    throw refusal(unknown.slice(0, 100), `is not known here. Send ${names}`)
  }
  if (Value.Check(schema, fields)) return fields
  const [first] = Value.Errors(schema, fields)
  const missing = (first?.params as { requiredProperties?: string[] } | undefined)?.requiredProperties?.[0]
  const field = first?.instancePath.slice(1) || missing || 'body'
  throw refusal(field, missing ? 'is required' : (first?.message ?? 'is not valid'))
}

function refusal(field: string, issue: string): Problem {
  return new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })
}
