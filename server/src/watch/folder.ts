// The folder that is watched: which files in it are wanted, by their names, and what is there now. Links are not followed:
// what is sent lies in the folder itself.

import { lstat, opendir } from 'node:fs/promises'
import { basename, join, matchesGlob } from 'node:path'

/** `path` is relative to the folder, with `/` between its parts. */
export type Found = { path: string; sizeBytes: number; modifiedMs: number }

export type Wanted = (path: string) => boolean

/** As recorders and copying programs name what they are still writing. */
const temporary = /(^|\/)[.~]|~$|\.(tmp|temp|part|partial|filepart|crdownload|download|swp|lock)$/i

/** @param include patterns with * and ?, of the name or, where they have a `/`, of the path; in any case */
export function wantedNames(include: readonly string[]): Wanted {
  const patterns = include.map((one) => ({ text: one.toLowerCase(), isPath: one.includes('/') }))
  return (path) => {
    if (temporary.test(path)) return false
    const lower = path.toLowerCase()
    return patterns.some(({ text, isPath }) => matchesGlob(isPath ? lower : basename(lower), text))
  }
}

export type Listing = {
  root: string
  /** Levels of folders below it; 0: the folder alone. */
  depthMax: number
  wanted: Wanted
  /** A folder or name below the root that cannot be read; the rest is listed all the same. */
  onTrouble(path: string, why: string): void
}

/** @throws what the file system says when the folder itself cannot be read */
export async function* listFolder(listing: Listing, folder = '', depth = 0): AsyncGenerator<Found> {
  const { root, depthMax, wanted, onTrouble } = listing
  for await (const entry of await opendir(join(root, folder))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) {
      if (depth >= depthMax || temporary.test(path)) continue
      try {
        yield* listFolder(listing, path, depth + 1)
      } catch (err) {
        onTrouble(path, (err as Error).message)
      }
    } else if (entry.isFile() && wanted(path)) {
      const found = await lookAt(root, path).catch((err) => void onTrouble(path, err.message))
      if (found) yield found
      else if (found === null && path.includes('\ufffd')) onTrouble(path, 'its name is not UTF-8; rename it')
    }
  }
}

/** Null when there is no such file, or something else under its name. */
export async function lookAt(root: string, path: string): Promise<Found | null> {
  try {
    const facts = await lstat(join(root, path))
    return facts.isFile() ? { path, sizeBytes: facts.size, modifiedMs: Math.round(facts.mtimeMs) } : null
  } catch (err) {
    if ((err as { code?: string }).code === 'ENOENT' || (err as { code?: string }).code === 'ENOTDIR') return null
    throw err
  }
}

export const isSame = (one: Found, other: Found): boolean =>
  one.sizeBytes === other.sizeBytes && one.modifiedMs === other.modifiedMs
