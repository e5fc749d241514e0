// What a message broker is to the delivery engine: the words, and the one interface that NATS, RabbitMQ and Kafka share.

import type { Gate } from '../../platform/outbound/connection.ts'
import type { BrokerSecrets, BrokerSettings } from './settings.ts'

export type BrokerKind = 'nats' | 'rabbitmq' | 'kafka'

export type BrokerMessage = {
  /** The event's id: brokers that can, drop a second message with the same one. */
  id: string
  /** `call.completed`. */
  type: string
  orgId: string
  /** Messages of one key stay in order, where the broker knows keys; null: order does not matter. */
  key: string | null
  /** Names and values in printable ASCII. */
  headers: Record<string, string>
  body: Uint8Array
}

/** What the broker said when it had stored the message, in plain words, for the log of attempts. */
export type BrokerReceipt = {
  receipt: string
  /** Null where a connection that was open already was used. */
  connectMs: number | null
  confirmMs: number
}

/** One connection to one broker (Kafka: to its cluster), logged in. */
export type Broker = {
  /**
   * Settles once the broker has said that it stored the message, and rejects with a BrokerFailure. Who waits how long is
   * the pool's business: a promise that nobody waits for any more may settle later, or when the connection ends.
   */
  publish(message: BrokerMessage): Promise<string>
  /** False: broken or closed for good; what was in flight has failed. */
  isOpen(): boolean
  /** Ends within two seconds, also with a broker that no longer answers. What is in flight fails. */
  close(): Promise<void>
}

export type BrokerParts = {
  /** From a host and port to the addresses that may be connected to. */
  gate: Gate
  /** For each step until the login is done. */
  connectTimeoutMs: number
  /** Ends the attempt to connect; a connection that was made is ended by `close`. */
  signal: AbortSignal
}

export type OpenBroker<Settings = BrokerSettings> = (
  settings: Settings,
  secrets: BrokerSecrets,
  parts: BrokerParts,
) => Promise<Broker>
