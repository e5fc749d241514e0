// Fault: the clock of the program, and that of the database, is set forward and back by an hour while deliveries are being
// sent, wait for their next attempt and are held. All of it is delivered all the same, and in its time.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Figure, report, round, skip } from '../bench/figure.ts'
import { fixedPostgres } from './fixed-postgres.ts'
import { newCustomers, sendChats } from './integrators.ts'
import { openLedger } from './ledger.ts'
import { freePort, keepRunning } from './processes.ts'
import { findFaketime, type SteppedClock, steppedClock } from './stepped-clock.ts'

const hourS = 3600
/** Between two attempts, give or take a fifth. */
const retryS = 4
const [retryLeastS, retryMostS] = [retryS * 0.8, retryS * 1.2]
/** For how long a receiver holds its answer: a lease lasts through the step. */
const heldMs = 2500
/** A message may take so long from its signature to the receiver, on a busy machine. */
const onItsWayMs = 1000
const patienceMs = 60_000

type Attempt = { id: string; atMs: number; offS: number }

/** @returns null where no clock can be set: libfaketime is absent */
export async function measureClockSteps({ rounds }: { rounds: number }): Promise<Figure[] | null> {
  const library = findFaketime()
  if (!library) return null
  const clocks = { program: await steppedClock(library), database: await steppedClock(library) }
  const database = await fixedPostgres(clocks.database.env)
  const ledger = openLedger(database.adminUrl)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = { INDABA_LOG_LEVEL: 'silent', ...clocks.program.env }
  const at = { databaseUrl: database.url, dir: database.dir, env }
  const receiver = await startReceiver(clocks.program)
  const api = keepRunning(at, 'serve', port)
  await api.ready()
  const worker = keepRunning(at, 'work')
  try {
    await worker.ready()
    const [customer] = await newCustomers(url, `${receiver.url}/at-once`, 1)
    if (!customer) throw new Error('no customer')
    for (const path of ['again', 'held']) {
      const answer = await fetch(`${url}/v1/webhooks`, {
        method: 'POST',
        headers: { 'x-api-key': customer.key, 'content-type': 'application/json' },
        body: JSON.stringify({
          url: `${receiver.url}/${path}`,
          events: ['chat.received'],
          retry_waits_s: [retryS, retryS],
        }),
      })
      if (!answer.ok) throw new Error(await answer.text())
    }
    const send = async (count: number) => {
      const load = sendChats({ url, customers: [customer], clients: 1, perSecond: 20 })
      while (load.accepted.length < count) await delay(20)
      await load.stop()
    }
    const steps: Step[] = []
    for (let n = 0; n < rounds; n += 1) {
      for (const [of, toS] of [
        ['program', hourS],
        ['program', 0],
        ['database', hourS],
        ['database', 0],
      ] as const) {
        receiver.attempts.clear()
        await send(4)
        // Their analysis waits in a queue of its own, which this is not about.
        await analysed(ledger)
        const byS = toS - clocks[of].aheadS()
        clocks[of].set(toS)
        const steppedAt = performance.now()
        await send(4)
        const isDrained = await ledger.drained(patienceMs)
        steps.push({ of, byS, tookMs: performance.now() - steppedAt, isDrained, attempts: [...receiver.attempts] })
      }
    }
    return figuresOf(steps)
  } finally {
    await Promise.all([api.stop(), worker.stop()])
    await ledger.close()
    await receiver.stop()
    await database.stop()
    await Promise.all(Object.values(clocks).map((clock) => clock.close()))
  }
}

type Step = {
  of: 'program' | 'database'
  byS: number
  tookMs: number
  isDrained: boolean
  attempts: [string, Attempt[]][]
}

async function analysed(ledger: ReturnType<typeof openLedger>): Promise<void> {
  for (const until = performance.now() + patienceMs; performance.now() < until; await delay(50)) {
    const [left] = await ledger.query<{ n: number }>(
      `select count(*)::int as n from conversations where status in ('queued', 'processing')`,
    )
    if (left?.n === 0) return
  }
}

/** Three ways to receive: at once, partly at the second attempt, and after a while. */
async function startReceiver(clock: SteppedClock) {
  const attempts = new Map<string, Attempt[]>()
  let came = 0
  const server = createServer(async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    incoming.resume()
    const path = incoming.url ?? ''
    const id = `${path} ${incoming.headers['webhook-id']}`
    const signedS = Number(incoming.headers['webhook-timestamp']) - Date.now() / 1000
    // Signed just before a step, and received just after it.
    const offS = Math.min(...clock.aheadsS(onItsWayMs).map((aheadS) => Math.abs(signedS - aheadS)))
    const before = attempts.get(id) ?? []
    attempts.set(id, [...before, { id, atMs: performance.now(), offS }])
    if (path === '/held') await delay(heldMs)
    // Two of four, else the breaker would open, and all would wait for that.
    const isSecond = path !== '/again' || before.length > 0 || (came += 1) % 4 > 1
    outgoing.writeHead(isSecond ? 204 : 500).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    attempts,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function figuresOf(steps: Step[]): Figure[] {
  const waits = (wanted: Step[]) =>
    wanted.flatMap(({ attempts }) =>
      attempts.flatMap(([id, [first, second]]) =>
        id.startsWith('/again') && first && second ? [(second.atMs - first.atMs) / 1000] : [],
      ),
    )
  const isForward = ({ of, byS }: Step) => of === 'database' && byS > 0
  const [all, unhurried] = [waits(steps), waits(steps.filter((step) => !isForward(step)))]
  const twice = (wanted: Step[]) =>
    wanted.flatMap(({ attempts }) => attempts.filter(([id, { length }]) => !id.startsWith('/again') && length > 1))
      .length
  const slowest = Math.max(...steps.map(({ tookMs }) => tookMs)) / 1000
  const offS = steps.flatMap(({ attempts }) => attempts.flatMap(([, made]) => made.map(({ offS }) => offS)))
  const from = `${steps.length} steps of an hour, program and database, forward and back; attempts ${retryS} s apart, a fifth more or less.`
  const figure = (name: string, value: number, atMost: number, unit: Figure['unit'], more = ''): Figure => ({
    ...{ name, value, goal: { atMost }, unit, from: `${from}${more}` },
  })
  return [
    figure(
      'Steps after which something was not delivered',
      steps.filter(({ isDrained }) => !isDrained).length,
      0,
      'count',
      ` All was delivered ${round(slowest)} s after the step at the latest.`,
    ),
    figure(
      'An attempt came later than its schedule by',
      Math.max(0, ...all) - retryMostS,
      2,
      's',
      ` ${all.length} waits.`,
    ),
    figure(
      'An attempt came earlier than its schedule by',
      retryLeastS - Math.min(...unhurried),
      1,
      's',
      ` ${unhurried.length} waits; the database's clock set forward ends waits, by as much.`,
    ),
    figure(
      'Sent twice, unless the database was set forward',
      twice(steps.filter((step) => !isForward(step))),
      0,
      'count',
      ` ${twice(steps.filter(isForward))} where it was: leases seem to have run out.`,
    ),
    figure("Signed with another time than that of the program's clock, by", Math.max(...offS), 2, 's'),
  ]
}

if (import.meta.main) {
  const rounds = process.argv.includes('--short') ? 1 : 10
  const figures = await measureClockSteps({ rounds })
  if (!figures) skip('clock-steps', 'libfaketime is not installed (apt-get install faketime)')
  for (const figure of figures ?? []) report(figure)
}
