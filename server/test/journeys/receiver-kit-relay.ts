// A way to the server that a test can make busy, break or hold up, as a network does.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** `lose`: the request arrives, its answer does not. `hold`: no answer, and the request does not arrive. */
export type Fate = 'pass' | 'lose' | 'hold' | { status: number; retryAfterS: number }

export type Relay = {
  url: string
  /** `GET /v1/calls?after_seq=0`, in the order they came. */
  requests: string[]
  /** What is to become of the next request; `pass` when nothing is said. */
  decide(fate: (request: string) => Fate): void
  close(): void
}

export async function startRelay(target: string): Promise<Relay> {
  const requests: string[] = []
  let decide: (request: string) => Fate = () => 'pass'
  const server = createServer(async (incoming, response) => {
    const body = await buffer(incoming).catch(() => null)
    if (body === null) return
    const request = `${incoming.method} ${incoming.url}`
    requests.push(request)
    const fate = decide(request)
    if (fate === 'hold') return
    if (typeof fate === 'object') {
      return void response.writeHead(fate.status, { 'retry-after': String(fate.retryAfterS) }).end()
    }
    const answer = await forward(target, incoming, body).catch(() => null)
    if (answer === null || fate === 'lose') return void response.destroy()
    await pass(answer, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    decide(fate) {
      decide = fate
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function forward(
  target: string,
  { url = '', method = 'GET', headers }: IncomingMessage,
  body: Buffer,
): Promise<Response> {
  const names = ['authorization', 'content-type', 'idempotency-key', 'accept']
  const kept = names.flatMap((name): [string, string][] => (headers[name] ? [[name, String(headers[name])]] : []))
  return fetch(target + url, { method, headers: kept, ...(body.length > 0 ? { body: new Uint8Array(body) } : {}) })
}

async function pass(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
  response.end(Buffer.from(await answer.arrayBuffer()))
}
