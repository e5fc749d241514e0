// In which order conversations are listed, and where a page of them ends. Every field but words and metadata is an order;
// what is not there comes last, whichever the direction.

import { type RawBuilder, sql } from 'kysely'
import { readCursor } from '../../platform/http/paging.ts'
import { isUuid } from '../../platform/ids.ts'
import { nearestName } from '../../platform/nearest-name.ts'
import { Problem } from '../../platform/problem.ts'
import { columnOf, fields, type Table } from './fields.ts'

export type Sort = {
  name: string
  isDescending: boolean
  key: RawBuilder<unknown>
  tables: readonly Table[]
  cast: string
}

/** `k`: the row's value as PostgreSQL writes it. `s` says in which order that was. */
export type Position = { s: string; k: string | null; i: string }

export const sortDefault = '-started_at'
export const sortNames = Object.keys(fields).filter(
  (name) => !['words', 'mixed'].includes(fields[name]?.type as string),
)

/** `-started_at`: the newest first. @throws Problem('invalid', 'unknown_sort') */
export function readSort(text: string, isUnmasked: boolean): Sort {
  const isDescending = text.startsWith('-')
  const name = text.replace(/^[-+]/, '')
  const field = sortNames.includes(name) ? fields[name] : undefined
  if (!field) {
    const meant = nearestName(name, sortNames)
    const hint = meant ? `Did you mean ${meant}?` : 'Send a field, as in -started_at: GET /v1/search/fields names them.'
    throw new Problem('invalid', 'unknown_sort', `sort: there is no order by "${name.slice(0, 60)}". ${hint}`)
  }
  const { column, tables } = columnOf(field, isUnmasked)
  const about = { name, isDescending, tables }
  if (field.type === 'number') return { ...about, key: sql`${column}::float8`, cast: 'float8' }
  if (field.type === 'time') return { ...about, key: column, cast: 'timestamptz' }
  if (field.type === 'boolean') return { ...about, key: column, cast: 'boolean' }
  if (field.isUuid) return { ...about, key: column, cast: 'uuid' }
  const plain = field.type === 'list' ? sql`${column}::text` : column
  return { ...about, key: sql`search_folded(${plain})`, cast: 'text' }
}

const nameOf = ({ name, isDescending }: Sort) => `${isDescending ? '-' : ''}${name}`

export const positionOf = (sort: Sort, row: { id: string; key: string | null }): Position => ({
  s: nameOf(sort),
  k: row.key,
  i: row.id,
})

/** @throws Problem('invalid', 'invalid_cursor') also for one of another order */
export const readPosition = (cursor: string, sort: Sort): Position =>
  readCursor(cursor, (value): value is Position => {
    const { s, k, i } = (value ?? {}) as Record<string, unknown>
    return s === nameOf(sort) && (k === null || isKey(k, sort)) && typeof i === 'string' && isUuid(i)
  })

/** What PostgreSQL wrote, it reads again; what somebody else wrote may not be of its type. */
function isKey(key: unknown, { cast }: Sort): key is string {
  if (typeof key !== 'string') return false
  if (cast === 'float8') return /^-?\d+(\.\d+)?(e[+-]\d{1,3})?$/.test(key) && Number.isFinite(Number(key))
  if (cast === 'timestamptz')
    return (
      /^\d{4,5}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/.test(key) &&
      !Number.isNaN(Date.parse(key.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')))
    )
  if (cast === 'boolean') return key === 'true' || key === 'false'
  return cast === 'uuid' ? isUuid(key) : !key.includes('\0')
}

/** Over columns `key` and `id`, or what stands for them. A start is always there, and read from an index. */
export function orderBy({ name, isDescending }: Sort, key: RawBuilder<unknown>, id: RawBuilder<unknown>) {
  const way = isDescending ? sql`desc` : sql`asc`
  return name === 'started_at' ? sql`${key} ${way}, ${id} ${way}` : sql`${key} is null, ${key} ${way}, ${id} ${way}`
}

export function isAfter(
  { name, isDescending, cast }: Sort,
  { k, i }: Position,
  key: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
): RawBuilder<boolean> {
  const beyond = isDescending ? sql`<` : sql`>`
  if (k === null) return sql`(${key} is null and ${id} ${beyond} ${i}::uuid)`
  const row = sql<boolean>`(${key}, ${id}) ${beyond} (${k}::${sql.raw(cast)}, ${i}::uuid)`
  return name === 'started_at' ? row : sql`(${row} or ${key} is null)`
}
