// Customers whose programs send chats as a careful integrator does: each chat under its own name and Idempotency-Key, again
// and again until it is answered.

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { chatBody } from '../bench/chats.ts'
import { adminToken } from './processes.ts'

const retryMs = 250
/** Of one request: a server that was killed may leave it hanging. */
const requestMs = 5000

export type Accepted = { name: string; orgId: string; chatId: string }
export type Customer = { orgId: string; key: string }

export type Load = {
  /** Answered with 2xx, each once. */
  accepted: Accepted[]
  /** By performance.now(); when the last one was answered. */
  lastAt(): number
  retries(): number
  /** Answers that say something else than one before to the same chat. */
  contradictions: string[]
  /** Whoever waits for an answer still gets one. */
  stop(): Promise<void>
}

/** Customers with an endpoint each that is told of all chats, at `hookUrl`. */
export async function newCustomers(url: string, hookUrl: string, count: number): Promise<Customer[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const post = async (path: string, headers: Record<string, string>, body: object) => {
        const answer = await fetch(`${url}${path}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
        return (await answer.json()) as Record<string, string>
      }
      const made = await post('/api/customers', { authorization: `Bearer ${adminToken}` }, { name: 'Fault' })
      const [orgId, key] = [made.org_id as string, made.api_key as string]
      await post('/v1/webhooks', { 'x-api-key': key }, { url: hookUrl, events: ['chat.*'], rate_per_s: 500 })
      return { orgId, key }
    }),
  )
}

/** @param input.perSecond chats of all customers together; each of `clients` has one on its way at a time */
export function sendChats(input: { url: string; customers: Customer[]; clients: number; perSecond: number }): Load {
  const { url, customers, clients, perSecond } = input
  const agent = new Agent({ connections: clients, headersTimeout: requestMs, bodyTimeout: requestMs })
  const accepted: Accepted[] = []
  const contradictions: string[] = []
  const run = randomUUID()
  let [lastAt, retries, sent, isStopping] = [0, 0, 0, false]

  /** @returns the chat's id, as soon as there is an answer */
  async function insist(name: string, { key }: Customer): Promise<string> {
    for (;;) {
      try {
        const headers = { 'content-type': 'application/json', 'x-api-key': key, 'idempotency-key': name }
        const options = { method: 'POST', headers, body: chatBody(name), dispatcher: agent } as const
        const answer = await request(`${url}/v1/chats/upload`, options)
        const said = await answer.body.text()
        if (answer.statusCode < 300) return (JSON.parse(said) as { chat_id: string }).chat_id
        // 409: the same request is under way, in a process that may be dead.
        if (answer.statusCode < 500 && answer.statusCode !== 409 && answer.statusCode !== 429) {
          contradictions.push(`${name} was answered ${answer.statusCode}: ${said.slice(0, 200)}`)
          return ''
        }
      } catch {
        // Refused, reset or silent: nobody knows whether it was taken.
      }
      retries += 1
      await delay(retryMs)
    }
  }

  const startedAt = performance.now()
  const client = async () => {
    while (!isStopping) {
      const number = sent++
      await delay(Math.max(0, (number * 1000) / perSecond - (performance.now() - startedAt)))
      const customer = customers[number % customers.length] as Customer
      const name = `${run}-${number}`
      const chatId = await insist(name, customer)
      lastAt = performance.now()
      accepted.push({ name, orgId: customer.orgId, chatId })
      // Some ask again although they were answered: it is the same chat.
      if (number % 50 === 0 && (await insist(name, customer)) !== chatId) contradictions.push(`${name} was made twice`)
    }
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  return {
    accepted,
    lastAt: () => lastAt,
    retries: () => retries,
    contradictions,
    async stop() {
      isStopping = true
      await all
      await agent.destroy()
    },
  }
}
