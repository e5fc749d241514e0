// Archives as people send them, made by yazl in the test, and what the batch door makes of them without a database.

import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { openContents } from '../src/ingest/batch/contents.ts'
import { type Expanded, expand } from '../src/ingest/batch/expansion.ts'
import { type BatchLimits, defaultBatchLimits, survey } from '../src/ingest/batch/survey.ts'
import type { RandomAccess } from '../src/platform/zip/archive.ts'
import { defaultArchiveLimits } from '../src/platform/zip/archive.ts'

export type Files = Record<string, string | Uint8Array>

export async function zipOf(files: Files): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files))
    zip.addBuffer(Buffer.from(content as string), name, { compress: content.length < 100_000 })
  zip.end()
  return Buffer.concat(await (zip.outputStream as Readable).toArray())
}

export const inMemory = (bytes: Buffer): RandomAccess => ({
  sizeBytes: bytes.length,
  read: async (start, end) => Readable.from([bytes.subarray(start, end + 1)], { objectMode: false }),
})

/** What a batch of these files amounts to; a single one that is not in an archive: `{ name, bytes }`. */
export async function expanded(
  given: Files | { name: string; bytes: Uint8Array },
  limits: Partial<BatchLimits> = {},
): Promise<Expanded> {
  const { signal } = new AbortController()
  const alone = given.bytes instanceof Uint8Array ? (given as { name: string; bytes: Uint8Array }) : null
  const bytes = alone ? Buffer.from(alone.bytes) : await zipOf(given as Files)
  const contents = await openContents(inMemory(bytes), {
    name: alone?.name ?? 'batch.zip',
    limits: defaultArchiveLimits,
    signal,
  })
  try {
    return await expand(await survey(contents, { ...defaultBatchLimits, ...limits }, signal), contents)
  } finally {
    contents.close()
  }
}

/** `code: reason` of the Problem that it fails with. */
export async function refusalOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
  } catch (err) {
    const { code, detail } = err as { code?: string; detail?: string }
    if (code && detail) return `${code}: ${detail}`
    throw err
  }
  return 'none'
}
