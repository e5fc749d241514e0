// What is to happen when, in a simulated world: things of the same moment happen in the order in which they were said.

export type Timeline = {
  nowMs(): number
  /** Not before now. */
  at(ms: number, act: () => void): void
  in(ms: number, act: () => void): void
  /** Until nothing is left to happen, or `untilMs`. */
  run(untilMs: number): void
}

type Entry = { ms: number; order: number; act: () => void }

export function timeline(): Timeline {
  const heap: Entry[] = []
  let now = 0
  let order = 0

  const isBefore = (a: Entry, b: Entry) => a.ms < b.ms || (a.ms === b.ms && a.order < b.order)
  const swap = (a: number, b: number) => {
    const kept = heap[a] as Entry
    heap[a] = heap[b] as Entry
    heap[b] = kept
  }
  const push = (entry: Entry) => {
    heap.push(entry)
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!isBefore(heap[at] as Entry, heap[parent] as Entry)) break
      swap(at, parent)
      at = parent
    }
  }
  const pop = (): Entry | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (heap.length === 0 || !last) return first
    heap[0] = last
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let least = at
      if (left < heap.length && isBefore(heap[left] as Entry, heap[least] as Entry)) least = left
      if (right < heap.length && isBefore(heap[right] as Entry, heap[least] as Entry)) least = right
      if (least === at) return first
      swap(at, least)
      at = least
    }
  }
  const at = (ms: number, act: () => void) => push({ ms: Math.max(now, Math.ceil(ms)), order: order++, act })

  return {
    nowMs: () => now,
    at,
    in: (ms, act) => at(now + ms, act),
    run(untilMs) {
      while ((heap[0]?.ms ?? Number.POSITIVE_INFINITY) <= untilMs) {
        const { ms, act } = pop() as Entry
        now = ms
        act()
      }
    },
  }
}
