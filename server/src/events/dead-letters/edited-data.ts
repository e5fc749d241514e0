// Data that somebody gives an event before it is sent again: it must be what the catalogue says of its type, about the
// same thing as before, and small enough to be sent whole.

import { Value } from 'typebox/value'
import { Problem } from '../../platform/problem.ts'
import { declarationOf, type EventData } from '../catalog/catalog.ts'
import type { JsonSchema } from '../catalog/growth.ts'
import type { LogEvent } from '../log/read-log.ts'
import { payloadSizeBytesMax, wholeVelaBody } from '../payload.ts'

/** What the event is about stays: a receiver would take it for news of something else. */
const kept = ['conversation_id', 'call_id', 'chat_id']

/**
 * @param event as it would be sent without the edit
 * @throws Problem('invalid', 'invalid_data') that names the field, Problem('too_large', 'data_too_large')
 */
export function checkEditedData(event: LogEvent, given: unknown): EventData {
  const { data: schema, subject } = declarationOf(event.type)
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid('', 'must be an object')
  const unknown = unnamed(schema, given, event.data)
  if (unknown !== null) throw invalid(unknown, `is no field of ${event.type}`)
  if (!Value.Check(schema, given)) {
    const [first] = Value.Errors(schema, given)
    const missing = (first?.params as { requiredProperties?: string[] } | undefined)?.requiredProperties?.[0]
    const at = [first?.instancePath.replaceAll('/', '.').slice(1), missing].filter(Boolean).join('.')
    throw invalid(at, missing ? 'is required' : (first?.message ?? 'is not valid'))
  }
  const before = event.data as Record<string, unknown>
  const moved = [subject, ...kept].find((name) => (given as Record<string, unknown>)[name] !== before[name])
  if (moved !== undefined) throw invalid(moved, 'says what the event is about, and cannot be changed')
  const sizeBytes = wholeVelaBody({ ...event, data: given as EventData }).length
  if (sizeBytes > payloadSizeBytesMax) {
    const detail = `With this data the message has ${sizeBytes} bytes; there is room for ${payloadSizeBytesMax}.`
    throw new Problem('too_large', 'data_too_large', detail, { facts: { field: 'data' } })
  }
  return given as EventData
}

/** Names of the fields at the top whose values differ. */
export function changedFields(before: object, after: object): string[] {
  const [from, to] = [before, after] as Record<string, unknown>[]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => JSON.stringify(from?.[name]) !== JSON.stringify(to?.[name])).sort()
}

/** The first field that neither the schema names nor the event had: receivers were never told of it. */
function unnamed(schema: JsonSchema, value: unknown, before: unknown, at = ''): string | null {
  if (Array.isArray(value)) {
    const had = Array.isArray(before) ? before : []
    return firstOf(value.map((one, index) => unnamed(schema.items ?? {}, one, had[index], `${at}.${index}`)))
  }
  if (value === null || typeof value !== 'object' || schema.patternProperties) return null
  const objects = [schema, ...(schema.anyOf ?? [])].filter(({ properties }) => properties)
  return firstOf(
    Object.entries(value).map(([name, one]) => {
      const path = at === '' ? name : `${at}.${name}`
      const named = objects.find(({ properties }) => properties && Object.hasOwn(properties, name))?.properties?.[name]
      const had = typeof before === 'object' && before !== null && Object.hasOwn(before, name)
      if (!named && !had) return path
      return unnamed(named ?? {}, one, had ? (before as Record<string, unknown>)[name] : undefined, path)
    }),
  )
}

const firstOf = (found: (string | null)[]): string | null => found.find((one) => one !== null) ?? null

function invalid(at: string, issue: string): Problem {
  const field = (at === '' ? 'data' : `data.${at}`).slice(0, 200).toWellFormed()
  return new Problem('invalid', 'invalid_data', `${field}: ${issue}.`, { facts: { field, issue } })
}
