// Which known names a new one is probably a misspelling of: by the share of letter triples that two names have in common
// (Dice's coefficient).

const likenessMin = 0.5
const shownMax = 3
/** A triple that this many names share tells nothing; leaving it out bounds the work on large lists. */
const sharedMax = 200

const triples = (name: string): string[] => {
  const plain = `  ${name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()} `
  return [...new Set(Array.from({ length: plain.length - 2 }, (_, index) => plain.slice(index, index + 3)))]
}

/** Answers with up to three names, the most alike first. */
export function likenessTo(names: readonly string[]): (name: string) => string[] {
  const sizes = names.map((name) => triples(name).length)
  const holders = new Map<string, number[]>()
  for (const [index, name] of names.entries()) {
    for (const triple of triples(name)) {
      const list = holders.get(triple)
      if (list) list.push(index)
      else holders.set(triple, [index])
    }
  }
  return (name) => {
    const own = triples(name)
    const counts = new Map<number, number>()
    for (const triple of own) {
      const list = holders.get(triple) ?? []
      if (list.length > sharedMax) continue
      for (const index of list) counts.set(index, (counts.get(index) ?? 0) + 1)
    }
    return [...counts]
      .map(([index, shared]) => ({ index, likeness: (2 * shared) / (own.length + (sizes[index] as number)) }))
      .filter(({ likeness }) => likeness >= likenessMin)
      .sort((left, right) => right.likeness - left.likeness || left.index - right.index)
      .slice(0, shownMax)
      .map(({ index }) => names[index] as string)
  }
}
