// What a filter means: it is compiled to a function over JSON values, once, for as many values as there are. There is no
// third truth value: what is not there fits no comparison but `= null`, and NOT turns every answer round.
// docs/filters.md says the same to its users.

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

type Match = (value: object) => boolean
type Test = (value: Scalar) => boolean
/** `isElement`: it is one of a list that the field holds, not what the field holds itself. */
type Visit = (value: unknown, isElement: boolean) => boolean

/** The function never throws, and sees nothing but the value's own properties. The tree must have passed checkFilter. */
export function matcher(node: FilterNode): Match {
  if (node.kind === 'comparison') return comparing(node)
  if (node.kind === 'not') {
    const inner = matcher(node.node)
    return (value) => !inner(value)
  }
  const all = node.nodes.map(matcher)
  return node.kind === 'and'
    ? (value) => all.every((matches) => matches(value))
    : (value) => all.some((matches) => matches(value))
}

function comparing({ path, operator, literal }: Comparison): Match {
  const isThere: Match = (value) => someAt(value, path, () => true)
  if (literal.type === 'null') return operator === '=' ? (value) => !isThere(value) : isThere
  if (isAnything(literal)) return isThere
  const unitsPerSecond = path.at(-1)?.endsWith('_ms') ? 1000 : 1
  const fits = fitting(operator, literal, unitsPerSecond)
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

function fitting(operator: Operator, literal: Literal, unitsPerSecond: number): Visit {
  if (operator !== '=' && operator !== '!=' && operator !== ':') {
    const distance = distanceFrom(literal, unitsPerSecond)
    const isRight = directions[operator]
    return (value) => {
      const found = isScalar(value) ? distance(value) : null
      return found !== null && isRight(found)
    }
  }
  const equals = equal(literal, unitsPerSecond)
  if (operator !== ':') return (value) => isScalar(value) && equals(value)
  const text = literalText(literal)
  const isInside = insidePattern(foldedParts(literal))
  return (value, isElement) => {
    if (!isScalar(value)) return isRecord(value) && (ownValue(value, text) ?? null) !== null
    return equals(value) || (typeof value === 'string' && !isElement && isInside(folded(value)))
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
function equal(literal: Literal, unitsPerSecond: number): Test {
  const text = literalText(literal)
  const distance = distanceFrom(literal, unitsPerSecond)
  if (literal.type === 'number') {
    // Identifiers of more digits than a double holds would all be the same number.
    const isExact = Number.isSafeInteger(Math.trunc(Number(text)))
    return (value) => (isExact || typeof value === 'number' ? distance(value) === 0 : value === text)
  }
  const isSame = wholePattern(foldedParts(literal))
  return (value) => isSame(folded(String(value))) || distance(value) === 0
}

/** Below 0 where the value lies before the literal, 0 where it is the same; null where the two cannot be compared. */
function distanceFrom(literal: Literal, unitsPerSecond: number): (value: Scalar) => number | null {
  const text = literalText(literal)
  const time = literal.type === 'text' ? timeOf(text) : null
  const durationMs = literal.type === 'text' ? durationOf(text) : null
  if (literal.type === 'number') return fromPoint(Number(text), numberOf)
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
