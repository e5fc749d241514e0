// The demo: a real call and a real chat go through the public API, and what came out is shown. Uses nothing but HTTP.

import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Receiver } from './receiver.ts'
import { endProgress, note, progress, type Shown, showFindings, showTranscript, title } from './show.ts'

const samples = resolve(import.meta.dirname, '../../../samples')
const waitMs = 10 * 60_000
const pollMs = 400

export async function demo(
  { url, adminToken }: { url: string; adminToken: string },
  receiver: Receiver,
): Promise<void> {
  title('1. A customer with an API key, and a webhook endpoint')
  const customer = await call<{ id: number; api_key: string }>(`${url}/api/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Demo', company_name: 'Demo contact centre' }),
  })
  const key = { 'x-api-key': customer.api_key }
  const webhook = await call<{ secret: string }>(`${url}/v1/webhooks`, {
    method: 'POST',
    headers: { ...key, 'content-type': 'application/json' },
    body: JSON.stringify({ url: receiver.url, events: ['*'] }),
  })
  receiver.trust(webhook.secret)
  note(`customer ${customer.id}; its key: ${customer.api_key}`)

  title('2. A stereo call recording: POST /api/process-call')
  const recording = resolve(samples, 'call.wav')
  const form = new FormData()
  form.set('file', new Blob([await readFile(recording)]), basename(recording))
  form.set('caller_number', '+27215550101')
  const accepted = await call<{ call_id: string }>(`${url}/api/process-call`, {
    method: 'POST',
    headers: key,
    body: form,
  })
  await show(url, key, accepted.call_id, receiver)

  title('3. An isiZulu chat: POST /chats/upload/vela')
  const chats = await readFile(resolve(samples, 'chat-isizulu.json'), 'utf8')
  const chat = await call<{ chat_id: string }>(`${url}/chats/upload/vela`, {
    method: 'POST',
    headers: key,
    body: new URLSearchParams({ chats }),
  })
  await show(url, key, chat.chat_id, receiver)

  title('The server goes on running. Try:')
  console.log(`  curl -H 'X-API-Key: ${customer.api_key}' ${url}/v1/conversations/${accepted.call_id}`)
  console.log(
    `  curl -H 'X-API-Key: ${customer.api_key}' '${url}/v1/conversations/${accepted.call_id}/transcript?format=vtt'`,
  )
  console.log(`  ${url}/docs shows every route. Ctrl+C stops it.`)
}

async function show(url: string, key: Record<string, string>, shownId: string, receiver: Receiver): Promise<void> {
  const conversation = await untilDone(url, key, shownId)
  if (conversation.failure) throw new Error(conversation.failure.reason)
  showTranscript(conversation)
  showFindings(conversation)
  const type = conversation.channel === 'chat' ? 'chat.completed' : 'call.completed'
  const { headers, body, isGenuine } = await receiver.waitFor(type, conversation.id, waitMs)
  title(`The webhook as it was received (signature ${isGenuine ? 'verified' : 'WRONG'})`)
  for (const [name, value] of Object.entries(headers)) note(`${name}: ${value}`)
  console.log(
    indent(
      JSON.stringify(
        { id: body.id, type: body.type, timestamp: body.timestamp, seq: body.seq, data: body.data },
        null,
        2,
      ),
    ),
  )
  if (!isGenuine) throw new Error('The signature of the webhook is wrong.')
}

async function untilDone(url: string, key: Record<string, string>, shownId: string): Promise<Shown> {
  const started = Date.now()
  for (;;) {
    const conversation = await call<Shown>(`${url}/v1/conversations/${shownId}`, { headers: key })
    const seconds = Math.round((Date.now() - started) / 1000)
    const stages = conversation.stages
      .map(({ name, status }) => (status === 'running' ? `${name} …` : `${name} ✓`))
      .join('  ')
    if (conversation.status === 'completed' || conversation.status === 'failed') {
      endProgress(`${conversation.status} after ${seconds} s: ${stages}`)
      return conversation
    }
    if (Date.now() - started > waitMs) throw new Error(`Still ${conversation.status} after ${seconds} s.`)
    progress(`${conversation.status}  ${stages}`, `${seconds} s`)
    await new Promise((done) => setTimeout(done, pollMs))
  }
}

async function call<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init)
  const text = await response.text()
  if (!response.ok)
    throw new Error(`${init.method ?? 'GET'} ${new URL(url).pathname} answered ${response.status}: ${text}`)
  return JSON.parse(text) as T
}

const indent = (text: string) => text.replace(/^/gm, '  ')
