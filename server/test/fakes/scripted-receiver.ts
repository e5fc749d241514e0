// A webhook receiver on loopback whose manners a test decides: what it answers, how slowly, or not at all.

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type Received = { headers: Record<string, string>; text: string; at: number }

export type ScriptedReceiver = {
  url: string
  received: Received[]
  /** Requests that were not answered yet, now and at most. */
  open: { now: number; most: number }
  /** Resolves when so many requests have come; rejects after `timeoutMs`. */
  count(n: number, timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

/** `answer` is called for each request with its number, from 0; without it all are answered 204. */
export async function startScriptedReceiver(
  answer: (response: ServerResponse, index: number) => unknown = (response) => response.writeHead(204).end(),
): Promise<ScriptedReceiver> {
  const received: Received[] = []
  const open = { now: 0, most: 0 }
  const waiting = new Set<() => void>()
  const server = createServer(async (request, response) => {
    open.now += 1
    open.most = Math.max(open.most, open.now)
    response.once('close', () => {
      open.now -= 1
    })
    try {
      const body = await text(request)
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      const index = received.push({ headers, text: body, at: performance.now() }) - 1
      for (const look of waiting) look()
      await answer(response, index)
    } catch {
      // The sender went away.
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    open,
    count: (n, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => {
          clearTimeout(timer)
          waiting.delete(look)
          if (error) reject(error)
          else resolve()
        }
        const look = () => {
          if (received.length >= n) end()
        }
        const timer = setTimeout(() => end(new Error(`${received.length} of ${n} requests came`)), timeoutMs)
        waiting.add(look)
        look()
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
