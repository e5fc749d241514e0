// Reads the filter language: Google's AIP-160 without what can be misread. AND and OR do not meet without parentheses
// (Google lets OR bind tighter, SQL lets AND), and nothing is joined by a space alone. What a comparison means is
// matcher.ts's, whether its field exists field-check.ts's.

import { noiseAhead, wordsAhead } from './bare-words.ts'
import { checkFilter, type FilterFields, fieldType } from './field-check.ts'
import { literalAhead, quotedText } from './literal-text.ts'
import { operatorMistake, strayMistake, wordMistake } from './mistakes.ts'
import { refusal, shown } from './refusal.ts'
import { type Comparison, type FilterNode, type Literal, type Operator, operators } from './syntax-tree.ts'
import { nearMax } from './word-query.ts'

export const filterCharsMax = 2000
const depthMax = 20
const comparisonsMax = 100

export type Known = {
  /** What there is to compare; among them fields of words, which may be asked for by NEAR. */
  fields: FilterFields
  /** Where words that have no field of their own are looked for: then the text is what stands in a search box. */
  bareField?: string
}

type Reader = { text: string; at: number; depth: number; comparisons: number; known: Known | undefined }

/**
 * The tree of a filter such as `data.sentiment = negative AND data.duration > 60`; docs/filters.md has the language.
 * Without `known`, nothing is known of fields: checkFilter is for those.
 *
 * @throws Problem('invalid', 'invalid_filter'); `facts.position` counts UTF-16 units from 0.
 */
export function parseFilter(text: string, known?: Known): FilterNode {
  if (text.length > filterCharsMax) {
    throw refusal(filterCharsMax, `it goes on here, but has room for ${filterCharsMax} characters.`)
  }
  const unreadable = text.search(/\p{Cs}|[^\P{Cc}\t\n\r]/u)
  if (unreadable >= 0) {
    const char = String.fromCodePoint(text.codePointAt(unreadable) ?? 0)
    throw refusal(unreadable, `${shown(char)} is no character of a text. Take it out.`)
  }
  const reader: Reader = { text, at: 0, depth: 0, comparisons: 0, known }
  skipNoise(reader)
  if (reader.at === text.length) {
    throw refusal(0, text.trim() ? 'there is no word in it.' : 'it is empty. Leave it out to get everything.')
  }
  const node = readExpression(reader)
  if (reader.at < text.length) throw strayMistake(text, reader.at)
  checkFilter(node, known?.fields)
  return node
}

const readExpression = (reader: Reader): FilterNode => readJoined(reader, () => readTerm(reader))

function readJoined(reader: Reader, readOne: () => FilterNode): FilterNode {
  const nodes: FilterNode[] = []
  for (let joint: string | null = null; ; ) {
    skipNoise(reader)
    nodes.push(readOne())
    skipNoise(reader)
    const position = reader.at
    const next = take(reader, /(?:AND|OR)(?![\p{L}\p{M}\p{N}_])/uy) ?? impliedJoint(reader)
    if (!next) return joined(joint === 'OR' ? 'or' : 'and', nodes)
    if (joint && joint !== next) {
      const hint = 'Put one of them into parentheses, as in a = 1 AND (b = 2 OR c = 3).'
      throw refusal(position, `AND and OR meet here. ${hint}`)
    }
    joint = next
  }
}

/** In a search box, all of the words are wanted. */
function impliedJoint(reader: Reader): 'AND' | null {
  const isOver = reader.at === reader.text.length || reader.text[reader.at] === ')'
  return reader.known?.bareField === undefined || isOver ? null : 'AND'
}

/** Without parentheses that change nothing. */
function joined(kind: 'and' | 'or', nodes: FilterNode[]): FilterNode {
  const [only] = nodes
  if (only && nodes.length === 1) return only
  return { kind, nodes: nodes.flatMap((node) => (node.kind === kind ? node.nodes : [node])) }
}

function readTerm(reader: Reader): FilterNode {
  skipNoise(reader)
  const position = reader.at
  // In a search box, what remains of a dash stands right before what is not wanted (bare-words.ts).
  if (take(reader, /NOT(?=[\s("'“„-])|-/y))
    return deeper(reader, position, () => ({ kind: 'not', node: readTerm(reader) }))
  if (take(reader, /\(/y)) return deeper(reader, position, () => closed(reader, position, readExpression(reader)))
  return readBareWords(reader) ?? readComparison(reader)
}

/** Words without a field, where the text is a search box's; null where a field is named. */
function readBareWords(reader: Reader): Comparison | null {
  const { known, text, at } = reader
  if (known?.bareField === undefined) return null
  const name = /^([\p{L}_][\p{L}\p{M}\p{N}_-]*(?:\.(?:[\p{L}\p{M}\p{N}_-]+|"[^"]*"))*)(\s*)(?:[=<>:]|!=)/u.exec(
    text.slice(at),
  )
  const isField =
    name?.[1] !== undefined && (name[2] === '' || fieldType(name[1].split('.'), known.fields) !== undefined)
  if (isField) return null
  if (!wordsAhead(text, at)) throw refusal(at, 'there is no word here to look for.')
  return readOne(reader, { path: known.bareField.split('.'), operator: ':', position: at })
}

function closed<T>(reader: Reader, opening: number, inner: T): T {
  skipNoise(reader)
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
  const read = () => readOne(reader, { path, operator, position })
  // `status = (failed OR queued)`: a comparison with each.
  if (!take(reader, /\(/y)) return read()
  if (operator !== '=' && operator !== ':') {
    const hint = 'Write NOT field = (a OR b).'
    throw refusal(opening, `a choice in parentheses goes with = and : alone, not with ${operator}. ${hint}`)
  }
  return deeper(reader, opening, () => closed(reader, opening, readJoined(reader, read)))
}

/** The value of a comparison, and of words what is to be near. */
function readOne(reader: Reader, begun: Pick<Comparison, 'path' | 'operator' | 'position'>): Comparison {
  if (++reader.comparisons > comparisonsMax) {
    throw refusal(reader.at, `there are more than ${comparisonsMax} comparisons. Split the filter.`)
  }
  const literalPosition = reader.at
  const literal = readLiteral(reader, begun)
  const comparison: Comparison = { kind: 'comparison', ...begun, literal, literalPosition }
  const { at } = reader
  const near = reader.known ? take(reader, /\s+NEAR(?:\/\d{1,9})?(?=[\s"“„])/uy)?.trim() : undefined
  if (!near) return comparison
  const within = Number(near.slice('NEAR/'.length))
  if (within < 1 || within > nearMax) {
    throw refusal(at + 1, `NEAR says how many words there are at most, from 1 to ${nearMax}, as in a NEAR/5 b.`)
  }
  skipBlank(reader)
  return { ...comparison, near: { position: reader.at, literal: readLiteral(reader, begun), within } }
}

function readLiteral(reader: Reader, { path, operator }: Pick<Comparison, 'path' | 'operator'>): Literal {
  const { text, known } = reader
  const isSearched = known?.bareField !== undefined && fieldType(path, known.fields) === 'words'
  const at = isSearched ? reader.at + noiseAhead(text, reader.at) : reader.at
  const { literal, end } = (isSearched ? wordsAhead(text, at) : null) ?? literalAhead(text, at, operator)
  reader.at = end
  return literal
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

/** Between comparisons; in a search box, signs mean nothing there. */
function skipNoise(reader: Reader): void {
  if (reader.known?.bareField === undefined) skipBlank(reader)
  else reader.at += noiseAhead(reader.text, reader.at)
}

/** What stands next, if the sticky pattern fits it. */
function take(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0] ?? null
  if (found !== null) reader.at += found.length
  return found
}
