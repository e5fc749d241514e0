// Headers that contradict each other, and contents that are not what the headers promised.

import { crc32, deflateRawSync } from 'node:zlib'
import { amongGood, good, goodText, type HostileArchive } from './shapes.ts'
import { descriptorOf, type EntrySpec, extraField, type Fields, u32, u64, zipOf } from './zip-writer.ts'

const call: EntrySpec = { name: 'call.wav', content: goodText, method: 8 }
const packed = deflateRawSync(goodText)

const local = (what: string, lie: Partial<Fields>) =>
  amongGood(`local header: ${what}`, { ...call, local: lie }, 'zip_entry_mismatch')
const name = (text: string) => ({ name: Buffer.from(text) })
const localLies: HostileArchive[] = [
  local('another name', name('evil.exe')),
  local('a name in other case', name('CALL.wav')),
  local('a longer name', name('call.wav.exe')),
  local('a shorter name', name('call')),
  local('no name', name('')),
  local('a name out of its folder', name('../l.wav')),
  local('stored, not packed', { method: 0 }),
  local('an unknown method', { method: 14 }),
  local('encrypted', { flags: 1 }),
  local('strongly encrypted', { flags: 1 << 6 }),
  local('masked', { flags: 1 << 13 }),
  local('another encoding of the name', { flags: 1 << 11 }),
  local('a descriptor that is not there', { flags: 1 << 3 }),
  local('a smaller size', { sizeBytes: goodText.length - 1 }),
  local('a larger size', { sizeBytes: goodText.length + 1 }),
  local('no size', { sizeBytes: 0 }),
  local('a smaller packed size', { packedBytes: packed.length - 1 }),
  local('a larger packed size', { packedBytes: packed.length + 1 }),
  local('no packed size', { packedBytes: 0 }),
  local('both sizes for ZIP64 to say, which does not', { packedBytes: 2 ** 32 - 1, sizeBytes: 2 ** 32 - 1 }),
  local('other sizes by ZIP64', {
    packedBytes: 2 ** 32 - 1,
    sizeBytes: 2 ** 32 - 1,
    extra: extraField(1, Buffer.concat([u64(7), u64(packed.length)])),
  }),
  local('half a ZIP64 field', { sizeBytes: 2 ** 32 - 1, extra: extraField(1, Buffer.alloc(4)) }),
  local('another checksum', { crc: crc32('other') }),
  local('no checksum', { crc: 0 }),
  local('an extra field longer than all of them', { extra: Buffer.from([1, 0, 255, 0]) }),
  local('no signature', { signature: 0x12345678 }),
  local('the signature of the directory', { signature: 0x02014b50 }),
]

const descriptor = (what: string, bytes: Buffer) =>
  amongGood(`descriptor: ${what}`, { ...call, descriptor: bytes }, 'zip_entry_mismatch')
const told = (crc: number, packedBytes: number, sizeBytes: number) =>
  Buffer.concat([u32(0x08074b50), u32(crc), u32(packedBytes), u32(sizeBytes)])
const descriptorLies: HostileArchive[] = [
  descriptor('another checksum', told(1, packed.length, goodText.length)),
  descriptor('another packed size', told(crc32(goodText), packed.length + 1, goodText.length)),
  descriptor('another size', told(crc32(goodText), packed.length, goodText.length - 1)),
  descriptor('another signature', Buffer.concat([u32(0x08074b51), descriptorOf(goodText, packed).subarray(4)])),
  descriptor('cut off', descriptorOf(goodText, packed).subarray(0, 9)),
  descriptor('nothing there', Buffer.alloc(0)),
  descriptor('zeros', Buffer.alloc(24)),
  amongGood(
    'descriptor: good, but the header says other things',
    { ...call, descriptor: true, local: { crc: 1, packedBytes: 2, sizeBytes: 3 } },
    'zip_entry_mismatch',
  ),
  amongGood(
    'descriptor: by the local header alone',
    { ...call, local: { flags: 1 << 3, crc: 0, packedBytes: 0, sizeBytes: 0 } },
    'zip_entry_mismatch',
  ),
]

const damaged = (what: string, bad: EntrySpec) => amongGood(`content: ${what}`, bad, 'zip_entry_damaged')
const broken = (change: (bytes: Buffer) => Buffer): Buffer => change(Buffer.from(packed))
const flipped = (at: number) =>
  broken((bytes) => {
    bytes[at] = (bytes[at] ?? 0) ^ 0x10
    return bytes
  })
const contentLies: HostileArchive[] = [
  damaged('a wrong checksum, stored', { ...call, method: 0, both: { crc: 1 } }),
  damaged('a wrong checksum, packed', { ...call, both: { crc: 1 } }),
  damaged('a checksum of zero', { ...call, both: { crc: 0 } }),
  damaged('a wrong checksum of nothing', { name: 'call.wav', both: { crc: 1 } }),
  damaged('unpacks to one byte more', { ...call, both: { sizeBytes: goodText.length - 1 } }),
  damaged('unpacks to one byte less', { ...call, both: { sizeBytes: goodText.length + 1 } }),
  damaged('promised to be empty', { ...call, both: { sizeBytes: 0 } }),
  damaged('packed to nothing', { ...call, packed: Buffer.alloc(0) }),
  damaged('packed data that end early', { ...call, packed: broken((bytes) => bytes.subarray(0, -3)) }),
  damaged('the first half of packed data', { ...call, packed: broken((bytes) => bytes.subarray(0, bytes.length / 2)) }),
  damaged('one byte behind packed data', {
    ...call,
    packed: broken((bytes) => Buffer.concat([bytes, Buffer.from('x')])),
  }),
  damaged('a second stream behind packed data', { ...call, packed: broken((bytes) => Buffer.concat([bytes, bytes])) }),
  damaged('300 KiB behind packed data', {
    ...call,
    packed: broken((bytes) => Buffer.concat([bytes, Buffer.alloc(300 * 1024)])),
  }),
  damaged('text in the place of packed data', { ...call, packed: goodText }),
  damaged('packed data with the header of zlib', {
    ...call,
    packed: Buffer.concat([Buffer.from([0x78, 0x9c]), packed]),
  }),
  damaged('a block of a kind that does not exist', { ...call, packed: Buffer.from([0x07, 0, 0, 0]) }),
  damaged('a stored block with a wrong length', { ...call, packed: Buffer.from([0x01, 5, 0, 5, 0, 1, 2, 3, 4, 5]) }),
  damaged('a distance before the beginning', { ...call, packed: Buffer.from([0x4b, 0x04, 0x52, 0x00]) }),
  damaged('Huffman codes that do not fit', {
    ...call,
    packed: Buffer.from([0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
  }),
  ...[0, 5, 9, 20, packed.length - 2].map((at) =>
    damaged(`packed data with byte ${at} changed`, { ...call, packed: flipped(at) }),
  ),
  damaged('one bit changed, stored', {
    ...call,
    method: 0,
    packed: Buffer.from(goodText.map((byte, at) => (at === 777 ? byte ^ 1 : byte))),
  }),
  damaged('64 MiB behind a promise of 100 bytes', {
    name: 'call.wav',
    content: 'x'.repeat(100),
    method: 8,
    packed: deflateRawSync(Buffer.alloc(64 * 2 ** 20)),
  }),
  amongGood(
    'sizes: stored, with two sizes',
    { ...call, method: 0, both: { sizeBytes: goodText.length + 5 } },
    'zip_entry_mismatch',
    { isVisible: true },
  ),
  {
    name: 'content: all of it damaged',
    bytes: () => zipOf([good, call].map((entry) => ({ ...entry, both: { crc: 5 } }))),
    outcome: ['zip_entry_damaged', 'zip_entry_damaged'],
  },
]

export const lies: HostileArchive[] = [...localLies, ...descriptorLies, ...contentLies]
