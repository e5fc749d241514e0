// Keeps connections open between exchanges, each usable by one partition (an organisation) only, so that nothing that
// one customer's server does to a connection reaches another customer's request. One exchange at a time per connection.

import { Client } from 'undici'
import { type ConnectionTimes, type Gate, openConnection } from './connection.ts'

export type SeatInput = { url: URL; partition: string; gate: Gate; connectTimeoutMs: number; signal: AbortSignal }

/** The right to use one connection for one exchange. */
export type Seat = {
  client: Client
  /** What it took to connect, once connected; null while an open connection is reused. */
  times(): ConnectionTimes | null
  isReused: boolean
  /** After an exchange that ended well: others of the partition may use the connection. */
  release(): void
  /** Closes the connection at once. */
  discard(): void
}

export type ConnectionPool = { take(input: SeatInput, isFresh?: boolean): Seat; close(): Promise<void> }

const idleConnectionsMax = 256
const idleTimeoutMs = 4000
const idleTimeoutMsMax = 30_000
/** A server that moved is noticed by name within this time, however busy the connection. */
const connectionAgeMsMax = 5 * 60_000
/** All headers of an answer together. */
const headSizeBytesMax = 16 * 1024

type Held = { key: string; client: Client; use: SeatInput; times: ConnectionTimes | null; bornAt: number }

export function connectionPool(): ConnectionPool {
  const all = new Set<Held>()
  const idle = new Map<string, Held[]>()
  let idleCount = 0

  const takeIdle = (key: string): Held | undefined => {
    const held = idle.get(key)?.pop()
    if (held) idleCount -= 1
    if (idle.get(key)?.length === 0) idle.delete(key)
    return held
  }

  const drop = (held: Held) => {
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

  const open = (key: string, use: SeatInput): Held => {
    const client = new Client(use.url.origin, {
      pipelining: 1,
      // Time limits belong to the exchange, which knows what is being waited for.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: idleTimeoutMs,
      keepAliveMaxTimeout: idleTimeoutMsMax,
      maxHeaderSize: headSizeBytesMax,
      connect: ({ hostname, protocol, port }, answer) => {
        const { gate, connectTimeoutMs, signal } = held.use
        const portNumber = Number(port) || (protocol === 'https:' ? 443 : 80)
        openConnection({ protocol, hostname, port: portNumber, gate, connectTimeoutMs, signal }).then(
          ({ socket, times }) => {
            held.times = times
            answer(null, socket)
          },
          (error: Error) => answer(error, null),
        )
      },
    })
    const held: Held = { key, client, use, times: null, bornAt: performance.now() }
    client.on('disconnect', () => {
      if (idle.get(key)?.includes(held)) drop(held)
    })
    all.add(held)
    return held
  }

  const giveBack = (held: Held) => {
    const isOld = performance.now() - held.bornAt > connectionAgeMsMax
    if (isOld || idleCount >= idleConnectionsMax || held.client.destroyed) return drop(held)
    idle.set(held.key, [...(idle.get(held.key) ?? []), held])
    idleCount += 1
  }

  const take = (use: SeatInput, isFresh = false): Seat => {
    const key = `${use.gate ? 'guarded' : 'trusted'} ${use.partition} ${use.url.origin}`
    const reused = isFresh ? undefined : takeIdle(key)
    const held = reused ?? open(key, use)
    held.use = use
    held.times = null
    return {
      client: held.client,
      times: () => held.times,
      isReused: reused !== undefined,
      release: () => giveBack(held),
      discard: () => drop(held),
    }
  }

  const close = async () => {
    await Promise.all([...all].map((held) => held.client.destroy()))
    all.clear()
    idle.clear()
    idleCount = 0
  }

  return { take, close }
}
