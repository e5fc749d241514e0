// Secrets that the program makes for itself at its first start and keeps in files that only its user can read.
// What a secret is for, and whether it is shown, is decided by who asks for it.

import { chmodSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Problem } from './problem.ts'

/**
 * The text of the file at `path`; where there is none, `make()` gives it and the file is written with mode 0600.
 * `made` is true for the one caller that wrote it, also when several processes start at once: print it then, once.
 */
export function loadOrMakeSecretFile(path: string, make: () => string): { value: string; made: boolean } {
  try {
    const found = read(path)
    if (found) return { value: found, made: false }
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Written aside, then linked: no process ever reads half a secret, and only one of several can win.
    const draft = `${path}.${process.pid}`
    writeFileSync(draft, `${make()}\n`, { mode: 0o600, flush: true })
    try {
      linkSync(draft, path)
      return { value: read(path) as string, made: true }
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
      return { value: read(path) as string, made: false }
    } finally {
      unlinkSync(draft)
    }
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    const why = (cause as NodeJS.ErrnoException).code
    const detail = `The secret file ${path} can neither be read nor made (${why}). Give this user that folder, or set INDABA_DATA_DIR.`
    throw new Problem('unavailable', 'secret_file', detail, { cause })
  }
}

/** The text of the file at `path`, where there is one. */
export const loadSecretFile = (path: string): string | null => read(path) ?? null

function read(path: string): string | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
  if (!text)
    throw new Problem(
      'unavailable',
      'secret_file',
      `The secret file ${path} is empty. Restore it from a copy, or delete it.`,
    )
  chmodSync(path, 0o600)
  return text
}
