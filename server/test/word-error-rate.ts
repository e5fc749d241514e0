// Word error rate as the shared data's README defines it: lower case, no punctuation, numbers spelt out, edit distance
// over words divided by reference words, summed over all clips.

export type WordErrors = { errors: number; words: number; rate: number }

export function wordErrorRate(clips: { reference: string; hypothesis: string }[]): WordErrors {
  let errors = 0
  let words = 0
  for (const { reference, hypothesis } of clips) {
    const expected = normaliseWords(reference)
    errors += editDistance(expected, normaliseWords(hypothesis))
    words += expected.length
  }
  return { errors, words, rate: words === 0 ? 0 : errors / words }
}

export function normaliseWords(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/\bmr\b\.?/g, 'mister')
    .replace(/(\d),(?=\d{3}\b)/g, '$1')
    .replace(/\d+/g, (digits) => ` ${spellNumber(digits)} `)
    .replace(/['’]/g, '')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
}

const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const tens = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')

/** English; digit by digit from a million on, and where the number starts with 0. */
function spellNumber(digits: string): string {
  const value = Number(digits)
  if (digits.length > 6 || (digits.length > 1 && digits.startsWith('0'))) {
    return [...digits].map((digit) => small[Number(digit)]).join(' ')
  }
  return spellBelowMillion(value)
}

function spellBelowMillion(value: number): string {
  const withRest = (head: string, rest: number) => (rest === 0 ? head : `${head} ${spellBelowMillion(rest)}`)
  if (value < 20) return small[value] as string
  if (value < 100) return withRest(tens[Math.floor(value / 10)] as string, value % 10)
  if (value < 1000) return withRest(`${small[Math.floor(value / 100)]} hundred`, value % 100)
  return withRest(`${spellBelowMillion(Math.floor(value / 1000))} thousand`, value % 1000)
}

function editDistance(expected: string[], heard: string[]): number {
  let previous = Array.from({ length: heard.length + 1 }, (_, i) => i)
  for (const [i, word] of expected.entries()) {
    const row = [i + 1]
    for (const [j, other] of heard.entries()) {
      const substituted = (previous[j] as number) + (word === other ? 0 : 1)
      row.push(Math.min(substituted, (previous[j + 1] as number) + 1, (row[j] as number) + 1))
    }
    previous = row
  }
  return previous.at(-1) as number
}
