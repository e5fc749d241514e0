// What all lists share: limits that are capped instead of refused, and cursors that clients hand back unread.

import { type TSchema, Type } from 'typebox'
import { Problem } from '../problem.ts'

export const pageSizeMax = 200
export const pageSizeDefault = 50

/** Query parameters of lists. A larger `limit` is read as the largest. */
export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: `1 to ${pageSizeMax}; more is read as ${pageSizeMax}`,
    }),
  ),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
} satisfies Record<string, TSchema>

export const pageSize = (limit = pageSizeDefault): number => Math.min(limit, pageSizeMax)

export const writeCursor = (position: object): string => Buffer.from(JSON.stringify(position)).toString('base64url')

/** @throws Problem('invalid', 'invalid_cursor') for anything that is not a cursor of ours */
export function readCursor<T extends object>(text: string, isValid: (value: unknown) => value is T): T {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    value = null
  }
  if (!isValid(value))
    throw new Problem('invalid', 'invalid_cursor', 'The cursor is not one that this list has handed out.')
  return value
}
