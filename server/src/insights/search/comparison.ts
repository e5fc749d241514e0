// One comparison of the filter language as a condition of SQL: true where matcher.ts of platform/filter says so, false or
// null where it does not. Every value is a parameter.

import { type RawBuilder, sql } from 'kysely'
import { type Comparison, isAnything, type Literal, literalText } from '../../platform/filter/syntax-tree.ts'
import { durationOf, folded, timeOf } from '../../platform/filter/values.ts'
import { isUuid } from '../../platform/ids.ts'
import type { Field } from './fields.ts'

type Sql = RawBuilder<boolean>

const orders = { '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` }
const no = sql<boolean>`false`

/** @param inner what lies in a field of several names: of metadata */
export function comparisonSql(comparison: Comparison, field: Field, column: RawBuilder<unknown>, inner: string[]): Sql {
  const { operator, literal } = comparison
  const isMasked = column !== field.column
  if (field.type === 'mixed') return mixed(comparison, column, inner)
  // As masks show them, lists are JSON.
  if (field.type === 'list') return list(comparison, isMasked ? elements(column) : sql`unnest(${column})`)
  if (literal.type === 'null') return operator === '=' ? sql`${column} is null` : sql`${column} is not null`
  if (isAnything(literal)) return sql`${column} is not null`
  const fits = fitting(comparison, field, column)
  return operator === '!=' ? sql`${column} is not null and not ${fits}` : fits
}

function fitting(comparison: Comparison, field: Field, column: RawBuilder<unknown>): Sql {
  const { literal } = comparison
  switch (field.type) {
    case 'number':
      return number(comparison, column)
    case 'time':
      return time(comparison, column)
    case 'boolean':
      return sql`${column} = ${literal.type === 'boolean' && literal.value}`
    default:
      return text(comparison, field, column)
  }
}

function text({ operator, literal }: Comparison, field: Field, column: RawBuilder<unknown>): Sql {
  const written = literalText(literal)
  const isWhole = operator !== ':' && partsOf(literal).length === 1
  if (field.isUuid) {
    if (isWhole) return isUuid(written) ? sql`${column} = ${written}::uuid` : no
    return like(sql`${column}::text`, literal, operator === ':')
  }
  // One of few words, all in lower case.
  if (isWhole && typeof field.type === 'object') return sql`${column} = ${folded(written)}`
  return like(sql`search_folded(${column})`, literal, operator === ':')
}

const partsOf = (literal: Literal): string[] => (literal.type === 'text' ? literal.parts : [literalText(literal)])

/** `from` is folded. */
function like(from: RawBuilder<unknown>, literal: Literal, isInside: boolean): Sql {
  const parts = partsOf(literal).map(folded)
  if (parts.length === 1 && !isInside) return sql`${from} = ${parts[0]}`
  const escaped = parts.map((part) => part.replaceAll(/[\\%_]/g, (char) => `\\${char}`))
  return sql`${from} like ${(isInside ? ['', ...escaped, ''] : escaped).join('%')}`
}

function number({ operator, literal, path }: Comparison, column: RawBuilder<unknown>): Sql {
  const written = literalText(literal)
  const ms = literal.type === 'number' ? null : durationOf(written)
  const point = ms === null ? Number(written) : path.at(-1)?.endsWith('_ms') ? ms : ms / 1000
  return sql`${column} ${order(operator) ?? sql`=`} ${point}::float8`
}

function time({ operator, literal }: Comparison, column: RawBuilder<unknown>): Sql {
  const span = timeOf(literalText(literal))
  if (!span) return no
  const from = sql`${new Date(span.from)}::timestamptz`
  const next = sql`${new Date(span.to + 1)}::timestamptz`
  switch (operator) {
    case '<':
      return sql`${column} < ${from}`
    case '<=':
      return sql`${column} < ${next}`
    case '>':
      return sql`${column} >= ${next}`
    case '>=':
      return sql`${column} >= ${from}`
    default:
      return sql`(${column} >= ${from} and ${column} < ${next})`
  }
}

const order = (operator: string) => (operator in orders ? orders[operator as keyof typeof orders] : null)

const elements = (column: RawBuilder<unknown>) => sql`jsonb_array_elements_text(${column})`

function list({ operator, literal }: Comparison, values: RawBuilder<unknown>): Sql {
  const some = (condition: Sql) => sql<boolean>`exists (select from ${values} as e (value) where ${condition})`
  const isThere = some(sql`e.value is not null`)
  if (literal.type === 'null') return operator === '=' ? sql`not ${isThere}` : isThere
  if (isAnything(literal)) return isThere
  const fits = some(like(sql`search_folded(e.value)`, literal, false))
  return operator === '!=' ? sql`${isThere} and not ${fits}` : fits
}

/** Of JSON: texts, numbers, and what lies in lists. */
function mixed({ operator, literal }: Comparison, column: RawBuilder<unknown>, path: string[]): Sql {
  const some = (condition: Sql) =>
    sql<boolean>`exists (select from search_values(${column}, ${path}::text[]) e where ${condition})`
  const isThere = some(sql`true`)
  if (literal.type === 'null') return operator === '=' ? sql`not ${isThere}` : isThere
  if (isAnything(literal)) return isThere
  const fits = some(leaf(operator, literal))
  return operator === '!=' ? sql`${isThere} and not ${fits}` : fits
}

const plain = sql`(e.value #>> '{}')`
const isText = sql`jsonb_typeof(e.value) = 'string'`
const isNumber = sql`jsonb_typeof(e.value) = 'number'`
const isObject = sql`jsonb_typeof(e.value) = 'object'`
const numberIn = sql`case jsonb_typeof(e.value) when 'number' then e.value::numeric when 'string' then search_number(${plain}) end`
/** As JavaScript writes it. */
const printed = sql`case jsonb_typeof(e.value) when 'number' then trim_scale(e.value::numeric)::text else ${plain} end`

function leaf(operator: Comparison['operator'], literal: Literal): Sql {
  const written = literalText(literal)
  const isSized = order(operator)
  if (isSized && literal.type === 'number') return sql`${numberIn} ${isSized} ${written}::numeric`
  if (isSized)
    return sql`${isText} and ${time({ operator, literal } as Comparison, sql`lower(search_moments(${plain}))`)}`
  const equal = sql<boolean>`not ${isObject} and ${equals(literal)}`
  if (operator !== ':') return equal
  const hasField = sql`${isObject} and coalesce(jsonb_typeof(e.value -> ${written}), 'null') <> 'null'`
  const isInside = sql`${isText} and not e.is_element and ${like(sql`search_folded(${plain})`, literal, true)}`
  return sql`((${equal}) or (${hasField}) or (${isInside}))`
}

function equals(literal: Literal): Sql {
  const written = literalText(literal)
  if (literal.type === 'number') {
    // Identifiers of more digits than a double holds would all be the same number.
    if (Number.isSafeInteger(Math.trunc(Number(written))))
      return sql`coalesce(${numberIn} = ${written}::numeric, false)`
    return sql`case when ${isNumber} then e.value::numeric = ${written}::numeric else ${plain} = ${written} end`
  }
  const same = like(sql`search_folded(${printed})`, literal, false)
  if (!(literal.type === 'text' && timeOf(written))) return same
  const moment = time({ operator: '=', literal } as Comparison, sql`lower(search_moments(${plain}))`)
  return sql`(${same} or coalesce(${isText} and ${moment}, false))`
}
