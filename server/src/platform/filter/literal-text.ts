// Reads one value of a filter: null, true, false, a number, a word, or a text in quotes, the last two with wildcards.

import type { Problem } from '../problem.ts'
import { refusal, shown } from './refusal.ts'
import type { Literal, Operator } from './syntax-tree.ts'
import { numberOf } from './values.ts'

/** What needs no quotes: words, addresses, dates and times, numbers, and stars. */
const word = /[\p{L}\p{M}\p{N}_+./@*%#-][\p{L}\p{M}\p{N}_+./@*%#:-]*/uy

/** The value that begins at `at`, and where it ends. @throws Problem('invalid', 'invalid_filter') */
export function literalAhead(text: string, at: number, operator: Operator): { literal: Literal; end: number } {
  const first = text[at]
  if (first === '"' || first === "'") {
    const { parts, end } = quotedText(text, at)
    return { literal: { type: 'text', parts }, end }
  }
  word.lastIndex = at
  const found = word.exec(text)?.[0]
  if (found === undefined) throw literalMistake(text, at, operator)
  if (/^(?:AND|OR|NOT)$/.test(found)) {
    const hint = `For the word itself, write "${found}".`
    throw refusal(at, `after ${operator} comes a value, and ${found} joins comparisons. ${hint}`)
  }
  return { literal: literalOf(found), end: at + found.length }
}

function literalMistake(text: string, at: number, operator: Operator): Problem {
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0)
  if (at >= text.length || char === ')') {
    return refusal(at, `after ${operator} comes a value, as in field ${operator} ${operator === ':' ? 'word' : '1'}.`)
  }
  if (/[“”„‟«»‘’`´]/.test(char)) return refusal(at, `${shown(char)} is no quote here. Use " at both ends of the text.`)
  return refusal(at, `a value does not begin with ${shown(char)}. A text with such characters goes into "quotes".`)
}

function literalOf(found: string): Literal {
  if (found === 'null') return { type: 'null' }
  if (found === 'true' || found === 'false') return { type: 'boolean', value: found === 'true' }
  return numberOf(found) === null ? { type: 'text', parts: found.split('*') } : { type: 'number', text: found }
}

/** The text whose opening quote is at `opening`, as it lies between its wildcards. */
export function quotedText(text: string, opening: number): { parts: string[]; end: number } {
  const quote = text[opening] as string
  const parts = ['']
  for (let at = opening + 1; at < text.length; at++) {
    let char = text[at] as string
    if (char === quote) return { parts, end: at + 1 }
    if (char === '*') {
      parts.push('')
      continue
    }
    if (char === '\\') {
      char = text[++at] ?? ''
      if (!/^["'\\*]$/.test(char)) {
        const hint = 'For itself, write it twice.'
        throw refusal(at - 1, `a backslash stands before ", ', * or another backslash alone. ${hint}`)
      }
    }
    parts[parts.length - 1] += char
  }
  throw refusal(opening, `the text that begins here is never closed. Write ${quote} where it ends.`)
}
