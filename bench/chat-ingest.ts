// Figure: how much of a server's speed is left when every chat is on disk before it is answered.
//
// One server, three copies of the chat route that differ in one function alone: `durable` takes chats in as the product
// does; `alone` gives each chat a transaction of its own; `nothing` authenticates, reads and validates the same body and
// gives the same answer, and stores nothing. They take turns, so that whatever else the machine does hits all three.

import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { apiKeys, authenticator, createOrg } from '../server/src/access/index.ts'
import { chatAnswer } from '../server/src/api/vela/translate.ts'
import { accepting } from '../server/src/ingest/accept.ts'
import { doors } from '../server/src/ingest/doors.ts'
import { recordingTickets } from '../server/src/ingest/recording-tickets.ts'
import type { Accept, NextStep } from '../server/src/ingest/shapes.ts'
import { ticketSigner } from '../server/src/ingest/tickets.ts'
import { telemetry } from '../server/src/operations/index.ts'
import { enqueueRuns, pipelineJobs } from '../server/src/pipeline/run.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { everyOrg, inScope } from '../server/src/platform/db/scope.ts'
import { type Route, route } from '../server/src/platform/http/route.ts'
import { openServer } from '../server/src/platform/http/server.ts'
import { openQueue } from '../server/src/platform/jobs/queue.ts'
import { openLog } from '../server/src/platform/log.ts'
import { keyedHash } from '../server/src/platform/secrets.ts'
import { openStore } from '../server/src/storage/index.ts'
import { durableDatabase } from './durable-database.ts'
import { median, report, round, spread } from './figure.ts'
import { startLoad } from './load.ts'

const clients = 64
const rounds = 7
const roundMs = 2000
const uploadBytesMax = 1024 ** 3

type Variant = 'nothing' | 'durable' | 'alone'

const database = await durableDatabase()
const log = openLog('error')
const db = openDb({ url: database.url, connectionsMax: 20 })
const jobs = pipelineJobs({ workers: 2, callsInProgressMax: 10 })
const queue = await openQueue({ url: database.url, jobs: [jobs.voice, jobs.chat], log, supervise: false })
const keys = apiKeys({ db, secrets: { hash: keyedHash(randomBytes(32)) } })
const org = await everyOrg(() => createOrg(db, { name: 'Bench' }))
const [key] = await everyOrg(() =>
  keys.create(db, org.id, { name: 'bench', scopes: ['calls:write'], createdBy: 'admin' }),
)

const next: NextStep = (tx, conversations) => enqueueRuns(tx, queue, jobs, conversations)

const accepts: Record<Variant, Accept> = {
  nothing: async ({ answer, arrival }) =>
    answer({ conversationId: arrival.id, outcome: 'new', warnings: arrival.warnings }),
  durable: accepting({ db, next }),
  // A group of its own for each: as many transactions at once as there are connections.
  alone: (submission) => accepting({ db, next })(submission),
}

const store = openStore({ kind: 'local', root: join(database.dir, 'store') })
const figures = telemetry({ db, queue, version: 'bench' })
const http = await openServer(
  Object.entries(accepts).map(([name, accept]) => chatRoute(name, accept)),
  {
    authenticate: authenticator({ credentials: [keys.credential], adminToken: randomBytes(32).toString('hex') }),
    admit: () => ({}),
    enter: (by, work) => inScope([by.orgId], work),
  },
  {
    log,
    corsOrigins: '*',
    limits: { fieldBytesMax: 1024 ** 2, fileBytesMax: uploadBytesMax },
    onAnswer: figures.onAnswer,
  },
)
await http.listen({ host: '127.0.0.1', port: 0 })
const origin = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`

function chatRoute(name: string, accept: Accept): Route {
  const sign = ticketSigner({ secret: 'bench', publicUrl: () => origin })
  const promised = recordingTickets({ db, accept, sign, timeZone: 'UTC', sizeBytesMax: uploadBytesMax })
  const checkFileUrl = async (_: string, text: string) => text
  const { takeChat } = doors({ db, store, accept, tickets: promised, checkFileUrl, timeZone: 'UTC', uploadBytesMax })
  return route({
    method: 'POST',
    paths: [`/${name}/chats/upload`],
    summary: 'Send a chat',
    tag: 'Bench',
    auth: 'calls:write',
    answers: { 200: { description: 'As the chat route of the product' } },
    handle: (call) => takeChat(call, chatAnswer(call.path)),
  })
}

const load = startLoad()
const perSecond: Record<Variant, number[]> = { nothing: [], durable: [], alone: [] }
const busy: Record<Variant, number[]> = { nothing: [], durable: [], alone: [] }

async function measure(name: Variant, durationMs: number): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-api-key': key }
  const before = performance.eventLoopUtilization()
  const { answered, refused, error, ...took } = await load.run({
    origin,
    path: `/${name}/chats/upload`,
    headers,
    clients,
    durationMs,
  })
  if (refused > 0) throw new Error(`${refused} chats were refused: ${error}`)
  perSecond[name].push((answered * 1000) / took.durationMs)
  busy[name].push(performance.eventLoopUtilization(before).utilization)
}

try {
  const variants = Object.keys(accepts) as Variant[]
  for (const name of variants) await measure(name, roundMs)
  for (const name of variants) {
    perSecond[name] = []
    busy[name] = []
  }
  for (let i = 0; i < rounds; i++) for (const name of variants) await measure(name, roundMs)
} finally {
  load.stop()
  await http.close()
  await queue.stop()
  await db.destroy()
  await database.stop()
}

for (const name of ['nothing', 'durable', 'alone'] as const) {
  const share = Math.round(median(busy[name]) * 100)
  console.log(
    `  ${name}: ${round(median(perSecond[name]))} chats/s (${spread(perSecond[name])}); server's thread busy ${share} %`,
  )
}
compare('Durable chat ingest / the same handler that stores nothing', 'nothing', 0.5)
compare('Durable chat ingest / one transaction a request', 'alone', 2)

/** Of each round by itself: neighbours in time had the same machine. */
function compare(name: string, other: Variant, atLeast: number): void {
  const ratios = perSecond.durable.map((value, index) => value / (perSecond[other][index] as number))
  const from = `Median of ${rounds} rounds (${spread(ratios)}), ${clients} clients, ${round(median(perSecond.durable))} against ${round(median(perSecond[other]))} chats/s`
  report({ name, value: median(ratios), goal: { atLeast }, unit: 'x', from })
}
