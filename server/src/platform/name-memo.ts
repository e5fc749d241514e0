// Names come again and again, from a few columns and fields: what is made of one is made once.

const nameCharsMax = 64
const namesMax = 2000

/** As `work`, which must answer the same each time; whoever sends ever new names only loses the advantage. */
export function onceForEachName(work: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const made = work(name)
    if (name.length <= nameCharsMax && known.size < namesMax) known.set(name, made)
    return made
  }
}
