// An archive that unpacks to itself, for ever, by R. Cox's construction ("Zip Files All The Way Down", 2010): deflate read
// as a language of two commands, "print what follows" and "repeat what was printed last", each five bytes long.

import { crc32 } from 'node:zlib'
import { fileMode, zipOf } from './zip-writer.ts'

/** A stored block: prints the bytes behind it. */
const print = (bytes: number): Buffer => Buffer.from([0, bytes & 255, bytes >> 8, ~bytes & 255, (~bytes >> 8) & 255])

/** Bits as deflate packs them: numbers with the lowest bit first, Huffman codes with the highest first. */
function packed(fields: { value: number; bits: number; isCode?: boolean }[]): Buffer {
  const bits = fields.flatMap(({ value, bits, isCode }) => {
    const lowFirst = Array.from({ length: bits }, (_, at) => (value >> at) & 1)
    return isCode ? lowFirst.reverse() : lowFirst
  })
  if (bits.length !== 40) throw new Error(`${bits.length} bits are no command`)
  return Buffer.from(
    Array.from({ length: 5 }, (_, at) => bits.slice(at * 8, at * 8 + 8).reduceRight((sum, bit) => sum * 2 + bit, 0)),
  )
}

const block = (isLast: number) => [
  { value: isLast, bits: 1 },
  { value: 1, bits: 2 },
]
const endOfBlock = { value: 0, bits: 7, isCode: true }

/** Twice ten bytes from twenty bytes back. */
const ten = [
  { value: 264 - 256, bits: 7, isCode: true },
  { value: 8, bits: 5, isCode: true },
  { value: 20 - 17, bits: 3 },
]
const repeat20 = packed([...block(0), ...ten, ...ten, endOfBlock])

/** All but the last of 68 to 115 bytes from as many bytes back, and then the last, which is 255. RFC 1951 §3.2.5. */
function repeat(bytes: number, isLast = 0): Buffer {
  const copied = bytes - 1
  const lengthCode = 277 + Math.floor((copied - 67) / 16)
  const distanceCode = bytes < 97 ? 12 : 13
  return packed([
    ...block(isLast),
    { value: lengthCode - 256, bits: 7, isCode: true },
    { value: (copied - 67) % 16, bits: 4 },
    { value: distanceCode, bits: 5, isCode: true },
    { value: bytes - (distanceCode === 12 ? 65 : 97), bits: 5 },
    { value: 0b111111111, bits: 9, isCode: true },
    endOfBlock,
  ])
}

/** @param name of 33 to 41 bytes */
export function quineOf(name: string): Buffer {
  const parts = (crc: number, sizeBytes: number, packedBytes: number) => {
    const both = { crc, sizeBytes, packedBytes, method: 8 }
    const directory = { attributes: fileMode(0o100644) }
    // The comment ends S, as `repeat` wants it.
    const whole = zipOf([{ name, both, directory }], {
      comment: Buffer.from([255]),
      end: { directoryAt: 30 + name.length + packedBytes },
    })
    return { prefix: whole.subarray(0, 30 + name.length), suffix: whole.subarray(30 + name.length) }
  }

  function file(crc: number, sizeBytes: number, packedBytes: number): Buffer {
    const { prefix, suffix } = parts(crc, sizeBytes, packedBytes)
    const [begin, end] = [prefix.length + 5, suffix.length + 5]
    const [none, one, four] = [print(0), print(5), print(20)]
    const [again, last] = [repeat(begin), repeat(end, 1)]
    return Buffer.concat([
      ...[prefix, print(begin), prefix, print(begin), again, one, again, one, one],
      ...[four, again, one, one, four, repeat20, four, repeat20, four, repeat20, four, repeat20],
      ...[four, repeat20, none, none, print(end), repeat20, none, none, print(end), last, suffix, last, suffix],
    ])
  }

  const sizeBytes = file(0, 0, 0).length
  const { prefix, suffix } = parts(0, 0, 0)
  const of = (crc: number) => file(crc, sizeBytes, sizeBytes - prefix.length - suffix.length)
  return of(fixedPoint((crc) => crc32(of(crc))))
}

/** The checksum of a file that names it. Checksums are affine over bits, so this is 32 equations (Gauss). */
function fixedPoint(checksumOf: (crc: number) => number): number {
  const bits = Array.from({ length: 32 }, (_, bit) => bit)
  const zero = checksumOf(0)
  const columns = bits.map((bit) => (checksumOf((1 << bit) >>> 0) ^ zero ^ (1 << bit)) >>> 0)
  /** Which unknowns make up each equation, with the constant as bit 32. */
  const rows = bits.map((bit) =>
    columns.reduce(
      (row, column, at) => row | (BigInt((column >>> bit) & 1) << BigInt(at)),
      BigInt((zero >>> bit) & 1) << 32n,
    ),
  )
  for (const at of bits) {
    const pivot = rows.findIndex((row, place) => place >= at && (row >> BigInt(at)) & 1n)
    if (pivot < 0) throw new Error('This name makes no quine; another one will')
    const [row, other] = [rows[pivot] as bigint, rows[at] as bigint]
    rows[pivot] = other
    rows[at] = row
    for (const place of bits)
      if (place !== at && ((rows[place] as bigint) >> BigInt(at)) & 1n) rows[place] = (rows[place] as bigint) ^ row
  }
  return bits.reduce((crc, at) => (crc | (Number(((rows[at] as bigint) >> 32n) & 1n) << at)) >>> 0, 0)
}
