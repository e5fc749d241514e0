// Figure: how long after a chat was sent its signed webhooks come in, with 50 chats a second. The program runs in a
// process of its own; this one sends the chats and receives the webhooks, so that both times are of one clock. The time
// counts from the moment the request leaves, and so holds the taking in as well.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { Agent, request } from 'undici'
import { chatBody } from './chats.ts'
import { durableDatabase } from './durable-database.ts'
import { percentile, report, round } from './figure.ts'
import { startProgram } from './program.ts'

const perSecond = 50
const warmUpS = 5
const measuredS = 20
const goalMs = { p50: 50, p99: 250 }
const lateMs = 30_000

type Told = { type: string; chat_id: string }
type Hook = { headers: Record<string, string>; body: string; at: number }

const hooks: Hook[] = []
const receiver = createServer(async (incoming, answer) => {
  const body = await text(incoming)
  hooks.push({ headers: incoming.headers as Record<string, string>, body, at: performance.now() })
  answer.writeHead(204).end()
})
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`

const database = await durableDatabase()
const program = await startProgram({ command: 'start', databaseUrl: database.url, dir: database.dir })
const dispatcher = new Agent({ connections: 16 })

async function post(path: string, body: string): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json', 'x-api-key': program.key }
  const answer = await request(`${program.url}${path}`, { method: 'POST', headers, body, dispatcher })
  const answered = await answer.body.text()
  if (answer.statusCode >= 300) throw new Error(`${path} answered ${answer.statusCode}: ${answered.slice(0, 200)}`)
  return JSON.parse(answered)
}

/** At its times, whatever the server does; an answer that is late does not hold up the next chat. */
async function sendChats(seconds: number): Promise<Map<string, number>> {
  const sentAt = new Map<string, number>()
  const startedAt = performance.now()
  const sending = Array.from({ length: seconds * perSecond }, async (_, index) => {
    await delay(Math.max(0, (index * 1000) / perSecond - (performance.now() - startedAt)))
    const at = performance.now()
    const { chat_id } = await post('/v1/chats/upload', chatBody(`${startedAt}-${index}`))
    sentAt.set(chat_id as string, at)
  })
  await Promise.all(sending)
  return sentAt
}

/** How long after each chat was sent both of its webhooks came in, in ms. */
async function measure(seconds: number, webhook: Webhook): Promise<{ received: number[]; completed: number[] }> {
  hooks.length = 0
  const sentAt = await sendChats(seconds)
  const until = performance.now() + lateMs
  while (hooks.length < 2 * sentAt.size && performance.now() < until) await delay(100)
  const told = hooks.map(({ headers, body, at }) => ({ at, ...(webhook.verify(body, headers) as Told) }))
  const waits = (type: string) =>
    told.filter((one) => one.type === type).map(({ chat_id, at }) => at - (sentAt.get(chat_id) ?? Number.NaN))
  const times = { received: waits('chat.received'), completed: waits('chat.completed') }
  for (const [name, { length }] of Object.entries(times))
    if (length !== sentAt.size) throw new Error(`${sentAt.size} chats were sent, and chat.${name} came ${length} times`)
  return times
}

try {
  const { secret } = await post('/v1/webhooks', JSON.stringify({ url: receiverUrl, events: ['chat.*'] }))
  const webhook = new Webhook(secret as string)
  await measure(warmUpS, webhook)
  const { received, completed } = await measure(measuredS, webhook)
  const [p50, p99] = [percentile(completed, 0.5), percentile(completed, 0.99)]
  const from = `${completed.length} chats at ${perSecond} a second, all signatures right.`
  console.log(
    `  chat.received: p50 ${round(percentile(received, 0.5))} ms, p99 ${round(percentile(received, 0.99))} ms`,
  )
  const name = 'Chat sent to chat.completed received'
  report({ name: `${name}, p50`, value: p50, goal: { atMost: goalMs.p50 }, unit: 'ms', from })
  report({ name: `${name}, p99`, value: p99, goal: { atMost: goalMs.p99 }, unit: 'ms', from })
} finally {
  await program.stop()
  await dispatcher.close()
  receiver.close()
  receiver.closeAllConnections()
  await database.stop()
}
