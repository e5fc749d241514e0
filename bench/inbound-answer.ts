// Figure: how fast webhooks of other systems are answered, which is after they are safe on the disk: 32 clients that send
// as fast as they are answered, while the program makes conversations of what they sent and analyses them beside.

import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { Client } from 'undici'
import { signWebhook } from '../server/src/events/signature.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { chatBody } from './chats.ts'
import { durableDatabase } from './durable-database.ts'
import { percentile, report, round } from './figure.ts'
import { option, shown } from './options.ts'
import { startProgram } from './program.ts'

const goalMs = 1000
const clients = option('clients', 32)
const seconds = option('seconds', 30)
const warmUpS = option('warm-up', 5)
/** Of each client: one address takes 4,000 a minute. */
const sourcesEach = 3

type Source = { url: URL; secret: string }

const database = await durableDatabase()
const db = openDb({ url: database.url, connectionsMax: 2, as: 'owner' })
const program = await startProgram({ command: 'start', databaseUrl: database.url, dir: database.dir })

async function addSource(name: string): Promise<Source> {
  const answer = await fetch(`${program.url}/v1/inbound-sources`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': program.key },
    body: JSON.stringify({
      name,
      scheme: 'standard-webhooks',
      reader: 'conversations',
      reader_settings: {
        kind: 'chat',
        fields: { messages: '/messages', session_id: '/session_id' },
        message_fields: { sender: '/sender', message: '/message', timestamp: '/timestamp' },
      },
    }),
  })
  const made = (await answer.json()) as { url: string; secret: string }
  if (answer.status >= 300) throw new Error(`no source was made: ${answer.status} ${JSON.stringify(made)}`)
  return { url: new URL(made.url), secret: made.secret }
}

/** One client with one connection. @returns how long each answer took, in ms; all say that the message was taken */
async function sendUntil(until: number, sources: Source[]): Promise<number[]> {
  const connection = new Client(program.url)
  const waitsMs: number[] = []
  for (let n = 0; performance.now() < until; n += 1) {
    const { url, secret } = sources[n % sources.length] as Source
    const id = randomUUID()
    const body = Buffer.from(chatBody(id))
    const signed = signWebhook({ id, timestampS: Math.floor(Date.now() / 1000), body, secrets: [secret] })
    const headers = { 'content-type': 'application/json', ...signed }
    const startedAt = performance.now()
    const answer = await connection.request({ method: 'POST', path: url.pathname, headers, body })
    const text = await answer.body.text()
    waitsMs.push(performance.now() - startedAt)
    const { status } = answer.statusCode === 200 ? JSON.parse(text) : { status: `${answer.statusCode} ${text}` }
    if (status !== 'received') throw new Error(`a webhook was not taken: ${status}`)
  }
  await connection.close()
  return waitsMs
}

async function send(sources: Source[][], forS: number): Promise<number[]> {
  const until = performance.now() + forS * 1000
  return (await Promise.all(sources.map((own) => sendUntil(until, own)))).flat()
}

try {
  const sources: Source[][] = []
  for (let c = 0; c < clients; c += 1) {
    const own = []
    for (let n = 0; n < sourcesEach; n += 1) own.push(await addSource(`client ${c}, ${n}`))
    sources.push(own)
  }
  const warmUp = await send(sources, warmUpS)
  const waitsMs = await send(sources, seconds)
  const { rows } = await sql<{ kept: number; ids: number; processed: number }>`
    select count(*) as kept, count(distinct provider_id) as ids, count(*) filter (where state = 'processed') as processed
    from inbound_messages`.execute(db)
  const { kept = 0, ids = 0, processed = 0 } = rows[0] ?? {}
  const answered = warmUp.length + waitsMs.length
  if (kept !== answered || ids !== answered)
    throw new Error(`${answered} webhooks were answered with 200, ${kept} are kept (${ids} of them distinct)`)
  if (processed === 0) throw new Error('nothing was processed beside')
  report({
    name: `Inbound webhook answered, ${clients} clients, p99`,
    value: percentile(waitsMs, 0.99),
    goal: { atMost: goalMs },
    unit: 'ms',
    from: `${shown(waitsMs.length)} in ${seconds} s, p50 ${round(percentile(waitsMs, 0.5))} ms, at most ${round(Math.max(...waitsMs))} ms; ${shown(processed)} of ${shown(kept)} processed meanwhile; none lost, none doubled.`,
  })
} finally {
  await program.stop()
  await db.destroy()
  await database.stop()
}
