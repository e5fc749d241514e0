// Words by which a listener says "I am with you" without taking the turn.
// Only words whose use is certain are listed; a word in any list counts in every language, since a short "ja" or
// "yebo" in the middle of English is common and language tags of one-word turns are unsure.

import { spokenWords, wordsOfTurn } from './spoken-words.ts'

const byLanguage: Record<string, string> = {
  en: 'mm hm mhm mmm hmm mmhm mmhmm huh uh um ah oh yes yeah yep yup okay ok right sure alright uhhuh aha',
  af: 'ja jip oukei goed reg',
  zu: 'yebo kulungile hawu',
  xh: 'ewe kulungile',
  st: 'ee eya',
  tn: 'ee eya',
  nso: 'ee eya',
  ts: 'ina',
  ve: 'ee',
  sw: 'ndio ndiyo sawa',
  fr: 'oui ouais daccord',
  pt: 'sim ta certo',
}

const words = new Set(Object.values(byLanguage).flatMap(spokenWords))

export const isBackchannelWord = (spoken: string): boolean => words.has(spoken)

/** A turn of at most three words, all of them backchannel. */
export function isBackchannel(turn: { text: string; words: { w: string }[] }): boolean {
  const spoken = wordsOfTurn(turn)
  return spoken.length <= 3 && spoken.every(isBackchannelWord)
}
