// Names of languages: from whatever a client wrote to one BCP-47 tag (RFC 5646). Echoing what was sent is for others.

/** The tag that stands for a language named without a region, where the product has one. */
const homeTags: Record<string, string> = {
  af: 'af-ZA',
  en: 'en-ZA',
  nr: 'nr-ZA',
  nso: 'nso-ZA',
  rw: 'rw-RW',
  ss: 'ss-ZA',
  st: 'st-ZA',
  sw: 'sw-KE',
  tn: 'tn-ZA',
  ts: 'ts-ZA',
  ve: 've-ZA',
  xh: 'xh-ZA',
  zu: 'zu-ZA',
}

/** Words that clients use where a tag should be. `vr` is the established mistake for Tshivenda (ISO 639-1: `ve`). */
const aliases: Record<string, string> = {
  vr: 've',
  afrikaans: 'af',
  english: 'en',
  isindebele: 'nr',
  ndebele: 'nr',
  sepedi: 'nso',
  'northern-sotho': 'nso',
  'sesotho-sa-leboa': 'nso',
  siswati: 'ss',
  swati: 'ss',
  swazi: 'ss',
  sesotho: 'st',
  'southern-sotho': 'st',
  sotho: 'st',
  setswana: 'tn',
  tswana: 'tn',
  tsonga: 'ts',
  xitsonga: 'ts',
  tshivenda: 've',
  venda: 've',
  isixhosa: 'xh',
  xhosa: 'xh',
  isizulu: 'zu',
  zulu: 'zu',
  kinyarwanda: 'rw',
  kiswahili: 'sw',
  swahili: 'sw',
  french: 'fr',
  german: 'de',
  portuguese: 'pt',
}

const tagLengthMax = 35

/**
 * One canonical BCP-47 tag for what a client sent: `ZU_za`, `zul`, `isiZulu` and `zu` give `zu-ZA`; `vr-ZA` gives
 * `ve-ZA`; `en-GB` stays. Null where it names no language (`und`, `auto`, nonsense, more than 35 characters).
 */
export function normaliseLanguageTag(sent: string): string | null {
  const plain = sent
    .trim()
    .toLowerCase()
    .replace(/[_\s]+/g, '-')
  if (plain === '' || plain.length > tagLengthMax) return null
  const [first = '', ...rest] = (aliases[plain] ?? plain).split('-')
  const language = aliases[first] ?? first
  if (!/^[a-z]{2,3}$/.test(language) || language === 'und' || language === 'mul' || language === 'zxx') return null
  try {
    const tag = Intl.getCanonicalLocales([language, ...rest].join('-'))[0] ?? null
    return tag === null ? null : (homeTags[tag] ?? tag)
  } catch {
    return null
  }
}

/** The language alone: `zu` for `zu-ZA`. */
export function languageOf(tag: string): string {
  return tag.split('-', 1)[0] ?? tag
}

/** The tag to show for a language that was detected; its region is the product's home, as speech alone cannot tell it. */
export function homeTag(language: string): string {
  return homeTags[language] ?? language
}

/** Whether the language is one that the product is made for, and so likelier before a word is read. */
export function isHomeLanguage(language: string): boolean {
  return homeTags[language] !== undefined
}
