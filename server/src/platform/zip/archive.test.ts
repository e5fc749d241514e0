import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { crc32, deflateRawSync } from 'node:zlib'
import { inMemory } from '../../../test/hostile-archives/in-memory.ts'
import { descriptorOf, type EntrySpec, extraField, u32, u64, zipOf } from '../../../test/hostile-archives/zip-writer.ts'
import { Problem } from '../problem.ts'
import { type ArchiveLimits, defaultArchiveLimits, openArchive, type RandomAccess } from './archive.ts'

const signal = new AbortController().signal
const opened = (bytes: Buffer | RandomAccess, limits: Partial<ArchiveLimits> = {}) =>
  openArchive(Buffer.isBuffer(bytes) ? inMemory(bytes) : bytes, { ...defaultArchiveLimits, ...limits }, signal)

/** Each file's name and content, as text. */
async function contentsOf(bytes: Buffer | RandomAccess): Promise<Record<string, string>> {
  const archive = await opened(bytes)
  const contents: Record<string, string> = {}
  for (const entry of archive.entries)
    contents[entry.name] = (await buffer(await archive.open(entry, signal))).toString()
  return contents
}

const hello: EntrySpec = { name: 'hello.txt', content: 'Hello', method: 8 }
const helloPacked = deflateRawSync(Buffer.from('Hello'))
const bye: EntrySpec = { name: 'bye.txt', content: 'Bye' }
const both = { 'hello.txt': 'Hello', 'bye.txt': 'Bye' }
/** Does not pack well, and does not repeat. */
const noise = (bytes: number): Buffer => {
  const content = Buffer.alloc(bytes)
  for (let at = 0, state = 1; at < bytes; at++) content[at] = (state = Math.imul(state, 1_103_515_245) + 12_345) >>> 16
  return content
}

suite('archives that are unusual, and good', () => {
  const sizes = (content: string, packed: Buffer) => Buffer.concat([u64(content.length), u64(packed.length)])
  const field64 = extraField(1, sizes('Hello', helloPacked))
  const large = { packedBytes: 2 ** 32 - 1, sizeBytes: 2 ** 32 - 1, extra: field64 }
  const checksum = u32(crc32('Hello'))
  const plain = descriptorOf(Buffer.from('Hello'), helloPacked)
  const wide = Buffer.concat([checksum, u64(helloPacked.length), u64(5)])
  const unusual: Record<string, Buffer> = {
    'with nothing unusual': zipOf([hello, bye]),
    'with a comment': zipOf([hello, bye], { comment: Buffer.from('made by hand') }),
    'with the longest comment there is': zipOf([hello, bye], { comment: Buffer.alloc(65_535, 'c') }),
    'with ZIP64 at its end': zipOf([hello, bye], { zip64: {} }),
    'with ZIP64 at its end alone': zipOf([hello, bye], {
      zip64: {},
      end: { entries: 0xffff, entriesHere: 0xffff, directoryBytes: 2 ** 32 - 1, directoryAt: 2 ** 32 - 1 },
    }),
    'with ZIP64 and a data sector that nobody knows': zipOf([hello, bye], { zip64: { extension: Buffer.alloc(64) } }),
    'with ZIP64 for one file': zipOf([{ ...hello, both: large }, bye]),
    'with ZIP64 in a local header alone': zipOf([{ ...hello, local: large }, bye]),
    'with a descriptor': zipOf([{ ...hello, descriptor: true }, bye]),
    'with a descriptor without signature': zipOf([{ ...hello, descriptor: plain.subarray(4) }, bye]),
    'with a descriptor of 64 bits': zipOf([{ ...hello, descriptor: Buffer.concat([plain.subarray(0, 4), wide]) }, bye]),
    'with a descriptor of 64 bits without signature': zipOf([{ ...hello, descriptor: wide }, bye]),
    'with a descriptor at its end': zipOf([hello, { ...bye, descriptor: true }]),
    'with a descriptor and sizes in front, too': zipOf([
      { ...hello, descriptor: true, local: { crc: crc32('Hello'), packedBytes: helloPacked.length, sizeBytes: 5 } },
      bye,
    ]),
    'with space between files': zipOf([hello, { ...bye, before: Buffer.alloc(4096) }]),
    'with a deleted file': zipOf([hello, { name: 'gone.txt', content: 'Gone', only: 'local' }, bye]),
    'with space before its list': zipOf([hello, bye], { beforeDirectory: Buffer.alloc(5000) }),
    'with the mark of an archive that could have been split': zipOf([hello, bye], { before: Buffer.from('PK00') }),
    'with extra fields of other programs': zipOf([
      { ...hello, both: { extra: extraField(0xcafe, Buffer.alloc(0)) } },
      bye,
    ]),
    'with longer extra fields in local headers': zipOf([
      { ...hello, local: { extra: extraField(0x7875, Buffer.alloc(900)) } },
      bye,
    ]),
    'with padding for extra fields': zipOf([{ ...hello, local: { extra: Buffer.alloc(3) } }, bye]),
    'with hints at how it was packed': zipOf([{ ...hello, directory: { flags: 0b110 } }, bye]),
    'in another order than its list': reordered(),
    'with folders': zipOf([{ name: 'a/' }, hello, { name: 'b/', method: 8, both: { attributes: 0x41ed0010 } }, bye]),
    'with names that begin here': zipOf([
      { ...hello, name: './hello.txt' },
      { ...bye, name: './/bye.txt' },
    ]),
  }
  for (const [what, bytes] of Object.entries(unusual))
    test(what, async () => assert.deepEqual(await contentsOf(bytes), both))

  function reordered(): Buffer {
    const first = zipOf([bye])
    const headerAt = 30 + 7 + 3
    return zipOf([
      { ...hello, before: first.subarray(0, headerAt), directory: { headerAt } },
      { ...bye, only: 'directory', directory: { headerAt: 0 } },
    ])
  }

  test('without files', async () => assert.deepEqual((await opened(zipOf([]))).entries, []))
})

suite('what is told of an entry', () => {
  const nameOf = async (spec: EntrySpec) => (await opened(zipOf([spec]))).entries[0]?.name

  test('its name, in whichever way it is written', async () => {
    const path = Buffer.concat([Buffer.from([1]), u32(crc32('Mller.wav')), Buffer.from('Müller.wav')])
    const unflagged = { both: { flags: 0 } }
    assert.equal(await nameOf({ name: 'Müller.wav' }), 'Müller.wav')
    assert.equal(await nameOf({ name: 'Müller.wav', ...unflagged }), 'Müller.wav')
    assert.equal(await nameOf({ name: 'Müller.wav'.normalize('NFD') }), 'Müller.wav')
    assert.equal(await nameOf({ name: Buffer.from('M\x81ller.wav', 'latin1'), ...unflagged }), 'Müller.wav')
    assert.equal(await nameOf({ name: 'Mller.wav', both: { extra: extraField(0x7075, path) } }), 'Müller.wav')
    assert.equal(await nameOf({ name: '通話/録音.wav' }), '通話/録音.wav')
    assert.equal(await nameOf({ name: 'می‌خواهم.wav' }), 'می‌خواهم.wav')
    assert.equal(await nameOf({ name: `${'a/'.repeat(8)}b.wav` }), `${'a/'.repeat(8)}b.wav`)
  })

  test('its place in the list, folders counted', async () => {
    const { entries } = await opened(zipOf([{ name: 'a/' }, hello, { name: 'b/' }, bye]))
    assert.deepEqual(
      entries.map(({ index }) => index),
      [1, 3],
    )
  })

  test('its time, with a zone where one is known', async () => {
    const timeOf = async (spec: Partial<EntrySpec>) =>
      (await opened(zipOf([{ ...hello, ...spec }]))).entries[0]?.modifiedAt
    const time = Buffer.concat([Buffer.from([1]), u32(1_709_200_000)])
    assert.deepEqual(await timeOf({}), new Date('2024-02-29T12:30:00Z'))
    assert.deepEqual(await timeOf({ both: { extra: extraField(0x5455, time) } }), new Date(1_709_200_000_000))
    assert.equal(await timeOf({ both: { date: 0, time: 0 } }), null)
    assert.equal(
      await timeOf({
        both: {
          extra: extraField(0x0a, Buffer.concat([Buffer.alloc(4), Buffer.from([1, 0, 24, 0]), Buffer.alloc(24, 0xff)])),
        },
      }),
      null,
    )
  })

  test('a bad name, as it can be shown', async () => {
    assert.equal(await nameOf({ name: '../../a\0\u202evaw.wav' }), '../../a\ufffd\ufffdvaw.wav')
    assert.equal(await nameOf({ name: '' }), '(no name)')
  })
})

suite('limits', () => {
  const three = zipOf([hello, bye, { name: 'a/b/c.txt', content: noise(3000) }])
  const refusal = async (limits: Partial<ArchiveLimits>, bytes = three) => {
    try {
      return (await opened(bytes, limits)).entries.map(({ refusal }) => refusal?.code ?? 'ok').join()
    } catch (error) {
      return error instanceof Problem ? error.code : error
    }
  }

  test('are all taken up to and refused above', async () => {
    const directoryBytes = 3 * 46 + 9 + 7 + 9
    const total = 5 + 3 + 3000
    assert.equal(await refusal({ archiveBytesMax: three.length }), 'ok,ok,ok')
    assert.equal(await refusal({ archiveBytesMax: three.length - 1 }), 'zip_too_large')
    assert.equal(await refusal({ entriesMax: 3 }), 'ok,ok,ok')
    assert.equal(await refusal({ entriesMax: 2 }), 'zip_too_many_entries')
    assert.equal(await refusal({ directoryBytesMax: directoryBytes }), 'ok,ok,ok')
    assert.equal(await refusal({ directoryBytesMax: directoryBytes - 1 }), 'zip_directory_too_large')
    assert.equal(await refusal({ totalBytesMax: total }), 'ok,ok,ok')
    assert.equal(await refusal({ totalBytesMax: total - 1 }), 'zip_contents_too_large')
    assert.equal(await refusal({ entryBytesMax: 3000 }), 'ok,ok,ok')
    assert.equal(await refusal({ entryBytesMax: 2999 }), 'ok,ok,zip_entry_too_large')
    assert.equal(await refusal({ nameBytesMax: 9 }), 'ok,ok,ok')
    assert.equal(await refusal({ nameBytesMax: 8 }), 'zip_entry_name,ok,zip_entry_name')
    assert.equal(await refusal({ depthMax: 2 }), 'ok,ok,ok')
    assert.equal(await refusal({ depthMax: 1 }), 'ok,ok,zip_entry_name')
  })

  test('of ratios hold above 1 MiB', async () => {
    const blank = (bytes: number) =>
      zipOf([
        { name: 'a.wav', content: Buffer.alloc(bytes), method: 8 },
        { name: 'b.wav', content: noise(200_000) },
      ])
    assert.equal(await refusal({}, blank(2 ** 20 - 200_000)), 'ok,ok')
    assert.equal(await refusal({}, blank(2 ** 20 + 1)), 'zip_entry_ratio,ok')
    assert.equal(await refusal({ entryRatioMax: 2000 }, blank(2 ** 20 + 1)), 'ok,ok')
    assert.equal(await refusal({ entryRatioMax: 2000, totalRatioMax: 6 }, blank(2 ** 20 + 1)), 'zip_ratio')
  })
})

suite('reading', () => {
  const large = noise(700_000)
  const archive = zipOf([
    { name: 'stored.wav', content: large },
    { name: 'packed.wav', content: large, method: 8 },
    { name: 'small.wav', content: large.subarray(0, 1000), method: 8 },
    { name: 'empty.wav' },
    { name: 'empty packed.wav', method: 8 },
    // Many blocks of nothing: more bytes packed than unpacked.
    {
      name: 'odd.wav',
      content: 'x',
      method: 8,
      packed: Buffer.concat([
        ...Array(20_000).fill(Buffer.from([0, 0, 0, 255, 255])),
        deflateRawSync(Buffer.from('x')),
      ]),
    },
  ])
  const expected = [large, large, large.subarray(0, 1000), Buffer.alloc(0), Buffer.alloc(0), Buffer.from('x')]

  for (const pieceBytes of [1000, 65_536, 10_000_000])
    test(`in pieces of ${pieceBytes} bytes`, async () => {
      const { entries, open } = await opened(inMemory(archive, pieceBytes))
      const contents = await Promise.all(entries.map(async (entry) => buffer(await open(entry, signal))))
      assert.deepEqual(contents.map(crc32), expected.map(crc32))
    })

  test('reads twenty thousand small files in a few dozen reads', async () => {
    const access = inMemory(
      zipOf([...Array(20_000)].map((_, at) => ({ name: `${at}.json`, content: `{"call":${at}}`, method: 8 }))),
    )
    const { entries, open } = await opened(access)
    for (const entry of entries)
      assert.equal((await buffer(await open(entry, signal))).toString(), `{"call":${entry.name.replace('.json', '')}}`)
    assert.ok(access.reads < 30, `${access.reads} reads`)
  })

  test('reads little for a small file among large ones', async () => {
    const pair = (at: number): EntrySpec[] => [
      { name: `${at}.wav`, content: large },
      { name: `${at}.json`, content: '{}' },
    ]
    const access = inMemory(zipOf([...pair(0), ...pair(1), ...pair(2)]))
    const { entries, open } = await opened(access)
    access.readBytes = 0
    for (const entry of entries.filter(({ name }) => name.endsWith('.json'))) await buffer(await open(entry, signal))
    assert.ok(access.readBytes < 1000, `${access.readBytes} bytes were read`)
  })

  const failing = (after: number, error: Error): RandomAccess => {
    const whole = inMemory(archive)
    let reads = 0
    return {
      ...whole,
      read: (start, end, signal) => (++reads > after ? Promise.reject(error) : whole.read(start, end, signal)),
    }
  }

  test('failures of the store are not the fault of the archive', async () => {
    const lost = new Error('connection lost')
    const access = inMemory(archive)
    await opened(access)
    for (let after = 0; after < access.reads; after++) await assert.rejects(opened(failing(after, lost)), lost)
    const { entries, open } = await opened(failing(access.reads, lost))
    for (const entry of [entries[0], entries[1], entries[2]])
      if (entry) await assert.rejects(open(entry, signal).then(buffer), lost)
    const short: RandomAccess = { ...inMemory(archive), read: async () => Readable.from([Buffer.from('PK')]) }
    await assert.rejects(opened(short), /^Error: 2 bytes came where/)
  })

  test('a stream that breaks is no damaged archive either', async () => {
    const whole = inMemory(archive)
    const lost = new Error('connection lost')
    const { entries, open } = await opened({
      ...whole,
      async read(start, end, signal) {
        return end - start < 100_000
          ? whole.read(start, end, signal)
          : Readable.from(
              (async function* () {
                yield archive.subarray(start, start + 50_000)
                throw lost
              })(),
            )
      },
    })
    for (const entry of [entries[0], entries[1]])
      if (entry) await assert.rejects(open(entry, signal).then(buffer), lost)
  })

  test('ends when it is aborted, and when the archive is closed', async () => {
    const endless: RandomAccess = { ...inMemory(archive) }
    const archiveOpen = await opened(endless)
    const [stored, , small] = archiveOpen.entries
    assert.ok(stored && small)
    endless.read = async () => new Readable({ read() {} })
    const aborting = new AbortController()
    const reads = [stored, small].map((entry) => archiveOpen.open(entry, aborting.signal).then(buffer))
    setImmediate(() => aborting.abort())
    for (const outcome of await Promise.allSettled(reads)) assert.equal(outcome.status, 'rejected')
    const other = archiveOpen.open(stored, signal).then(buffer)
    setImmediate(() => archiveOpen.close())
    await assert.rejects(other, /closed/)
    await assert.rejects(archiveOpen.open(stored, signal), /closed/)
  })

  test('leaves nothing open when the reader goes away', async () => {
    const sources: Readable[] = []
    const whole = inMemory(archive)
    const { entries, open } = await opened({
      ...whole,
      async read(start, end, signal) {
        const source = await whole.read(start, end, signal)
        sources.push(source)
        return source
      },
    })
    for (const entry of entries.slice(0, 2)) {
      const content = await open(entry, signal)
      for await (const _ of content) break
    }
    await new Promise(setImmediate)
    assert.ok(sources.every(({ destroyed }) => destroyed))
  })
})
