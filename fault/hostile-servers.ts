// What a hostile receiver may do to whoever sends to it: each server of `receivers` does one such thing, over a plain
// socket. Run as a program (by fork) it listens with all of them on loopback and tells their ports.

import { randomBytes } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

export type Receiver = {
  /** What it does once the first bytes of a request are in, or at once where it `speaksFirst`. */
  talk(socket: Socket): void
  speaksFirst?: boolean
  isTls?: boolean
  /** Of the request: redirects are only followed for GET. */
  method?: 'GET' | 'POST'
  bodyBytes?: number
  /** How it may end: a status, or the reason of a failure; two where it is a race. */
  ends: (number | string)[]
}

const ok = 'HTTP/1.1 200 OK\r\n'
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`
const block = Buffer.alloc(64 * 1024, 'x')

const sends =
  (...texts: (string | Buffer)[]) =>
  (socket: Socket) => {
    for (const text of texts) socket.write(text)
  }

/** The start, then the piece again and again: each `everyMs`, or as fast as it is taken. */
const repeats =
  (start: string | Buffer, piece: string | Buffer, everyMs = 0) =>
  (socket: Socket) => {
    if (start.length > 0) socket.write(start)
    if (everyMs > 0) {
      const timer = setInterval(() => socket.write(piece), everyMs)
      socket.on('close', () => clearInterval(timer))
      return
    }
    const flood = () => {
      while (!socket.destroyed && socket.write(piece)) {}
    }
    socket.on('drain', flood)
    flood()
  }

const drips = (start: string | Buffer, piece: string | Buffer) => repeats(start, piece, 1000)
/** The text, a character a second. */
const spells = (text: string) => (socket: Socket) => {
  let at = 0
  const timer = setInterval(() => socket.write(text[at++] ?? 'x'), 1000)
  socket.on('close', () => clearInterval(timer))
}
const redirect = (location: string) => `HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`
const headers = (count: number) => Array.from({ length: count }, (_, n) => `X-${n}: ${n}\r\n`).join('')
/** 64 MiB of zeros, many times over in what is sent: 1 GiB where it is unpacked. */
let bomb: Buffer | null = null
const tlsRecord = Buffer.from([0x16, 0x03, 0x03, 0x40, 0x00])

export const receivers: Record<string, Receiver> = {
  'no answer at all': { talk: () => {}, ends: ['timeout'] },
  'no answer, and the request is not read': {
    talk: (socket) => socket.pause(),
    bodyBytes: 8 * 2 ** 20,
    ends: ['timeout'],
  },
  'status line at 1 byte per second': { talk: spells(`${ok}Content-Length: 0\r\n\r\n`), ends: ['timeout'] },
  'headers at 1 byte per second': { talk: drips(`${ok}X: `, 'y'), ends: ['timeout'] },
  'one header a second': { talk: drips(ok, 'X: y\r\n'), ends: ['timeout'] },
  'body at 1 byte per second': { talk: drips(`${ok}Content-Length: 100000\r\n\r\n`, 'x'), ends: ['timeout'] },
  'chunks at 1 byte per second': { talk: drips(chunked, '1\r\nx\r\n'), ends: ['timeout'] },
  'body that stops': { talk: sends(`${ok}Content-Length: 100\r\n\r\nabc`), ends: ['timeout'] },
  'body without a length that does not end': { talk: sends(`${ok}\r\nabc`), ends: ['timeout'] },
  'endless body': { talk: repeats(chunked, `10000\r\n${block}\r\n`), ends: [200] },
  'endless body of HTTP/1.0': { talk: repeats('HTTP/1.0 200 OK\r\n\r\n', block), ends: [200] },
  'endless body in chunks of one byte': { talk: repeats(chunked, '1\r\nx\r\n'.repeat(5000)), ends: [200] },
  'body of 1 GiB': { talk: repeats(`${ok}Content-Length: ${2 ** 30}\r\n\r\n`, block), ends: [200] },
  'body of 1 GiB with an error': {
    talk: repeats(`HTTP/1.1 500 No\r\nContent-Length: ${2 ** 30}\r\n\r\n`, block),
    ends: [500],
  },
  'gzip bomb': {
    talk: (socket) => {
      bomb ??= gzipSync(Buffer.alloc(64 * 2 ** 20))
      repeats(`${ok}Content-Encoding: gzip\r\n\r\n`, bomb)(socket)
    },
    ends: [200],
  },
  '10,000 headers': { talk: sends(`${ok}${headers(10_000)}Content-Length: 0\r\n\r\n`), ends: ['too_large'] },
  'endless headers': { talk: repeats(ok, headers(1000)), ends: ['too_large'] },
  'headers of one letter, then nothing': { talk: sends(ok, 'a:\r\n'.repeat(16_000)), ends: ['too_large'] },
  'one header without end': { talk: repeats(`${ok}X: `, block), ends: ['too_large'] },
  'a name of a header without end': { talk: repeats(ok, block), ends: ['too_large'] },
  'status line without end': { talk: repeats('HTTP/1.1 200 ', block), ends: ['too_large'] },
  'trailers without end': { talk: repeats(`${chunked}0\r\n`, headers(1000)), ends: ['too_large'] },
  'one trailer a second': { talk: drips(`${chunked}0\r\n`, 'X: y\r\n'), ends: ['timeout'] },
  'extension of a chunk without end': { talk: repeats(`${chunked}1;x=`, block), ends: ['too_large'] },
  '100 Continue, then nothing': { talk: sends('HTTP/1.1 100 Continue\r\n\r\n'), ends: ['connect'] },
  '103 Early Hints without end': { talk: repeats('', 'HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n'), ends: ['too_large'] },
  '102 Processing each second': { talk: drips('', 'HTTP/1.1 102 Processing\r\n\r\n'), ends: ['timeout'] },
  'reset at once': { talk: (socket) => socket.resetAndDestroy(), ends: ['connect'] },
  'reset before the request': { talk: (socket) => socket.resetAndDestroy(), speaksFirst: true, ends: ['connect'] },
  'reset in the middle': {
    talk: (socket) => {
      socket.write(`${ok}Content-Length: 100000\r\n\r\nabc`)
      setTimeout(() => socket.resetAndDestroy(), 100)
    },
    ends: ['connect'],
  },
  'half closed before the answer': { talk: (socket) => socket.end(), ends: ['connect'] },
  'half closed in the middle': {
    talk: (socket) => socket.end(`${ok}Content-Length: 100000\r\n\r\nabc`),
    ends: ['connect'],
  },
  'chunk size beyond all numbers': { talk: sends(`${chunked}${'f'.repeat(20)}\r\n`), ends: ['protocol'] },
  'negative chunk size': { talk: sends(`${chunked}-1\r\nx`), ends: ['protocol'] },
  'length beyond all numbers': { talk: sends(`${ok}Content-Length: ${'9'.repeat(30)}\r\n\r\n`), ends: ['protocol'] },
  'two lengths': { talk: sends(`${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`), ends: ['protocol'] },
  'length and chunks': {
    talk: sends(`${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`),
    ends: ['protocol'],
  },
  'an upgrade that nobody asked for': {
    talk: sends('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    ends: ['connect'],
  },
  'bytes that are not HTTP': { talk: repeats('', randomBytes(4096)), ends: ['protocol'] },
  'another protocol that speaks first': {
    talk: sends('SSH-2.0-OpenSSH_9.6\r\n'),
    speaksFirst: true,
    ends: ['connect', 'protocol'],
  },
  'an answer before the request': {
    talk: sends(`${ok}Content-Length: 2\r\n\r\nno`),
    speaksFirst: true,
    ends: ['connect', 200],
  },
  'a second answer behind the first': {
    talk: sends(`${ok}Content-Length: 2\r\n\r\nok${ok}Content-Length: 5\r\n\r\nwrong`),
    ends: [200],
  },
  '200 with garbage': {
    talk: sends(Buffer.concat([Buffer.from(`${ok}Content-Length: 9000\r\n\r\n`), randomBytes(9000)])),
    ends: [200],
  },
  'redirect to the metadata of a cloud': {
    talk: sends(redirect('http://169.254.169.254/latest/meta-data/')),
    method: 'GET',
    ends: ['refused_destination'],
  },
  'redirect of a POST': { talk: sends(redirect('http://169.254.169.254/latest/meta-data/')), ends: [302] },
  'redirect loop': { talk: sends(redirect('/again')), method: 'GET', ends: ['protocol'] },
  'redirect to a slow server': {
    talk: (socket) => setTimeout(() => socket.write(redirect('/again')), 8000),
    method: 'GET',
    ends: ['timeout'],
  },
  'TLS stall': { talk: () => {}, isTls: true, ends: ['timeout'] },
  'TLS record at 1 byte per second': { talk: drips(tlsRecord, '\u0000'), isTls: true, ends: ['timeout'] },
  'TLS records of other kinds without end': {
    talk: repeats('', Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x01, 0x5a])),
    isTls: true,
    ends: ['tls'],
  },
  'plain HTTP where TLS is expected': { talk: sends(`${ok}\r\n`), isTls: true, ends: ['tls'] },
}

if (import.meta.main) {
  const ports: Record<string, number> = {}
  for (const [name, { talk, speaksFirst }] of Object.entries(receivers)) {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {})
      if (speaksFirst) talk(socket)
      else socket.once('data', () => talk(socket))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1024, resolve))
    ports[name] = (server.address() as AddressInfo).port
  }
  process.on('disconnect', () => process.exit())
  process.send?.({ ports })
}
