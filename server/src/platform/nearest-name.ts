// Names that are nearly right, for "did you mean". Whether to say so is for the caller.

/** Longer ones are no slip of the pen, and would take long. */
const charsMax = 100

/** The known name that `name` is a misspelling of, or undefined: at most one edit in four letters apart. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > charsMax) return undefined
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= name.length / 4 ? best.candidate : undefined
}

/** Levenshtein: insertions, deletions and replacements that turn one word into the other. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (const [i, a] of [...left].entries()) {
    const next = [i + 1]
    for (const [j, b] of [...right].entries()) {
      next.push(Math.min((row[j] ?? 0) + (a === b ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
