// A client of ingest jobs over HTTP, and what it sends.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { wavOf } from '../src/pipeline/audio/pcm-wav.ts'
import { readEvents, type ServerEvent } from './event-stream.ts'
import type { Customer, Harness, Json } from './harness.ts'

export type Said = { status: number; body: Json; headers: Headers }

export type IngestClient = ReturnType<typeof ingestClient>

export function ingestClient({ url }: Pick<Harness, 'url'>, { headers }: Pick<Customer, 'headers'>) {
  async function ask(method: string, path: string, body?: object, more: Record<string, string> = {}): Promise<Said> {
    const isForm = body instanceof FormData
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, ...(body && !isForm ? { 'content-type': 'application/json' } : {}), ...more },
      ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text }
  }

  const must = async (status: number, ...asked: Parameters<typeof ask>): Promise<Json> => {
    const said = await ask(...asked)
    assert.equal(said.status, status, `${asked[0]} ${asked[1]}: ${JSON.stringify(said.body)}`)
    return said.body
  }

  return {
    ask,
    must,
    make: (body: object, more: Record<string, string> = {}) => must(202, 'POST', '/v1/ingest-jobs', body, more),
    read: (job: Json) => must(200, 'GET', job.links.self),
    items: async (job: Json, query = '?limit=200') => (await must(200, 'GET', `${job.links.items}${query}`)).items,
    /** The job once it has ended, in whatever state. */
    async ended(job: Json, timeoutMs = 60_000): Promise<Json> {
      for (const until = Date.now() + timeoutMs; ; await delay(50)) {
        const now = await must(200, 'GET', job.links.self)
        if (now.ended_at !== null) return now
        assert.ok(Date.now() < until, `still ${now.state}: ${JSON.stringify(now.counts)}`)
      }
    },
    async *events(job: Json, more: Record<string, string> = {}): AsyncGenerator<ServerEvent> {
      const response = await fetch(`${url}${job.links.progress}`, { headers: { ...headers, ...more } })
      assert.equal(response.status, 200)
      assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
      yield* readEvents(response.body as unknown as AsyncIterable<Uint8Array>)
    },
  }
}

export function formOf(bytes: Uint8Array | string, fileName: string, fields: Record<string, string> = {}): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  data.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), fileName)
  return data
}

/** A second of a tone, 8 kHz mono PCM; another tone is another recording. */
export const toneWav = (hertz: number): Buffer =>
  wavOf(
    Int16Array.from({ length: 8000 }, (_, at) => Math.round(9000 * Math.sin((2 * Math.PI * hertz * at) / 8000))),
    8000,
  )

/** Each with words of its own, at times of last year: what says no time is of the time at which it comes. */
export const chats = (count: number, word = 'Hello') =>
  Array.from({ length: count }, (_, index) => ({
    messages: [
      { sender: 'customer', message: `${word} ${index}`, timestamp: '2025-03-01T10:00:00Z' },
      { sender: 'agent', message: 'Good morning', timestamp: '2025-03-01T10:00:30Z' },
    ],
  }))
