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
  const { field, issue } = firstFault(schema, fields)
  throw refusal(field, issue)
}

type FaultParams = { requiredProperties?: string[]; allowedValues?: unknown[]; allowedValue?: unknown }

/** Of fields that do not fit: where, and what is wrong there, in plain words. */
export function firstFault(schema: TObject, fields: Fields): { field: string; issue: string } {
  const faults = Value.Errors(schema, fields).map((one) => ({ ...one, params: one.params as FaultParams }))
  const [first] = faults
  const place = first?.instancePath ?? ''
  const missing = first?.params.requiredProperties?.[0]
  const field = [place.slice(1), missing].filter(Boolean).join('/') || 'body'
  if (missing) return { field, issue: 'is required' }
  const allowed = faults
    .filter(({ instancePath }) => instancePath === place)
    .flatMap(({ params }) => params.allowedValues ?? ('allowedValue' in params ? [params.allowedValue] : []))
  if (allowed.length > 0) return { field, issue: `must be one of ${allowed.join(', ')}` }
  return { field, issue: first?.message ?? 'is not valid' }
}

function refusal(field: string, issue: string): Problem {
  return new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })
}
