// What a filter means: it is compiled to a function over JSON values, once, for as many values as there are. There is no
// third truth value: what is not there fits no comparison but `= null`, and NOT turns every answer round.
// docs/filters.md says the same to its users.

import { type FieldType, type FilterFields, fieldType } from './field-check.ts'
import {
  type Comparison,
  type FilterNode,
  isAnything,
  type Literal,
  literalText,
  type Operator,
} from './syntax-tree.ts'
import { insidePattern, wholePattern } from './text-pattern.ts'
import { durationOf, folded, isScalar, numberOf, type Scalar, timeOf } from './values.ts'
import { findWords, wordQuery } from './word-query.ts'
import { tokensOf } from './word-tokens.ts'

type Match = (value: object) => boolean
type Test = (value: Scalar) => boolean
/** `isElement`: it is one of a list that the field holds, not what the field holds itself. */
type Visit = (value: unknown, isElement: boolean) => boolean

/** Where it is known what the fields hold: texts are compared as texts alone, and words are looked for as words. */
export type Typed = {
  fields: FilterFields
  /** What is said or written in a field of words; each text stands for itself. */
  wordsAt: (value: object, path: readonly string[]) => readonly string[]
}

/** The function never throws, and sees nothing but the value's own properties. The tree must have passed checkFilter. */
export function matcher(node: FilterNode, typed?: Typed): Match {
  if (node.kind === 'comparison') return comparing(node, typed)
  if (node.kind === 'not') {
    const inner = matcher(node.node, typed)
    return (value) => !inner(value)
  }
  const all = node.nodes.map((one) => matcher(one, typed))
  return node.kind === 'and'
    ? (value) => all.every((matches) => matches(value))
    : (value) => all.some((matches) => matches(value))
}

function comparing(comparison: Comparison, typed?: Typed): Match {
  const { path, operator, literal } = comparison
  const type = typed && fieldType(path, typed.fields)
  if (typed && type === 'words') {
    const query = wordQuery(comparison)
    return (value) => typed.wordsAt(value, path).some((text) => findWords(tokensOf(text), query).length > 0)
  }
  const isThere: Match = (value) => someAt(value, path, () => true)
  if (literal.type === 'null') return operator === '=' ? (value) => !isThere(value) : isThere
  if (isAnything(literal)) return isThere
  const unitsPerSecond = path.at(-1)?.endsWith('_ms') ? 1000 : 1
  const sizes = type === undefined ? anySize : sizesOf(type)
  const fits = fitting(operator, literal, unitsPerSecond, sizes)
  return operator === '!='
    ? (value) => isThere(value) && !someAt(value, path, fits)
    : (value) => someAt(value, path, fits)
}

/** Whether one of the values at the path fits. Lists on the way, and at its end, stand for their elements. */
function someAt(root: object, path: string[], fits: Visit): boolean {
  // No recursion: lists may lie within each other deeper than the stack is.
  const open: { value: unknown; depth: number; isElement: boolean }[] = [{ value: root, depth: 0, isElement: false }]
  for (let next = open.pop(); next; next = open.pop()) {
    let { value, depth } = next
    while (depth < path.length && isRecord(value)) value = ownValue(value, path[depth++] as string)
    if (value === null || value === undefined) continue
    if (Array.isArray(value)) {
      const isElement = depth === path.length
      for (const element of value) open.push({ value: element, depth, isElement })
    } else if (depth === path.length && fits(value, next.isElement)) return true
  }
  return false
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const ownValue = (value: Record<string, unknown>, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name] : undefined

/** As what else than its text a value may be compared. */
type Sizes = { isNumber: boolean; isTime: boolean; isDuration: boolean; hasParts: boolean }
const anySize: Sizes = { isNumber: true, isTime: true, isDuration: true, hasParts: true }

function sizesOf(type: FieldType): Sizes {
  const isText = typeof type === 'object' || type === 'text' || type === 'list'
  if (isText) return { isNumber: false, isTime: false, isDuration: false, hasParts: true }
  return { ...anySize, isDuration: type !== 'mixed', hasParts: type === 'mixed' || type === 'any' }
}

function fitting(operator: Operator, literal: Literal, unitsPerSecond: number, sizes: Sizes): Visit {
  if (operator !== '=' && operator !== '!=' && operator !== ':') {
    const distance = distanceFrom(literal, unitsPerSecond, sizes)
    const isRight = directions[operator]
    return (value) => {
      const found = isScalar(value) ? distance(value) : null
      return found !== null && isRight(found)
    }
  }
  const equals = equal(literal, unitsPerSecond, sizes)
  if (operator !== ':') return (value) => isScalar(value) && equals(value)
  const text = literalText(literal)
  const isInside = insidePattern(foldedParts(literal))
  return (value, isElement) => {
    if (!isScalar(value)) return isRecord(value) && (ownValue(value, text) ?? null) !== null
    return equals(value) || (typeof value === 'string' && sizes.hasParts && !isElement && isInside(folded(value)))
  }
}

const directions = {
  '<': (distance: number) => distance < 0,
  '<=': (distance: number) => distance <= 0,
  '>': (distance: number) => distance > 0,
  '>=': (distance: number) => distance >= 0,
}

const foldedParts = (literal: Literal): string[] =>
  (literal.type === 'text' ? literal.parts : [literalText(literal)]).map(folded)

/** The same text, or the same number, or the same time, or the same duration. */
function equal(literal: Literal, unitsPerSecond: number, sizes: Sizes): Test {
  const text = literalText(literal)
  const distance = distanceFrom(literal, unitsPerSecond, sizes)
  if (literal.type === 'number' && sizes.isNumber) {
    // Identifiers of more digits than a double holds would all be the same number.
    const isExact = Number.isSafeInteger(Math.trunc(Number(text)))
    return (value) => (isExact || typeof value === 'number' ? distance(value) === 0 : value === text)
  }
  const isSame = wholePattern(foldedParts(literal))
  return (value) => isSame(folded(String(value))) || distance(value) === 0
}

/** Below 0 where the value lies before the literal, 0 where it is the same; null where the two cannot be compared. */
function distanceFrom(literal: Literal, unitsPerSecond: number, sizes: Sizes): (value: Scalar) => number | null {
  const text = literalText(literal)
  const time = literal.type === 'text' && sizes.isTime ? timeOf(text) : null
  const durationMs = literal.type === 'text' && sizes.isDuration ? durationOf(text) : null
  if (literal.type === 'number' && sizes.isNumber) return fromPoint(Number(text), numberOf)
  if (time) {
    return (value) => {
      const at = timeOf(value)?.from
      if (at === undefined) return null
      return at < time.from ? -1 : at > time.to ? 1 : 0
    }
  }
  if (durationMs === null) return () => null
  const inUnits = (ms: number) => (ms * unitsPerSecond) / 1000
  return fromPoint(inUnits(durationMs), (value) => {
    if (typeof value === 'number') return value
    const ms = durationOf(value)
    return ms === null ? null : inUnits(ms)
  })
}

const fromPoint = (point: number, read: (value: Scalar) => number | null) => (value: Scalar) => {
  const found = read(value)
  return found === null ? null : found - point
}
