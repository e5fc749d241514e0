// Archives that unpack to far more than they are, by ratio, by number, by the same bytes many times.

import { crc32, deflateRawSync } from 'node:zlib'
import { alsoGood, amongGood, good, goodText, type HostileArchive } from './shapes.ts'
import { type EntrySpec, extraField, u64, zipOf } from './zip-writer.ts'

const MiB = 2 ** 20
const visible = { isVisible: true } as const
const zeros = (name: string, mebibytes: number): EntrySpec => {
  const content = Buffer.alloc(mebibytes * MiB)
  return { name, content, method: 8 }
}
const large = (sizeBytes: number, packedBytes = 2 ** 32 - 1) =>
  extraField(1, Buffer.concat([u64(sizeBytes), ...(packedBytes < 2 ** 32 - 1 ? [] : [u64(goodText.length)])]))

const byRatio: HostileArchive[] = [
  amongGood('bomb: 4 MiB of zeros', zeros('call.wav', 4), 'zip_entry_ratio', visible),
  amongGood('bomb: 64 MiB of zeros', zeros('call.wav', 64), 'zip_entry_ratio', visible),
  amongGood(
    'bomb: 1 GiB, by its promise',
    { name: 'call.wav', content: 'x', method: 8, both: { sizeBytes: 2 ** 30 } },
    'zip_entry_ratio',
    visible,
  ),
  amongGood(
    'bomb: 2 GiB and one byte',
    { name: 'call.wav', content: 'x', method: 8, both: { sizeBytes: 2 ** 31 + 1 } },
    'zip_entry_too_large',
    visible,
  ),
  amongGood(
    'bomb: 4 PiB by ZIP64',
    { name: 'call.wav', content: 'x', method: 8, both: { sizeBytes: 2 ** 32 - 1, extra: large(2 ** 52, 1) } },
    'zip_entry_too_large',
    visible,
  ),
  amongGood(
    'bomb: 16 EiB by ZIP64',
    {
      name: 'call.wav',
      content: 'x',
      method: 8,
      both: { sizeBytes: 2 ** 32 - 1, extra: extraField(1, u64(2n ** 64n - 1n)) },
    },
    'zip_entry_too_large',
    visible,
  ),
  {
    name: 'bomb: each file within the ratio, all together not',
    bytes: () => {
      const noise = Buffer.from(Array.from({ length: 64 }, (_, at) => (at * 37) & 0xff))
      const content = Buffer.alloc(2 * MiB)
      for (let at = 0; at < content.length; at += 16_384) noise.copy(content, at)
      const packed = Buffer.concat([deflateRawSync(content)])
      const padded = { name: '', content, method: 8, packed }
      return zipOf([...Array(8)].map((_, at) => ({ ...padded, name: `call ${at}.wav` })))
    },
    limits: { entryRatioMax: 2000 },
    outcome: 'zip_ratio',
    ...visible,
  },
  {
    name: 'bomb: more unpacked than is taken, each file within its limit',
    bytes: () =>
      zipOf(
        [...Array(10)].map((_, at) => ({
          name: `call ${at}.wav`,
          content: 'x',
          method: 8,
          both: { sizeBytes: 2 ** 31 },
        })),
      ),
    limits: { entryRatioMax: 2 ** 40, totalRatioMax: 2 ** 40 },
    outcome: 'zip_contents_too_large',
    ...visible,
  },
  {
    name: 'bomb: a hundred thousand times the archive, a bit each',
    bytes: () =>
      zipOf(
        [...Array(2000)].map((_, at) => ({
          name: `call ${at}.wav`,
          content: 'x',
          method: 8,
          both: { sizeBytes: MiB },
        })),
      ),
    outcome: 'zip_ratio',
    ...visible,
  },
]

const byCount: HostileArchive[] = [
  {
    name: 'bomb: 25,001 files',
    bytes: () => zipOf([...Array(25_001)].map((_, at) => ({ name: `${at}.wav` }))),
    outcome: 'zip_too_many_entries',
    ...visible,
  },
  {
    name: 'bomb: 25,001 folders',
    bytes: () => zipOf([...Array(25_001)].map((_, at) => ({ name: `${at}/` }))),
    outcome: 'zip_too_many_entries',
    ...visible,
  },
  ...[25_001, 65_535].map(
    (entries): HostileArchive => ({
      name: `bomb: ${entries} files by its end alone`,
      bytes: () => zipOf([good], { end: { entries, entriesHere: entries } }),
      outcome: 'zip_too_many_entries',
      ...visible,
    }),
  ),
  {
    name: 'bomb: 2^50 files by ZIP64',
    bytes: () =>
      zipOf([good], {
        zip64: { entries: 2 ** 50, entriesHere: 2 ** 50 },
        end: { entries: 0xffff, entriesHere: 0xffff },
      }),
    outcome: 'zip_too_many_entries',
    ...visible,
  },
  {
    name: 'bomb: a list of files of 33 MiB, made of comments',
    bytes: () =>
      zipOf([...Array(540)].map((_, at) => ({ name: `${at}.wav`, directory: { comment: Buffer.alloc(65_000, 'c') } }))),
    outcome: 'zip_directory_too_large',
    ...visible,
  },
  {
    name: 'bomb: millions of extra fields in a few files',
    bytes: () =>
      zipOf([...Array(480)].map((_, at) => ({ name: `${at}.wav`, directory: { extra: Buffer.alloc(65_532) } }))),
    outcome: 'zip_directory',
    ...visible,
  },
  {
    name: 'bomb: millions of extra fields in many files',
    bytes: () =>
      zipOf([...Array(8000)].map((_, at) => ({ name: `${at}.wav`, directory: { extra: Buffer.alloc(4096) } }))),
    outcome: Array(8000).fill(Buffer.alloc(0)),
  },
  amongGood(
    'bomb: thousands of extra fields in the local header',
    { name: 'call.wav', content: 'x', local: { extra: Buffer.alloc(65_532) } },
    'zip_entry_mismatch',
  ),
  {
    name: 'bomb: larger than is taken',
    bytes: () => zipOf([good, alsoGood]),
    limits: { archiveBytesMax: 1000 },
    outcome: 'zip_too_large',
    ...visible,
  },
]

/** Everything in the directory twice or more, each time from the same place. */
const again = (times: number): Buffer =>
  zipOf([
    { name: 'call 0.wav', content: goodText, method: 8 },
    ...[...Array(times)].map((_, at) => ({
      name: `call ${at + 1}.wav`,
      content: goodText,
      method: 8,
      only: 'directory' as const,
      directory: { headerAt: 0 },
    })),
  ])

/** As Fifield's: each file's stored block holds the next file's header, and all end in one kernel. */
function quoted(files: number): Buffer {
  const kernel = deflateRawSync(Buffer.alloc(MiB))
  const names = [...Array(files)].map((_, at) => `call ${at}.wav`.padStart(12, '_'))
  const headerBytes = 30 + 12
  // From the last to the first: behind each header comes a stored block that quotes all headers up to the kernel.
  const specs: EntrySpec[] = names.map((name, at) => {
    const behind = files - 1 - at
    const packedBytes = kernel.length + behind * (headerBytes + 5)
    const sizeBytes = MiB + behind * (headerBytes + 5)
    const isLast = behind === 0
    return {
      name,
      packed: isLast ? kernel : Buffer.from([0, headerBytes, 0, 255 - headerBytes, 255]),
      both: { method: 8, packedBytes, sizeBytes, crc: crc32('') },
    }
  })
  return zipOf(specs)
}

const overlapping = (name: string, bytes: () => Buffer): HostileArchive => ({
  name: `overlap: ${name}`,
  bytes,
  outcome: 'zip_overlap',
  ...visible,
})
const over = (name: string, directory: Partial<EntrySpec['directory']>, local: EntrySpec['local'] = {}) =>
  overlapping(name, () =>
    zipOf([good, { ...alsoGood, ...(directory ? { directory } : {}), local }, { name: 'c.wav', content: 'c' }]),
  )
const overlaps: HostileArchive[] = [
  overlapping('one file twice', () => again(1)),
  overlapping('one file ten thousand times', () => again(10_000)),
  overlapping('quoted headers before one kernel, 2 files', () => quoted(2)),
  overlapping('quoted headers before one kernel, 250 files', () => quoted(250)),
  overlapping('quoted headers before one kernel, 10,000 files', () => quoted(10_000)),
  over('a file that reaches into the next', { packedBytes: goodText.length + 1, sizeBytes: goodText.length + 1 }),
  over('a file that holds all files behind it', { packedBytes: goodText.length + 40, sizeBytes: goodText.length + 40 }),
  over('a header within another file', { headerAt: 40 }),
  over('a header within the directory', { headerAt: 2700 + goodText.length }),
  over('a header behind the end of the archive', { headerAt: 100_000_000 }),
  over('a header at the last place there is', { headerAt: 2 ** 32 - 2 }),
  over('a file larger than the archive', { packedBytes: 2 ** 31, sizeBytes: 2 ** 31 }),
  over('a name that reaches into the next file', {}, { nameBytes: 65_535 }),
  over('extra fields that reach into the next file', {}, { extraBytes: 65_535 }),
  overlapping('a name that reaches into the directory', () => zipOf([good, { ...alsoGood, local: { nameBytes: 60 } }])),
  overlapping('the last file reaches into the directory', () =>
    zipOf([good, { ...alsoGood, both: { packedBytes: 2481, sizeBytes: 2481 } }]),
  ),
  overlapping('the last file is the whole archive', () =>
    zipOf([{ name: 'all.wav', content: goodText, directory: { packedBytes: 2600, sizeBytes: 2600 } }]),
  ),
  overlapping('a file that holds the archive it is in', () => {
    const entry: EntrySpec = {
      name: 'self.wav',
      only: 'directory',
      directory: { packedBytes: 83, sizeBytes: 83, headerAt: 0 },
    }
    return zipOf([entry])
  }),
  overlapping('extra fields that quote the next header', () => {
    const next = Buffer.concat([extraField(0x9999, Buffer.alloc(60)), goodText])
    return zipOf([
      {
        name: 'a.wav',
        packed: Buffer.alloc(0),
        local: { extraBytes: 64 + 35 },
        both: { packedBytes: 10, sizeBytes: 10 },
      },
      { name: 'b.wav', content: next },
    ])
  }),
  overlapping('a folder over a file', () =>
    zipOf([good, { name: 'calls/', only: 'directory', directory: { headerAt: 0 } }, alsoGood]),
  ),
]

export const bombs: HostileArchive[] = [...byRatio, ...byCount, ...overlaps]
