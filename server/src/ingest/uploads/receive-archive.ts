// An archive, or a list, in the body of a request: straight into the store, with the fields that came around it.

import type { Call, Fields } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { type Store, storeKey } from '../../storage/index.ts'
import { kindOfParts } from '../jobs/contents-arrived.ts'
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
    const { files, ...form } = await stageForm(store, call, () => ({ key: key(), sizeBytesMax }))
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
