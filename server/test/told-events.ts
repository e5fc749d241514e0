// What a test's program has told the world, held against the catalogue: each event has a type that there is, and data as
// its schema says, with nothing in it that the schema does not name. Asked of every database of a test when it is dropped
// (database.ts), so that whatever emits in any test is checked, and production pays nothing for it.

import type pg from 'pg'
import { Value } from 'typebox/value'
import { catalog } from '../src/events/catalog/catalog.ts'
import type { JsonSchema } from '../src/events/catalog/growth.ts'

const rowsMax = 5000
const declarations = new Map(catalog.map((one) => [one.type, one]))

/** What is wrong, in words; empty when nothing is. */
export async function wrongEvents(database: pg.Client): Promise<string[]> {
  // The program's ids are UUIDs of version 7; rows that a test makes up in SQL have others.
  const { rows } = await database.query<{ type: string; data: object }>(
    `select type, data from events where substr(id::text, 15, 1) = '7' order by seq desc limit $1`,
    [rowsMax],
  )
  return [...new Set(rows.flatMap(({ type, data }) => faultsOf(type, data)))]
}

export function faultsOf(type: string, data: object): string[] {
  const declaration = declarations.get(type)
  if (!declaration || declaration.scope === 'endpoint') return [`${type} is no event of the catalogue`]
  const errors = [...Value.Errors(declaration.data, data)].map(
    ({ instancePath, message }) => `${type}${instancePath}: ${message}`,
  )
  return [...errors, ...unnamed(declaration.data, data, type)]
}

function unnamed(schema: JsonSchema, value: unknown, at: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => unnamed(schema.items ?? {}, one, at))
  if (value === null || typeof value !== 'object' || schema.patternProperties) return []
  const objects = [schema, ...(schema.anyOf ?? [])].filter(({ properties }) => properties)
  return Object.entries(value).flatMap(([name, one]) => {
    const named = objects.map(({ properties }) => properties?.[name]).find((found) => found !== undefined)
    return named ? unnamed(named, one, `${at}/${name}`) : [`${at}/${name} is not in the schema`]
  })
}
