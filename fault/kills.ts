// Fault: `kill -9` of the serving and of the working process, at random, while customers send chats and a receiver is told
// of them. What was accepted is told, whatever happens in between; what is told twice is the same.

import { setTimeout as delay } from 'node:timers/promises'
import { durableDatabase } from '../bench/durable-database.ts'
import { type Figure, report, round } from '../bench/figure.ts'
import { newCustomers, sendChats } from './integrators.ts'
import { openLedger, rateOf } from './ledger.ts'
import { freePort, keepRunning } from './processes.ts'
import { chanceOf } from './simulation/random.ts'
import { startWitness } from './witness.ts'

/** Two events come of each. */
const chatsPerSecond = 100
const customersCount = 20

type Kills = {
  kills: number
  /** Least and most time between two. */
  apartMs: [number, number]
  /** What is received and not yet written down when a worker is killed comes twice: the denser the kills, the larger their share. */
  twicePercentMax: number
  /** Else a killed worker's leases run out after 45 s; as if they had. */
  waitsForLeases: boolean
  seed: number
}

export async function measureKills({
  kills,
  apartMs,
  twicePercentMax,
  waitsForLeases,
  seed,
}: Kills): Promise<Figure[]> {
  const database = await durableDatabase()
  const witness = await startWitness()
  const ledger = openLedger(database.adminUrl)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const at = { databaseUrl: database.url, dir: database.dir, env: { INDABA_LOG_LEVEL: 'silent' } }
  const api = keepRunning(at, 'serve', port)
  await api.ready()
  const worker = keepRunning(at, 'work')
  try {
    await worker.ready()
    const customers = await newCustomers(url, witness.url, customersCount)
    const chance = chanceOf(seed)
    const load = sendChats({ url, customers, clients: 40, perSecond: chatsPerSecond })
    const startedAt = performance.now()
    let workers = 0
    for (let kill = 0; kill < kills; kill += 1) {
      await delay(chance.between(...apartMs))
      const isWorker = chance.is(0.5)
      workers += Number(isWorker)
      await (isWorker ? worker : api).kill()
      if (isWorker && !waitsForLeases) await ledger.agePassed()
    }
    await load.stop()
    const tookMs = performance.now() - startedAt
    const isDrained = await ledger.drained(waitsForLeases ? 180_000 : 60_000)
    const drainMs = performance.now() - startedAt - tookMs
    const around = `${kills} kills (${workers} of the worker) in ${round(tookMs / 1000)} s at ${rateOf(2 * load.accepted.length, tookMs)} events; ${isDrained ? 'all' : 'NOT all'} was told ${round(drainMs / 1000)} s later${waitsForLeases ? '' : ', the leases of killed workers made to run out at once'}.`
    return await ledger.figures({ load, witness, around, twicePercentMax })
  } finally {
    await Promise.all([api.stop(), worker.stop()])
    await ledger.close()
    await witness.stop()
    await database.stop()
  }
}

if (import.meta.main) {
  const isFull = !process.argv.includes('--short')
  const given = process.argv.find((arg) => arg.startsWith('--seed='))
  const seed = given ? Number(given.slice('--seed='.length)) : Date.now() % 100_000
  console.log(`  seed ${seed}`)
  const form: Omit<Kills, 'seed'> = isFull
    ? { kills: 300, apartMs: [1000, 11_000], twicePercentMax: 1, waitsForLeases: true }
    : { kills: 10, apartMs: [1000, 4000], twicePercentMax: 15, waitsForLeases: false }
  for (const figure of await measureKills({ ...form, seed })) report(figure)
}
