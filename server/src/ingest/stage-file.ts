// Takes a recording or an archive off the wire into the store before anything is known about it. What is not accepted is removed.

import type { Call, Fields, FilePart, Form } from '../platform/http/route.ts'
import type { Store } from '../storage/index.ts'
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
    key: string
    file: Pick<FilePart, 'stream' | 'fileName' | 'contentType'>
    sizeBytesMax: number
    signal?: AbortSignal
  },
): Promise<StagedFile> {
  const { key, file, sizeBytesMax, signal } = input
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
 * nothing is left behind. `place` says where each file goes, by the fields that came before it, or refuses it.
 */
export async function stageForm(
  store: Store,
  call: Call,
  place: (before: Fields) => { key: string; sizeBytesMax: number },
): Promise<Form<StagedFile>> {
  const staged: StagedFile[] = []
  try {
    return await call.form(async (file, before) => {
      const one = await stageFile(store, { ...place(before), file, signal: call.signal })
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
  files: Kept[],
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

type Kept = Pick<StagedFile, 'store_key'>

/** For what was staged and is not wanted. */
export const discard = (store: Store, files: Kept[]) =>
  Promise.all(files.map(({ store_key }) => store.delete(store_key)))
