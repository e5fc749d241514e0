// What the builtin engine knows, read from `data/` once, when it is first needed. Sources: data/LICENCES.md.

import { join } from 'node:path'
import { type Lexicon, readLexicon, readSigns } from './lexicon.ts'
import { type LinearModel, readModels } from './linear-model.ts'
import type { SentimentModels } from './sentiment.ts'
import { readStopWords, type StopWords } from './stop-words.ts'

type Models = {
  languages: LinearModel
  sentiment: SentimentModels
  stopWords: StopWords
  loadMs: number
  sizeBytes: number
}

/** A change of `data/` asks for a new version, so that findings tell what made them. */
export const modelsVersion = '1'

const folder = join(import.meta.dirname, 'data')
const lexiconLanguages = ['af', 'en', 'xh', 'zu']

let loaded: Models | null = null

/** Reads some 1.1 MB the first time (about 10 ms), and nothing after that. */
export function loadModels(): Models {
  loaded ??= readAll()
  return loaded
}

function readAll(): Models {
  const from = performance.now()
  const languages = readModels(join(folder, 'languages.bin')).get('languages')
  if (languages === undefined) throw new Error('data/languages.bin holds no model named "languages"')
  const trained = readModels(join(folder, 'sentiment.bin'))
  const lexicons = new Map<string, Lexicon>(
    lexiconLanguages.map((language) => [language, readLexicon(folder, language)]),
  )
  const sizeBytes = [languages, ...trained.values()].reduce((sum, { weights }) => sum + weights.length, 0)
  return {
    languages,
    sentiment: { trained, lexicons, signs: readSigns(folder) },
    stopWords: readStopWords(folder),
    loadMs: performance.now() - from,
    sizeBytes,
  }
}
