// One AMQP 0-9-1 connection over a socket of ours. amqplib's own `connect` opens the socket itself, and between the end of
// the handshake and its return nobody listens for errors: a broker that closes just then would end the process. So its
// two classes are used without it; they are not exported, and the conformance suite tells when that stops working.

import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { type ChannelModel, credentials } from 'amqplib'
import type { BrokerParts } from './shapes.ts'
import { type HostPort, openSocket, watchSocket } from './socket.ts'

type Opening = {
  on(event: 'error', listener: (error: Error) => void): void
  open(fields: object, done: (error: Error | null) => void): void
}

const require = createRequire(import.meta.url)
const amqplib = join(dirname(require.resolve('amqplib')), 'lib')
const { Connection } = require(join(amqplib, 'connection.js')) as { Connection: new (stream: Duplex) => Opening }
const { ChannelModel: Model } = require(join(amqplib, 'channel_model.js')) as {
  ChannelModel: new (connection: Opening) => ChannelModel
}

const heartbeatS = 20
const frameBytesMax = 128 * 1024

export type AmqpLogin = { user: string; password: string; vhost: string }

export type AmqpConnection = { model: ChannelModel; destroy(): void }

/** Throws what amqplib says, a BrokerFailure for what came before it, or an error with the code `late`. */
export async function openAmqp(
  at: HostPort,
  login: AmqpLogin,
  parts: BrokerParts,
  encrypt: ((raw: Socket) => Promise<Socket>) | null,
): Promise<AmqpConnection> {
  const raw = await openSocket(at, parts)
  const socket = encrypt ? await encrypt(raw) : raw
  watchSocket(socket)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const connection = new Connection(socket)
  connection.on('error', reject)
  // A model listens from here on, so that no event of the connection is ever without a listener.
  const model = new Model(connection)
  model.on('error', () => {})
  socket.once('close', () => reject(new Error('the server closed the connection')))
  const timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: 'late' })), parts.connectTimeoutMs)
  const onAbort = () => reject(parts.signal.reason)
  parts.signal.addEventListener('abort', onAbort, { once: true })
  try {
    connection.open(openingOf(login), (error) => (error ? reject(error) : resolve()))
    await promise
    // Without an error, amqplib would not hear of it, and would go on with its heartbeats.
    return { model, destroy: () => void socket.destroy(new Error('closed on our side')) }
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
    parts.signal.removeEventListener('abort', onAbort)
  }
}

function openingOf({ user, password, vhost }: AmqpLogin): object {
  const plain = credentials.plain(user, password)
  return {
    clientProperties: {
      product: 'Indaba',
      capabilities: {
        publisher_confirms: true,
        'basic.nack': true,
        'connection.blocked': true,
        authentication_failure_close: true,
      },
    },
    ...{ mechanism: plain.mechanism, response: plain.response(), locale: 'en_US' },
    ...{ channelMax: 4, frameMax: frameBytesMax, heartbeat: heartbeatS, maxFrameSize: 2 * frameBytesMax },
    ...{ virtualHost: vhost, capabilities: '', insist: 0 },
  }
}
