import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RemoteFailure } from './folder.ts'
import { listingEntries, readLine } from './ftp-listing.ts'
import type { Entry } from './walk.ts'

const file = (name: string, sizeBytes: number, modifiedAt: string | null = null): Entry => ({
  ...{ name, kind: 'file', sizeBytes },
  modifiedAt: modifiedAt === null ? null : new Date(modifiedAt),
})
const folder = (name: string): Entry => ({ name, kind: 'folder', sizeBytes: 0, modifiedAt: null })

const lines: [line: string, entries: Entry[] | null][] = [
  // MLSD: in UTC, to the second or finer, in any order and case of its facts.
  ['type=file;size=12;modify=20260102030405; a b.wav', [file('a b.wav', 12, '2026-01-02T03:04:05Z')]],
  [
    'Modify=20260102030405.250;Size=12;Type=file;UNIX.mode=0644; x=1;2.wav',
    [file('x=1;2.wav', 12, '2026-01-02T03:04:05.250Z')],
  ],
  ['type=file;size=12;modify=yesterday; x.wav', [file('x.wav', 12)]],
  ['type=dir;modify=20260102030405; in', [{ ...folder('in'), modifiedAt: new Date('2026-01-02T03:04:05Z') }]],
  ['type=cdir; .', []],
  ['type=pdir; ..', []],
  // Unix: with minutes or with a year, never with a time zone, so the time is not told.
  ['-rw-r--r--    1 0        0          123456 Nov 21 20:56 call 1.wav', [file('call 1.wav', 123456)]],
  ['-rw-r--r--   1 user     group        77 Jan  3  2019 old.wav', [file('old.wav', 77)]],
  ['-rw-rw-r--+ 1 Domain User staff 5000000000 Feb 29 00:00  two leading.wav', [file(' two leading.wav', 5e9)]],
  ['-rw-r--r-- 1 ftp ftp 5 2026-01-02 03:04 iso.wav', [file('iso.wav', 5)]],
  ['drwxr-xr-x    2 0        0            4096 Nov 21 20:56 in', [{ ...folder('in'), sizeBytes: 4096 }]],
  ['lrwxrwxrwx 1 0 0 7 Nov 21 20:56 l.wav -> ../etc', [{ ...file('l.wav', 7), kind: 'link' }]],
  ['total 24', []],
  ['', []],
  // DOS, as IIS writes it.
  ['11-21-26  08:56PM                 4242 call 2.wav', [file('call 2.wav', 4242)]],
  ['11-21-2026  20:56       <DIR>          in', [folder('in')]],
  ['<html>', null],
  ['226 Done.', null],
]

test('lines of each kind of listing', () => {
  for (const [line, entries] of lines) assert.deepEqual(readLine(line), entries, line)
})

const read = async (chunks: Buffer[]) => {
  const source = (async function* () {
    yield* chunks
  })()
  return Array.fromAsync(listingEntries(source))
}

test('wherever the line breaks fall, the names are the same', async () => {
  const names = ['Bücher.wav', '通话录音.wav', '😀.wav', 'x.wav']
  const text = Buffer.from(
    names
      .map((name) => `type=file;size=1; ${name}\r\n`)
      .join('')
      .trimEnd(),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 30 }), async (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length]
      const chunks = at.slice(1).map((end, index) => text.subarray(at[index], end))
      assert.deepEqual(
        (await read(chunks)).map(({ name }) => name),
        names,
      )
    }),
    { numRuns: 100 },
  )
})

test('whatever a server sends is entries or a failure', async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(...lines.map(([line]) => Buffer.from(`${line}\r\n`))),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(`type=file;size=${text}; ${text}\n`)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (chunks) => {
      await read(chunks).catch((error) => assert.ok(error instanceof RemoteFailure, String(error)))
    }),
    { numRuns: 300 },
  )
})

test('a line that no pattern fits costs no more than its length', () => {
  const startedAt = performance.now()
  for (const text of ['='.repeat(8000), '-rw-r--r-- 1 '.padEnd(8000, 'a '), '1 '.repeat(4000), ' '.repeat(8000)])
    readLine(text)
  assert.ok(performance.now() - startedAt < 2000)
})
