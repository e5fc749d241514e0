// Bytes of Kafka's protocol as its guide describes them (kafka.apache.org/protocol, "Protocol Primitive Types" and
// "Record Batch"), for the server of the tests: written anew, so that it does not share the client's mistakes.

export type WireReader = ReturnType<typeof wireReader>

export function wireReader(bytes: Buffer) {
  let at = 0
  const take = (length: number) => {
    if (length < 0 || at + length > bytes.length) throw new Error(`${length} bytes at ${at} of ${bytes.length}`)
    at += length
    return bytes.subarray(at - length, at)
  }
  const int8 = () => take(1).readInt8()
  const int16 = () => take(2).readInt16BE()
  const int32 = () => take(4).readInt32BE()
  const int64 = () => take(8).readBigInt64BE()
  const uint32 = () => take(4).readUInt32BE()
  /** ZigZag, seven bits a byte, lowest first. */
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = take(1).readUInt8()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n))
    }
  }
  const string = () => {
    const length = int16()
    return length < 0 ? null : take(length).toString()
  }
  const bytesOf = (length: number) => (length < 0 ? null : take(length))
  const array = <T>(read: () => T): T[] => Array.from({ length: Math.max(0, int32()) }, read)
  return { int8, int16, int32, int64, uint32, varint, string, bytesOf, array, rest: () => bytes.subarray(at) }
}

export const int16 = (value: number) => fixed(2, (out) => out.writeInt16BE(value))
export const int32 = (value: number) => fixed(4, (out) => out.writeInt32BE(value))
export const int64 = (value: bigint) => fixed(8, (out) => out.writeBigInt64BE(value))
export const flag = (value: boolean) => Buffer.from([value ? 1 : 0])
export const string = (value: string | null) =>
  value === null ? int16(-1) : Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)])
export const sized = (value: Buffer) => Buffer.concat([int32(value.length), value])
export const array = (items: Buffer[]) => Buffer.concat([int32(items.length), ...items])

function fixed(length: number, write: (out: Buffer) => void): Buffer {
  const out = Buffer.alloc(length)
  write(out)
  return out
}

export type RecordBatch = {
  producerId: bigint
  producerEpoch: number
  firstSequence: number
  records: { key: Buffer | null; value: Buffer | null; headers: Record<string, string> }[]
}

/** One batch of the format with magic 2; throws where length, magic or checksum do not fit. */
export function readRecordBatch(bytes: Buffer): RecordBatch {
  const head = wireReader(bytes)
  head.int64()
  if (head.int32() !== bytes.length - 12) throw new Error('length of the batch')
  head.int32()
  if (head.int8() !== 2) throw new Error('magic')
  const crc = head.uint32()
  if (crc32c(head.rest()) !== crc) throw new Error('checksum of the batch')
  const body = wireReader(head.rest())
  if ((body.int16() & 7) !== 0) throw new Error('compressed')
  body.int32()
  body.int64()
  body.int64()
  const [producerId, producerEpoch, firstSequence] = [body.int64(), body.int16(), body.int32()]
  const records = body.array(() => {
    body.varint()
    body.int8()
    body.varint()
    body.varint()
    const [key, value] = [body.bytesOf(body.varint()), body.bytesOf(body.varint())]
    const pairs = Array.from({ length: body.varint() }, () => {
      const name = body.bytesOf(body.varint())
      return [String(name), String(body.bytesOf(body.varint()))]
    })
    return { key, value, headers: Object.fromEntries(pairs) as Record<string, string> }
  })
  return { producerId, producerEpoch, firstSequence, records }
}

/** RFC 3720 §12.1 (Castagnoli). */
export function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
