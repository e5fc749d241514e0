// Another system that sends webhooks: sets up a source, signs what it sends, and looks what became of it.

import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Customer, Harness, Json } from './harness.ts'

export type Sender = {
  source: Json
  secret: string
  url: string
  /** Signed as `hmac-sha256` with a time: `{timestamp}.{body}` in seconds. */
  send(body: unknown, change?: SendChange): Promise<Answered>
  headersFor(body: string | Buffer, change?: SendChange): Record<string, string>
  /** The message, as soon as it has been settled. */
  settled(messageId: string, timeoutMs?: number): Promise<Json>
  api(method: string, path?: string, body?: object): Promise<Answered>
}

export type SendChange = { id?: string; atMs?: number; secret?: string; headers?: Record<string, string>; url?: string }
export type Answered = { status: number; body: Json; headers: Headers }

export const signedSettings = { signature_header: 'X-Signature', timestamp_header: 'X-Time', id_header: 'X-Id' }

let sent = 0

export async function answered(response: Response): Promise<Answered> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
}

export async function ask(
  harness: Harness,
  by: Customer,
  method: string,
  path: string,
  body?: object,
  headers = {},
): Promise<Answered> {
  const init = { method, headers: { ...by.headers, 'content-type': 'application/json', ...headers } }
  return answered(
    await fetch(`${harness.url}/v1/inbound-sources${path}`, body ? { ...init, body: JSON.stringify(body) } : init),
  )
}

/** A source of the scheme `hmac-sha256` unless `fields` say else. The public address is taken to be the harness's. */
export async function startSender(harness: Harness, by: Customer, fields: object = {}): Promise<Sender> {
  const given = { name: `Source ${++sent}`, scheme: 'hmac-sha256', settings: signedSettings, ...fields }
  const made = await ask(harness, by, 'POST', '', given)
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  const { url: shown, secret, ...source } = made.body
  const url = `${harness.url}${new URL(shown).pathname}`
  const api = (method: string, path = '', body?: object) =>
    ask(harness, by, method, `/${source.source_id}${path}`, body)

  const headersFor: Sender['headersFor'] = (body, change = {}) => {
    const time = String(Math.floor((change.atMs ?? Date.now()) / 1000))
    const mac = createHmac('sha256', change.secret ?? secret)
      .update(`${time}.`)
      .update(body)
      .digest('hex')
    const id = change.id ?? `delivery-${++sent}`
    return { 'content-type': 'application/json', 'x-id': id, 'x-time': time, 'x-signature': mac, ...change.headers }
  }

  return {
    source,
    secret,
    url,
    headersFor,
    api,
    async send(body, change = {}) {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
      const init = { method: 'POST', headers: headersFor(bytes, change), body: new Uint8Array(bytes) }
      return answered(await fetch(change.url ?? url, init))
    },
    async settled(messageId, timeoutMs = 20_000) {
      const until = Date.now() + timeoutMs
      for (;;) {
        const { body } = await api('GET', `/messages/${messageId}`)
        if (body.state !== 'received') return body
        if (Date.now() > until) throw new Error(`still waiting: ${JSON.stringify(body)}`)
        await delay(50)
      }
    },
  }
}
