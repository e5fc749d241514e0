// One look for many askers: what anybody may ask for must not cost a query each.

/** The same answer for all who ask while it is looked for and within `ms` of its beginning. */
export function onceIn<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { answer: Promise<T>; until: number; isUnderWay: boolean } | null = null
  return () => {
    if (last && (last.isUnderWay || performance.now() < last.until)) return last.answer
    const current = { answer: ask(), until: performance.now() + ms, isUnderWay: true }
    const end = () => {
      current.isUnderWay = false
    }
    current.answer.then(end, end)
    last = current
    return current.answer
  }
}
