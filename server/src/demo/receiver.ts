// The demo's own webhook receiver: what an integrator would run. Checks each signature as the standard says.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export type Received = { headers: Record<string, string>; body: Record<string, unknown>; isGenuine: boolean }

export type Receiver = {
  url: string
  port: number
  /** The secret that the endpoint was created with. */
  trust(secret: string): void
  /** The event of this type about this conversation, as soon as it has come. */
  waitFor(type: string, conversationId: string, timeoutMs: number): Promise<Received>
  stop(): void
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let webhook: Webhook | undefined
  let onReceived = () => {}
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const headers = Object.fromEntries(
      Object.entries(request.headers)
        .filter(([name]) => name.startsWith('webhook-'))
        .map(([name, value]) => [name, String(value)]),
    )
    received.push({
      headers,
      body: JSON.parse(text) as Record<string, unknown>,
      isGenuine: isGenuine(webhook, text, headers),
    })
    response.writeHead(204).end()
    onReceived()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const { port } = server.address() as AddressInfo

  return {
    port,
    url: `http://127.0.0.1:${port}/webhook`,
    trust(secret) {
      webhook = new Webhook(secret)
    },
    async waitFor(type, conversationId, timeoutMs) {
      const until = Date.now() + timeoutMs
      for (;;) {
        const found = received.find(({ body }) => body.type === type && body.conversation_id === conversationId)
        if (found) return found
        if (Date.now() > until) throw new Error(`No ${type} came within ${timeoutMs / 1000} s.`)
        await new Promise<void>((resolve) => {
          onReceived = resolve
          setTimeout(resolve, 500)
        })
      }
    },
    stop: () => server.close(),
  }
}

function isGenuine(webhook: Webhook | undefined, text: string, headers: Record<string, string>): boolean {
  try {
    webhook?.verify(text, headers)
    return webhook !== undefined
  } catch {
    return false
  }
}
