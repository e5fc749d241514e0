// What this process remembers of keys, so that a request costs no query. A change made anywhere is heard at once, and then
// forgotten here; where nothing is heard, nothing older than a second is believed.

const heardMs = 1000
/** Without a notification, a safety net under the safety net. */
const keptMs = 30_000
/** A check of a revoked key's unknown twin is remembered too: strangers must not fill the memory. */
const keptMax = 10_000

export type Remembered = { keyId: string; orgId: string }

type Entry<Key> = { key: Promise<Key | null>; loaded: Key | null | undefined; at: number }

export type KeyCache<Key> = {
  /** Only what is remembered; asks nobody. */
  peek(id: string): Key | null
  /** Null: there is no such key. */
  get(id: string): Promise<Key | null>
  /** Of a key, or of all keys of an organisation; without an id, of all. Look-ups under way are forgotten too. */
  forget(id?: string): void
}

/**
 * @param heardAt by `performance.now()`: whatever was announced before this moment has been heard
 * @param now milliseconds of a clock that never goes back
 */
export function keyCache<Key extends Remembered>(
  load: (id: string) => Promise<Key | null>,
  heardAt: () => number,
  now: () => number = () => performance.now(),
): KeyCache<Key> {
  // The least recently used first.
  const entries = new Map<string, Entry<Key>>()

  const isCurrent = ({ at }: Entry<Key>) => {
    const time = now()
    const age = time - at
    return age < heardMs || (age < keptMs && time - heardAt() < heardMs)
  }

  return {
    peek(id) {
      const known = entries.get(id)
      if (!known?.loaded || !isCurrent(known)) return null
      // Where nothing will be let go soon, the order does not matter.
      if (entries.size > keptMax / 2) {
        entries.delete(id)
        entries.set(id, known)
      }
      return known.loaded
    },
    get(id) {
      const known = entries.get(id)
      if (known) entries.delete(id)
      if (known && isCurrent(known)) {
        entries.set(id, known)
        return known.key
      }
      const entry: Entry<Key> = { key: load(id), loaded: undefined, at: now() }
      entries.set(id, entry)
      entry.key.then(
        (key) => {
          entry.loaded = key
        },
        () => {
          if (entries.get(id) === entry) entries.delete(id)
        },
      )
      if (entries.size > keptMax) for (const oldest of entries.keys().take(1)) entries.delete(oldest)
      return entry.key
    },
    forget(id) {
      if (id === undefined) return entries.clear()
      if (entries.delete(id)) return
      // Whose a key is that does not work now, or that is being looked up, is not known.
      for (const [keyId, { loaded }] of entries) if (!loaded || loaded.orgId === id) entries.delete(keyId)
    },
  }
}
