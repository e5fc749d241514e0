// A webhook receiver on loopback that keeps what came, and checks it with the standard's own library.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import type { Json } from '../harness.ts'

export type Delivery = { headers: Record<string, string>; text: string; body: Json }

export type WebhookReceiver = {
  url: string
  deliveries: Delivery[]
  /** What to answer, one for each request in order; 204 when there is none. */
  answers: number[]
  /** The first delivery of which this holds, as soon as it has come. */
  find(isWanted: (delivery: Delivery) => boolean, timeoutMs?: number): Promise<Delivery>
  close(): void
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const deliveries: Delivery[] = []
  const answers: number[] = []
  const waiting = new Set<() => void>()
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    deliveries.push({ headers, text: body, body: JSON.parse(body) })
    response.writeHead(answers.shift() ?? 204).end()
    for (const look of waiting) look()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A test that fails before it closes this must still end.
  server.unref()
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    deliveries,
    answers,
    find: (isWanted, timeoutMs = 20_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = deliveries.find(isWanted)
          if (!found) return
          end()
          resolve(found)
        }
        const timer = setTimeout(() => {
          end()
          reject(new Error(`not among the ${deliveries.length} deliveries that came`))
        }, timeoutMs)
        const end = () => {
          clearTimeout(timer)
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Throws unless the official library takes the delivery for genuine. */
export const verify = (secret: string, { headers, text }: Delivery): unknown =>
  new Webhook(secret).verify(text, headers)
