// Text of strangers, such as the answers of receivers, as people are shown it: without what would act on a screen, and
// without personal data for who may not see it.

// Controls but tabs and line feeds, and what turns the direction of the text around.
const acting = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu
// Bounded, so that a long text without an @ is not read again from each of its characters.
const address = /[^\s@<>"'(),;:]{1,64}@[^\s@<>"'(),;:]{1,255}/g
/** Seven digits and more, as they are written in numbers of telephones. */
const number = /\+?\d(?:[\s().-]{0,3}\d){6,}/g

export type Shown = { charsMax: number; isMasked: boolean }

export function foreignText<Text extends string | null>(text: Text, { charsMax, isMasked }: Shown): Text {
  if (text === null) return text
  const clean = text
    .slice(0, charsMax)
    .replace(acting, (one) => (one === '\n' || one === '\t' ? one : ''))
    .toWellFormed()
  return (isMasked ? clean.replace(address, '[EMAIL_ADDRESS]').replace(number, '[PHONE_NUMBER]') : clean) as Text
}
