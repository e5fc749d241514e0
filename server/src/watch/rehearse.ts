// A dry run: what would be sent, and with what metadata. Nothing is sent, written or kept.

import { type Listing, listFolder } from './folder.ts'
import { readJournal } from './journal.ts'
import type { Tell } from './lines.ts'
import type { Options } from './options.ts'
import { besides, firstThere, particularsOf, type ReadName, readBeside } from './particulars.ts'
import { Trouble } from './trouble.ts'

/** @returns how many would be sent */
export async function rehearse(
  options: Options,
  listing: Listing,
  readName: ReadName | null,
  tell: Tell,
): Promise<number> {
  const { folder, marker, metadata, usesSidecar } = options
  const { entries, head } = await readJournal(options.journal, folder)
  const isFirst = !head?.is_begun
  const sinceMs = head?.since ?? options.sinceMs
  let count = 0
  for await (const found of listFolder(listing)) {
    const { path, sizeBytes, modifiedMs } = found
    const known = entries.get(path)
    const isKnown = known?.size === sizeBytes && known.modified === modifiedMs && known.state !== 'uploading'
    if (isKnown || sizeBytes === 0 || (isFirst && modifiedMs < sinceMs)) continue
    if (marker && !(await firstThere(folder, besides(path, marker)))) continue
    try {
      const beside = usesSidecar ? await firstThere(folder, besides(path, '.json')) : null
      const sidecar = beside ? await readBeside(folder, beside) : null
      const { fields, warnings } = particularsOf({ found, ofAll: metadata, readName, sidecar })
      for (const warning of warnings) tell('warning', { path, warning })
      tell('would_send', { path, bytes: sizeBytes, metadata: JSON.stringify(fields) })
      count += 1
    } catch (err) {
      if (!(err instanceof Trouble)) throw err
      tell('warning', { path, warning: `${path}: ${err.message}` })
    }
  }
  return count
}
