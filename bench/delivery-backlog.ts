// Figures: whether a queue that is very long, or full of rows that are gone, drains as fast as a short one. Planners that
// choose another plan there are the known danger, so the statistics are wrong on purpose once: those of an empty table.

import { sql } from 'kysely'
import { openBench } from './deliveries.ts'
import { type Drained, drain, shownDrain } from './drain.ts'
import { median, report, round, spread } from './figure.ts'
import { option, shown } from './options.ts'
import { startSink } from './sink.ts'

const goal = 0.8
const backlog = option('backlog', 1_000_000)
const deliveries = option('deliveries', 50_000)
/** Rows that are gone, for each that is there. */
const deadShare = 10

const sink = await startSink()
const bench = await openBench()
try {
  const groups = await bench.groups({ receiver: sink.url, orgs: 10, each: 5 })
  const autovacuum = (isOn: boolean) =>
    sql`alter table deliveries set (autovacuum_enabled = ${sql.lit(isOn)})`.execute(bench.db)
  const clear = async () => {
    await sql`truncate deliveries`.execute(bench.db)
    await bench.settle()
  }
  const measure = async (name: string): Promise<Drained> => {
    const drained = await drain({ bench, sink, count: deliveries })
    console.log(`  ${name}: ${shownDrain(drained)}`)
    return drained
  }
  const alone = async () => {
    await bench.backlog(groups, deliveries)
    await bench.settle()
    return measure(`${shown(deliveries)} alone`)
  }

  const lone = [await alone()]

  await clear()
  await autovacuum(false)
  const startedAt = performance.now()
  await bench.backlog(groups, backlog)
  await sql`checkpoint`.execute(bench.db).catch(() => {})
  console.log(`  ${shown(backlog)} waiting (made in ${round((performance.now() - startedAt) / 1000)} s)`)
  const unknown = await measure('the first of them, with the statistics of an empty table')
  await autovacuum(true)
  await bench.settle()
  const known = await measure('the next of them, with its own statistics')

  await clear()
  lone.push(await alone())

  await autovacuum(false)
  // Those that are gone lay before those that wait, as where much was delivered just now.
  await bench.backlog(groups, deliveries * deadShare)
  await sql`delete from deliveries`.execute(bench.db)
  await bench.backlog(groups, deliveries)
  const dead = await measure(`${shown(deliveries)} among ${shown(deliveries * deadShare)} that are gone`)
  await autovacuum(true)

  await clear()
  lone.push(await alone())

  const rates = lone.map(({ perSecond }) => perSecond)
  const tell = (name: string, { perSecond }: Drained) =>
    report({
      name,
      value: perSecond / median(rates),
      goal: { atLeast: goal },
      unit: 'x',
      from: `${round(perSecond)}/s against ${spread(rates)}/s of ${shown(deliveries)} alone; none lost, none doubled, all logged.`,
    })
  tell(`Drain with ${shown(backlog)} waiting, to an empty table`, known)
  tell(`Drain with ${shown(backlog)} waiting, unknown to the planner`, unknown)
  tell(`Drain among ${deadShare} times as many dead rows`, dead)
} finally {
  await bench.stop()
  sink.stop()
}
