// Cutting text into words and sentences, the same way in training and at work, in any script.
// What a word means is for others. Everything here runs in time linear in the text, whatever the text holds.

import type { Role } from '../../../conversations/shapes.ts'

/** Longer runs of letters are not words of any language here; they are cut so that no later step grows with them. */
const wordLengthMax = 60

const notWords =
  /(?:https?:\/\/|www\.)\S{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255}|[@#^][\p{L}\p{N}_]+|&(?:amp|lt|gt|quot);/gu
// NUL and other controls (databases refuse them), and marks that turn the direction of the text around them.
const unseen = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g
const letters = /\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*/gu
// A full stop ends a sentence only before white space, so that `3.5` and `indaba.org` stay whole.
const sentenceEnd = /(?<=[.!?…。！？])["'”’)\]]{0,3}\s+|\n+/u

/** The first `charsMax` UTF-16 units, well-formed and composed (NFC), with links, addresses, @names, #tags and signatures blanked out. */
export function cleanText(text: string, charsMax: number): string {
  const cut = text.length > charsMax ? text.slice(0, charsMax) : text
  return cut.toWellFormed().normalize('NFC').replace(unseen, ' ').replace(notWords, ' ')
}

/** Lower-case words of clean text: letters with inner apostrophes or hyphens; digits, emoji and marks are left out. */
export function wordsOf(clean: string): string[] {
  const words: string[] = []
  for (const [word] of clean.toLowerCase().replaceAll('’', "'").matchAll(letters)) {
    words.push(word.length > wordLengthMax ? word.slice(0, wordLengthMax) : word)
  }
  return words
}

/** Sentences as they stand, trimmed; text without punctuation (speech) is one sentence. */
export function sentencesOf(text: string): string[] {
  return text
    .split(sentenceEnd)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** A turn, read once for all that follows. `given` is the client's tag for it, made canonical. */
export type ReadTurn = { id: string; role: Role; given: string | null; clean: string; words: string[]; signs: string[] }

/** What is read of one turn; some half an hour of speech. The rest of a longer one is left unread. */
export const turnCharsMax = 20_000

const pictures = /\p{Extended_Pictographic}|[:;=][-']?[()DP/](?!\p{L})|<3/gu

export function readTurn(turn: { id: string; role: Role; text: string }, given: string | null): ReadTurn {
  const clean = cleanText(turn.text, turnCharsMax)
  const signs = clean.match(pictures) ?? []
  return { id: turn.id, role: turn.role, given, clean, words: wordsOf(clean), signs }
}
