// What all lists share: limits that are capped instead of refused, and cursors that clients hand back unread.

import { type TSchema, Type } from 'typebox'
import { isUuid } from '../ids.ts'
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

/** Of lists whose cursors hold an id or a number. */
export const cursorParam = Type.Optional(
  Type.String({ maxLength: 200, description: '`next_cursor` of the page before' }),
)

/** Query parameters of lists that go on by a cursor. */
export const cursorQuery = { limit: pageQuery.limit, cursor: cursorParam }

/** The answer of such a list: a page of `item`s under `name`. */
export const pageAnswer = (name: string, item: TSchema) =>
  Type.Object({ [name]: Type.Array(item), next_cursor: Type.Union([Type.String(), Type.Null()]) })

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

export type CursorPage<Row> = { rows: Row[]; next_cursor: string | null }

type ReadPage<Value> = <Row>(
  query: { limit?: number | undefined; cursor?: string | undefined },
  /** `last`: of the page before; null for the first page. One row more than asked for tells whether another follows. */
  read: (wanted: { limit: number; last: Value | null }) => Promise<Row[]>,
  valueIn: (row: Row) => Value,
) => Promise<CursorPage<Row>>

/**
 * Pages of a list that goes by one value of its rows. The cursor holds that value of the last row under `name`.
 * @throws Problem('invalid', 'invalid_cursor')
 */
export function cursorPages<Value>(name: string, isValue: (value: unknown) => value is Value): ReadPage<Value> {
  const isPosition = (value: unknown): value is Record<string, Value> =>
    isValue((value as Record<string, unknown> | null)?.[name])
  return async (query, read, valueIn) => {
    const limit = pageSize(query.limit)
    const last = query.cursor === undefined ? null : (readCursor(query.cursor, isPosition)[name] as Value)
    const found = await read({ limit: limit + 1, last })
    const rows = found.slice(0, limit)
    const end = found.length > limit ? rows.at(-1) : undefined
    return { rows, next_cursor: end ? writeCursor({ [name]: valueIn(end) }) : null }
  }
}

/** Of lists that go by the ids of their rows, as they are written by us. */
export const isRowId = (value: unknown): value is string =>
  typeof value === 'string' && isUuid(value) && value === value.toLowerCase()
