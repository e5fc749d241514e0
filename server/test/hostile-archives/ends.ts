// What is wrong with an archive's end, where readers begin: cut off, added to, contradicting, of another format.

import type { RefusalCode } from '../../src/platform/zip/archive.ts'
import { archiveBytes } from './kinds.ts'
import { alsoGood, good, goodText, type HostileArchive } from './shapes.ts'
import { type EndSpec, extraField, u64, zipOf } from './zip-writer.ts'

const visible = { isVisible: true } as const
const whole = (name: string, outcome: RefusalCode, bytes: () => Buffer): HostileArchive => ({
  name,
  bytes,
  outcome,
  ...visible,
})
const ended = (name: string, outcome: RefusalCode, ends: EndSpec) =>
  whole(name, outcome, () => zipOf([good, alsoGood], ends))

const plain = zipOf([good, alsoGood])
const endAt = plain.length - 22
const cutPlaces = [1, 2, 5, 11, 18, 21, 22, 23, 40, 100, 200, 500, 1000, 2000, 2500]
const truncated: HostileArchive[] = [
  ...cutPlaces.map((cut) =>
    whole(`truncated: without the last ${cut} bytes`, 'zip_truncated', () => plain.subarray(0, -cut)),
  ),
  whole('truncated: four bytes are left', 'zip_truncated', () => plain.subarray(0, 4)),
  whole('truncated: in its comment', 'zip_truncated', () =>
    zipOf([good], { comment: Buffer.from('a comment') }).subarray(0, -1),
  ),
  whole('truncated: its first half is missing', 'zip_directory', () => plain.subarray(300)),
  whole('truncated: the first byte is missing', 'zip_directory', () => plain.subarray(1)),
  whole('truncated: one byte is missing in the middle', 'zip_directory', () =>
    Buffer.concat([plain.subarray(0, 1000), plain.subarray(1001)]),
  ),
]

const shell = Buffer.from('#!/bin/sh\nexec unzip "$0"\n')
const exe = Buffer.concat([Buffer.from('MZ\x90\x00'), Buffer.alloc(4092)])
const before: HostileArchive[] = [
  whole('before: a shell script, offsets as they were', 'zip_bytes_before', () => Buffer.concat([shell, plain])),
  whole('before: a program, offsets as they were', 'zip_bytes_before', () => Buffer.concat([exe, plain])),
  whole('before: one byte', 'zip_bytes_before', () => Buffer.concat([Buffer.from('x'), plain])),
  whole('before: another archive', 'zip_bytes_before', () =>
    Buffer.concat([plain, zipOf([{ name: 'b.wav', content: 'b' }])]),
  ),
  ended('before: a program, offsets mended', 'zip_bytes_before', { before: exe }),
  ended('before: a PDF, offsets mended', 'zip_bytes_before', { before: Buffer.from('%PDF-1.7\n%âãÏÓ\n') }),
  ended('before: a PNG, offsets mended', 'zip_bytes_before', { before: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') }),
  ended('before: a page, offsets mended', 'zip_bytes_before', {
    before: Buffer.from('<html><script>alert(1)</script>'),
  }),
  whole('before: a page, and no files', 'zip_bytes_before', () => zipOf([], { before: Buffer.from('<html></html>') })),
  ended('between: bytes behind the list of files', 'zip_bytes_before', { behindDirectory: Buffer.from('hidden') }),
]

const behind = (name: string, bytes: Buffer) => ended(`behind: ${name}`, 'zip_bytes_behind', { behind: bytes })
const comment = (name: string, bytes: Buffer, outcome: RefusalCode = 'zip_two_ends') =>
  ended(`comment: ${name}`, outcome, { comment: bytes })
const otherEnd = zipOf([])
const behinds: HostileArchive[] = [
  behind('one zero', Buffer.alloc(1)),
  behind('a line end', Buffer.from('\n')),
  behind('512 zeros', Buffer.alloc(512)),
  behind('a page', Buffer.from('<html></html>')),
  behind('60 KB of noise', Buffer.alloc(60_000, 0xa5)),
  whole('behind: 100 KB, so that the end is out of sight', 'zip_truncated', () =>
    Buffer.concat([plain, Buffer.alloc(100_000)]),
  ),
  comment('a whole empty archive', otherEnd),
  comment('another end with another list', zipOf([{ name: 'evil.wav', content: 'evil' }])),
  comment('the signature of an end', Buffer.from('PK\x05\x06')),
  comment('the signature of an end and noise', Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(100, 7)])),
  comment('an end that is cut off', otherEnd.subarray(0, 21)),
  whole('behind: another archive without files', 'zip_bytes_before', () => Buffer.concat([plain, otherEnd])),
]

const contradicting: HostileArchive[] = [
  ended('end: one file fewer than there are', 'zip_directory', { end: { entries: 1, entriesHere: 1 } }),
  ended('end: no file, and two are there', 'zip_directory', { end: { entries: 0, entriesHere: 0 } }),
  ended('end: one file more than there are', 'zip_directory', { end: { entries: 3, entriesHere: 3 } }),
  ended('end: 20,000 files where there are two', 'zip_directory', { end: { entries: 20_000, entriesHere: 20_000 } }),
  ended('end: the list begins a byte later', 'zip_directory', { end: { directoryAt: endAt } }),
  ended('end: the list is a byte longer', 'zip_directory', { end: { directoryBytes: 200 } }),
  ended('end: the list is empty', 'zip_bytes_before', { end: { directoryBytes: 0 } }),
  ended('end: the list begins at 0', 'zip_bytes_before', { end: { directoryAt: 0 } }),
  ended('end: the list is 4 GiB away', 'zip_directory', { end: { directoryAt: 2 ** 32 - 2 } }),
  ended('end: the list is all of the archive', 'zip_directory', { end: { directoryAt: 0, directoryBytes: endAt } }),
  ended('end: the list is a file', 'zip_bytes_before', { end: { directoryAt: 40, directoryBytes: 100 } }),
  ended('split: part 1 of several', 'zip_multi_disk', { end: { disk: 1 } }),
  ended('split: the list in part 1', 'zip_multi_disk', { end: { directoryDisk: 1 } }),
  ended('split: the 65,535th part', 'zip_multi_disk', { end: { disk: 0xffff, directoryDisk: 0xffff } }),
  ended('split: half of the list is here', 'zip_multi_disk', { end: { entriesHere: 1 } }),
  whole('split: a file in part 2', 'zip_multi_disk', () => zipOf([good, { ...alsoGood, directory: { disk: 2 } }])),
  whole('list: another signature', 'zip_directory', () =>
    zipOf([good, { ...alsoGood, directory: { signature: 0x02014b51 } }]),
  ),
  whole('list: a name longer than the list', 'zip_directory', () =>
    zipOf([good, { ...alsoGood, directory: { nameBytes: 500 } }]),
  ),
  whole('list: extra fields longer than the list', 'zip_directory', () =>
    zipOf([{ ...good, directory: { extraBytes: 500 } }]),
  ),
  whole('list: an extra field longer than all of them', 'zip_directory', () =>
    zipOf([{ ...good, directory: { extra: Buffer.from([1, 0, 255, 0]) } }]),
  ),
]

const sentinel = { entries: 0xffff, entriesHere: 0xffff, directoryBytes: 2 ** 32 - 1, directoryAt: 2 ** 32 - 1 }
const zip64 = (name: string, lie: EndSpec['zip64'], end: EndSpec['end'] = {}, outcome: RefusalCode = 'zip_directory') =>
  ended(`ZIP64: ${name}`, outcome, { zip64: lie, end })
const field64 = (name: string, fields: object, extra: Buffer, outcome: RefusalCode) =>
  whole(`ZIP64: ${name}`, outcome, () => zipOf([good, { ...alsoGood, directory: { ...fields, extra } }]))
const zip64Lies: HostileArchive[] = [
  zip64('the record is elsewhere', { recordAt: 7 }, sentinel),
  zip64('the record is behind the archive', { recordAt: 2 ** 40 }, sentinel),
  zip64('the record is at the last place there is', { recordAt: 2 ** 53 - 1 }, sentinel),
  zip64('the record has another signature', { signature: 0x06064b51 }, sentinel),
  zip64('the record is too short', { recordBytes: 12 }, sentinel),
  zip64('the record is longer than its place', { recordBytes: 2 ** 50 }, sentinel),
  zip64('something between the records', { betweenRecords: Buffer.alloc(40) }, sentinel),
  zip64('one file fewer than there are', { entries: 1, entriesHere: 1 }, sentinel),
  zip64('one file more than there are', { entries: 3, entriesHere: 3 }, sentinel),
  zip64('another number of files than the plain end', { entries: 1, entriesHere: 1 }),
  zip64('another place than the plain end', {}, { directoryAt: 5 }),
  zip64('another size than the plain end', {}, { directoryBytes: 5 }),
  zip64('the list is 2^60 bytes long', { directoryBytes: 2 ** 60 }, sentinel),
  zip64('the list begins at 2^60', { directoryAt: 2 ** 60 }, sentinel),
  zip64('the list begins at 0', { directoryAt: 0 }, sentinel, 'zip_bytes_before'),
  zip64('half of the files are here', { entriesHere: 1 }, sentinel, 'zip_multi_disk'),
  zip64('part 1 of several', { disk: 1 }, sentinel, 'zip_multi_disk'),
  zip64('the list in part 1', { directoryDisk: 1 }, sentinel, 'zip_multi_disk'),
  zip64('the record in part 1', { recordDisk: 1 }, sentinel, 'zip_multi_disk'),
  zip64('three parts', { disks: 3 }, sentinel, 'zip_multi_disk'),
  ended('ZIP64: the end says so, and there is none', 'zip_directory', { end: sentinel }),
  ended('ZIP64: the place says so, and there is none', 'zip_directory', { end: { directoryAt: 2 ** 32 - 1 } }),
  ended('ZIP64: made without, and above 4 GiB by 2^32', 'zip_directory', {
    behind: Buffer.alloc(0),
    end: { directoryBytes: 2 ** 32 - 1 },
  }),
  field64('a packed size of 2^40', { packedBytes: 2 ** 32 - 1 }, extraField(1, u64(2 ** 40)), 'zip_overlap'),
  field64('a packed size of 2^64 - 1', { packedBytes: 2 ** 32 - 1 }, extraField(1, u64(2n ** 64n - 1n)), 'zip_overlap'),
  field64('a header at 2^40', { headerAt: 2 ** 32 - 1 }, extraField(1, u64(2 ** 40)), 'zip_overlap'),
  field64('a header at 2^63', { headerAt: 2 ** 32 - 1 }, extraField(1, u64(2n ** 63n)), 'zip_overlap'),
  field64('no field where the size needs one', { packedBytes: 2 ** 32 - 1 }, Buffer.alloc(0), 'zip_overlap'),
  field64('an empty field', { sizeBytes: 2 ** 32 - 1 }, extraField(1, Buffer.alloc(0)), 'zip_directory'),
  field64('half a field', { packedBytes: 2 ** 32 - 1 }, extraField(1, Buffer.alloc(7)), 'zip_directory'),
  field64(
    'one field for three numbers',
    { sizeBytes: 2 ** 32 - 1, packedBytes: 2 ** 32 - 1, headerAt: 2 ** 32 - 1 },
    extraField(1, u64(goodText.length)),
    'zip_directory',
  ),
]

const otherFormats = Object.entries(archiveBytes)
  .filter(([kind]) => !kind.includes('ZIP'))
  .map(([kind, bytes]) => whole(`not a ZIP: ${kind}`, 'not_a_zip', () => bytes))
const noArchives: HostileArchive[] = [
  ...otherFormats,
  whole('not a ZIP: RAR with a ZIP behind it', 'not_a_zip', () =>
    Buffer.concat([archiveBytes['RAR 4'] ?? plain, plain]),
  ),
  whole('not a ZIP: 7z with a ZIP behind it', 'not_a_zip', () => Buffer.concat([archiveBytes['7z'] ?? plain, plain])),
  whole('not a ZIP: nothing', 'not_a_zip', () => Buffer.alloc(0)),
  whole('not a ZIP: one byte', 'not_a_zip', () => Buffer.from('P')),
  whole('not a ZIP: two bytes', 'not_a_zip', () => Buffer.from('PK')),
  whole('not a ZIP: a text', 'not_a_zip', () => goodText),
  whole('not a ZIP: a page', 'not_a_zip', () => Buffer.from('<!doctype html><title>404</title>')),
  whole('not a ZIP: a WAV file', 'not_a_zip', () =>
    Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt '), Buffer.alloc(2000)]),
  ),
  whole('not a ZIP: 100 KB of zeros', 'not_a_zip', () => Buffer.alloc(100_000)),
  whole('not a ZIP: a ZIP turned around', 'not_a_zip', () => Buffer.from(plain).reverse()),
  whole('not a ZIP: a ZIP in base64', 'not_a_zip', () => Buffer.from(plain.toString('base64'))),
  whole('not a ZIP: a ZIP as text, its bytes as UTF-8', 'zip_bytes_before', () =>
    Buffer.from(plain.toString('latin1')),
  ),
]

export const endTricks: HostileArchive[] = [
  ...truncated,
  ...before,
  ...behinds,
  ...contradicting,
  ...zip64Lies,
  ...noArchives,
]
