// Connections to brokers: to a checked address and no other, encrypted on request, and watched: what a broker sends can
// neither fill the memory nor end the process, however the library on top takes it.

import { isIP, type Socket } from 'node:net'
import { connect as connectTls, rootCertificates, type TLSSocket } from 'node:tls'
import { openConnection } from '../../platform/outbound/connection.ts'
import { connectFailure } from '../../platform/outbound/failure.ts'
import { BrokerFailure, connectionFailure } from './failure.ts'
import type { BrokerParts } from './shapes.ts'

export type HostPort = { host: string; port: number }

/** For TLS: the well-known authorities, and the owner's own beside them. */
export const trustedBy = (certificateAuthority: string | null): { ca?: string[] } =>
  certificateAuthority ? { ca: [...rootCertificates, certificateAuthority] } : {}

/** Throws a BrokerFailure. */
export async function openSocket({ host, port }: HostPort, parts: BrokerParts): Promise<Socket> {
  try {
    const { socket } = await openConnection({ protocol: 'tcp:', hostname: host, port, ...parts })
    return socket
  } catch (error) {
    if (parts.signal.aborted) throw new BrokerFailure('aborted', 'The attempt was given up.', error)
    throw connectionFailure(error, host, port)
  }
}

/** Throws a BrokerFailure; the raw connection is ended then. */
export async function encrypt(
  raw: Socket,
  host: string,
  certificateAuthority: string | null,
  { connectTimeoutMs }: BrokerParts,
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connectTls({
    ...trustedBy(certificateAuthority),
    ...{ host, socket: raw },
    // RFC 6066 §3: an address is not a server name.
    ...(isIP(host) ? {} : { servername: host }),
  })
  socket.on('error', reject)
  socket.once('secureConnect', resolve)
  socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
  const timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: 'late' })), connectTimeoutMs)
  try {
    await promise
    return socket
  } catch (error) {
    raw.destroy()
    const { detail } = connectFailure('tls', error)
    throw new BrokerFailure('connection', `No encrypted connection to ${host}: ${detail}.`, error)
  } finally {
    clearTimeout(timer)
  }
}

/** Publishers are told little: a confirmation, a heartbeat, or the message itself when nobody takes it. */
const readBytesFree = 2 ** 20
const readBytesPerByteWritten = 2
const readBytesPerMs = 16

/**
 * To be called before the first byte is read. What a listener throws ends the connection and not the process; so does a
 * broker that sends far more than publishing asks for.
 */
export function watchSocket(socket: Socket): void {
  const startedAt = performance.now()
  const emit = socket.emit.bind(socket) as (...args: unknown[]) => boolean
  const isTooMuch = () => {
    const earned = socket.bytesWritten * readBytesPerByteWritten + (performance.now() - startedAt) * readBytesPerMs
    return socket.bytesRead > readBytesFree + earned
  }
  socket.emit = (...args: unknown[]) => {
    if ((args[0] === 'data' || args[0] === 'readable') && isTooMuch()) {
      socket.destroy(new Error('the broker sent more than a publisher is told'))
      return false
    }
    try {
      return emit(...args)
    } catch (error) {
      socket.destroy(error as Error)
      return true
    }
  }
}

/** The first host that answers; of several failures, the last. */
export async function firstOf<T>(hosts: HostPort[], open: (host: HostPort) => Promise<T>): Promise<T> {
  let failure: unknown = new BrokerFailure('connection', 'No host is named.')
  for (const host of hosts) {
    try {
      return await open(host)
    } catch (error) {
      failure = error
      // Another host of the same cluster would say the same.
      if (error instanceof BrokerFailure && error.code !== 'connection' && error.code !== 'timeout') break
    }
  }
  throw failure
}
