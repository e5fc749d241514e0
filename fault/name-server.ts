// A name server that answers what it is told, over UDP on loopback, TTL 0: public today, private in the next moment.

import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'

export type Answer = { type: 'A' | 'AAAA'; address: string } | { type: 'CNAME'; name: string }
/** One list of answers per query, from the first again after the last. */
export type Zone = Map<string, Answer[][]>

const typeCodes = { A: 1, CNAME: 5, AAAA: 28 }
const noSuchName = 3

/** `queries` counts those answered. */
export async function startNameServer(zone: Zone): Promise<{ address: string; queries(): number; stop(): void }> {
  const socket = createSocket('udp4')
  const asked = new Map<string, number>()
  let queries = 0
  socket.on('message', (message: Buffer, from: RemoteInfo) => {
    const { name, end } = readName(message)
    const type = message.readUInt16BE(end)
    const turns = zone.get(name.toLowerCase())
    const turn = asked.get(`${name} ${type}`) ?? 0
    asked.set(`${name} ${type}`, turn + 1)
    queries += 1
    const fitting = (turns?.[turn % turns.length] ?? []).filter(
      (answer) => answer.type === 'CNAME' || typeCodes[answer.type] === type,
    )
    const head = Buffer.alloc(12)
    message.copy(head, 0, 0, 2)
    head.writeUInt16BE(0x8180 | (turns ? 0 : noSuchName), 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(fitting.length, 6)
    // Each alias stands for what the one before it leads to.
    let owner = name
    const records = fitting.map((answer) => {
      const data = answer.type === 'CNAME' ? nameBytes(answer.name) : addressBytes(answer.address)
      const record = Buffer.concat([nameBytes(owner), fixedPart(typeCodes[answer.type], data.length), data])
      if (answer.type === 'CNAME') owner = answer.name
      return record
    })
    socket.send(Buffer.concat([head, message.subarray(12, end + 4), ...records]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    queries: () => queries,
    stop: () => socket.close(),
  }
}

/** Of the question, behind the head of 12 bytes (RFC 1035 §4.1.2); `end` is where its type stands. */
function readName(message: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), end: at + 1 }
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')])
  return Buffer.concat([...labels, Buffer.from([0])])
}

/** Type, class IN, TTL 0, length (RFC 1035 §4.1.3). */
function fixedPart(type: number, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(10)
  bytes.writeUInt16BE(type, 0)
  bytes.writeUInt16BE(1, 2)
  bytes.writeUInt16BE(sizeBytes, 8)
  return bytes
}

function addressBytes(address: string): Buffer {
  if (address.includes('.') && !address.includes(':')) return Buffer.from(address.split('.').map(Number))
  // The URL parser writes IPv4 inside IPv6 as two groups.
  const [start = '', end = ''] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [before, after] = [groups(start), groups(end)]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return Buffer.from([...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 255]))
}
