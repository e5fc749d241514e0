// Clients of a live stream for tests: server-sent events as browsers read them, and a WebSocket. Both keep what they heard.

import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { declarationOf, type EventType } from '../src/events/catalog/catalog.ts'
import { emit, type NewEvent, takeSequence } from '../src/events/outbox.ts'
import type { Db } from '../src/platform/db/db.ts'
import { newId } from '../src/platform/ids.ts'
import { readEvents } from './event-stream.ts'
import type { Json } from './harness.ts'

export type LiveClient = {
  /** Events in the order in which they came. */
  events: Json[]
  /** The stream's own messages. */
  controls: Json[]
  /** Everything as it came; of server-sent events alone. */
  text(): string
  /** The id from which a browser would come back. */
  lastId(): string
  isClosed(): boolean
  closed: Promise<{ code: number; reason: string }>
  send(said: unknown): void
  close(): void
}

type Asked = { headers?: Record<string, string>; query?: Record<string, string> }

const pathOf = ({ query = {} }: Asked) => `/v1/stream?${new URLSearchParams(query)}`

/** @throws Error with the status and the body of a refusal */
export async function openEvents(url: string, asked: Asked = {}): Promise<LiveClient> {
  const request = get(url + pathOf(asked), { headers: asked.headers ?? {}, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw await refusal(response)
  const events: Json[] = []
  const controls: Json[] = []
  let text = ''
  let isClosed = false
  const ended = Promise.withResolvers<{ code: number; reason: string }>()
  async function* kept() {
    for await (const chunk of response) {
      text += chunk
      yield String(chunk)
    }
  }
  const read = async () => {
    for await (const { event, data } of readEvents(kept())) {
      ;(event === 'message' ? events : controls).push(JSON.parse(data))
    }
  }
  read()
    .catch(() => {})
    .finally(() => {
      isClosed = true
      ended.resolve({ code: 0, reason: controls.at(-1)?.reason ?? '' })
    })
  return {
    events,
    controls,
    text: () => text,
    lastId: () => [...text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? '',
    isClosed: () => isClosed,
    closed: ended.promise,
    send: () => {},
    close: () => request.destroy(),
  }
}

/** @throws as openEvents */
export async function openSocket(url: string, asked: Asked = {}): Promise<LiveClient & { socket: WebSocket }> {
  const socket = new WebSocket(url.replace('http', 'ws') + pathOf(asked), { headers: asked.headers ?? {} })
  const events: Json[] = []
  const controls: Json[] = []
  let isClosed = false
  socket.on('message', (data) => {
    const said = JSON.parse(String(data))
    ;(said.control ? controls : events).push(said)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => {
      isClosed = true
      resolve({ code, reason: String(reason) })
    }),
  )
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('unexpected-response', (_request, response) => refusal(response).then(reject))
    socket.on('error', reject)
  })
  return {
    socket,
    events,
    controls,
    text: () => '',
    lastId: () => String(events.at(-1)?.seq ?? controls.findLast(({ control }) => control === 'position')?.seq ?? ''),
    isClosed: () => isClosed,
    closed,
    send: (said) => socket.send(typeof said === 'string' ? said : JSON.stringify(said)),
    close: () => socket.terminate(),
  }
}

async function refusal(response: IncomingMessage): Promise<Error> {
  const body = (await response.toArray()).join('')
  const code = body.startsWith('{') ? JSON.parse(body).error?.code : body
  return Object.assign(new Error(`${response.statusCode} ${code}`), { headers: response.headers })
}

export const both = [
  ['server-sent events', openEvents],
  ['WebSocket', openSocket],
] as const

export async function until(isSo: () => boolean, about: string, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${about}`)
    await delay(10)
  }
}

export const seqsOf = ({ events }: Pick<LiveClient, 'events'>): number[] => events.map(({ seq }) => seq)

/** One transaction; a type is an event of it, null a change that is none. @returns the numbers of the events */
export async function tell(
  db: Db,
  orgId: string,
  types: (EventType | null)[],
  { conversationId = newId(), data = {} }: { conversationId?: string; data?: object } = {},
): Promise<number[]> {
  return db.transaction().execute(async (tx) => {
    const seqs = await takeSequence(
      tx,
      types.map(() => orgId),
    )
    const events = types.flatMap((type, index) => {
      if (type === null) return []
      const { scope, example } = declarationOf(type)
      const told = { orgId, seq: seqs[index] as number, type, data: { ...example, ...data } }
      return [{ ...told, conversationId: scope === 'conversation' ? conversationId : null } as NewEvent]
    })
    await emit(tx, events)
    return events.map(({ seq }) => seq)
  })
}
