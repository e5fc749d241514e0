// What is said about a recording when it is sent: what was said of all, what its name tells, what stands in the file
// beside it; each counts more than the one before. What the fields mean is the server's business.

import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Found } from './folder.ts'
import { Trouble } from './trouble.ts'

export type Particulars = Record<string, unknown>

/** Null where a name tells nothing. */
export type ReadName = (path: string) => { fields: Particulars; warnings: string[] } | null

const sidecarBytesMax = 64 * 1024
const dateFields = ['date_of_call', 'call_date', 'date', 'started_at', 'start_time']

/**
 * Without a date of the call from anywhere, the time of the file's last change stands for it.
 * @param sidecar its text; null without one
 * @throws Trouble('refused') for a side-car that is no JSON object
 */
export function particularsOf(input: {
  found: Found
  ofAll: Particulars
  readName: ReadName | null
  sidecar: string | null
}): { fields: Particulars; warnings: string[] } {
  const { found, ofAll, readName, sidecar } = input
  const named = readName?.(found.path) ?? null
  const warnings = named?.warnings ?? []
  if (readName && !named) warnings.push(`The pattern does not match ${found.path}.`)
  const fields = { ...ofAll, ...named?.fields, ...(sidecar === null ? {} : readSidecar(sidecar)) }
  const isDated = Object.keys(fields).some((name) => dateFields.includes(name.toLowerCase()))
  return { fields: isDated ? fields : { ...fields, date_of_call: new Date(found.modifiedMs).toISOString() }, warnings }
}

function readSidecar(text: string): Particulars {
  try {
    const value = JSON.parse(text.replace(/^\ufeff/, ''))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {}
  throw new Trouble(
    'refused',
    'invalid_sidecar',
    'The file beside it is no JSON object. Mend it, and touch the recording.',
  )
}

/** `call.wav.done` and `call.done` both stand for `call.wav`. */
export const besides = (path: string, suffix: string): string[] => {
  const stem = path.slice(0, path.length - basename(path).length) + basename(path).replace(/\.[^.]*$/, '')
  return [suffix, suffix.toUpperCase()].flatMap((end) => [`${path}${end}`, `${stem}${end}`])
}

/** The first of these that is a file. */
export async function firstThere(root: string, paths: string[]): Promise<string | null> {
  for (const path of paths) {
    const facts = await stat(join(root, path)).catch(() => null)
    if (facts?.isFile()) return path
  }
  return null
}

/** @throws Trouble('refused') for one above 64 KiB */
export async function readBeside(root: string, path: string): Promise<string> {
  const { size } = await stat(join(root, path))
  if (size > sidecarBytesMax) {
    throw new Trouble('refused', 'invalid_sidecar', `${path} is larger than ${sidecarBytesMax / 1024} KiB.`)
  }
  return readFile(join(root, path), 'utf8')
}
