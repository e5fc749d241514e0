// Figures: what the check of an API key costs that the server remembers, and how much slower a route is for asking who
// calls. Two copies of one route, open and for keys, take turns on one server, so that whatever else the machine does hits
// both; their handler answers as the open health route does, which is about the least that a request can cost.

import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { apiKeys, authenticator, createOrg } from '../server/src/access/index.ts'
import { telemetry } from '../server/src/operations/index.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { everyOrg, inScope } from '../server/src/platform/db/scope.ts'
import { ok, type Route, route } from '../server/src/platform/http/route.ts'
import { openServer } from '../server/src/platform/http/server.ts'
import { openQueue } from '../server/src/platform/jobs/queue.ts'
import { openLog } from '../server/src/platform/log.ts'
import { keyedHash } from '../server/src/platform/secrets.ts'
import { durableDatabase } from './durable-database.ts'
import { median, percentile, report, round, spread } from './figure.ts'
import { startLoad } from './load.ts'

const goalMs = 0.2
const goalRatio = 1.3
const keyCount = 1000
const checks = 50_000
const rounds = 31
const roundMs = 300
const clients = 32

const database = await durableDatabase()
const log = openLog('error')
const db = openDb({ url: database.url, connectionsMax: 4 })
const keys = apiKeys({ db, secrets: { hash: keyedHash(randomBytes(32)) } })
const running = keys.start(database.url, log)
const queue = await openQueue({ url: database.url, jobs: [], log, supervise: false })
const org = await everyOrg(() => createOrg(db, { name: 'Bench' }))
const made: string[] = []
for (let n = 0; n < keyCount; n++) {
  const given = { name: `bench ${n}`, scopes: ['calls:read'], createdBy: 'admin' }
  made.push((await everyOrg(() => keys.create(db, org.id, given)))[0])
}

async function measureCheck(): Promise<void> {
  for (const key of made) await keys.check(key)
  const times: number[] = []
  for (let n = 0; n < checks; n++) {
    const key = made[n % keyCount] as string
    const startedAt = performance.now()
    const holder = await keys.check(key)
    times.push(performance.now() - startedAt)
    if (!holder) throw new Error('a key was refused')
  }
  const from = `${checks} checks of ${keyCount} keys, in turn; median ${round(median(times))} ms, slowest ${round(Math.max(...times))} ms.`
  const name = 'Check of a remembered API key, p99'
  report({ name, value: percentile(times, 0.99), goal: { atMost: goalMs }, unit: 'ms', from })
}

async function measureRatio(): Promise<void> {
  const answers = { 200: { description: 'Nothing' } }
  const copy = (path: string, auth: Route['auth']) =>
    route({
      method: 'GET',
      paths: [path],
      summary: 'Nothing',
      tag: 'Bench',
      auth,
      answers,
      handle: async () => ok({ status: 'healthy', version: '1.0.0', timestamp: new Date().toISOString() }),
    })
  const http = await openServer(
    [copy('/open', 'open'), copy('/keys', 'calls:read')],
    {
      authenticate: authenticator({ credentials: [keys.credential], adminToken: randomBytes(32).toString('hex') }),
      enter: (by, work) => inScope([by.orgId], work),
      admit: () => ({}),
    },
    {
      log,
      corsOrigins: '*',
      limits: { fieldBytesMax: 1024, fileBytesMax: 1024 },
      // As every request of the product is counted.
      onAnswer: telemetry({ db, queue, version: 'bench' }).onAnswer,
    },
  )
  await http.listen({ host: '127.0.0.1', port: 0 })
  const origin = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`
  const load = startLoad()
  const headers = { 'x-api-key': made[0] as string }
  /** Requests a second, and what one costs this processor: the clients are in a process of their own. */
  const measure = async (path: string) => {
    const before = process.cpuUsage()
    const round = { origin, path, headers, clients, durationMs: roundMs, method: 'GET' as const }
    const { answered, refused, durationMs, error } = await load.run(round)
    if (refused > 0) throw new Error(`${path} refused ${refused} requests: ${error}`)
    const { user, system } = process.cpuUsage(before)
    return { perSecond: (answered / durationMs) * 1000, costUs: (user + system) / answered }
  }
  try {
    for (const path of ['/open', '/keys']) await measure(path)
    const open: Awaited<ReturnType<typeof measure>>[] = []
    const asked: typeof open = []
    for (let n = 0; n < rounds; n++) {
      open.push(await measure('/open'))
      asked.push(await measure('/keys'))
    }
    const ratios = open.map(({ costUs }, n) => (asked[n] as { costUs: number }).costUs / costUs)
    const costs = [open, asked].map((all) => round(median(all.map(({ costUs }) => costUs))))
    const rates = [open, asked].map((all) => round(median(all.map(({ perSecond }) => perSecond))))
    const from = `Median of ${rounds} pairs of rounds (${spread(ratios)}); open ${costs[0]} µs of processor time and ${rates[0]} requests a second, for keys ${costs[1]} µs and ${rates[1]}.`
    const name = 'Processor time of a request that asks who calls, against an open one'
    report({ name, value: median(ratios), goal: { atMost: goalRatio }, unit: 'x', from })
  } finally {
    load.stop()
    await http.close()
  }
}

try {
  await measureCheck()
  await measureRatio()
} finally {
  await running.stop()
  await queue.stop()
  await db.destroy()
  await database.stop()
}
