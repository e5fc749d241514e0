// Takes texts apart into words, the same way where texts are kept for searching and where somebody searches. For every
// language at once: accents and case do not differ, nothing is cut down to the stem of one language. What is looked for
// is word-query.ts's.

export type Token = {
  /** As it is compared. */
  lexeme: string
  /** Successive words have successive positions; `e-mail` is two words, and `email` at the position of the first. */
  position: number
  /** Where it stands in the text, in UTF-16 units. */
  start: number
  end: number
}

/** Written without spaces: each character is a word, and a word is a phrase. */
const unspaced = String.raw`[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]`
const inWord = String.raw`[[\p{L}\p{M}\p{N}]--${unspaced}]`
/** Between two letters they are no end of a word: don't, foto's, ng'ombe; soft hyphens, and marks of direction. */
const joint = String.raw`['’‘ʼ\`\p{Cf}]`
const word = new RegExp(
  String.raw`${unspaced}\p{M}*|${inWord}+(?:${joint}+${inWord}+)*|\p{RI}\p{RI}|\p{Extended_Pictographic}`,
  'gv',
)
/** Of scripts whose words are read without them. Those of Indian scripts are vowels, and stay. */
const accents = /[\p{M}&&[\p{sc=Inherited}\p{sc=Hebrew}]]/gv
/** Apostrophes, what is not seen, and the stroke that makes Arabic words longer. */
const unheard = /['’‘ʼ`ꞌ\p{Cf}\u0640]/gu
const lexemeCharsMax = 100

const isAscii = (text: string) => /^[\x00-\x7f]*$/.test(text)

/** What makes two words the same. May be used on whole texts, to see whether a word can be in them at all. */
export function foldedWords(text: string): string {
  const lower = text.toLowerCase()
  if (isAscii(lower)) return lower.replace(/['`]/g, '')
  return lower.normalize('NFKD').replace(accents, '').normalize('NFC').replace(unheard, '').replaceAll('ς', 'σ')
}

/** @param from the position of the first word */
export function tokensOf(text: string, from = 1): Token[] {
  const tokens: Token[] = []
  let position = from
  for (const { 0: found, index } of text.matchAll(word)) {
    const lexeme = foldedWords(found).slice(0, lexemeCharsMax).toWellFormed()
    if (lexeme !== '') tokens.push({ lexeme, position: position++, start: index, end: index + found.length })
  }
  return [...tokens, ...compounds(text, tokens), ...telephoneNumbers(text, tokens)]
}

const partsMax = 4

/** `e-mail` is found as `email`, too. */
function compounds(text: string, tokens: Token[]): Token[] {
  const isDigits = ({ lexeme }: Token) => /^\d+$/.test(lexeme)
  return chains(tokens, (left, right) => /^[-‐‑]$/.test(text.slice(left.end, right.start)))
    .filter((chain) => chain.length <= partsMax && !chain.every(isDigits))
    .map((chain) =>
      joined(
        chain,
        chain
          .map(({ lexeme }) => lexeme)
          .join('')
          .slice(0, lexemeCharsMax)
          .toWellFormed(),
      ),
    )
}

/** Digits that a telephone number has without the code of its country or the zero in its place. */
const significantDigits = 9
const digitsMin = 7
const digitsMax = 15

/** However it is written, with spaces or without, with the code of the country or a zero: one word, from its last digits. */
function telephoneNumbers(text: string, tokens: Token[]): Token[] {
  const isGroup = ({ lexeme }: Token) => /^\d{2,7}$/.test(lexeme)
  const isBetween = (gap: string) => gap.length <= 3 && /^[ ().\-/\u00a0]*$/.test(gap)
  const groups = chains(
    tokens,
    (left, right) => isGroup(left) && isGroup(right) && isBetween(text.slice(left.end, right.start)),
  )
  const alone = tokens.filter(({ lexeme }) => /^\d{7,15}$/.test(lexeme)).map((one) => [one])
  return [...groups, ...alone].flatMap((chain) => {
    const digits = chain.map(({ lexeme }) => lexeme).join('')
    if (digits.length < digitsMin || digits.length > digitsMax) return []
    return [joined(chain, `#${digits.slice(-significantDigits)}`)]
  })
}

/** The longest stretches of two and more tokens that hang together. */
function chains(tokens: Token[], hangs: (left: Token, right: Token) => boolean): Token[][] {
  const found: Token[][] = []
  let chain: Token[] = []
  for (const token of tokens) {
    const last = chain.at(-1)
    if (last && hangs(last, token)) {
      chain.push(token)
      continue
    }
    if (chain.length > 1) found.push(chain)
    chain = [token]
  }
  if (chain.length > 1) found.push(chain)
  return found
}

function joined(chain: Token[], lexeme: string): Token {
  const [first] = chain as [Token]
  return { lexeme, position: first.position, start: first.start, end: (chain.at(-1) as Token).end }
}
