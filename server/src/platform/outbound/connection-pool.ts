// Keeps connections open between exchanges, each usable by one partition (an organisation) with one client certificate
// only, so that nothing that one customer's server does to a connection reaches another customer's request. One exchange
// at a time per connection.

import { hash } from 'node:crypto'
import type { Socket } from 'node:net'
import { Client } from 'undici'
import { type ClientCertificate, type ConnectionTimes, type Gate, openConnection } from './connection.ts'

export type SeatInput = {
  url: URL
  partition: string
  gate: Gate
  connectTimeoutMs: number
  clientCertificate: ClientCertificate | null
}

/** The right to use one connection for one exchange: over with `release` or `discard`. */
export type Seat = {
  readonly client: Client
  /** What it took to connect, once connected; null while an open connection is reused. */
  readonly times: ConnectionTimes | null
  readonly isReused: boolean
  /** What has been read since the seat was taken, as on the wire. */
  readBytes(): number
  /** Called before more is read, until the seat is over: tells how many bytes at most go to the parser in one go. */
  onRead: (() => number) | null
  /** After an exchange that ended well: others of the partition may use the connection. */
  release(): void
  /** Closes the connection at once, also one that is being opened. */
  discard(): void
}

export type ConnectionPool = { take(input: SeatInput, isFresh?: boolean): Seat; close(): Promise<void> }

const idleConnectionsMax = 256
const idleTimeoutMs = 4000
const idleTimeoutMsMax = 30_000
/** A server that moved is noticed by name within this time, however busy the connection. */
const connectionAgeMsMax = 5 * 60_000
/** Of the parser. It makes an Error of each header beyond, so that the exchange ends far before. */
const parserHeadBytesMax = 128 * 1024

type Held = { -readonly [Name in keyof Seat]: Seat[Name] } & {
  key: string
  use: SeatInput
  socket: Socket | null
  /** By earlier exchanges. */
  earlierBytes: number
  bornAt: number
}

export function connectionPool(): ConnectionPool {
  const all = new Set<Held>()
  const idle = new Map<string, Held[]>()
  let idleCount = 0

  const takeIdle = (key: string): Held | undefined => {
    const others = idle.get(key)
    const held = others?.pop()
    if (held) idleCount -= 1
    if (others?.length === 0) idle.delete(key)
    return held
  }

  const drop = (held: Held) => {
    held.onRead = null
    all.delete(held)
    const others = idle.get(held.key)
    const at = others?.indexOf(held) ?? -1
    if (others && at >= 0) {
      others.splice(at, 1)
      idleCount -= 1
      if (others.length === 0) idle.delete(held.key)
    }
    held.client.destroy().catch(() => {})
  }

  const giveBack = (held: Held) => {
    held.onRead = null
    const isOld = performance.now() - held.bornAt > connectionAgeMsMax
    if (isOld || idleCount >= idleConnectionsMax || held.client.destroyed) return drop(held)
    const others = idle.get(held.key)
    if (others) others.push(held)
    else idle.set(held.key, [held])
    idleCount += 1
  }

  const open = (key: string, use: SeatInput): Held => {
    const opening = new AbortController()
    const client = new Client(use.url.origin, {
      pipelining: 1,
      // Time limits belong to the exchange, which knows what is being waited for.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: idleTimeoutMs,
      keepAliveMaxTimeout: idleTimeoutMsMax,
      maxHeaderSize: parserHeadBytesMax,
      connect: ({ hostname, protocol, port }, answer) => {
        const portNumber = Number(port) || (protocol === 'https:' ? 443 : 80)
        const place = { protocol, hostname, port: portNumber }
        openConnection({ ...held.use, ...place, signal: opening.signal }).then(
          ({ socket, times }) => {
            held.times = times
            held.socket = socket
            held.earlierBytes = bytesReadFrom(socket)
            answer(
              null,
              readInSlices(socket, () => held.onRead?.() ?? 0),
            )
          },
          (error: Error) => answer(error, null),
        )
      },
    })
    const held: Held = {
      key,
      client,
      use,
      times: null,
      isReused: false,
      socket: null,
      earlierBytes: 0,
      readBytes: () => bytesReadFrom(held.socket) - held.earlierBytes,
      onRead: null,
      bornAt: performance.now(),
      release: () => giveBack(held),
      discard: () => {
        opening.abort()
        drop(held)
      },
    }
    client.on('disconnect', () => {
      if (idle.get(key)?.includes(held)) drop(held)
    })
    all.add(held)
    return held
  }

  const take = (use: SeatInput, isFresh = false): Seat => {
    const key = keyOf(use)
    const reused = isFresh ? undefined : takeIdle(key)
    if (!reused) return open(key, use)
    reused.use = use
    reused.times = null
    reused.isReused = true
    reused.earlierBytes = bytesReadFrom(reused.socket)
    return reused
  }

  const close = async () => {
    await Promise.all([...all].map((held) => held.client.destroy()))
    all.clear()
    idle.clear()
    idleCount = 0
  }

  return { take, close }
}

/** Who may share a connection. The last two parts hold no space, so no partition's name can look like another's key. */
function keyOf({ gate, partition, url, clientCertificate: own }: SeatInput): string {
  const identity = own ? hash('sha256', `${own.certificate}\n${own.key}`) : '-'
  return `${gate ? 'guarded' : 'trusted'} ${partition} ${url.origin} ${identity}`
}

/** The parser reads all there is, again and again while more comes; so between two slices somebody may end it. */
function readInSlices(socket: Socket, sliceBytes: () => number): Socket {
  const read = socket.read.bind(socket)
  socket.read = (sizeBytes?: number) => {
    if (sizeBytes !== undefined) return read(sizeBytes)
    if (socket.destroyed) return null
    const sizeBytesMax = sliceBytes()
    if (socket.destroyed) return null
    return sizeBytesMax > 0 && socket.readableLength > sizeBytesMax ? read(sizeBytesMax) : read()
  }
  return socket
}

const bytesReadFrom = (socket: Socket | null): number => (socket ? socket.bytesRead - socket.readableLength : 0)
