// A map of bounded size: what was asked for lately is kept. In two generations, the newer of which takes in what is asked
// for: a map from which the oldest entry is deleted each time takes 35 µs for it, since it steps over all deleted ones.

/** Finds what is kept under the name, or keeps what `make` gives. Remembers the last `sizeMax / 2` names at least. */
export function recent<Value>(sizeMax: number): (name: string, make: () => Value) => Value {
  let newer = new Map<string, Value>()
  let older = newer
  return (name, make) => {
    const known = newer.get(name)
    if (known !== undefined) return known
    const value = older.get(name) ?? make()
    if (newer.size >= sizeMax / 2) {
      older = newer
      newer = new Map()
    }
    newer.set(name, value)
    return value
  }
}
