// What somebody looks for in spoken and written words: a word, the beginning of one, a phrase, or two words near each
// other. How it is found in a text is told here; how in the database, by whoever compiles a filter.

import { refusal, shown } from './refusal.ts'
import type { Comparison, Literal } from './syntax-tree.ts'
import { literalText } from './syntax-tree.ts'
import { type Token, tokensOf } from './word-tokens.ts'

/** Words that follow one another; of the last, the beginning is enough where `isPrefix`. */
export type Phrase = { lexemes: string[]; isPrefix: boolean }
export type WordQuery = { kind: 'any'; phrases: Phrase[] } | { kind: 'near'; ends: [Phrase, Phrase]; within: number }

/** Words further apart than this do not hang together, whatever is asked. */
export const nearMax = 20
/** Shorter beginnings are those of too many words. */
const prefixCharsMin = 2

/** @throws Problem('invalid', 'invalid_filter') for what holds no word, and for stars that do not end one */
export function wordQuery({ literal, literalPosition, near }: Comparison): WordQuery {
  const phrases = phrasesIn(literal, literalPosition)
  if (!near) return { kind: 'any', phrases }
  const ends = [phrases, phrasesIn(near.literal, near.position)].map(([first, ...others], index) => {
    if (first && first.lexemes.length === 1) return first
    const single = others.find(({ lexemes }) => lexemes.length === 1)
    if (single) return single
    const at = index === 0 ? literalPosition : near.position
    throw refusal(at, 'NEAR stands between two single words, as in cancel NEAR/5 account.')
  })
  return { kind: 'near', ends: ends as [Phrase, Phrase], within: near.within }
}

/** The phrase as it is written, and the one word that it may be written as. */
function phrasesIn(literal: Literal, position: number): [Phrase, ...Phrase[]] {
  const text = literalText(literal)
  const parts = literal.type === 'text' ? literal.parts : [text]
  const isPrefix = parts.length > 1
  const [before = ''] = parts
  if (parts.length > 2 || (parts[1] ?? '') !== '') {
    throw refusal(position, `a star stands at the end of a word alone, as in cancel*, not as in ${shown(text)}.`)
  }
  const tokens = tokensOf(before)
  const plain = tokens.filter(({ position }, index) => position === index + 1)
  const last = plain.at(-1)
  if (!last) throw refusal(position, `there is no word in ${shown(text)}.`)
  if (isPrefix && (last.end < before.length || [...last.lexeme].length < prefixCharsMin)) {
    throw refusal(position, `before a star there are at least ${prefixCharsMin} letters of a word, as in cancel*.`)
  }
  const lexemes = plain.map(({ lexeme }) => lexeme)
  const wholes = tokens
    .slice(plain.length)
    .filter((one) => one.position === 1 && one.end === last.end && !(isPrefix && one.lexeme.startsWith('#')))
  return [{ lexemes, isPrefix }, ...wholes.map(({ lexeme }) => ({ lexemes: [lexeme], isPrefix }))]
}

/** Where it is found: each time, the tokens that make it up. Empty when it is not there. */
export function findWords<T extends Token>(tokens: readonly T[], query: WordQuery): T[][] {
  if (query.kind === 'any') return query.phrases.flatMap((phrase) => findPhrase(tokens, phrase))
  const [left, right] = query.ends.map((end) => findPhrase(tokens, end).map(([token]) => token as T))
  return (left ?? []).flatMap((one) =>
    (right ?? [])
      .filter((other) => other.position !== one.position && Math.abs(other.position - one.position) <= query.within)
      .map((other) => (one.start < other.start ? [one, other] : [other, one])),
  )
}

function findPhrase<T extends Token>(tokens: readonly T[], { lexemes, isPrefix }: Phrase): T[][] {
  const fits = (token: Token, index: number) =>
    isPrefix && index === lexemes.length - 1
      ? token.lexeme.startsWith(lexemes[index] as string)
      : token.lexeme === lexemes[index]
  const begins = tokens.filter((token) => fits(token, 0))
  if (lexemes.length === 1 || begins.length === 0) return begins.map((token) => [token])
  const at = Map.groupBy(tokens, ({ position }) => position)
  return begins.flatMap((first) => {
    const found = [first]
    for (let index = 1; index < lexemes.length; index++) {
      const next = at.get(first.position + index)?.find((token) => fits(token, index))
      if (!next) return []
      found.push(next)
    }
    return [found]
  })
}
