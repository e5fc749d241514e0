// What 2,000 idle subscribers of live streams cost one process, and how soon all of them have an event after its commit:
// once over server-sent events, once over WebSocket. The program runs in a process of its own; the clients are bare
// sockets here, so that what they cost is no part of it.

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { emit, takeSequence } from '../server/src/events/outbox.ts'
import { type Db, openDb } from '../server/src/platform/db/db.ts'
import { callData } from './call-data.ts'
import { now } from './clock.ts'
import { cpuMsOf } from './cpu.ts'
import { durableDatabase } from './durable-database.ts'
import { median, percentile, report, round, skip, spread } from './figure.ts'
import { type Program, startProgram } from './program.ts'

const subscribers = 2000
const grownMiBMax = 150
const reachedMsMax = 1000
const rounds = 20
/** So long nothing is told, and the heartbeats of all have come twice. */
const idleMs = 31_000
const kinds = ['server-sent events', 'WebSocket'] as const

type Client = { socket: Socket; hear(marker: string): Promise<void> }

async function subscribe({ url, key }: Program, kind: (typeof kinds)[number]): Promise<Client> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const upgrade =
    kind === 'WebSocket'
      ? `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n`
      : ''
  socket.write(`GET /v1/stream HTTP/1.1\r\nHost: ${hostname}\r\nX-API-Key: ${key}\r\n${upgrade}\r\n`)
  let heard = ''
  let wanted = { marker: 'HTTP/1.1 ', done: () => {} }
  socket.on('data', (chunk: Buffer) => {
    heard = (heard + chunk.toString('latin1')).slice(-8192)
    // A browser answers the pings of a server by itself; an empty one is 0x89 0x00, its masked answer this.
    if (chunk.length === 2 && chunk[0] === 0x89) socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]))
    if (heard.includes(wanted.marker)) wanted.done()
  })
  const hear = (marker: string) =>
    new Promise<void>((resolve, reject) => {
      socket.removeAllListeners('close').once('close', () => reject(new Error(`a stream ended: ${heard.slice(-300)}`)))
      wanted = { marker, done: resolve }
      if (heard.includes(marker)) resolve()
    })
  await hear('HTTP/1.1 ')
  if (!/^HTTP\/1\.1 (200|101) /.test(heard)) throw new Error(heard)
  return { socket, hear }
}

async function tell(db: Db, orgId: string, marker: string): Promise<number> {
  await db.transaction().execute(async (tx) => {
    const [seq = 0] = await takeSequence(tx, [orgId])
    const data = { ...callData(orgId), summary: marker }
    await emit(tx, [{ orgId, seq, type: 'call.completed', conversationId: crypto.randomUUID(), data } as never])
  })
  return now()
}

const memoryMiB = async (pid: number) =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

async function measure(db: Db, server: Program, kind: (typeof kinds)[number]) {
  // The program has just made its own.
  const { id: orgId } = await db
    .selectFrom('orgs')
    .select('id')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  // What the first streams load is the program's, not the subscribers'.
  const first = await Promise.all(Array.from({ length: 20 }, () => subscribe(server, kind)))
  const warm = Promise.all(first.map((one) => one.hear('warm up')))
  await tell(db, orgId, 'warm up')
  await warm
  for (const { socket } of first) socket.destroy()
  await delay(3000)
  const before = await memoryMiB(server.pid)

  const clients: Client[] = []
  while (clients.length < subscribers) {
    clients.push(...(await Promise.all(Array.from({ length: 50 }, () => subscribe(server, kind)))))
  }
  await delay(2000)
  const cpuAt = await cpuMsOf(server.pid)
  await delay(idleMs)
  const idleCpuShare = ((await cpuMsOf(server.pid)) - cpuAt) / idleMs
  const idleMiB = (await memoryMiB(server.pid)) - before

  const reached: number[] = []
  for (let round = 0; round < rounds; round++) {
    const marker = `round ${round} ${randomBytes(8).toString('hex')}`
    const all = Promise.all(clients.map((one) => one.hear(marker)))
    const committedAt = await tell(db, orgId, marker)
    await all
    reached.push(now() - committedAt)
    await delay(100)
  }
  const toldMiB = (await memoryMiB(server.pid)) - before
  for (const { socket } of clients) socket.removeAllListeners('close').destroy()
  await delay(500)
  return { before, idleMiB, toldMiB, idleCpuShare, reached }
}

if (import.meta.main) {
  if (process.platform !== 'linux') skip('Memory for 2,000 subscribers', 'this system does not tell it')
  else {
    const database = await durableDatabase()
    try {
      for (const kind of kinds) {
        const env = { INDABA_STREAMS_PER_ORG_MAX: String(subscribers + 100) }
        const server = await startProgram({ command: 'serve', databaseUrl: database.url, dir: database.dir, env })
        const db = openDb({ url: database.url, connectionsMax: 2, as: 'owner' })
        try {
          const { before, idleMiB, toldMiB, idleCpuShare, reached } = await measure(db, server, kind)
          report({
            name: `Memory for ${subscribers} idle subscribers over ${kind}`,
            value: idleMiB,
            goal: { atMost: grownMiBMax },
            unit: 'MiB',
            from: `${round(before)} MiB before, ${round(toldMiB)} MiB more after ${rounds} events to all; ${round(idleCpuShare * 100)} % of a core while idle.`,
          })
          report({
            name: `Commit until all ${subscribers} have it, over ${kind}`,
            value: median(reached),
            goal: { atMost: reachedMsMax },
            unit: 'ms',
            from: `${spread(reached)} in ${rounds} rounds, 95 %: ${round(percentile(reached, 0.95))}.`,
          })
        } finally {
          await db.destroy()
          await server.stop()
        }
      }
    } finally {
      await database.stop()
    }
  }
}
