// Figure: how steady the drain of a backlog is: the slowest of ten runs against the median. Whoever looks at a queue whose
// plans flip or whose rows are not cleaned away sees it here.

import { openBench } from './deliveries.ts'
import { drain, shownDrain } from './drain.ts'
import { median, report, round, spread } from './figure.ts'
import { option, shown } from './options.ts'
import { startSink } from './sink.ts'

const goal = 0.7
const runs = option('runs', 10)
const deliveries = option('deliveries', 20_000)

const sink = await startSink()
const bench = await openBench()
try {
  const groups = await bench.groups({ receiver: sink.url, orgs: 10, each: 5 })
  const rates: number[] = []
  for (let n = 0; n < runs; n += 1) {
    // Nothing is vacuumed or analysed by hand here: the runs find what the ones before left.
    await bench.backlog(groups, deliveries)
    const drained = await drain({ bench, sink, count: deliveries })
    console.log(`  ${shownDrain(drained)}`)
    rates.push(drained.perSecond)
  }
  report({
    name: `Drain of ${shown(deliveries)}, slowest of ${runs} runs to the median`,
    value: Math.min(...rates) / median(rates),
    goal: { atLeast: goal },
    unit: 'x',
    from: `${spread(rates)} a second, median ${round(median(rates))}; none lost, none doubled, all logged.`,
  })
} finally {
  await bench.stop()
  sink.stop()
}
