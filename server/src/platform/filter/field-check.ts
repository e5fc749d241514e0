// Whether the comparisons of a filter make sense: the operator with its value, and both with the field, where it is
// known which fields there are. How a filter is written is parser.ts's.

import { nearestName } from '../nearest-name.ts'
import { refusal, shown } from './refusal.ts'
import { type Comparison, type FilterNode, isAnything, type Literal, literalText } from './syntax-tree.ts'
import { durationOf, numberOf, timeOf } from './values.ts'
import { wordQuery } from './word-query.ts'

/**
 * `any` covers all that lies below the field, too, and so does `mixed`, where what is not a number or a time is a text; a
 * list of words is a text that is one of these. A duration is a `number`, in seconds, or in ms where its name ends in
 * `_ms`. `words` are what is said or written at length: they are looked for by words (word-query.ts).
 */
export type FieldType = 'text' | 'number' | 'boolean' | 'time' | 'list' | 'any' | 'mixed' | 'words' | readonly string[]

/** By path, as `data.agent_email`; a `*` stands for any one name, as in `scorecard.*.score`. */
export type FilterFields = Readonly<Record<string, FieldType>>

/**
 * Without fields, whether each operator has a value that it can work with, which parseFilter sees to; with them, whether
 * each field exists and is compared with what it can be.
 *
 * @throws Problem('invalid', 'invalid_filter'); `facts.position` is where the field or the value begins.
 */
export function checkFilter(node: FilterNode, fields?: FilterFields): void {
  if (node.kind === 'not') checkFilter(node.node, fields)
  else if (node.kind === 'comparison') {
    const type = fields && typeOf(node, fields)
    // Words are refused by what they are compared with first: `turn.text > refund` is no matter of numbers.
    if (type === 'words') checkWords(node)
    else {
      checkOperator(node)
      if (node.near) throw refusal(node.near.position, `${shown(node.path.join('.'))} is not looked into by words.`)
      if (type) checkType(node, type)
    }
  } else for (const inner of node.nodes) checkFilter(inner, fields)
}

/** @throws Problem('invalid', 'invalid_filter') */
function checkWords(comparison: Comparison): void {
  const { operator, literal, path, literalPosition } = comparison
  const field = shown(path.join('.'))
  if (operator !== ':')
    throw refusal(literalPosition, `in ${field} words are looked for, as in ${path.join('.')} : word.`)
  if (literal.type === 'null') throw refusal(literalPosition, 'the word itself is written "null".')
  wordQuery(comparison)
}

const isOrdered = ({ operator }: Comparison) => operator.startsWith('<') || operator.startsWith('>')

function checkOperator(comparison: Comparison): void {
  const { operator, literal, literalPosition } = comparison
  if (operator === ':' && literal.type === 'null') {
    throw refusal(literalPosition, 'null is compared by = or !=. Anything at all is field : *')
  }
  if (operator === '!=' && isAnything(literal)) {
    throw refusal(literalPosition, 'what is not there is field = null, without a star.')
  }
  if (!isOrdered(comparison) || hasSize(literal)) return
  const text = literalText(literal)
  const sizes = 'numbers, times (2026-01-31, "2026-01-31T10:00:00Z") and durations (90s, 5m, PT1M30S)'
  const isNumber = literal.type === 'text' && numberOf(text) !== null
  const hint = isNumber
    ? ` Write ${text} without quotes.`
    : /^\d{4}-\d{2}-\d{2}/.test(text)
      ? ' There is no such day or time.'
      : ''
  throw refusal(literalPosition, `${operator} compares ${sizes}, not ${shown(text)}.${hint}`)
}

const hasSize = (literal: Literal): boolean => literal.type === 'number' || isTime(literal) || isDuration(literal)
const isTime = (literal: Literal) => literal.type === 'text' && timeOf(literalText(literal)) !== null
const isDuration = (literal: Literal) => literal.type === 'text' && durationOf(literalText(literal)) !== null

/** What the field can be compared with; undefined for one that is not there. */
export const fieldType = (path: readonly string[], fields: FilterFields): FieldType | undefined =>
  Object.entries(fields).find(([name, type]) => covers(name.split('.'), type, path))?.[1]

function typeOf({ path, position }: Comparison, fields: FilterFields): FieldType {
  const found = fieldType(path, fields)
  if (found) return found
  const names = Object.keys(fields)
  const written = path.join('.')
  const meant = nearestName(written, names) ?? names.find((name) => name.endsWith(`.${written}`))
  const hint = meant ? `Did you mean ${meant}?` : `There are ${listed(names)}.`
  throw refusal(position, `there is no field ${shown(written)}. ${hint}`)
}

function covers(name: string[], type: FieldType, path: readonly string[]): boolean {
  const isLongEnough = type === 'any' || type === 'mixed' ? path.length >= name.length : path.length === name.length
  return isLongEnough && name.every((part, index) => part === '*' || part === path[index])
}

function checkType(comparison: Comparison, type: FieldType): void {
  const { path, literal, literalPosition } = comparison
  if (literal.type === 'null' || type === 'any' || isAnything(literal)) return
  const wanted = wantedBy(type, comparison)
  if (wanted === null) return
  const text = literalText(literal)
  const meant = typeof type === 'object' ? nearestName(text.toLowerCase(), type) : undefined
  const hint = meant ? ` Did you mean ${meant}?` : ''
  throw refusal(literalPosition, `${shown(path.join('.'))} ${wanted}, not ${shown(text)}.${hint}`)
}

/** What the field is compared with, in words, when it is not this; null when it may be. */
function wantedBy(type: FieldType, comparison: Comparison): string | null {
  const { operator, literal } = comparison
  if (typeof type === 'object') {
    if (isOrdered(comparison)) return `is one of ${listed(type)}; it is compared by =, != or :`
    const isPart = operator === ':' || (literal.type === 'text' && literal.parts.length > 1)
    const text = literalText(literal).toLowerCase()
    return isPart || type.some((word) => word.toLowerCase() === text) ? null : `is one of ${listed(type)}`
  }
  switch (type) {
    case 'number':
      return literal.type === 'number' || isDuration(literal) ? null : 'is a number'
    case 'boolean':
      return literal.type === 'boolean' && !isOrdered(comparison) ? null : 'is true or false'
    case 'time':
      return isTime(literal) ? null : 'is a time, as 2026-01-31 or "2026-01-31T10:00:00Z"'
    case 'text':
      return isOrdered(comparison) ? 'is a text; it is compared by =, != or :' : null
    case 'list':
      return isOrdered(comparison) ? 'is a list; it is compared by : or =' : null
    case 'mixed':
      return isOrdered(comparison) && isDuration(literal) ? 'is compared with numbers and times' : null
    case 'any':
    case 'words':
      return null
  }
}

function listed(names: readonly string[]): string {
  const short = names.slice(0, 12)
  return short.length < names.length ? `${short.join(', ')} and ${names.length - short.length} more` : short.join(', ')
}
