// The commonest words of each language, which are never keywords. Made by scripts/train-language-models.ts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { languageOf } from '../../../platform/language-tags.ts'
import type { IsStopWord } from './keywords.ts'

export type StopWords = (tag: string | null) => IsStopWord

/**
 * For a tag: whether a word is one of its language's commonest, or of English, which people mix in everywhere. For an
 * unknown language: whether it is one of any language's.
 */
export function readStopWords(folder: string): StopWords {
  const lists = JSON.parse(readFileSync(join(folder, 'stop-words.json'), 'utf8')) as Record<string, string>
  const sets = new Map(Object.entries(lists).map(([language, words]) => [language, new Set(words.split(' '))]))
  const english = sets.get('en') ?? new Set()
  const all = new Set([...sets.values()].flatMap((set) => [...set]))
  return (tag) => {
    const own = tag === null ? all : (sets.get(languageOf(tag)) ?? all)
    return (word) => own.has(word) || english.has(word)
  }
}
