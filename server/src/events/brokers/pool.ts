// Connections to brokers, one for each endpoint: opened when first used, kept while used, opened again after a break, and
// never waited for longer than the deadline. What is to be sent, and again when, is the delivery engine's business.

import type { Gate } from '../../platform/outbound/connection.ts'
import { BrokerFailure, lost } from './failure.ts'
import { openBroker } from './open.ts'
import type { BrokerSecrets, BrokerSettings } from './settings.ts'
import type { Broker, BrokerKind, BrokerMessage, BrokerReceipt, OpenBroker } from './shapes.ts'

export type BrokerTarget = {
  /** Of the endpoint. */
  id: string
  kind: BrokerKind
  /** Changes with the settings and secrets: the next message goes out over a new connection. */
  revision: string
  /** Asked for when a connection is opened. */
  settings(): Promise<{ settings: BrokerSettings; secrets: BrokerSecrets }>
}

export type BrokerPoolParts = {
  gates: Record<BrokerKind, Gate>
  /** For each step until a login is done; default 10 s. */
  connectTimeoutMs?: number
  /** For one message, with the connection where there is none; default 20 s. */
  deadlineMs?: number
  /** Default 5 minutes. */
  idleMs?: number
  /** Of all endpoints together; default 256. */
  connectionsMax?: number
  open?: OpenBroker
}

export type BrokerPool = {
  /** Settles when the broker has stored the message. Rejects with a BrokerFailure, and with nothing else. */
  publish(target: BrokerTarget, message: BrokerMessage, signal: AbortSignal): Promise<BrokerReceipt>
  /** Of the endpoint; what is in flight may end first. */
  forget(id: string): void
  /** What is in flight fails. */
  close(): Promise<void>
}

type Seat = {
  id: string
  revision: string
  broker: Promise<Broker>
  /** Null until it is open. */
  opened: Broker | null
  connectMs: number
  control: AbortController
  inFlight: number
  /** Takes no new messages. */
  isRetired: boolean
  isEnded: boolean
  usedAt: number
  idle: NodeJS.Timeout | undefined
}

export function brokerPool(parts: BrokerPoolParts): BrokerPool {
  const { connectTimeoutMs = 10_000, deadlineMs = 20_000, idleMs = 5 * 60_000, connectionsMax = 256 } = parts
  const seats = new Map<string, Seat>()
  const closing = new Set<Promise<void>>()
  let isClosed = false

  const end = (seat: Seat) => {
    if (seat.isEnded) return
    seat.isEnded = true
    seat.isRetired = true
    clearTimeout(seat.idle)
    if (seats.get(seat.id) === seat) seats.delete(seat.id)
    seat.control.abort()
    const ended = seat.broker
      .then((broker) => broker.close())
      .catch(() => {})
      .finally(() => closing.delete(ended))
    closing.add(ended)
  }

  /** No message takes it any more; those in flight may end. */
  const retire = (seat: Seat) => {
    seat.isRetired = true
    if (seats.get(seat.id) === seat) seats.delete(seat.id)
    if (seat.inFlight === 0) end(seat)
  }

  const release = (seat: Seat) => {
    seat.inFlight -= 1
    seat.usedAt = performance.now()
    if (seat.inFlight > 0) return
    if (seat.isRetired) end(seat)
    else seat.idle = setTimeout(() => end(seat), idleMs).unref()
  }

  const makeRoom = () => {
    if (seats.size < connectionsMax) return
    const idle = [...seats.values()].filter(({ inFlight }) => inFlight === 0)
    const [oldest] = idle.sort((a, b) => a.usedAt - b.usedAt)
    if (!oldest) throw new BrokerFailure('busy', 'All connections to brokers are in use. It is tried again later.')
    end(oldest)
  }

  const take = (target: BrokerTarget): { seat: Seat; isNew: boolean } => {
    const present = seats.get(target.id)
    const isFit = present?.revision === target.revision && (present.opened?.isOpen() ?? true)
    if (present && isFit) {
      clearTimeout(present.idle)
      present.inFlight += 1
      return { seat: present, isNew: false }
    }
    if (present) retire(present)
    makeRoom()
    const control = new AbortController()
    const startedAt = performance.now()
    const open = async () => {
      const { settings, secrets } = await target.settings()
      const gate = parts.gates[target.kind]
      return (parts.open ?? openBroker)(settings, secrets, { gate, connectTimeoutMs, signal: control.signal })
    }
    const seat: Seat = {
      ...{ id: target.id, revision: target.revision, broker: open(), opened: null, connectMs: 0, control },
      ...{ inFlight: 1, isRetired: false, isEnded: false, usedAt: startedAt, idle: undefined },
    }
    seats.set(target.id, seat)
    seat.broker.then(
      (broker) => {
        seat.opened = broker
        seat.connectMs = performance.now() - startedAt
      },
      () => retire(seat),
    )
    return { seat, isNew: true }
  }

  const send = async (target: BrokerTarget, message: BrokerMessage, limit: Limit): Promise<BrokerReceipt> => {
    const { seat, isNew } = take(target)
    try {
      const broker = await limit.until(seat.broker)
      const startedAt = performance.now()
      const receipt = await limit.until(broker.publish(message))
      const confirmMs = performance.now() - startedAt
      return { receipt, connectMs: isNew ? seat.connectMs : null, confirmMs }
    } catch (error) {
      // A broker that was silent for so long is not asked again over the same connection.
      if (error instanceof BrokerFailure && error.code === 'timeout') end(seat)
      throw error
    } finally {
      release(seat)
    }
  }

  return {
    async publish(target, message, signal) {
      if (isClosed || signal.aborted) throw new BrokerFailure('aborted', 'The attempt was given up.')
      const limit = limitOf(deadlineMs, signal)
      try {
        return await send(target, message, limit)
      } catch (error) {
        throw error instanceof BrokerFailure ? error : lost('something unforeseen happened', error)
      } finally {
        limit.end()
      }
    },
    forget(id) {
      const seat = seats.get(id)
      if (seat) retire(seat)
    },
    async close() {
      isClosed = true
      for (const seat of [...seats.values()]) end(seat)
      await Promise.all(closing)
    },
  }
}

type Limit = { until<T>(promise: Promise<T>): Promise<T>; end(): void }

/** One deadline and one signal for all that one message waits for. */
function limitOf(deadlineMs: number, signal: AbortSignal): Limit {
  const { promise: over, reject } = Promise.withResolvers<never>()
  over.catch(() => {})
  const late = `The broker did not confirm the message within ${deadlineMs / 1000} s. It may have it nevertheless.`
  const timer = setTimeout(() => reject(new BrokerFailure('timeout', late)), deadlineMs)
  const onAbort = () => reject(new BrokerFailure('aborted', 'The attempt was given up.', signal.reason))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    until: (promise) => Promise.race([promise, over]),
    end() {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    },
  }
}
