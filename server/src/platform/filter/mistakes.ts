// What people write who know another language, and what to say to them. Nothing is read here, only told.

import type { Problem } from '../problem.ts'
import { refusal, shown } from './refusal.ts'

const otherOperators: Record<string, string> = {
  '==': '=',
  '===': '=',
  ':=': '=',
  '≠': '!=',
  '<>': '!=',
  '!==': '!=',
  '=!': '!=',
  '≤': '<=',
  '=<': '<=',
  '≥': '>=',
  '=>': '>=',
  '=:': ':',
}

const otherWords: Record<string, string> = {
  is: 'field = value, or field = null for what is not there',
  equals: 'field = value',
  eq: 'field = value',
  ne: 'field != value',
  gt: 'field > value',
  lt: 'field < value',
  in: 'field = (a OR b)',
  like: 'field = "begin*", with * for any characters',
  ilike: 'field = "begin*", with * for any characters',
  matches: 'field = "begin*", with * for any characters',
  contains: 'field : value',
  has: 'field : value',
  includes: 'field : value',
  between: 'field >= 1 AND field <= 5',
  not: 'NOT field = value',
}

const knownOperators = '=, !=, <, <=, >, >= or : (has)'

/** In place of an operator. */
export function operatorMistake(text: string, position: number, field: string, written: string): Problem {
  if (written) {
    const meant = Object.hasOwn(otherOperators, written) ? otherOperators[written] : undefined
    if (meant) return refusal(position, `${written} is not known. Did you mean ${meant}?`)
    if (/~/.test(written))
      return refusal(position, `${shown(written)} is not known. For patterns, write field = "begin*".`)
    return refusal(position, `${shown(written)} is not known. After ${shown(field)} comes ${knownOperators}.`)
  }
  if (/^not$/i.test(field)) return refusal(position, 'what stands before this is no field. Write NOT in capitals.')
  const word = wordAt(text, position)
  const meant = Object.hasOwn(otherWords, word.toLowerCase()) ? otherWords[word.toLowerCase()] : undefined
  if (meant) return refusal(position, `${shown(word)} is not known. Write ${meant}.`)
  if (position >= text.length || /^(?:AND|OR)$/.test(word) || text[position] === ')') {
    return refusal(position, `${shown(field)} is compared with nothing. After it comes ${knownOperators}, and a value.`)
  }
  return refusal(
    position,
    `after ${shown(field)} comes ${knownOperators}, not ${shown(word || charAt(text, position))}.`,
  )
}

/** In place of the name of a field. */
export function wordMistake(text: string, position: number, isAfterDot: boolean): Problem {
  const word = wordAt(text, position)
  if (isAfterDot) return refusal(position, 'after the dot comes a name. Names with other characters go into "quotes".')
  if (position >= text.length) return refusal(position, 'it ends where a comparison should stand, as in field = value.')
  if (word === 'AND' || word === 'OR') return refusal(position, `before ${word} there is no comparison.`)
  if (word === 'NOT')
    return refusal(position, 'after NOT comes a comparison or a parenthesis, as in NOT field = value.')
  if (text[position] === ')') return refusal(position, 'there is no comparison before this parenthesis.')
  if (text[position] === '!') return refusal(position, '! is not known here. Did you mean NOT?')
  const found = shown(charAt(text, position))
  return refusal(
    position,
    `a comparison begins with the name of a field, not with ${found}. Other names go into "quotes".`,
  )
}

/** Behind a comparison that is whole. */
export function strayMistake(text: string, position: number): Problem {
  const word = wordAt(text, position)
  const char = charAt(text, position)
  if (char === ')')
    return refusal(position, 'this parenthesis closes nothing. Take it out, or write ( where it begins.')
  if (/^(?:and|or)$/i.test(word)) return refusal(position, `write ${word.toUpperCase()} in capitals.`)
  if (char === '&' || char === '|') return refusal(position, `did you mean ${char === '&' ? 'AND' : 'OR'}?`)
  if (/^\d,\d/.test(text.slice(position - 1))) {
    return refusal(position, 'the decimals of a number follow a point, as in 1.5.')
  }
  if (char === ',' || char === ';')
    return refusal(position, `for one of several values, write field = (a OR b), without ${char}`)
  const hint = word
    ? ' A text of several words goes into "quotes".'
    : ' A text with such characters goes into "quotes".'
  return refusal(position, `between two comparisons comes AND or OR, not ${shown(word || char)}.${hint}`)
}

function wordAt(text: string, position: number): string {
  const word = /[\p{L}\p{M}\p{N}_-]+/uy
  word.lastIndex = position
  return word.exec(text)?.[0] ?? ''
}

const charAt = (text: string, position: number) => String.fromCodePoint(text.codePointAt(position) ?? 0x20)
