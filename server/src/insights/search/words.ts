// Words that are looked for, as PostgreSQL looks for them: parts of a filter that speak of nothing but words become one
// tsquery, so that one look into the index answers them. What the words of a conversation are: document.ts.

import { type RawBuilder, sql } from 'kysely'
import type { Comparison, FilterNode } from '../../platform/filter/syntax-tree.ts'
import { type Phrase, type WordQuery, wordQuery } from '../../platform/filter/word-query.ts'
import { Problem } from '../../platform/problem.ts'
import { hiddenSign, orgSign, quoted } from './document.ts'

/** By field: whose words. Empty: all, and what is known beside them. */
export const sidesOf: Readonly<Record<string, string>> = {
  text: '',
  'turn.text': 'ABC',
  agent: 'A',
  customer: 'B',
  others: 'C',
}

export const isAboutWords = (node: FilterNode): boolean => {
  if (node.kind === 'comparison') return Object.hasOwn(sidesOf, node.path.join('.'))
  return node.kind === 'not' ? isAboutWords(node.node) : node.nodes.every(isAboutWords)
}

/** For whom: what masks hide is found by those alone who see it. */
export type Reader = { orgId: string; isUnmasked: boolean }

/** A phrase is asked for as many times as there are ways to be near; PostgreSQL's limit is 1 MB of them. */
const termsMax = 4000

export type WordCondition = {
  where: RawBuilder<boolean>
  /** Every conversation that fits has words of it, which an index finds. */
  isRequired: boolean
}

/** Over `d`, whose row may be missing. @throws Problem('invalid', 'too_much_at_once') */
export function wordCondition(node: FilterNode, reader: Reader): WordCondition {
  const whole = written(node, (leaf) => exact(leaf, reader))
  const terms = whole.split("':").length + whole.split("' ").length
  if (terms > termsMax || whole.length > 500_000) {
    const detail = 'That is too much to look for at once. Leave out words, or write smaller distances after NEAR.'
    throw new Problem('invalid', 'too_much_at_once', detail)
  }
  const isMet = sql<boolean>`d.words @@ ${whole}::tsquery`
  const bound = boundOf(node, reader, true)
  const indexed = typeof bound === 'string' ? bound : null
  const fits = hasPlaces(node)
    ? sql<boolean>`(${indexed === null ? sql`true` : sql`d.words @@ ${indexed}::tsquery`}
        and case when d.more is null then ${isMet} else ${byPart(node, reader)} end)`
    : isMet
  const isMetByNothing = holds(node, () => false)
  return {
    where: isMetByNothing ? sql`coalesce(${fits}, true)` : fits,
    isRequired: !isMetByNothing && indexed !== null,
  }
}

function holds(node: FilterNode, leaf: (one: Comparison) => boolean): boolean {
  if (node.kind === 'comparison') return leaf(node)
  if (node.kind === 'not') return !holds(node.node, leaf)
  return node.kind === 'and' ? node.nodes.every((one) => holds(one, leaf)) : node.nodes.some((one) => holds(one, leaf))
}

function written(node: FilterNode, leaf: (one: Comparison) => string): string {
  if (node.kind === 'comparison') return leaf(node)
  if (node.kind === 'not') return `!(${written(node.node, leaf)})`
  return `(${node.nodes.map((one) => written(one, leaf)).join(node.kind === 'and' ? ' & ' : ' | ')})`
}

const isPlaced = (query: WordQuery) => query.kind === 'near' || query.phrases.some(({ lexemes }) => lexemes.length > 1)

const hasPlaces = (node: FilterNode): boolean => {
  if (node.kind === 'comparison') return isPlaced(wordQuery(node))
  return node.kind === 'not' ? hasPlaces(node.node) : node.nodes.some(hasPlaces)
}

/**
 * Without places, which long conversations have in several parts: what holds wherever the node holds (`isUpper`), or what
 * does not hold where it does not. True and false say nothing.
 */
function boundOf(node: FilterNode, reader: Reader, isUpper: boolean): string | boolean {
  if (node.kind === 'comparison') {
    const query = wordQuery(node)
    if (!isPlaced(query)) return exact(node, reader)
    return isUpper && eachTerm(node, query, reader, (phrase, term) => `(${phrase.map(term).join(' & ')})`, ' & ')
  }
  if (node.kind === 'not') {
    const inner = boundOf(node.node, reader, !isUpper)
    return typeof inner === 'boolean' ? !inner : `!(${inner})`
  }
  const isAnd = node.kind === 'and'
  const bounds = node.nodes.map((one) => boundOf(one, reader, isUpper))
  if (bounds.includes(!isAnd)) return !isAnd
  const said = bounds.filter((one) => typeof one === 'string')
  return said.length === 0 ? isAnd : `(${said.join(isAnd ? ' & ' : ' | ')})`
}

/** Comparison by comparison: their words may lie in different parts. */
function byPart(node: FilterNode, reader: Reader): RawBuilder<boolean> {
  if (node.kind === 'not') return sql`not ${byPart(node.node, reader)}`
  if (node.kind !== 'comparison') {
    const all = node.nodes.map((one) => byPart(one, reader))
    return sql`(${sql.join(all, node.kind === 'and' ? sql` and ` : sql` or `)})`
  }
  const query = sql`${exact(node, reader)}::tsquery`
  if (!isPlaced(wordQuery(node))) return sql`d.words @@ ${query}`
  return sql`(d.words @@ ${query} or exists (select from unnest(d.more) as part where part @@ ${query}))`
}

function exact(comparison: Comparison, reader: Reader): string {
  const query = wordQuery(comparison)
  if (query.kind === 'any') {
    return eachTerm(comparison, query, reader, (phrase, term) => `(${phrase.map(term).join(' <-> ')})`, ' | ')
  }
  const distances = Array.from({ length: query.within }, (_, index) => index + 1)
  const near = (left: string, right: string) =>
    distances.flatMap((far) => [`${left} <${far}> ${right}`, `${right} <${far}> ${left}`]).join(' | ')
  const [left, right] = query.ends
  return `(${signs(comparison, reader)
    .map((sign) => near(termOf(comparison, left, 0, sign), termOf(comparison, right, 0, sign)))
    .join(' | ')})`
}

/** Once for what everybody sees and, where the reader sees it, once for what masks hide. */
function eachTerm(
  comparison: Comparison,
  query: WordQuery,
  reader: Reader,
  write: (phrase: number[], term: (index: number) => string) => string,
  joint: string,
): string {
  const phrases = query.kind === 'any' ? query.phrases : query.ends
  const once = (sign: string) =>
    phrases
      .map((phrase) => write([...phrase.lexemes.keys()], (index) => termOf(comparison, phrase, index, sign)))
      .join(query.kind === 'any' ? ' | ' : joint)
  return `(${signs(comparison, reader)
    .map((sign) => `(${once(sign)})`)
    .join(' | ')})`
}

/** Masks hide nothing of what was said. */
function signs({ path }: Comparison, { orgId, isUnmasked }: Reader): string[] {
  const sign = orgSign(orgId)
  return isUnmasked && path.join('.') === 'text' ? [sign, `${sign}${hiddenSign}`] : [sign]
}

function termOf({ path }: Comparison, { lexemes, isPrefix }: Phrase, index: number, sign: string): string {
  const sides = sidesOf[path.join('.')] ?? ''
  const marks = `${isPrefix && index === lexemes.length - 1 ? '*' : ''}${sides}`
  return `${quoted(`${sign}${lexemes[index]}`)}${marks && `:${marks}`}`
}
