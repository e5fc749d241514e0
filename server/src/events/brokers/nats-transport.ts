// How NATS' library reaches a server: over a connection that was made here. Its own transport would look names up itself,
// encrypt if the server likes, and read a first line of any length.

import type { Socket } from 'node:net'
import {
  type ConnectionOptions,
  Kind,
  type NatsConnection,
  NatsConnectionImpl,
  Parser,
  type ParserEvent,
  setTransportFactory,
  type Transport,
} from '@nats-io/transport-node'
import { BrokerFailure, lost } from './failure.ts'
import { watchSocket } from './socket.ts'

export type NatsDial = { open(): Promise<Socket>; encrypt: ((raw: Socket) => Promise<Socket>) | null }

/** The library hands its options on to the transport, with what it does not know. */
type DialledOptions = ConnectionOptions & { dial: NatsDial }

/**
 * No name, so that a transport which would take the library's word for where to connect gets nowhere: the factory is the
 * process's, and the library's own `connect` puts its own in.
 */
const nowhere = 'broker.invalid:1'

export function connectNats(options: ConnectionOptions, dial: NatsDial): Promise<NatsConnection> {
  setTransportFactory({ factory: natsTransport })
  const dialled: DialledOptions = { ...options, servers: nowhere, resolve: false, dial }
  return NatsConnectionImpl.connect(dialled)
}

/** Real ones have less than 2 KiB, and 40 bytes more for each server of the cluster. */
const firstLineBytesMax = 64 * 1024

function natsTransport(): Transport {
  const closed = Promise.withResolvers<void>()
  const checked = new Parser({ push: (event) => checkInfo(event as ParserEvent) })
  const chunks: Uint8Array[] = []
  let wake = () => {}
  let socket: Socket | null = null
  let isOver = false
  let closeError: Error | undefined

  const end = (error?: Error) => {
    if (isOver) return
    isOver = true
    if (error) closeError = error
    socket?.destroy()
    wake()
    closed.resolve()
  }

  const take = (chunk: Buffer) => {
    // The library prints what it cannot read, and goes on without a word to those who wait.
    try {
      checked.parse(chunk)
    } catch (error) {
      return end(lost('the server sent what is not NATS', error))
    }
    chunks.push(chunk)
    wake()
  }

  async function* read(): AsyncGenerator<Uint8Array> {
    while (!isOver) {
      const chunk = chunks.shift()
      if (chunk) yield chunk
      else {
        await new Promise<void>((done) => {
          wake = done
        })
      }
    }
  }

  return {
    lang: 'indaba',
    version: '1',
    get isClosed() {
      return isOver
    },
    get closeError() {
      return closeError as Error
    },
    async connect(_server, options) {
      const { dial } = options as DialledOptions
      socket = await dial.open()
      watchSocket(socket)
      const first = await readFirstLine(socket)
      const isWanted = /"tls_required":\s*true/.test(first.toString('latin1'))
      if (isWanted && !dial.encrypt) {
        socket.destroy()
        throw new BrokerFailure('connection', 'The server wants an encrypted connection: begin its URL with tls://.')
      }
      if (dial.encrypt) {
        socket = await dial.encrypt(socket)
        watchSocket(socket)
      }
      if (isOver) return void socket.destroy()
      take(first)
      socket.on('data', take)
      socket.on('error', end)
      socket.on('close', () => end())
      socket.resume()
    },
    [Symbol.asyncIterator]: read,
    isEncrypted: () => socket !== null && 'encrypted' in socket,
    send(frame) {
      if (!isOver) socket?.write(frame)
    },
    async close(error) {
      end(error)
    },
    disconnect: () => end(),
    closed: () => closed.promise,
    discard: () => end(),
  }
}

function checkInfo({ kind, data }: ParserEvent): void {
  if (kind === Kind.INFO) JSON.parse(Buffer.from(data ?? []).toString())
}

async function readFirstLine(socket: Socket): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  let seen = Buffer.alloc(0)
  const onData = (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk])
    if (seen.includes('\n')) resolve(seen)
    else if (seen.length > firstLineBytesMax) reject(lost('the server did not begin as NATS does'))
  }
  const onError = (error: Error) => reject(lost('the server ended it before it said who it is', error))
  const onClose = () => onError(new Error('closed'))
  socket.on('data', onData).on('error', onError).on('close', onClose)
  try {
    const first = await promise
    if (!first.subarray(0, 4).toString('latin1').toUpperCase().startsWith('INFO')) {
      throw lost('the server did not begin as NATS does; check that this port speaks NATS')
    }
    return first
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    socket.pause()
    // A socket without a listener for errors would end the process.
    socket.on('error', () => {})
    socket.off('data', onData).off('error', onError).off('close', onClose)
  }
}
