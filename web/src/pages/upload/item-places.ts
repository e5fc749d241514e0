// Which item of a bulk load each recording is: named by its path, as long as that tells it from the others.

import type { Item } from './queries.ts'

export type KnownItem = Pick<Item, 'name' | 'state' | 'size_bytes'>
export type Place = { name: string; isSent: boolean }

/** The same for a folder that was dropped and one that was chosen. */
export const pathOf = (file: File & { path?: string }): string =>
  (file.webkitRelativePath || file.path || file.name).replace(/^\.?\//, '')

/**
 * A recording that the bulk load knows by its path and size keeps its item, so that what arrived is not sent again. Two of
 * one path cannot be told apart: each becomes an item of its own, and one that is there already is found to be a duplicate.
 */
export function placesOf(recordings: readonly File[], known: readonly KnownItem[]): Map<File, Place> {
  const items = new Map(known.map((one) => [one.name, one]))
  const byPath = Map.groupBy(recordings, pathOf)
  const taken = new Set([...items.keys(), ...byPath.keys()])
  const places = new Map<File, Place>()
  for (const [path, files] of byPath) {
    const item = items.get(path)
    const isAlone = files.length === 1
    for (const [at, file] of files.entries()) {
      if (isAlone && item?.size_bytes === file.size) places.set(file, { name: path, isSent: isIn(item) })
      else places.set(file, { name: at === 0 && !item ? path : unusedName(path, taken), isSent: false })
    }
  }
  return places
}

const isIn = ({ state }: KnownItem): boolean => state === 'ok' || state === 'duplicate'

function unusedName(path: string, taken: Set<string>): string {
  let free = path
  for (let n = 2; taken.has(free); n += 1) free = path.replace(/(\.\w+)?$/, ` (${n})$1`)
  taken.add(free)
  return free
}
