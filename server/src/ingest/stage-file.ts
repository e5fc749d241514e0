// Takes a recording off the wire into the store before anything is known about it. What is not accepted is removed.

import type { Call, Fields, FilePart, Form } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import { type Store, storeKey } from '../storage/index.ts'
import { shownName } from './file-names.ts'

export type StagedFile = {
  store_key: string
  file_name: string | null
  content_type: string | null
  size_bytes: number
  sha256: string
}

/** @throws Problem('too_large') above the limit; nothing is left behind then */
export async function stageFile(
  store: Store,
  input: {
    orgId: string
    file: Pick<FilePart, 'stream' | 'fileName' | 'contentType'>
    sizeBytesMax: number
    key?: string
    signal?: AbortSignal
  },
): Promise<StagedFile> {
  const { file, sizeBytesMax, signal } = input
  const key = input.key ?? storeKey(input.orgId, 'rec', newId())
  const { sizeBytes, sha256Hex } = await store.put(key, file.stream, { sizeBytesMax, ...(signal ? { signal } : {}) })
  return {
    store_key: key,
    file_name: shownName(file.fileName),
    content_type: file.contentType,
    size_bytes: sizeBytes,
    sha256: sha256Hex,
  }
}

/**
 * The whole form of a request, its files in the store. When the form turns out to be broken, too large or cut off,
 * nothing is left behind. A limit that depends on the fields that came before the file may also refuse it.
 */
export async function stageForm(
  store: Store,
  call: Call,
  { orgId, sizeBytesMax }: { orgId: string; sizeBytesMax: number | ((before: Fields) => number) },
): Promise<Form<StagedFile>> {
  const staged: StagedFile[] = []
  try {
    return await call.form(async (file, before) => {
      const limit = typeof sizeBytesMax === 'number' ? sizeBytesMax : sizeBytesMax(before)
      const one = await stageFile(store, { orgId, file, sizeBytesMax: limit, signal: call.signal })
      staged.push(one)
      return one
    })
  } catch (err) {
    await discard(store, staged)
    throw err
  }
}

/** Runs what may accept the files; if it fails, or accepts none of them, they are removed from the store. */
export async function keepIfAccepted<T extends { isKept: boolean }>(
  store: Store,
  files: StagedFile[],
  accept: () => Promise<T>,
): Promise<T> {
  try {
    const result = await accept()
    if (!result.isKept) await discard(store, files)
    return result
  } catch (err) {
    await discard(store, files)
    throw err
  }
}

const discard = (store: Store, files: StagedFile[]) =>
  Promise.all(files.map(({ store_key }) => store.delete(store_key)))
