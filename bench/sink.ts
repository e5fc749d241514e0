// A receiver in a process of its own that stores nothing: answers 204, and remembers which deliveries came, how often and
// when. It can also play a black hole. The program that measures starts it and asks.

import { fork } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { now } from './clock.ts'

export type Receipts = {
  /** Deliveries; `distinct` of them, by address and id. */
  count: number
  distinct: number
  /** Whose signature was not right, where a secret was given. */
  forged: number
  /** Requests that the black hole has taken. */
  swallowed: number
}

export type Sink = {
  url: string
  pid: number
  receipts(): Promise<Receipts>
  /** When each delivery came first, by `keyOf`. */
  arrivals(): Promise<Map<string, number>>
  reset(): Promise<void>
  stop(): void
}

/** How the sink knows a delivery. */
export const keyOf = (path: string, id: string): string => `${path} ${id}`

/** @param secret `whsec_...`; with it each signature is checked */
export async function startSink(secret = ''): Promise<Sink> {
  const child = fork(import.meta.filename, ['--sink', secret], { serialization: 'advanced' })
  const [url] = (await once(child, 'message')) as [string]
  const ask = async (what: string) => {
    child.send(what)
    return (await once(child, 'message'))[0]
  }
  return {
    url,
    pid: child.pid as number,
    receipts: () => ask('receipts'),
    arrivals: () => ask('arrivals'),
    reset: () => ask('reset'),
    stop: () => child.disconnect(),
  }
}

/** @throws unless each of `expected` deliveries came once, and signed */
export function requireAll({ count, distinct, forged }: Receipts, expected: number): void {
  if (distinct === expected && count === expected && forged === 0) return
  const lost = expected - distinct
  throw new Error(`of ${expected} deliveries ${lost} were lost, ${count - distinct} doubled, ${forged} badly signed`)
}

function serve(secret: string): void {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const none: Receipts = { count: 0, distinct: 0, forged: 0, swallowed: 0 }
  let receipts = { ...none }
  let arrivals = new Map<string, number>()

  const header = (incoming: IncomingMessage, name: string) => String(incoming.headers[name] ?? '')
  const isSigned = (incoming: IncomingMessage, chunks: Buffer[]) => {
    const hmac = createHmac('sha256', key)
    hmac.update(`${header(incoming, 'webhook-id')}.${header(incoming, 'webhook-timestamp')}.`)
    for (const chunk of chunks) hmac.update(chunk)
    return header(incoming, 'webhook-signature') === `v1,${hmac.digest('base64')}`
  }

  const server = createServer((incoming, answer) => {
    const path = incoming.url ?? ''
    if (path.startsWith('/hole')) {
      incoming.resume()
      receipts.swallowed += 1
      return
    }
    const chunks: Buffer[] = []
    if (secret) incoming.on('data', (chunk) => chunks.push(chunk))
    else incoming.resume()
    incoming.on('end', () => {
      const at = now()
      answer.writeHead(204).end()
      receipts.count += 1
      const name = keyOf(path, header(incoming, 'webhook-id'))
      if (!arrivals.has(name)) arrivals.set(name, at)
      if (secret && !isSigned(incoming, chunks)) receipts.forged += 1
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  process.on('message', (what) => {
    if (what === 'receipts') process.send?.({ ...receipts, distinct: arrivals.size })
    if (what === 'arrivals') process.send?.(arrivals)
    if (what === 'reset') {
      receipts = { ...none }
      arrivals = new Map()
      process.send?.(true)
    }
  })
  process.on('disconnect', () => process.exit())
}

if (process.argv[2] === '--sink') serve(process.argv[3] ?? '')
