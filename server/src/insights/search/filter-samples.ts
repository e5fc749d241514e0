// For tests alone: filters over the fields of conversations, and rows that they often fit.

import fc from 'fast-check'
import { checkFilter } from '../../platform/filter/field-check.ts'
import type { Comparison, FilterNode, Literal, Operator } from '../../platform/filter/syntax-tree.ts'
import { fieldTypes } from './fields.ts'
import { sidesOf } from './words.ts'

const words = [
  'cancel',
  'late',
  'payment',
  'payments',
  'e-mail',
  'email',
  'Zoë',
  'zoe',
  'ngiyabonga',
  '0821234567',
  '😀',
  "don't",
]
export const roles = ['agent', 'customer', 'bot', 'unknown'] as const
const spoken = fc.array(
  fc.record({
    role: fc.constantFrom(...roles),
    text: fc
      .array(fc.constantFrom(...words, ',', '+27 82 123 4567'), { minLength: 1, maxLength: 5 })
      .map((all) => all.join(' ')),
  }),
  { maxLength: 5 },
)
const texts = fc.constantFrom(
  'a',
  'A',
  'Été',
  'e\u0301te\u0301',
  'ΣΑΣ',
  'x_y%',
  'call-0821234567',
  '60',
  '60.0',
  'true',
  '2026-01-31',
  'zoe@example.com',
  'a\\b',
)
const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null, freq: 3 })
const scalar = fc.oneof(texts, fc.constantFrom(60, 60.5, -1, true, null, '2026-01-31T10:00:00Z', '90s', 1500.5))
const metadata = fc.dictionary(
  fc.constantFrom('k', 'call reason', 'n'),
  fc.oneof(
    scalar,
    scalar,
    fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('k', 'm'), scalar, { maxKeys: 2 }),
  ),
  { maxKeys: 3 },
)
const times = fc.constantFrom(
  '2026-01-31T00:00:00.000Z',
  '2026-01-31T10:00:00.000Z',
  '2026-01-31T23:59:59.999Z',
  '2026-02-01T00:00:00.000Z',
)

export const rowOf = fc.record({
  channel: fc.constantFrom('voice', 'chat'),
  direction: orNull(fc.constantFrom('inbound', 'outbound')),
  external_id: orNull(texts),
  customer_ref: orNull(fc.constantFrom('ref-1234', 'Été')),
  caller_number: orNull(fc.constantFrom('0821234567', '+27110000001')),
  called_number: orNull(fc.constantFrom('0821234567', '0115550000')),
  team: orNull(texts),
  tags: fc.array(texts, { maxLength: 3 }),
  metadata,
  started_at: times,
  ended_at: orNull(times),
  reviewed_at: orNull(times),
  duration_ms: orNull(fc.constantFrom(0, 60_000, 90_000)),
  sentiment: orNull(fc.constantFrom('negative', 'positive')),
  silence_ratio: orNull(fc.constantFrom(0, 20.5, 60)),
  sentiment_end: orNull(fc.constantFrom(-0.4, 0, 0.4)),
  turns: spoken,
  hasFacts: fc.boolean(),
})
export type Row = typeof rowOf extends fc.Arbitrary<infer T> ? T & { id: string; seq: number } : never

const textOf = (one: string): Literal => ({ type: 'text', parts: [one] })
const anyLiteral: fc.Arbitrary<Literal> = fc.oneof(
  fc.constant<Literal>({ type: 'null' }),
  fc.boolean().map((value): Literal => ({ type: 'boolean', value })),
  fc.constantFrom('60', '60.0', '6e1', '-1', '0', '-0.4', '1500.50').map((text): Literal => ({ type: 'number', text })),
  texts.map(textOf),
  fc
    .constantFrom(
      '2026-01-31',
      '2026-01-31T10:00:00Z',
      '2026-01-31 12:00',
      '90s',
      '1.5m',
      'inbound',
      'negative',
      'voice',
      '[CUSTOMER]',
    )
    .map(textOf),
  fc
    .array(fc.constantFrom('', 'a', 'é', '0821', 'call', '_'), { minLength: 2, maxLength: 3 })
    .map((parts): Literal => ({ type: 'text', parts })),
)
const wordLiteral = fc.oneof(
  fc.constantFrom(...words, 'late payment', 'payment late', '27 82 123 4567', 'call', '60', 'reason').map(textOf),
  fc.constantFrom('pay', 'late pay', 'zo', '08').map((start): Literal => ({ type: 'text', parts: [start, ''] })),
)
const paths = [
  'channel',
  'direction',
  'external_id',
  'customer.ref',
  'caller_number',
  'called_number',
  'team',
  'tags',
  'metadata.k',
  'metadata.call reason',
  'metadata.n.k',
  'started_at',
  'ended_at',
  'reviewed',
  'duration_ms',
  'sentiment',
  'silence_ratio',
  'customer.sentiment_end',
  'sentiment_end',
]
const comparisons = fc
  .oneof(
    fc.record({
      path: fc.constantFrom(...paths).map((path) => path.split('.')),
      operator: fc.constantFrom<Operator>('=', '!=', '<', '<=', '>', '>=', ':', ':'),
      literal: anyLiteral,
    }),
    fc.record({
      path: fc.constantFrom(...Object.keys(sidesOf)).map((path) => path.split('.')),
      operator: fc.constant<Operator>(':'),
      literal: wordLiteral,
      near: fc.option(
        fc.record({ literal: fc.constantFrom('payment', 'late').map(textOf), within: fc.constantFrom(1, 2, 9) }),
        { nil: undefined },
      ),
    }),
  )
  .map(
    ({
      near,
      ...one
    }: {
      path: string[]
      operator: Operator
      literal: Literal
      near?: { literal: Literal; within: number } | undefined
    }): Comparison => ({
      kind: 'comparison',
      ...one,
      ...(near ? { near: { ...near, position: 0 } } : {}),
      position: 0,
      literalPosition: 0,
    }),
  )
export const filters = fc.letrec<{ node: FilterNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    comparisons.filter((one) => isFine(one)),
    tie('node').map((node): FilterNode => ({ kind: 'not', node })),
    fc.tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('node'), { minLength: 2, maxLength: 3 })).map(
      ([kind, nodes]): FilterNode => ({
        kind,
        nodes: nodes.flatMap((node) => (node.kind === kind ? node.nodes : [node])),
      }),
    ),
  ),
})).node

function isFine(node: FilterNode): boolean {
  try {
    checkFilter(node, fieldTypes)
    return true
  } catch {
    return false
  }
}
