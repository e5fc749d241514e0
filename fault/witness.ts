// A receiver that remembers all that it is sent: how often each webhook-id came, and whether it said the same each time.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type Receipt = { times: number; body: string; isSame: boolean; type: string; chatId: string }

export type Witness = {
  url: string
  receipts: Map<string, Receipt>
  /** By performance.now(). */
  lastAt(): number
  stop(): Promise<void>
}

/** `answer`: what is waited for before 204 is said. */
export async function startWitness(answer: (id: string) => Promise<void> = async () => {}): Promise<Witness> {
  const receipts = new Map<string, Receipt>()
  let lastAt = 0
  const server = createServer(async (incoming, outgoing) => {
    const said = await text(incoming).catch(() => null)
    // The sender died with half of it said.
    if (said === null) return
    lastAt = performance.now()
    const id = String(incoming.headers['webhook-id'])
    const body = createHash('sha256').update(said).digest('hex')
    const known = receipts.get(id)
    if (known) {
      known.times += 1
      known.isSame &&= known.body === body
    } else {
      const { type, chat_id: chatId } = JSON.parse(said)
      receipts.set(id, { times: 1, body, isSame: true, type, chatId })
    }
    await answer(id)
    outgoing.writeHead(204).end()
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    receipts,
    lastAt: () => lastAt,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
