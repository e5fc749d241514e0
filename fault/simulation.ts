// Fault: everything that can go wrong with deliveries, by chance, some thousand times over. Each seed is a world of its
// own, gone through in a few milliseconds on a model of the queue; what an answer leads to, when it is tried again and how
// an endpoint's breaker behaves is the real code. Some of these histories are then gone through once more on a real
// database by the senders' own statements, which must come to the same after each step.
// `--seed=N` goes through that one world, both ways.

import { type Figure, report, round } from '../bench/figure.ts'
import { newHistory } from './simulation/history.ts'
import { openRealQueue, type RealQueue } from './simulation/real-queue.ts'
import { live, smallSize, type Told, wholeSize } from './simulation/world.ts'

type Seeds = { from: number; count: number }
type Failure = { seed: number; why: string }

/** `worlds` on the model alone, `histories` on a real database as well. */
export async function measureSimulation(input: { worlds: Seeds; histories: Seeds }): Promise<Figure[]> {
  const { worlds, histories } = input
  const real = await openRealQueue()
  try {
    return [liveAll(worlds), await reliveAll(real, histories)]
  } finally {
    await real.stop()
  }
}

function liveAll({ from, count }: Seeds): Figure {
  const sum: Told = { deliveries: 0, attempts: 0, late: 0, lostLeases: 0 }
  const failures: Failure[] = []
  for (let seed = from; seed < from + count; seed += 1) {
    try {
      const told = live(seed, wholeSize)
      for (const key of Object.keys(sum) as (keyof Told)[]) sum[key] += told[key]
    } catch (err) {
      failures.push({ seed, why: (err as Error).message })
    }
  }
  const { deliveries, attempts, late, lostLeases } = sum
  const made = `${count} seeds: ${deliveries} deliveries, ${attempts} outcomes, of which ${late} came late; ${lostLeases} leases ran out.`
  return figureOf('Simulated worlds in which something did not hold', failures, made)
}

async function reliveAll(real: RealQueue, { from, count }: Seeds): Promise<Figure> {
  const failures: Failure[] = []
  let steps = 0
  for (let seed = from; seed < from + count; seed += 1) {
    const history = newHistory()
    try {
      live(seed, smallSize, history)
      steps += history.steps.length
      await real.relive(history.endpoints, history.steps)
    } catch (err) {
      failures.push({ seed, why: (err as Error).message })
    }
  }
  return figureOf(
    'Histories that went otherwise on a real database',
    failures,
    `${count} seeds, ${steps} steps compared.`,
  )
}

function figureOf(name: string, failures: Failure[], from: string): Figure {
  const shown = failures.slice(0, 5).map(({ seed, why }) => `seed ${seed}: ${why.slice(0, 500)}`)
  return { name, value: failures.length, goal: { atMost: 0 }, unit: 'count', from: [from, ...shown].join('\n    ') }
}

if (import.meta.main) {
  const startedAt = performance.now()
  const seed = process.argv.find((arg) => arg.startsWith('--seed='))?.slice('--seed='.length)
  const isFull = !process.argv.includes('--short')
  const one = { from: Number(seed), count: 1 }
  const many = {
    worlds: { from: 1, count: isFull ? 100_000 : 10_000 },
    histories: { from: 1, count: isFull ? 2000 : 40 },
  }
  for (const figure of await measureSimulation(seed ? { worlds: one, histories: one } : many)) report(figure)
  console.log(`  ${round((performance.now() - startedAt) / 1000)} s in all`)
}
