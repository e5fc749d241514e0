// Names of languages: from whatever a client or an engine wrote to one BCP-47 tag (RFC 5646), the same everywhere.
// Whether anybody can work in that language is for others to say.

/** The tag that stands for a language named without a region, where the product has one. */
const homeTags = new Map([
  ...['af', 'en', 'nr', 'nso', 'ss', 'st', 'tn', 'ts', 've', 'xh', 'zu'].map((code) => [code, `${code}-ZA`] as const),
  ['rw', 'rw-RW'],
  ['sw', 'sw-KE'],
])

/** Words that clients use where a code should be. `vr` is the established mistake for Tshivenda (ISO 639-1: `ve`). */
const codesByName = new Map(
  Object.entries({
    af: 'afrikaans',
    de: 'german',
    en: 'english',
    fr: 'french',
    nr: 'isindebele ndebele',
    nso: 'sepedi northern-sotho sesotho-sa-leboa',
    pt: 'portuguese',
    rw: 'kinyarwanda',
    ss: 'siswati swati swazi',
    st: 'sesotho sotho southern-sotho',
    sw: 'kiswahili swahili',
    tn: 'setswana tswana',
    ts: 'xitsonga tsonga',
    ve: 'tshivenda venda vr',
    xh: 'isixhosa xhosa',
    zu: 'isizulu zulu',
  }).flatMap(([code, names]) => names.split(' ').map((name) => [name, code] as const)),
)

const tagLengthMax = 35
const nameless = new Set(['und', 'mul', 'zxx'])

/**
 * The canonical tag of any text that has the form of one: `ZU_za`, `zul`, `isiZulu` and `zu` give `zu-ZA`; `vr-ZA` gives
 * `ve-ZA`; `en-GB` stays. CLDR's aliases turn three letters into two where there are two. Null where it has no such form.
 */
export function canonicalTag(sent: string): string | null {
  const plain = sent.normalize('NFKC').trim().toLowerCase().replaceAll('_', '-')
  const [first = '', ...rest] = (codesByName.get(plain.replace(/\s+/g, '-')) ?? plain).split('-')
  try {
    const tag = Intl.getCanonicalLocales([codesByName.get(first) ?? first, ...rest].join('-'))[0] ?? null
    return tag === null ? null : homeTag(tag)
  } catch {
    return null
  }
}

/** As `canonicalTag`, but null where the tag names no language: `und`, `auto`, nonsense, more than 35 characters. */
export function normaliseLanguageTag(sent: string): string | null {
  if (sent.trim().length > tagLengthMax) return null
  const tag = canonicalTag(sent)
  return tag !== null && /^[a-z]{2,3}(-|$)/.test(tag) && !nameless.has(languageOf(tag)) ? tag : null
}

/** The language alone: `zu` for `zu-ZA`. */
export function languageOf(tag: string): string {
  return tag.split('-', 1)[0] ?? tag
}

/** The tag to show for a language whose region nobody told: the product's home, as speech alone cannot tell it. */
export function homeTag(language: string): string {
  return homeTags.get(language) ?? language
}

/** Whether the language is one that the product is made for, and so likelier before a word is read. */
export function isHomeLanguage(language: string): boolean {
  return homeTags.has(language)
}
