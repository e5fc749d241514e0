// A workbook taken apart: its parts by path.

import { text } from 'node:stream/consumers'
import { defaultArchiveLimits, openArchive } from '../src/platform/zip/archive.ts'
import { inMemory } from './hostile-archives/in-memory.ts'

export async function openedWorkbook(bytes: Buffer): Promise<Map<string, string>> {
  const signal = AbortSignal.timeout(30_000)
  const archive = await openArchive(inMemory(bytes), defaultArchiveLimits, signal)
  const parts = new Map<string, string>()
  for (const entry of archive.entries) parts.set(entry.name, await text(await archive.open(entry, signal)))
  return parts
}
