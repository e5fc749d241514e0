// What people type into a search box: words without a field, `"phrases"`, and signs that mean nothing. Read forgivingly,
// where parser.ts is told to; how words are joined, and fields named among them, is parser.ts's.

import { quotedText } from './literal-text.ts'
import { refusal } from './refusal.ts'
import type { Literal } from './syntax-tree.ts'

const letter = String.raw`\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{RI}`
const noise = new RegExp(String.raw`(?:\s|(?!-[${letter}"“„(])[^${letter}\s()"“”„])+`, 'uy')
const run = new RegExp(String.raw`[${letter}][^\s()"“”„]*`, 'uy')
const tail = new RegExp(`[^${letter}*]+$`, 'u')
/** Groups of digits with spaces between them are one number. */
const telephone = /\d{2,7}(?:[ ().\-/\u00a0]{1,3}\d{2,7}){2,6}(?![\p{L}\p{N}])/uy
const curlyQuotes = /[“”„]([^“”„"]*)[“”"]/uy

/** How many units from `at` on say nothing: spaces, and signs outside of words. */
export function noiseAhead(text: string, at: number): number {
  noise.lastIndex = at
  return noise.exec(text)?.[0].length ?? 0
}

/** The word or the quoted words that begin at `at`; null where neither does. @throws Problem for quotes never closed */
export function wordsAhead(text: string, at: number): { literal: Literal; end: number } | null {
  if (text[at] === '"') {
    const { parts, end } = quotedText(text, at)
    return { literal: { type: 'text', parts }, end }
  }
  curlyQuotes.lastIndex = at
  const curly = curlyQuotes.exec(text)
  if (curly) return { literal: { type: 'text', parts: (curly[1] ?? '').split('*') }, end: at + curly[0].length }
  if (/[“”„]/.test(text[at] ?? '')) throw refusal(at, 'these quotes are never closed. Write ” where they end.')
  telephone.lastIndex = at
  const number = telephone.exec(text)?.[0]
  if (number) return { literal: { type: 'text', parts: [number] }, end: at + number.length }
  run.lastIndex = at
  const found = run.exec(text)?.[0]
  if (found === undefined) return null
  return { literal: { type: 'text', parts: found.replace(tail, '').split('*') }, end: at + found.length }
}
