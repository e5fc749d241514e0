// Texts with wildcards, each `*` for any number of characters. Never a RegExp: the parts are looked for one after the
// other, each from where the last one ended, so that the time is bounded by the length of the text.

/** Up to this length, the engine's own search: at worst so many steps a character, mostly far fewer. */
const plainCharsMax = 32

/** `parts` stand between the wildcards; the text must be folded as they are. */
export function wholePattern(parts: string[]): (text: string) => boolean {
  const [first = '', ...others] = parts
  const last = others.pop()
  if (last === undefined) return (text) => text === first
  const searches = others.map(search)
  return (text) => {
    const end = text.length - last.length
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    for (const find of searches) if ((at = find(text, at)) < 0) return false
    return at <= end
  }
}

/** The same, anywhere in the text. */
export function insidePattern(parts: string[]): (text: string) => boolean {
  return wholePattern(['', ...parts, ''])
}

/** Where the part ends at its first place from `from` on; -1 when it is not there. */
function search(part: string): (text: string, from: number) => number {
  if (part.length > plainCharsMax) return linearSearch(part)
  return (text, from) => {
    const at = text.indexOf(part, from)
    return at < 0 ? -1 : at + part.length
  }
}

/** Knuth, Morris, Pratt 1977: one step a character, however alike part and text are. */
function linearSearch(part: string): (text: string, from: number) => number {
  /** For each length that is matched: the longest shorter one that is matched too. */
  const fallback = new Uint16Array(part.length + 1)
  for (let at = 1, matched = 0; at < part.length; at++) {
    while (matched > 0 && part.charCodeAt(at) !== part.charCodeAt(matched)) matched = fallback[matched] as number
    if (part.charCodeAt(at) === part.charCodeAt(matched)) matched++
    fallback[at + 1] = matched
  }
  return (text, from) => {
    for (let at = from, matched = 0; at < text.length; at++) {
      while (matched > 0 && text.charCodeAt(at) !== part.charCodeAt(matched)) matched = fallback[matched] as number
      if (text.charCodeAt(at) === part.charCodeAt(matched)) matched++
      if (matched === part.length) return at + 1
    }
    return -1
  }
}
