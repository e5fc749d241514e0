// Archives changed at random: whatever comes of them, it is no crash, no endless wait, and no wrong content that passes
// for good.

import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import fc from 'fast-check'
import { inMemory } from '../../../test/hostile-archives/in-memory.ts'
import { type EntrySpec, zipOf } from '../../../test/hostile-archives/zip-writer.ts'
import { Problem } from '../problem.ts'
import { defaultArchiveLimits, openArchive } from './archive.ts'

const signal = new AbortController().signal

const oneEntry: fc.Arbitrary<EntrySpec> = fc.record({
  name: fc.stringMatching(/^[a-zéß]{1,9}\.wav$/),
  content: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  method: fc.constantFrom(0, 8),
  descriptor: fc.constantFrom(true as const, undefined),
})
const someEntries = fc.uniqueArray(oneEntry, {
  minLength: 1,
  maxLength: 6,
  selector: ({ name }) => `${name}`.toUpperCase(),
})

const change = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('set' as const), at: fc.nat(), bit: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), bit: fc.nat(20) }),
  fc.record({ kind: fc.constant('end' as const), at: fc.nat(), bit: fc.constant(0) }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function changed(archive: Buffer, changes: Change[]): Buffer {
  let bytes = Buffer.from(archive)
  for (const { kind, at: anywhere, bit } of changes) {
    if (bytes.length === 0) break
    // Half of all changes hit the last bytes, where the lists are.
    const at =
      anywhere % 2 ? bytes.length - 1 - ((anywhere >> 1) % Math.min(bytes.length, 400)) : (anywhere >> 1) % bytes.length
    if (kind === 'flip') bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
    if (kind === 'set') bytes[at] = bit
    if (kind === 'cut') bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + bit)])
    if (kind === 'end') bytes = bytes.subarray(0, at)
  }
  return bytes
}

const isRefusal = (error: unknown) => {
  if (!(error instanceof Problem) || error.kind !== 'invalid') throw error
  return null
}

test('random archives are read as they were written', () =>
  fc.assert(
    fc.asyncProperty(someEntries, fc.integer({ min: 1, max: 5000 }), async (entries, pieceBytes) => {
      const archive = await openArchive(inMemory(zipOf(entries), pieceBytes), defaultArchiveLimits, signal)
      const read = await Promise.all(archive.entries.map(async (entry) => buffer(await archive.open(entry, signal))))
      assert.deepEqual(
        read,
        entries.map(({ content }) => content),
      )
    }),
    { numRuns: 200 },
  ))

test('changed archives are refused, or what is read of them is true', () =>
  fc.assert(
    fc.asyncProperty(someEntries, fc.array(change, { minLength: 1, maxLength: 3 }), async (entries, changes) => {
      const known = new Set(entries.map(({ content }) => `${content?.toString('latin1')}`))
      const archive = await openArchive(inMemory(changed(zipOf(entries), changes)), defaultArchiveLimits, signal).catch(
        isRefusal,
      )
      for (const entry of archive?.entries ?? []) {
        const content = await archive?.open(entry, signal).then(buffer).catch(isRefusal)
        if (content) assert.ok(known.has(content.toString('latin1')), `${entry.name} is read, and is not what it was`)
      }
    }),
    { numRuns: 2000 },
  ))
