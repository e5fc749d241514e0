// For tests alone: filters written out, made up, and worked out slowly, straight from docs/filters.md. Shares nothing
// with the matcher but the tree.

import fc from 'fast-check'
import { type Comparison, type FilterNode, type Literal, operators } from './syntax-tree.ts'

/** The filter as text, with parentheses wherever two kinds of nodes meet. */
export function printed(node: FilterNode): string {
  if (node.kind === 'comparison') {
    return `${node.path.map(printedName).join('.')} ${node.operator} ${printedLiteral(node.literal)}`
  }
  if (node.kind === 'not') return `NOT ${enclosed(node.node)}`
  return node.nodes.map(enclosed).join(node.kind === 'and' ? ' AND ' : ' OR ')
}

const enclosed = (node: FilterNode) => (node.kind === 'comparison' ? printed(node) : `(${printed(node)})`)
const printedName = (name: string) => (/^[a-z_][a-z_0-9]*$/.test(name) ? name : `"${escaped(name)}"`)
const escaped = (text: string) => text.replaceAll(/["\\*]/g, (char) => `\\${char}`)

function printedLiteral(literal: Literal): string {
  if (literal.type === 'text') return `"${literal.parts.map(escaped).join('*')}"`
  return literal.type === 'number' ? literal.text : literal.type === 'boolean' ? String(literal.value) : 'null'
}

/** Without places, which differ by how a filter is spaced. */
export function bare(node: FilterNode): unknown {
  if (node.kind === 'not') return { kind: node.kind, node: bare(node.node) }
  if (node.kind !== 'comparison') return { kind: node.kind, nodes: node.nodes.map(bare) }
  const { path, operator, literal } = node
  return { path, operator, literal }
}

/** Few, so that fields are mostly there, and values often near to what they are compared with. */
const strangeNames = ['__proto__', 'constructor', 'call reason', 'ḓ', 'x"*\\y']
const names = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'a', 'b', 'wait_ms') },
  { weight: 1, arbitrary: fc.constantFrom(...strangeNames) },
)
const sizes = fc.constantFrom(
  ...['2026-01-31', '2026-01-31T10:00:00Z', '2026-01-31T12:00:00+02:00', '2026-01-31 10:00', '2026-02-01'],
  ...['90s', '1.5m', 'PT1M30S', '1d', '0.09s', '90ms'],
)
const numbers = fc.constantFrom('0', '-0.3', '90', '90.0', '9e1', '9007199254740993', '9007199254740992', '0.09')
const words = fc.constantFrom('', 'a', 'A', 'aba', 'é', 'e\u0301', 'É', 'σς', 'ΣΣ', 'true', 'null', '007', '2026-02-30')
const odd = fc.string({ unit: fc.constantFrom('a', 'b', 'É', '*', '\\', '"', ' ', '😀'), maxLength: 4 })
const text = fc.oneof(words, odd, sizes, numbers)

const numberLiteral = numbers.map((number): Literal => ({ type: 'number', text: number }))
const textLiteral = (one: fc.Arbitrary<string>) => one.map((part): Literal => ({ type: 'text', parts: [part] }))
const sizeLiteral = fc.oneof(numberLiteral, textLiteral(sizes))
const anyLiteral: fc.Arbitrary<Literal> = fc.oneof(
  fc.constant<Literal>({ type: 'null' }),
  fc.boolean().map((value): Literal => ({ type: 'boolean', value })),
  numberLiteral,
  textLiteral(text),
  fc
    .array(fc.oneof(fc.constantFrom('', '', 'a'), text), { minLength: 2, maxLength: 4 })
    .map((parts): Literal => ({ type: 'text', parts })),
)

const comparisons: fc.Arbitrary<FilterNode> = fc.constantFrom(...operators).chain((operator) =>
  fc.record({
    kind: fc.constant('comparison' as const),
    path: fc.oneof(fc.constant<string[]>(['a']), fc.array(names, { minLength: 1, maxLength: 2 })),
    operator: fc.constant(operator),
    literal: /[<>]/.test(operator) ? sizeLiteral : anyLiteral,
    position: fc.constant(0),
    literalPosition: fc.constant(0),
  }),
)

/** Some are refused by checkFilter: `a : null`. */
export const filters: fc.Arbitrary<FilterNode> = fc.letrec<{ node: FilterNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    comparisons,
    tie('node').map((node): FilterNode => ({ kind: 'not', node })),
    fc.tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('node'), { minLength: 2, maxLength: 3 })).map(
      ([kind, nodes]): FilterNode => ({
        kind,
        nodes: nodes.flatMap((node) => (node.kind === kind ? node.nodes : [node])),
      }),
    ),
  ),
})).node

/** JSON values with the names and the texts of the filters. */
export const values: fc.Arbitrary<Record<string, unknown>> = fc.letrec<{
  value: unknown
  record: Record<string, unknown>
}>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(text, numbers.map(Number), fc.constantFrom(null, true, false)),
    fc.oneof(text, numbers.map(Number)),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('record'),
  ),
  // By JSON, for which `__proto__` is a name like others.
  record: fc
    .array(fc.tuple(names, tie('value')), { minLength: 1, maxLength: 4 })
    .map((entries) => entries.map((entry) => entry.map((part) => JSON.stringify(part)).join(':')))
    .map((entries) => JSON.parse(`{${entries.join()}}`)),
})).record

export function slowMatch(node: FilterNode, value: unknown): boolean {
  if (node.kind === 'not') return !slowMatch(node.node, value)
  if (node.kind !== 'comparison') {
    const answers = node.nodes.map((inner) => slowMatch(inner, value))
    return node.kind === 'and' ? !answers.includes(false) : answers.includes(true)
  }
  const held = heldBy(value, node.path, false).filter(({ value }) => value !== null)
  const { literal, operator } = node
  const isStar = literal.type === 'text' && literal.parts.length > 1 && literal.parts.join('') === ''
  if (isStar || literal.type === 'null') return held.length > 0 === (operator !== '=' || isStar)
  if (operator === '!=') return held.length > 0 && !held.some((one) => slowCompare({ ...node, operator: '=' }, one))
  return held.some((one) => slowCompare(node, one))
}

type Held = { value: unknown; isElement: boolean }

function heldBy(value: unknown, [name, ...rest]: string[], isElement: boolean): Held[] {
  if (Array.isArray(value)) {
    return value.flatMap((element) => heldBy(element, name === undefined ? [] : [name, ...rest], name === undefined))
  }
  if (name === undefined) return [{ value, isElement }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === name ? heldBy(inner, rest, false) : []))
}

function slowCompare({ operator, literal, path }: Comparison, { value, isElement }: Held): boolean {
  const written = printedPlain(literal)
  if (typeof value === 'object' && value !== null) {
    return operator === ':' && Object.entries(value).some(([key, inner]) => key === written && inner !== null)
  }
  const plain = String(value)
  const parts = literal.type === 'text' ? literal.parts : [written]
  const order = slowOrder(literal, value, path.at(-1)?.endsWith('_ms') ? 1 : 1000)
  if (operator === '<') return order === '<'
  if (operator === '>') return order === '>'
  if (operator === '<=') return order === '<' || order === '='
  if (operator === '>=') return order === '>' || order === '='
  // As numbers they cannot be told apart.
  const isTooLong = typeof value === 'string' && literal.type === 'number' && Number(written) > Number.MAX_SAFE_INTEGER
  if (order === '=' && !isTooLong) return true
  if (literal.type !== 'number' && fitsParts(slowFold(plain), parts.map(slowFold))) return true
  if (literal.type === 'number' && typeof value === 'string' && value === written) return true
  return (
    operator === ':' &&
    typeof value === 'string' &&
    !isElement &&
    fitsParts(slowFold(plain), ['', ...parts.map(slowFold), ''])
  )
}

const printedPlain = (literal: Literal) => (literal.type === 'text' ? literal.parts.join('*') : printedLiteral(literal))
const slowFold = (plain: string) =>
  [...plain.normalize('NFC')]
    .map((char) => (char === 'ς' ? 'σ' : char.toLowerCase()))
    .join('')
    .normalize('NFC')

/** Tries all ways to part the text. */
function fitsParts(plain: string, [first = '', ...rest]: string[]): boolean {
  if (rest.length === 0) return plain === first
  if (!plain.startsWith(first)) return false
  const left = plain.slice(first.length)
  return Array.from({ length: left.length + 1 }, (_, at) => left.slice(at)).some((tail) => fitsParts(tail, rest))
}

function slowOrder(literal: Literal, value: unknown, msPerUnit: number): '<' | '=' | '>' | null {
  const sign = (a: number, b: number) => (a < b ? '<' : a > b ? '>' : '=')
  const written = printedPlain(literal)
  if (literal.type === 'number') {
    const number = typeof value === 'number' ? value : typeof value === 'string' ? slowNumber(value) : null
    if (number === null) return null
    return sign(number, Number(written))
  }
  if (literal.type !== 'text' || literal.parts.length > 1) return null
  const from = slowTime(written)
  const at = typeof value === 'string' ? slowTime(value) : null
  if (from !== null) {
    if (at === null) return null
    const isDay = written.length === 10
    return isDay && at >= from && at < from + 86_400_000 ? '=' : sign(at, from)
  }
  const length = slowDuration(written)
  const found = typeof value === 'number' ? value * msPerUnit : typeof value === 'string' ? slowDuration(value) : null
  return length === null || found === null ? null : sign(Math.round(found * 1e6), Math.round(length * 1e6))
}

function slowNumber(plain: string): number | null {
  try {
    const value: unknown = JSON.parse(plain)
    return typeof value === 'number' && plain.trim() === plain ? value : null
  } catch {
    return null
  }
}

function slowTime(plain: string): number | null {
  if (!/^\d{4}-\d\d-\d\d/.test(plain)) return null
  const whole = plain.length === 10 ? `${plain}T00:00:00Z` : /Z|[+]/.test(plain) ? plain : `${plain}Z`
  try {
    return Temporal.Instant.from(whole).epochMilliseconds
  } catch {
    return null
  }
}

function slowDuration(plain: string): number | null {
  const unit = /^[\d.]+(ms|s|m|h|d)$/.exec(plain)?.[1]
  const each = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit ?? '']
  if (each !== undefined) return Number.parseFloat(plain) * each
  return plain.startsWith('P') && plain !== 'P' ? Temporal.Duration.from(plain).total('milliseconds') : null
}
