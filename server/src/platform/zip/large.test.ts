// Archives beyond 4 GiB, whose largest file is a hole that takes no place.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { inMemory } from '../../../test/hostile-archives/in-memory.ts'
import { extraField, u64, zipOf } from '../../../test/hostile-archives/zip-writer.ts'
import { defaultArchiveLimits, openArchive, type RandomAccess } from './archive.ts'

const GiB = 2 ** 30
const all32 = 2 ** 32 - 1
const signal = new AbortController().signal
const limits = { ...defaultArchiveLimits, archiveBytesMax: 10 * GiB, entryBytesMax: 8 * GiB }

/** The content with zeros in it, made as they are read. */
function withHole(content: Buffer, holeAt: number, holeBytes: number): RandomAccess {
  const whole = inMemory(content)
  return {
    sizeBytes: content.length + holeBytes,
    async read(start, end, signal) {
      const within = (at: number) => Math.min(Math.max(at - holeAt, 0), holeBytes)
      const zeros = within(end + 1) - within(start)
      const parts: Buffer[] = []
      if (start < holeAt) parts.push(content.subarray(start, Math.min(end + 1, holeAt)))
      if (zeros > 2 ** 21) throw new Error('Nobody reads that much of a hole')
      parts.push(Buffer.alloc(zeros))
      const behind = Math.max(start, holeAt + holeBytes)
      if (end >= behind) parts.push(await buffer(await whole.read(behind - holeBytes, end - holeBytes, signal)))
      return Readable.from(parts, { objectMode: false })
    },
  }
}

const name = 'long.wav'
const holeAt = 30 + name.length + 20

function beyond(holeBytes: number, is64: boolean): RandomAccess {
  const sizes = extraField(1, Buffer.concat([u64(holeBytes), u64(holeBytes)]))
  const long = { name, packed: Buffer.alloc(0), both: { sizeBytes: all32, packedBytes: all32, extra: sizes } }
  const after = { name: 'after.wav', content: 'what lies behind it' }
  const headerAt = { headerAt: all32, extra: extraField(1, u64(holeAt + holeBytes)) }
  const directoryAt = holeAt + 30 + 9 + after.content.length
  const directoryBytes = 46 + name.length + 20 + 46 + 9 + 12
  const moved = { directoryAt: directoryAt + holeBytes, recordAt: directoryAt + directoryBytes + holeBytes }
  const plain = { entries: 0xffff, entriesHere: 0xffff, directoryBytes: all32, directoryAt: all32 }
  const ends = is64 ? { zip64: moved, end: plain } : {}
  return withHole(zipOf([long, { ...after, directory: headerAt }], ends), holeAt, holeBytes)
}

test('a file behind 5 GiB is found by ZIP64', async () => {
  const archive = await openArchive(beyond(5 * GiB, true), limits, signal)
  assert.deepEqual(
    archive.entries.map(({ name, sizeBytes, refusal }) => ({ name, sizeBytes, refusal })),
    [
      { name, sizeBytes: 5 * GiB, refusal: null },
      { name: 'after.wav', sizeBytes: 19, refusal: null },
    ],
  )
  const after = archive.entries[1]
  assert.ok(after)
  assert.equal((await buffer(await archive.open(after, signal))).toString(), 'what lies behind it')
})

test('is refused above the limit that is set', async () =>
  assert.rejects(openArchive(beyond(5 * GiB, true), defaultArchiveLimits, signal), { code: 'zip_too_large' }))

test('what macOS makes above 4 GiB is refused by name', async () =>
  assert.rejects(openArchive(beyond(4 * GiB, false), limits, signal), { code: 'zip_directory', detail: /Finder/ }))
