// Reads the filter language: Google's AIP-160 without what can be misread. AND and OR do not meet without parentheses
// (Google lets OR bind tighter, SQL lets AND), and nothing is joined by a space alone. What a comparison means is
// matcher.ts's, whether its field exists field-check.ts's.

import { checkFilter } from './field-check.ts'
import { literalAhead, quotedText } from './literal-text.ts'
import { operatorMistake, strayMistake, wordMistake } from './mistakes.ts'
import { refusal, shown } from './refusal.ts'
import { type Comparison, type FilterNode, type Operator, operators } from './syntax-tree.ts'

export const filterCharsMax = 2000
const depthMax = 20
const comparisonsMax = 100

type Reader = { text: string; at: number; depth: number; comparisons: number }

/**
 * The tree of a filter such as `data.sentiment = negative AND data.duration > 60`; docs/filters.md has the language.
 * Nothing is known of fields here: checkFilter is for those.
 *
 * @throws Problem('invalid', 'invalid_filter'); `facts.position` counts UTF-16 units from 0.
 */
export function parseFilter(text: string): FilterNode {
  if (text.length > filterCharsMax) {
    throw refusal(filterCharsMax, `it goes on here, but has room for ${filterCharsMax} characters.`)
  }
  const unreadable = text.search(/\p{Cs}|[^\P{Cc}\t\n\r]/u)
  if (unreadable >= 0) {
    const char = String.fromCodePoint(text.codePointAt(unreadable) ?? 0)
    throw refusal(unreadable, `${shown(char)} is no character of a text. Take it out.`)
  }
  const reader: Reader = { text, at: 0, depth: 0, comparisons: 0 }
  skipBlank(reader)
  if (reader.at === text.length) throw refusal(0, 'it is empty. Leave it out to get everything.')
  const node = readExpression(reader)
  if (reader.at < text.length) throw strayMistake(text, reader.at)
  checkFilter(node)
  return node
}

const readExpression = (reader: Reader): FilterNode => readJoined(reader, () => readTerm(reader))

function readJoined(reader: Reader, readOne: () => FilterNode): FilterNode {
  const nodes: FilterNode[] = []
  for (let joint: string | null = null; ; ) {
    skipBlank(reader)
    nodes.push(readOne())
    skipBlank(reader)
    const position = reader.at
    const next = take(reader, /(?:AND|OR)(?![\p{L}\p{M}\p{N}_])/uy)
    if (!next) return joined(joint === 'OR' ? 'or' : 'and', nodes)
    if (joint && joint !== next) {
      const hint = 'Put one of them into parentheses, as in a = 1 AND (b = 2 OR c = 3).'
      throw refusal(position, `AND and OR meet here. ${hint}`)
    }
    joint = next
  }
}

/** Without parentheses that change nothing. */
function joined(kind: 'and' | 'or', nodes: FilterNode[]): FilterNode {
  const [only] = nodes
  if (only && nodes.length === 1) return only
  return { kind, nodes: nodes.flatMap((node) => (node.kind === kind ? node.nodes : [node])) }
}

function readTerm(reader: Reader): FilterNode {
  skipBlank(reader)
  const position = reader.at
  if (take(reader, /NOT(?=[\s("'-])|-/y))
    return deeper(reader, position, () => ({ kind: 'not', node: readTerm(reader) }))
  if (take(reader, /\(/y)) return deeper(reader, position, () => closed(reader, position, readExpression(reader)))
  return readComparison(reader)
}

function closed<T>(reader: Reader, opening: number, inner: T): T {
  skipBlank(reader)
  if (take(reader, /\)/y)) return inner
  if (reader.at < reader.text.length) throw strayMistake(reader.text, reader.at)
  throw refusal(opening, 'this parenthesis is never closed. Write ) where it ends.')
}

function deeper<T>(reader: Reader, position: number, read: () => T): T {
  if (++reader.depth > depthMax) {
    throw refusal(position, `parentheses and NOT lie within each other more than ${depthMax} deep. Write it flatter.`)
  }
  const inner = read()
  reader.depth--
  return inner
}

function readComparison(reader: Reader): FilterNode {
  const position = reader.at
  const path = readPath(reader)
  const field = reader.text.slice(position, reader.at)
  skipBlank(reader)
  const operator = readOperator(reader, field)
  skipBlank(reader)
  const opening = reader.at
  const readOne = (): Comparison => {
    if (++reader.comparisons > comparisonsMax) {
      throw refusal(reader.at, `there are more than ${comparisonsMax} comparisons. Split the filter.`)
    }
    const literalPosition = reader.at
    const { literal, end } = literalAhead(reader.text, reader.at, operator)
    reader.at = end
    return { kind: 'comparison', path, operator, literal, position, literalPosition }
  }
  // `status = (failed OR queued)`: a comparison with each.
  if (!take(reader, /\(/y)) return readOne()
  if (operator !== '=' && operator !== ':') {
    const hint = 'Write NOT field = (a OR b).'
    throw refusal(opening, `a choice in parentheses goes with = and : alone, not with ${operator}. ${hint}`)
  }
  return deeper(reader, opening, () => closed(reader, opening, readJoined(reader, readOne)))
}

function readPath(reader: Reader): string[] {
  const path: string[] = []
  do {
    const position = reader.at
    if (take(reader, /["']/y)) {
      const { parts, end } = quotedText(reader.text, position)
      if (parts.length > 1) {
        throw refusal(position, 'the name of a field has no wildcards. Write \\* for the star itself.')
      }
      path.push(parts.join())
      reader.at = end
    } else {
      const name = take(reader, /[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_-]*/uy)
      if (!name || /^(?:AND|OR|NOT)$/.test(name)) throw wordMistake(reader.text, position, path.length > 0)
      path.push(name)
    }
  } while (take(reader, /\./y))
  return path
}

function readOperator(reader: Reader, field: string): Operator {
  const position = reader.at
  const written = take(reader, /[=!<>:~&|≠≤≥]+/y) ?? ''
  const operator = operators.find((one) => one === written)
  if (!operator) throw operatorMistake(reader.text, position, field, written)
  return operator
}

const skipBlank = (reader: Reader): void => void take(reader, /\s+/y)

/** What stands next, if the sticky pattern fits it. */
function take(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0] ?? null
  if (found !== null) reader.at += found.length
  return found
}
