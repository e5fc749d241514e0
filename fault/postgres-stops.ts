// Fault: PostgreSQL is stopped at once, as by a crash, and started again, while customers send chats. What was answered is
// there and is told, and the program goes on by itself as soon as the database answers.

import { setTimeout as delay } from 'node:timers/promises'
import { type Figure, percentile, report, round } from '../bench/figure.ts'
import { readSeed, underChatLoad } from './chat-load.ts'
import { fixedPostgres } from './fixed-postgres.ts'
import { rateOf } from './ledger.ts'
import { chanceOf } from './simulation/random.ts'

/** After which it is given up. */
const patienceMs = 60_000
/** So long after the last receipt nothing is in flight any more. */
const quietMs = 2000

type Stops = {
  stops: number
  /** Least and most time between two. */
  apartMs: [number, number]
  /** For the leases of what PostgreSQL had not yet written: 45 s. Else, as if they had passed. */
  waitsForLeases: boolean
  seed: number
}

export async function measurePostgresStops({ stops, apartMs, waitsForLeases, seed }: Stops): Promise<Figure[]> {
  const database = await fixedPostgres()
  return underChatLoad(database, async ({ api, worker, load, witness, ledger }) => {
    const pids = [api.pid(), worker.pid()]
    const chance = chanceOf(seed)
    const startedAt = performance.now()
    const served: number[] = []
    const told: number[] = []
    for (let stop = 0; stop < stops; stop += 1) {
      await delay(chance.between(...apartMs))
      await database.stopAtOnce()
      await delay(chance.between(0, 3000))
      await database.start()
      const backAt = performance.now()
      const [next, sent] = await Promise.all([after(load.lastAt, backAt), after(witness.lastAt, backAt)])
      served.push(next)
      told.push(sent)
    }
    await load.stop()
    const tookMs = performance.now() - startedAt
    if (!waitsForLeases) {
      while (performance.now() - witness.lastAt() < quietMs) await delay(100)
      await ledger.agePassed()
    }
    const isDrained = await ledger.drained(180_000)
    const drainMs = performance.now() - startedAt - tookMs
    const around = `${stops} stops in ${round(tookMs / 1000)} s at ${rateOf(2 * load.accepted.length, tookMs)} events; ${isDrained ? 'all' : 'NOT all'} was told ${round(drainMs / 1000)} s after the last.`
    const resumed = (name: string, ms: number[]): Figure => ({
      ...{ name, value: Math.max(...ms) / 1000, goal: { atMost: 5 }, unit: 's' },
      from: `Slowest of ${stops} from when PostgreSQL takes connections again; median ${round(percentile(ms, 0.5) / 1000)} s.`,
    })
    const ended = pids.filter((pid) => pid !== api.pid() && pid !== worker.pid()).length
    return [
      ...(await ledger.figures({ load, witness, around, twicePercentMax: null })),
      resumed('The next chat is taken in after', served),
      resumed('The next event is sent after', told),
      {
        name: 'Processes that ended',
        value: ended,
        goal: { atMost: 0 },
        unit: 'count',
        from: 'Of one serving, one working.',
      },
    ]
  })
}

/** How long after `sinceMs` (by performance.now()) it happened again. */
async function after(lastAt: () => number, sinceMs: number): Promise<number> {
  while (lastAt() <= sinceMs && performance.now() - sinceMs < patienceMs) await delay(10)
  return lastAt() > sinceMs ? lastAt() - sinceMs : patienceMs
}

if (import.meta.main) {
  const isFull = !process.argv.includes('--short')
  const seed = readSeed()
  const form: Omit<Stops, 'seed'> = isFull
    ? { stops: 30, apartMs: [2000, 8000], waitsForLeases: true }
    : { stops: 3, apartMs: [1000, 2000], waitsForLeases: false }
  for (const figure of await measurePostgresStops({ ...form, seed })) report(figure)
}
