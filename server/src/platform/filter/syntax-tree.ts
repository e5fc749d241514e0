// What a filter is once it has been read: a small closed tree, the same for all who compile it. How it is written
// stands in parser.ts, what it means in matcher.ts, and for its users in docs/filters.md.

export const operators = ['=', '!=', '<=', '<', '>=', '>', ':'] as const
export type Operator = (typeof operators)[number]

/** Times and durations are texts that read as such, as in JSON. */
export type Literal =
  | { type: 'null' }
  | { type: 'boolean'; value: boolean }
  /** As it was written, in JSON's syntax: an identifier may have more digits than a number holds. */
  | { type: 'number'; text: string }
  /** What stands between the wildcards: `*@example.com` is `['', '@example.com']`, and one part has none. */
  | { type: 'text'; parts: string[] }

export type Comparison = {
  kind: 'comparison'
  /** `data.agent_email` is `['data', 'agent_email']`. */
  path: string[]
  operator: Operator
  literal: Literal
  /** Where the field begins in the text, in UTF-16 units from 0. */
  position: number
  literalPosition: number
  /** Of words: another one stands at most so many words before or behind it. */
  near?: { literal: Literal; position: number; within: number }
}

export type FilterNode =
  | Comparison
  | { kind: 'not'; node: FilterNode }
  /** Two or more, none of them of the same kind. */
  | { kind: 'and' | 'or'; nodes: FilterNode[] }

/** The literal's text with its wildcards, without quotes. */
export const literalText = (literal: Literal): string => {
  if (literal.type === 'text') return literal.parts.join('*')
  return literal.type === 'number' ? literal.text : literal.type === 'boolean' ? String(literal.value) : 'null'
}

/** Whether it is `*` alone: anything at all. */
export const isAnything = (literal: Literal): boolean =>
  literal.type === 'text' && literal.parts.length > 1 && literal.parts.every((part) => part === '')
