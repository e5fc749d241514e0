// A ZIP archive from anybody, read without trust: what could be understood in two ways, or does harm, is refused with a
// reason, the whole or a single file. Knows where bytes are; what the files mean, and where they go, is for others.

import { addAbortSignal, type Readable } from 'node:stream'
import { noteSmallRuns, openContent, readSmall } from './content.ts'
import { readDirectory } from './directory.ts'
import { findEnd } from './end-record.ts'
import { ratioFreeBytes } from './entry-faults.ts'
import { foldedName } from './entry-name.ts'
import { checkLocalHeaders } from './local-headers.ts'
import { inPlace } from './ranges.ts'
import { readNearby } from './read-nearby.ts'
import { refused, shownBytes } from './refused.ts'
import type { Archive, ArchiveEntry, ArchiveLimits, RandomAccess } from './shapes.ts'

export type { Archive, ArchiveEntry, ArchiveLimits, RandomAccess, RefusalCode } from './shapes.ts'
export { defaultArchiveLimits } from './shapes.ts'

/**
 * Reads the archive's lists, no content. A Problem of kind `invalid` refuses the whole archive, with a RefusalCode as its
 * code; `entries` tell which single files are refused. Failures of `bytes` come as they are.
 */
export async function openArchive(bytes: RandomAccess, limits: ArchiveLimits, signal: AbortSignal): Promise<Archive> {
  if (bytes.sizeBytes > limits.archiveBytesMax)
    throw refused(
      'zip_too_large',
      `The archive has ${shownBytes(bytes.sizeBytes)}; at most ${shownBytes(limits.archiveBytesMax)} are taken. Make several of it.`,
    )
  const end = await findEnd(bytes, signal)
  const records = await readDirectory(bytes, end, limits, signal)
  const sorted = inPlace(records, end.directoryStart)
  await checkLocalHeaders(bytes, sorted, end.directoryStart, signal)
  noteSmallRuns(sorted)
  const files = records.filter(({ isDirectory }) => !isDirectory)
  const entries = files.map(({ entry }) => entry)
  refuseTwins(entries)
  checkTotals(entries, bytes.sizeBytes, limits)

  const byIndex = new Map(files.map((file) => [file.entry.index, file]))
  const closing = new AbortController()
  const nearby = readNearby(bytes, closing.signal)
  const opened = new Set<Readable>()
  const recordOf = ({ index }: ArchiveEntry, signal: AbortSignal) => {
    const record = byIndex.get(index)
    if (!record) throw new Error(`The archive has no file ${index}`)
    const { refusal } = record.entry
    if (refusal) throw refused(refusal.code, refusal.reason)
    signal.throwIfAborted()
    closing.signal.throwIfAborted()
    return record
  }
  return {
    entries,
    readSmall: async (entry, signal) => readSmall(nearby, recordOf(entry, signal), signal),
    async open(entry, signal) {
      const record = recordOf(entry, signal)
      const content = addAbortSignal(signal, await openContent(bytes, nearby, record, signal))
      if (closing.signal.aborted) content.destroy(closing.signal.reason)
      opened.add(content)
      return content.once('close', () => opened.delete(content))
    },
    close() {
      closing.abort(new Error('The archive was closed'))
      for (const content of opened) content.destroy(closing.signal.reason)
    },
  }
}

/** Of files with one name, none is known to be the one that is meant. */
function refuseTwins(entries: ArchiveEntry[]): void {
  for (const twins of Map.groupBy(entries, ({ name }) => foldedName(name)).values())
    for (const entry of twins.length > 1 ? twins : [])
      entry.refusal ??= {
        code: 'zip_entry_duplicate',
        reason: 'Another file in the archive has the same name, but for upper and lower case. Rename one of them.',
      }
}

/** Over what would be unpacked: a refused file counts for nothing. */
function checkTotals(entries: ArchiveEntry[], archiveBytes: number, limits: ArchiveLimits): void {
  const total = entries.reduce((sum, { refusal, sizeBytes }) => sum + (refusal ? 0 : sizeBytes), 0)
  if (total > limits.totalBytesMax)
    throw refused(
      'zip_contents_too_large',
      `The archive has ${shownBytes(total)} unpacked; at most ${shownBytes(limits.totalBytesMax)} are taken. Make several of it.`,
    )
  if (total > ratioFreeBytes && total > archiveBytes * limits.totalRatioMax)
    throw refused(
      'zip_ratio',
      `The archive would unpack to more than ${limits.totalRatioMax} times its size, as no archive of recordings and chats does.`,
    )
}
