// The language that a client names for a conversation or a message, with a warning where nobody knows it. What was sent
// is kept beside it; whether an engine can work in the language is the engine's to say.

import { canonicalTag, languageOf } from '../platform/language-tags.ts'

export type LanguageReading = {
  /** BCP 47; null when none was named, or when it is for the engines to find out. */
  code: string | null
  /** As the client wrote it, null when nothing was sent. */
  sent: string | null
  warning: string | null
}

const charsMax = 64
const toBeFound = new Set(['', 'auto', 'detect', 'und', 'unknown', 'mul'])
const knownLanguage = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' })

/** `zu`, `ZU_za`, `zul` and `isiZulu` are all `zu-ZA`. A code nobody knows is kept as it came, with a warning. */
export function readLanguage(value: unknown): LanguageReading {
  if (value === undefined || value === null) return { code: null, sent: null, warning: null }
  if (typeof value !== 'string' || value.length > charsMax) {
    const sent = typeof value === 'string' ? value.slice(0, charsMax).toWellFormed() : null
    return { code: null, sent, warning: 'The language was not a language code such as zu-ZA and was not used.' }
  }
  const text = value.normalize('NFKC').trim()
  if (toBeFound.has(text.toLowerCase())) return { code: null, sent: value || null, warning: null }
  const code = canonicalTag(text)
  if (code && knownLanguage.of(languageOf(code))) return { code, sent: value, warning: null }
  const shown = JSON.stringify(value.slice(0, 40))
  return { code: code ?? text, sent: value, warning: `The language ${shown} is not known; it was kept as it came.` }
}
