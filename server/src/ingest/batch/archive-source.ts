// A ZIP archive or a single table as a source of items, for jobs of source `zip` and `list`. The only file of this folder,
// with people.ts, that others need.

import type { Db } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { defaultArchiveLimits } from '../../platform/zip/archive.ts'
import type { Store } from '../../storage/index.ts'
import type { Body } from '../flexible-body.ts'
import type { IngestItem, IngestJob, ItemContent, OpenSource, Source } from '../jobs/shapes.ts'
import { type ChatFile, withFields } from './chat-files.ts'
import { type Contents, type Entry, openContents } from './contents.ts'
import { baseOf } from './entry-names.ts'
import { expand } from './expansion.ts'
import { openParts } from './parts.ts'
import { type BatchLimits, defaultBatchLimits, survey } from './survey.ts'
import { readTextFile } from './text-files.ts'
import { unknownNames } from './unknown-names.ts'

/** Files of many chats that are kept open, for items that are read side by side. */
const filesKept = 2

/**
 * `expand` lists recordings, chats and rows that name an address, by their place in the archive; what cannot be taken in
 * is listed with its failure. An item that is read is a recording, or the body of a chat as chat-messages.ts reads it;
 * addresses are the caller's to fetch.
 */
export function archiveSource({
  db,
  store,
  archiveBytesMax,
}: {
  db: Db
  store: Store
  /** Of a whole ZIP; the other limits are those of archive.ts and survey.ts. */
  archiveBytesMax: number
}): Source {
  const limits = { ...defaultArchiveLimits, archiveBytesMax }
  return {
    async open(job, signal) {
      const bytes = openParts(store, job.parts)
      const contents = await openContents(bytes, { name: job.name, limits, signal })
      return opened(db, job, contents, defaultBatchLimits, signal)
    },
  }
}

function opened(db: Db, job: IngestJob, contents: Contents, limits: BatchLimits, signal: AbortSignal): OpenSource {
  const byIndex = new Map(contents.entries.map((entry) => [entry.index, entry]))
  const files = new Map<number, Promise<ChatFile>>()

  const chatFile = (entry: Entry): Promise<ChatFile> => {
    const known = files.get(entry.index)
    if (known) return known
    const file = contents.readWhole(entry, limits.textBytesMax, signal).then(async (bytes) => {
      const { file } = await readTextFile(entry.name, bytes)
      if (file.kind === 'found' && file.chats) return file.chats
      throw new Problem('invalid', 'no_chat', `${entry.name} holds no chats.`)
    })
    file.catch(() => files.delete(entry.index))
    for (const oldest of files.keys()) {
      if (files.size < filesKept) break
      files.delete(oldest)
    }
    files.set(entry.index, file)
    return file
  }

  return {
    async expand() {
      const { said, ...expanded } = await expand(await survey(contents, limits, signal), {
        isArchive: contents.isArchive,
        defaults: job.options.defaults,
      })
      const names = await unknownNames(db, job, said)
      return { ...expanded, findings: { ...names, ...expanded.findings } }
    },

    async read({ locator, fields, kind }: IngestItem, signal): Promise<ItemContent> {
      const entry = 'entry' in locator ? byIndex.get(locator.entry) : undefined
      if (!entry || !('entry' in locator)) {
        throw new Problem('not_found', 'no_file', 'There is no file for this row. Send it once more, with the file.')
      }
      if (kind === 'chat') {
        const file = await chatFile(entry)
        return { kind, fields: withFields(chatAt(file, locator.chat ?? 0), fields) }
      }
      const { name, modifiedAt } = entry
      return { kind, stream: await contents.open(entry, signal), fileName: baseOf(name), contentType: null, modifiedAt }
    },

    close: async () => contents.close(),
  }
}

function chatAt(file: ChatFile, chat: number): Body {
  if (chat >= file.count) throw new Problem('not_found', 'no_chat', 'The file no longer holds this chat.')
  return file.at(chat).body
}
