// Hashed features of words, for the linear models: character n-grams, whole words and word pairs.
// Training and analysis must use the same features: a change here asks for `data/*.bin` to be trained again.

const gramLengthMax = 5

export type FeatureKind = 'letters' | 'letters_and_words'

/** Buckets (0 .. 2^bits - 1) of all features of `words`; repeats stay. */
export function featuresOf(words: readonly string[], bits: number, kind: FeatureKind): number[] {
  const buckets: number[] = []
  let previous = 0
  for (const word of words) {
    const framed = `_${word}_`
    for (let start = 0; start < framed.length; start++) {
      let hash = 0x811c9dc5
      const end = Math.min(framed.length, start + gramLengthMax)
      for (let at = start; at < end; at++) {
        hash = Math.imul(hash ^ framed.charCodeAt(at), 0x01000193)
        if (at > start) buckets.push(fold(hash, bits))
      }
    }
    const whole = hashOf(framed)
    buckets.push(fold(whole ^ 0x9e3779b9, bits))
    if (kind === 'letters_and_words' && previous !== 0) {
      buckets.push(fold(Math.imul(previous, 0x85ebca6b) ^ whole, bits))
    }
    previous = whole
  }
  return buckets
}

/** FNV-1a, 32 bits, over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

/** The high bits of a multiplied hash are the well-mixed ones. */
function fold(hash: number, bits: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  return (mixed ^ (mixed >>> 15)) >>> (32 - bits)
}
