// The first two steps to a server on the network: its name, and a TCP connection to an address that the gate let pass.

import { lookup } from 'node:dns/promises'
import type { Socket } from 'node:net'
import { type Gate, openConnection } from '../outbound/connection.ts'
import { failureOf } from '../outbound/failure.ts'
import { Problem } from '../problem.ts'
import { type OnStep, RemoteFailure } from './folder.ts'
import { quote } from './names.ts'

export type ConnectInput = {
  host: string
  port: number
  gate: Gate
  connectTimeoutMs: number
  signal: AbortSignal
  onStep?: OnStep | undefined
}

export async function connectTo(input: ConnectInput): Promise<Socket> {
  const { host, port, connectTimeoutMs, signal, onStep } = input
  const addresses = await addressesOf(input)
  onStep?.('name', `${host} is ${addresses.join(', ')}.`)
  try {
    const { socket } = await openConnection({
      protocol: 'tcp:',
      hostname: host,
      port,
      gate: async () => addresses,
      connectTimeoutMs,
      signal,
    })
    onStep?.('route', `Connected to ${socket.remoteAddress}, port ${port}.`)
    return socket
  } catch (error) {
    signal.throwIfAborted()
    throw new RemoteFailure(
      'route',
      `No connection to ${quote(host)}, port ${port}: ${failureOf(error).detail}. Check the port, and that the server's firewall lets this machine in.`,
      { cause: error },
    )
  }
}

async function addressesOf({ host, port, gate }: ConnectInput): Promise<string[]> {
  try {
    if (gate) return await gate(host, port)
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (error) {
    if (error instanceof Problem && error.code === 'destination_not_allowed') {
      throw new RemoteFailure(
        'name',
        `${quote(host)}, port ${port}, is not allowed as a destination. Use a public server; the operator of this server can open others with INDABA_OUTBOUND_ALLOW.`,
        { isPermanent: true, cause: error },
      )
    }
    throw new RemoteFailure('name', `The name ${quote(host)} could not be found. Check its spelling.`, { cause: error })
  }
}
