// Ids are UUIDv7: they sort by the time they were made, which keeps the indexes of new rows together.

import { randomUUIDv7 } from 'node:crypto'
import { notFound } from './problem.ts'

export const newId = (): string => randomUUIDv7()

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const isUuid = (text: string): boolean => pattern.test(text)

/** The id that a client named. @throws Problem('not_found') for what cannot be one: it is unknown like any other */
export function requireUuid(text: string): string {
  if (!isUuid(text)) throw notFound()
  return text
}
