// What was sent, opened: the files of a ZIP archive, or one file that lists things. Told apart by the first bytes.

import type { Readable } from 'node:stream'
import { Problem } from '../../platform/problem.ts'
import { type ArchiveEntry, type ArchiveLimits, openArchive, type RandomAccess } from '../../platform/zip/archive.ts'
import { contentsKind, headBytes } from '../jobs/contents-kind.ts'

export type Entry = Omit<ArchiveEntry, 'compressedBytes'>

export type Contents = {
  /** In the order in which they are best read. */
  entries: Entry[]
  isArchive: boolean
  open(entry: Entry, signal: AbortSignal): Promise<Readable>
  /** All of it. @throws Problem('too_large') above the limit */
  readWhole(entry: Entry, bytesMax: number, signal: AbortSignal): Promise<Buffer>
  close(): void
}

/** @throws Problem('invalid') for what is neither, that says what to do */
export async function openContents(
  bytes: RandomAccess,
  { name, limits, signal }: { name: string; limits: ArchiveLimits; signal: AbortSignal },
): Promise<Contents> {
  const head = bytes.sizeBytes === 0 ? Buffer.alloc(0) : await readHead(bytes, signal)
  const kind = contentsKind(head)
  const { entries, open, readSmall, close } =
    kind === 'zip' ? await archiveOf(bytes, limits, signal) : oneFile(bytes, name)
  return {
    entries,
    isArchive: kind === 'zip',
    open,
    async readWhole(entry, bytesMax, signal) {
      const tooLarge = () => {
        const detail = `${entry.name} is larger than the ${Math.floor(bytesMax / 2 ** 20)} MiB that a table or a file of chats may have. Send it in parts.`
        return new Problem('too_large', 'file_too_large', detail)
      }
      if (entry.sizeBytes > bytesMax) throw tooLarge()
      const small = await readSmall(entry, signal)
      if (small) return small
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of (await open(entry, signal)) as AsyncIterable<Buffer>) {
        length += chunk.length
        if (length > bytesMax) throw tooLarge()
        chunks.push(chunk)
      }
      return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)
    },
    close,
  }
}

async function readHead(bytes: RandomAccess, signal: AbortSignal): Promise<Buffer> {
  const stream = await bytes.read(0, Math.min(headBytes, bytes.sizeBytes) - 1, signal)
  return Buffer.concat(await stream.toArray())
}

type Opened = Pick<Contents, 'entries' | 'open' | 'close'> & {
  /** Null for what has to come as a stream. */
  readSmall(entry: Entry, signal: AbortSignal): Promise<Buffer | null>
}

async function archiveOf(bytes: RandomAccess, limits: ArchiveLimits, signal: AbortSignal): Promise<Opened> {
  const archive = await openArchive(bytes, limits, signal)
  const { entries } = archive
  if (entries.some(({ name }) => name === 'xl/workbook.xml')) {
    archive.close()
    const detail = 'The file is an Excel workbook. Save its sheet as "CSV UTF-8" and send that.'
    throw new Problem('invalid', 'unsupported_file', detail)
  }
  const byIndex = new Map(entries.map((entry) => [entry.index, entry]))
  const knownOf = ({ index }: Entry) => {
    const known = byIndex.get(index)
    if (!known) throw new Problem('not_found', 'no_such_file', 'The archive no longer holds this file.')
    return known
  }
  return {
    entries,
    open: (entry, signal) => archive.open(knownOf(entry), signal),
    readSmall: (entry, signal) => archive.readSmall(knownOf(entry), signal),
    close: archive.close,
  }
}

const oneFile = (bytes: RandomAccess, name: string): Opened => ({
  entries: [{ index: 0, name, sizeBytes: bytes.sizeBytes, modifiedAt: null, refusal: null }],
  open: (_, signal) => bytes.read(0, bytes.sizeBytes - 1, signal),
  readSmall: async () => null,
  close: () => undefined,
})
