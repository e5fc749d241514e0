// How a refusal is told as an error.

import { Problem } from '../problem.ts'
import type { RefusalCode } from './shapes.ts'

export const refused = (code: RefusalCode, reason: string, cause?: unknown): Problem =>
  new Problem('invalid', code, reason, { cause })

/** As people say it: `3.0 GiB`, `512 bytes`. */
export function shownBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10))
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`
}
