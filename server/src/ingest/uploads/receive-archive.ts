// An archive, or a list, in the body of a request: straight into the store, with the fields that came around it.

import { Readable } from 'node:stream'
import type { Call, Fields } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { type Store, storeKey } from '../../storage/index.ts'
import { kindOfParts } from '../jobs/contents-arrived.ts'
import { contentsKind, headBytes } from '../jobs/contents-kind.ts'
import type { ReceivedArchive } from '../jobs/create-routes.ts'
import { discard, stageForm } from '../stage-file.ts'

export type ArchiveForm = { fields: Fields; warnings: string[]; archive: ReceivedArchive | null }

/**
 * Nothing is left in the store when it fails, or when the client breaks off. What comes of the archive is the caller's to
 * see to. @throws Problem('too_large'), Problem('invalid') for several files and for what is neither a ZIP nor a list
 */
export const archiveReceiver =
  ({ store, sizeBytesMax }: { store: Store; sizeBytesMax: number }) =>
  async (call: Call): Promise<ArchiveForm> => {
    const key = () => storeKey(call.by.orgId, 'batch', newId())
    const checked: Call = {
      ...call,
      form: (onFile) => call.form((file, before) => onFile({ ...file, stream: seenFirst(file.stream) }, before)),
    }
    const { files, ...form } = await stageForm(store, checked, () => ({ key: key(), sizeBytesMax }))
    const [file] = files
    if (!file) return { ...form, archive: null }
    try {
      if (files.length > 1) throw new Problem('invalid', 'several_files', 'Send one file in a request.')
      const parts = [{ store_key: file.store_key, size_bytes: file.size_bytes }]
      const source = await kindOfParts(store, parts)
      return { ...form, archive: { parts, source, sha256: file.sha256, fileName: file.file_name } }
    } catch (err) {
      await discard(store, files)
      throw err
    }
  }

/** The same bytes. What is neither a ZIP nor a list breaks off by its beginning, before gigabytes of it are stored. */
function seenFirst(stream: Readable): Readable {
  async function* bytes() {
    let head: Buffer | null = Buffer.alloc(0)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (head === null) yield chunk
      else head = Buffer.concat([head, chunk])
      if (head === null || head.length < headBytes) continue
      contentsKind(head.subarray(0, headBytes))
      yield head
      head = null
    }
    if (head === null) return
    contentsKind(head)
    yield head
  }
  return Readable.from(bytes(), { objectMode: false })
}
