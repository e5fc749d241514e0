// Opens one TCP or TLS connection, to a checked address and to no other.
// Which addresses are fit is the gate's decision; HTTP on top is `connection-pool.ts` and above.

import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext } from 'node:tls'
import { Problem } from '../problem.ts'
import { readAddress } from './allow-list.ts'
import { connectFailure, failure, failureError } from './failure.ts'

/** From a host to the addresses that may be connected to; null: the operator named the host, the system looks it up. */
export type Gate = ((hostname: string, port: number) => Promise<string[]>) | null

export type ConnectionInput = {
  protocol: string
  /** IPv6 without brackets. */
  hostname: string
  port: number
  gate: Gate
  connectTimeoutMs: number
  signal: AbortSignal | null
  clientCertificate?: ClientCertificate | null
}

/** PEM, both; `certificate` with the certificates between it and the root, as the server needs them. */
export type ClientCertificate = { certificate: string; key: string }

/** One after the other: name, TCP, TLS (0 without). */
export type ConnectionTimes = { dnsMs: number; connectMs: number; tlsMs: number }

/** Throws failure errors only (see `failure.ts`). */
export async function openConnection(input: ConnectionInput): Promise<{ socket: Socket; times: ConnectionTimes }> {
  const startedAt = performance.now()
  const addresses = input.gate && (await passGate(input.gate, input))
  if (input.signal?.aborted) throw input.signal.reason
  const resolvedAt = performance.now()
  const { socket, connectedAt } = await connectWithin(input, addresses)
  const times = {
    dnsMs: resolvedAt - startedAt,
    connectMs: connectedAt - resolvedAt,
    tlsMs: input.protocol === 'https:' ? performance.now() - connectedAt : 0,
  }
  return { socket, times }
}

async function passGate(gate: NonNullable<Gate>, { hostname, port }: ConnectionInput): Promise<string[]> {
  try {
    return await gate(hostname, port)
  } catch (error) {
    if (error instanceof Problem) throw failureError(failure('refused_destination', error.detail, error))
    throw error
  }
}

type Connected = { socket: Socket; connectedAt: number }

function connectWithin(input: ConnectionInput, addresses: string[] | null): Promise<Connected> {
  const { protocol, port, hostname, signal, connectTimeoutMs } = input
  const { promise, resolve, reject } = Promise.withResolvers<Connected>()
  const isTls = protocol === 'https:'
  let connectedAt: number | null = null
  const options = {
    host: hostname,
    port,
    autoSelectFamily: true,
    noDelay: true,
    keepAlive: true,
    // Names are resolved once, before: what a second look-up would say no longer matters.
    ...(addresses && { lookup: pinnedLookup(addresses) }),
  }
  const socket: Socket = isTls ? connectTls({ ...options, ...tlsOptions(input) }) : connectTcp(options)

  const end = (error: Error) => {
    socket.destroy()
    reject(error)
  }
  const late = () => end(failureError(failure('timeout', `no connection within ${connectTimeoutMs / 1000} s`)))
  const onAbort = () => end(signal?.reason)
  let timer = setTimeout(late, connectTimeoutMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted) onAbort()

  socket.on('error', (error) => end(failureError(connectFailure(connectedAt === null ? 'connect' : 'tls', error))))
  socket.once('connect', () => {
    if (addresses && !addresses.includes(readAddress(socket.remoteAddress ?? '')?.toString() ?? '')) {
      end(failureError(failure('refused_destination', 'the connection led elsewhere', socket.remoteAddress)))
      return
    }
    connectedAt = performance.now()
    clearTimeout(timer)
    if (isTls) timer = setTimeout(late, connectTimeoutMs)
  })
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    if (!socket.destroyed && connectedAt !== null) resolve({ socket, connectedAt })
  })
  return promise.finally(() => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  })
}

function tlsOptions({ hostname, clientCertificate }: ConnectionInput) {
  try {
    return {
      // RFC 6066 §3: an address is not a server name.
      ...(isIP(hostname) ? {} : { servername: hostname }),
      ALPNProtocols: ['http/1.1'],
      ...(clientCertificate && {
        secureContext: createSecureContext({ cert: clientCertificate.certificate, key: clientCertificate.key }),
      }),
    }
  } catch (error) {
    throw failureError(failure('tls', 'our client certificate or its key cannot be used', error))
  }
}

type LookupAnswer = { address: string; family: number }

function pinnedLookup(addresses: string[]) {
  const answers: LookupAnswer[] = addresses.map((address) => ({ address, family: isIP(address) }))
  return (
    _name: string,
    options: { all?: boolean | undefined },
    answer: (error: null, address: string | LookupAnswer[], family?: number) => void,
  ) => {
    const [first] = answers
    if (options.all || !first) answer(null, answers)
    else answer(null, first.address, first.family)
  }
}
