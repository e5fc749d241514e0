// Fault: `kill -9` of the serving and of the working process, at random, while customers send chats and a receiver is told
// of them. What was accepted is told, whatever happens in between; what is told twice is the same.

import { setTimeout as delay } from 'node:timers/promises'
import { durableDatabase } from '../bench/durable-database.ts'
import { type Figure, report, round } from '../bench/figure.ts'
import { readSeed, underChatLoad } from './chat-load.ts'
import { rateOf } from './ledger.ts'
import { chanceOf } from './simulation/random.ts'

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
  return underChatLoad(await durableDatabase(), async ({ api, worker, load, witness, ledger }) => {
    const chance = chanceOf(seed)
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
    return ledger.figures({ load, witness, around, twicePercentMax })
  })
}

if (import.meta.main) {
  const isFull = !process.argv.includes('--short')
  const seed = readSeed()
  const form: Omit<Kills, 'seed'> = isFull
    ? { kills: 300, apartMs: [1000, 11_000], twicePercentMax: 1, waitsForLeases: true }
    : { kills: 10, apartMs: [1000, 4000], twicePercentMax: 15, waitsForLeases: false }
  for (const figure of await measureKills({ ...form, seed })) report(figure)
}
