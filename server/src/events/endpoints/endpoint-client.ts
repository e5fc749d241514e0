// For tests: an organisation of a harness that makes endpoints and sends chats, so that they have something to be told.

import { type Customer, type Harness, type Json, startHarness } from '../../../test/harness.ts'

export type Reply = { status: number; body: Json; headers: Headers }

export type EndpointClient = Awaited<ReturnType<typeof endpointClient>>

export async function endpointClient(options: Parameters<typeof startHarness>[0] = {}) {
  const harness: Harness = await startHarness(options)
  const customer: Customer = await harness.customer()
  let chats = 0
  const call = async (method: string, path: string, body?: unknown, headers: object = {}): Promise<Reply> => {
    const response = await fetch(harness.url + path, {
      method,
      headers: { ...customer.headers, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : null, headers: response.headers }
  }
  return {
    harness,
    customer,
    call,
    create: (body: object, headers: object = {}) =>
      call('POST', '/v1/webhooks', { events: ['chat.received'], ...body }, headers),
    /** One `chat.received`. */
    async chat() {
      chats += 1
      const body = { session_id: `chat-${chats}`, messages: [{ sender: 'customer', message: 'Hello' }] }
      const { status } = await call('POST', '/v1/chats/upload', body)
      if (status >= 300) throw new Error(`a chat was answered ${status}`)
    },
    stop: () => harness.stop(),
  }
}
