// Where Kafka's library may connect to. A cluster's metadata can name any host, so each broker passes the gate before
// its connection is opened, and the connection goes to the addresses that passed.

import { isIP, type LookupFunction } from 'node:net'
import {
  type Callback,
  type Connection,
  type Broker as KafkaNode,
  NetworkError,
  type Producer,
} from '@platformatic/kafka'
import type { Gate } from '../../platform/outbound/connection.ts'
import { connectionFailure } from './failure.ts'
import { watchSocket } from './socket.ts'

export type KafkaGate = {
  /** For TLS, which keeps the name for the certificate: the addresses of a host that passed. */
  lookup: LookupFunction
  guard(producer: Producer<Buffer, Buffer, Buffer, Buffer>): void
}

type Get = (broker: KafkaNode, callback: Callback<Connection>) => void

export function kafkaGate(gate: Gate, isTls: boolean): KafkaGate {
  const passed = new Map<string, string[]>()

  const lookup: LookupFunction = (host, options, answer) => {
    const found = (passed.get(host) ?? []).map((address) => ({ address, family: isIP(address) }))
    const [first] = found
    if (!first) answer(new Error('not checked'), '', 0)
    else if (options.all) answer(null, found)
    else answer(null, first.address, first.family)
  }

  const guard: KafkaGate['guard'] = (producer) => {
    const pool = producer.connections
    pool.on('connecting', ({ connection }) => {
      // It listens for the first failure alone, and a second one would end the process.
      connection.on('error', () => {})
      // The library makes the socket right after it has said so, and reads from it in a later turn.
      queueMicrotask(() => connection.socket && watchSocket(connection.socket))
    })
    const get = pool.get.bind(pool) as Get
    const oneOf: (hosts: KafkaNode[], callback: Callback<Connection>) => void = ([first, ...others], callback) => {
      if (!first) return
      get(first, (error, connection) =>
        error && others.length > 0 ? oneOf(others, callback) : callback(error, connection),
      )
    }
    const checked: Get = (broker, callback) => {
      if (!gate || broker?.host == null) return get(broker, callback)
      gate(broker.host, broker.port).then(
        (addresses) => {
          passed.set(broker.host, addresses)
          oneOf(isTls ? [broker] : addresses.map((host) => ({ ...broker, host })), callback)
        },
        (error) => {
          const failure = connectionFailure(error, broker.host, broker.port)
          callback(new NetworkError(failure.reason, { canRetry: false, brokerFailure: failure }), undefined as never)
        },
      )
    }
    Object.assign(pool, { get: checked })
  }

  return { lookup, guard }
}
