// Where tests find the recordings and labels that are too large, or not licensed, to live in this repository.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const root = process.env.INDABA_SHARED ?? resolve(import.meta.dirname, '../../../shared')

/** Absolute path below the shared data folder's root (`data/audio/...`), or null where it is absent. */
export function sharedData(...parts: string[]): string | null {
  const path = resolve(root, ...parts)
  return existsSync(path) ? path : null
}

/** For node:test's `skip` option: false when the path is there, else the printed reason. */
export function skipWithout(path: string | null): false | string {
  return path ? false : 'shared data is absent (set INDABA_SHARED to its folder)'
}
