// Brings the many spellings of a language code to one: BCP 47, with the region where the field's own lists have it.
// What was sent is kept beside it; whether an engine can work in the language is the engine's to say.

export type LanguageReading = {
  /** Normal form; null when none was named, or when it is for the engines to find out. */
  code: string | null
  /** As the client wrote it, null when nothing was sent. */
  sent: string | null
  warning: string | null
}

/** The region that a language has in Vela's list of codes, for clients that leave it out. */
const homes = new Map<string, string>([
  ...['af', 'en', 'nr', 'nso', 'ss', 'st', 'tn', 'ts', 've', 'xh', 'zu'].map((code) => [code, `${code}-ZA`] as const),
  ['rw', 'rw-RW'],
  ['sw', 'sw-KE'],
])

/** Names in place of codes. `vr` is what Vela's list has for Tshivenda; ISO 639-1 has `ve`. */
const names = new Map<string, string>(
  Object.entries({
    vr: 've',
    afrikaans: 'af',
    english: 'en',
    ndebele: 'nr',
    isindebele: 'nr',
    sepedi: 'nso',
    'northern sotho': 'nso',
    'sesotho sa leboa': 'nso',
    swati: 'ss',
    swazi: 'ss',
    siswati: 'ss',
    sotho: 'st',
    sesotho: 'st',
    'southern sotho': 'st',
    tswana: 'tn',
    setswana: 'tn',
    tsonga: 'ts',
    xitsonga: 'ts',
    venda: 've',
    tshivenda: 've',
    xhosa: 'xh',
    isixhosa: 'xh',
    zulu: 'zu',
    isizulu: 'zu',
    swahili: 'sw',
    kiswahili: 'sw',
    kinyarwanda: 'rw',
  }),
)

const toBeFound = new Set(['', 'auto', 'detect', 'und', 'unknown', 'mul'])
const knownLanguage = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' })

/** `zu`, `ZU_za`, `zul` and `isiZulu` are all `zu-ZA`. A code nobody knows is kept as it came, with a warning. */
export function readLanguage(value: unknown): LanguageReading {
  if (value === undefined || value === null) return { code: null, sent: null, warning: null }
  if (typeof value !== 'string' || value.length > 64) {
    const sent = typeof value === 'string' ? value.slice(0, 64).toWellFormed() : null
    return { code: null, sent, warning: 'The language was not a language code such as zu-ZA and was not used.' }
  }
  const text = value.normalize('NFKC').trim().replaceAll('_', '-')
  if (toBeFound.has(text.toLowerCase())) return { code: null, sent: value || null, warning: null }
  const [first = '', ...rest] = text.split('-')
  const code = canonical([names.get(text.toLowerCase()) ?? names.get(first.toLowerCase()) ?? first, ...rest].join('-'))
  if (!code || !knownLanguage.of(code.split('-')[0] ?? '')) {
    const shown = JSON.stringify(value.slice(0, 40))
    return { code: code ?? text, sent: value, warning: `The language ${shown} is not known; it was kept as it came.` }
  }
  return { code: homes.get(code) ?? code, sent: value, warning: null }
}

/** CLDR's aliases turn three-letter codes into two-letter ones where there are any (`zul` into `zu`). */
function canonical(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null
  } catch {
    return null
  }
}
