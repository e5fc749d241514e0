// Which file a row of a table means. In the folder of the table first, then by its whole path, then by its name alone
// wherever it is, if only one file has that name; each with the extension and without.

import { baseOf, folderOf, nameKey, stemOf } from './entry-names.ts'

export type Match<File> = { file: File } | { several: string[] } | null

export type FileIndex<File> = {
  /** @param folder that of the table, with its `/` */
  find(folder: string, name: string): Match<File>
  /** By its name without folders and extension, such as the id of the call that it holds. */
  findByStem(folder: string, stem: string): Match<File>
}

export function indexFiles<File extends { name: string }>(files: readonly File[]): FileIndex<File> {
  const byPath = new Map<string, File[]>()
  const byPathStem = new Map<string, File[]>()
  const byBase = new Map<string, File[]>()
  const byStem = new Map<string, File[]>()
  const add = (map: Map<string, File[]>, key: string, file: File) => {
    const list = map.get(key)
    if (list) list.push(file)
    else map.set(key, [file])
  }
  for (const file of files) {
    const key = nameKey(file.name)
    add(byPath, key, file)
    add(byPathStem, folderOf(key) + stemOf(key), file)
    add(byBase, baseOf(key), file)
    add(byStem, stemOf(key), file)
  }
  const first = (...tries: [Map<string, File[]>, string][]): Match<File> => {
    for (const [map, key] of tries) {
      const [only, ...others] = map.get(key) ?? []
      if (only) return others.length === 0 ? { file: only } : { several: [only, ...others].map(({ name }) => name) }
    }
    return null
  }
  return {
    find(folder, name) {
      const key = nameKey(name)
      const here = nameKey(folder + name)
      return first(
        [byPath, here],
        [byPathStem, here],
        [byPath, key],
        [byPathStem, key],
        [byBase, baseOf(key)],
        [byStem, baseOf(key)],
      )
    },
    findByStem(folder, stem) {
      const key = nameKey(stem)
      return first([byPathStem, nameKey(folder + stem)], [byStem, key])
    },
  }
}
