// No byte of an archive may belong to two entries, nor to an entry and the directory: a bomb that unpacks the same bytes
// many times refuses itself here (D. Fifield, "A better zip bomb", 2019).

import type { EntryRecord } from './directory.ts'
import { refused } from './refused.ts'

export const localHeaderBytes = 30

export const overlap = () =>
  refused('zip_overlap', 'Files in the archive lie over one another, as in archives made to do harm. Make it anew.')

/**
 * The records by their places in the archive, after looking at what the directory alone shows: each takes at least a
 * header and its packed size.
 */
export function inPlace(records: EntryRecord[], directoryStart: number): EntryRecord[] {
  const sorted = records.toSorted((a, b) => a.headerAt - b.headerAt)
  const first = sorted[0]?.headerAt ?? directoryStart
  // Four bytes: the mark of an archive that was to be split and fitted into one part, APPNOTE 6.3.10 §8.5.4.
  if (first !== 0 && first !== 4)
    throw refused(
      'zip_bytes_before',
      'The archive begins with something else than its first file. If it unpacks itself as a program, make a plain ZIP archive.',
    )
  for (const [place, { headerAt, entry }] of sorted.entries())
    if (headerAt + localHeaderBytes + entry.compressedBytes > nextStart(sorted, place, directoryStart)) throw overlap()
  return sorted
}

export const nextStart = (sorted: EntryRecord[], place: number, directoryStart: number): number =>
  sorted[place + 1]?.headerAt ?? directoryStart
