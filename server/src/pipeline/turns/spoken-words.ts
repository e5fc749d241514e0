// From text to comparable words: lower case, no marks, no punctuation, no noise tags.
// One form for phrase lists, backchannel and word counts; what is shown to people never passes through here.

/** `"I'd, like"` -> `id`, `like`; `uthuš` -> `uthus`; `[noise]` and `--` vanish. */
export function spokenWords(text: string): string[] {
  return text
    .replace(/\[[^\][]{0,40}\]|<[^<>]{0,40}>/g, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}'’‘`]/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** Words of a turn as they were recognised, else as its text has them. */
export function wordsOfTurn(turn: { text: string; words: { w: string }[] }): string[] {
  return spokenWords(turn.words.length > 0 ? turn.words.map(({ w }) => w).join(' ') : turn.text)
}
