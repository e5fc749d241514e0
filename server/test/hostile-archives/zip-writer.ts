// Writes ZIP archives that can lie in every field. Without lies it writes good ones.

import { crc32, deflateRawSync } from 'node:zlib'

/** Values of the fields of a header, as they are written there. `name` and `extra` are the bytes. */
export type Fields = {
  signature: number
  madeBy: number
  needed: number
  flags: number
  method: number
  time: number
  date: number
  crc: number
  packedBytes: number
  sizeBytes: number
  name: Buffer
  nameBytes: number
  extra: Buffer
  extraBytes: number
  comment: Buffer
  disk: number
  attributes: number
  headerAt: number
}

export type EntrySpec = {
  name: string | Buffer
  content?: Buffer | string
  method?: number
  /** Instead of what the method makes of the content. */
  packed?: Buffer
  /** Of local header and directory alike. */
  both?: Partial<Fields>
  /** Lies of the local header alone, and of the directory alone. */
  local?: Partial<Fields>
  directory?: Partial<Fields>
  /** Bytes behind the data; `true` for a good descriptor of 32 bits with its signature, which also sets flag bit 3. */
  descriptor?: true | Buffer
  /** Bytes in front of the local header. */
  before?: Buffer
  /** Only in the directory, or only a local header. */
  only?: 'directory' | 'local'
}

export type EndSpec = {
  /** In front of all, with offsets that know of it. */
  before?: Buffer
  /** Between the last entry and the directory, and between the directory and its end. */
  beforeDirectory?: Buffer
  behindDirectory?: Buffer
  comment?: Buffer
  commentBytes?: number
  behind?: Buffer
  end?: Partial<EndFields>
  /** Lies of the ZIP64 records; `{}` for good ones. */
  zip64?: Partial<End64Fields>
}

type EndFields = {
  disk: number
  directoryDisk: number
  entriesHere: number
  entries: number
  directoryBytes: number
  directoryAt: number
}

type End64Fields = EndFields & {
  signature: number
  recordBytes: number
  recordAt: number
  recordDisk: number
  disks: number
  extension: Buffer
  betweenRecords: Buffer
}

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value & 0xffff)
  return bytes
}
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value % 2 ** 32)
  return bytes
}
export const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
export const extraField = (id: number, data: Buffer): Buffer => Buffer.concat([u16(id), u16(data.length), data])

const bytesOf = (text: string | Buffer): Buffer => (typeof text === 'string' ? Buffer.from(text) : text)

/** Info-ZIP on Unix, a file that its owner can write. */
export const fileMode = (mode: number): number => (mode << 16) >>> 0

function honest(spec: EntrySpec, packed: Buffer): Fields {
  const name = bytesOf(spec.name)
  const content = bytesOf(spec.content ?? '')
  const isAscii = name.every((byte) => byte < 0x80)
  return {
    signature: 0,
    madeBy: (3 << 8) | 30,
    needed: 20,
    flags: (isAscii ? 0 : 1 << 11) | (spec.descriptor ? 1 << 3 : 0),
    method: spec.method ?? 0,
    time: (12 << 11) | (30 << 5),
    date: (44 << 9) | (2 << 5) | 29,
    crc: crc32(content),
    packedBytes: packed.length,
    sizeBytes: content.length,
    name,
    nameBytes: Number.NaN,
    extra: Buffer.alloc(0),
    extraBytes: Number.NaN,
    comment: Buffer.alloc(0),
    disk: 0,
    attributes: fileMode(0o100644),
    headerAt: 0,
  }
}

const lengthOf = (told: number, bytes: Buffer): number => (Number.isNaN(told) ? bytes.length : told)

const localHeader = (f: Fields): Buffer =>
  Buffer.concat([
    u32(f.signature || 0x04034b50),
    ...[f.needed, f.flags, f.method, f.time, f.date].map(u16),
    ...[f.crc, f.packedBytes, f.sizeBytes].map(u32),
    u16(lengthOf(f.nameBytes, f.name)),
    u16(lengthOf(f.extraBytes, f.extra)),
    f.name,
    f.extra,
  ])

const directoryHeader = (f: Fields): Buffer =>
  Buffer.concat([
    u32(f.signature || 0x02014b50),
    ...[f.madeBy, f.needed, f.flags, f.method, f.time, f.date].map(u16),
    ...[f.crc, f.packedBytes, f.sizeBytes].map(u32),
    u16(lengthOf(f.nameBytes, f.name)),
    u16(lengthOf(f.extraBytes, f.extra)),
    ...[f.comment.length, f.disk, 0].map(u16),
    u32(f.attributes),
    u32(f.headerAt),
    f.name,
    f.extra,
    f.comment,
  ])

export const descriptorOf = (content: Buffer, packed: Buffer): Buffer =>
  Buffer.concat([u32(0x08074b50), u32(crc32(content)), u32(packed.length), u32(content.length)])

export function zipOf(entries: EntrySpec[], ends: EndSpec = {}): Buffer {
  const parts: Buffer[] = [ends.before ?? Buffer.alloc(0)]
  const directory: Buffer[] = []
  let at = ends.before?.length ?? 0
  const put = (...added: Buffer[]) => {
    parts.push(...added)
    at += added.reduce((sum, { length }) => sum + length, 0)
  }
  for (const spec of entries) {
    const content = bytesOf(spec.content ?? '')
    const packed = spec.packed ?? (spec.method === 8 ? deflateRawSync(content) : content)
    const fields = { ...honest(spec, packed), ...spec.both }
    put(spec.before ?? Buffer.alloc(0))
    if (spec.only !== 'local') directory.push(directoryHeader({ ...fields, headerAt: at, ...spec.directory }))
    if (spec.only === 'directory') continue
    const streamed = spec.descriptor ? { crc: 0, packedBytes: 0, sizeBytes: 0 } : {}
    put(localHeader({ ...fields, ...streamed, ...spec.local }), packed)
    if (spec.descriptor) put(spec.descriptor === true ? descriptorOf(content, packed) : spec.descriptor)
  }
  put(ends.beforeDirectory ?? Buffer.alloc(0))
  const directoryAt = at
  put(...directory)
  const directoryBytes = at - directoryAt
  put(ends.behindDirectory ?? Buffer.alloc(0))
  const count = directory.length
  const told = { disk: 0, directoryDisk: 0, entriesHere: count, entries: count, directoryBytes, directoryAt }
  if (ends.zip64) put(...zip64Records({ ...told, ...ends.zip64 }, at))
  const comment = ends.comment ?? Buffer.alloc(0)
  const end = { ...told, ...ends.end }
  put(
    u32(0x06054b50),
    ...[end.disk, end.directoryDisk, end.entriesHere, end.entries].map(u16),
    u32(end.directoryBytes),
    u32(end.directoryAt),
    u16(ends.commentBytes ?? comment.length),
    comment,
    ends.behind ?? Buffer.alloc(0),
  )
  return Buffer.concat(parts)
}

function zip64Records(f: EndFields & Partial<End64Fields>, at: number): Buffer[] {
  const extension = f.extension ?? Buffer.alloc(0)
  return [
    u32(f.signature ?? 0x06064b50),
    u64(f.recordBytes ?? 44 + extension.length),
    u16(45),
    u16(45),
    u32(f.disk),
    u32(f.directoryDisk),
    ...[f.entriesHere, f.entries, f.directoryBytes, f.directoryAt].map(u64),
    extension,
    f.betweenRecords ?? Buffer.alloc(0),
    u32(0x07064b50),
    u32(f.recordDisk ?? 0),
    u64(f.recordAt ?? at),
    u32(f.disks ?? 1),
  ]
}
