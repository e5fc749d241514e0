// The bytes of an item: into the store, or, in a dry run, only measured. What is no recording is refused by its beginning.

import { meter, type Store, storeKey } from '../../storage/index.ts'
import { shownName } from '../file-names.ts'
import { type StagedFile, stageFile } from '../stage-file.ts'
import type { IngestItem, ItemContent } from './shapes.ts'

/** Problem('invalid') for bytes that are no recording: a web page, an archive, a format without a decoder. */
export type CheckRecording = (read: (atByte: number, bytes: number) => Promise<Buffer>) => Promise<unknown>

type Limits = { recordingBytesMax: number; checkRecording: CheckRecording }
/** Where the bytes of a recording go, or do not. */
export type Keep = (
  item: IngestItem,
  content: ItemContent & { kind: 'recording' },
  signal: AbortSignal,
) => Promise<StagedFile>

/** The same on every try, so that what a killed try left is written over. */
export const storeKeyOf = ({ org_id, file_id }: Pick<IngestItem, 'org_id' | 'file_id'>) =>
  storeKey(org_id, 'rec', file_id)

/** What fails is the caller's to remove. */
export const stageRecording =
  (store: Store, { recordingBytesMax, checkRecording }: Limits): Keep =>
  async (item, content, signal) => {
    const key = storeKeyOf(item)
    const file = { stream: content.stream, fileName: content.fileName, contentType: content.contentType }
    const staged = await stageFile(store, { file, sizeBytesMax: recordingBytesMax, key, signal })
    await checkRecording((at, bytes) => readPart(store, key, at, Math.min(at + bytes, staged.size_bytes)))
    return staged
  }

async function readPart(store: Store, key: string, start: number, end: number): Promise<Buffer> {
  if (end <= start) return Buffer.alloc(0)
  const { stream } = await store.open(key, { start, end: end - 1 })
  return Buffer.concat(await stream.toArray())
}

const headBytes = 256 * 1024

/** Of the beginning so much is kept as tells what it is. */
export const measureRecording =
  ({ recordingBytesMax, checkRecording }: Limits): Keep =>
  async (item, { stream, fileName, contentType }, signal) => {
    const measure = meter(recordingBytesMax)
    let head = Buffer.alloc(0)
    for await (const chunk of measure.through(stream)) {
      signal.throwIfAborted()
      if (head.length < headBytes) head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)])
    }
    await checkRecording(async (at, bytes) => head.subarray(at, at + bytes))
    const { sizeBytes, sha256Hex } = measure.result()
    return {
      store_key: storeKeyOf(item),
      file_name: shownName(fileName),
      content_type: contentType,
      size_bytes: sizeBytes,
      sha256: sha256Hex,
    }
  }
