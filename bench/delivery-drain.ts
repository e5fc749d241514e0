// Figure: how fast a backlog of deliveries drains, with signatures and the log of attempts, against bare POSTs of the same
// bodies by undici to the same sink with nothing stored. Both run in processes of their own, one after the other, in
// rounds; the sink shares their two cores.

import { postBare } from './bare-posts.ts'
import { cpuMsOf } from './cpu.ts'
import { openBench } from './deliveries.ts'
import { cpuTotal, type Drained, drain, shownDrain } from './drain.ts'
import { median, report, round, spread } from './figure.ts'
import { option, shown } from './options.ts'
import { startSink } from './sink.ts'

const goal = 0.5
const rounds = option('rounds', 5)
const deliveries = option('deliveries', 50_000)
/** As many as the engine has in flight with so many endpoints; and fewer, which may be faster. The best counts. */
const bareConnections = [200, 64]

const sink = await startSink()
const bench = await openBench()

async function bare(): Promise<{ perSecond: number; connections: number; cpuUs: number }> {
  const tried = []
  for (const connections of bareConnections) {
    const before = await cpuMsOf(sink.pid)
    await sink.reset()
    const posted = await postBare(sink.url, deliveries, connections)
    const { count } = await sink.receipts()
    const sinkUs = (((await cpuMsOf(sink.pid)) - before) * 1000) / count
    tried.push({ perSecond: posted.perSecond, connections, cpuUs: posted.cpuUs + sinkUs })
  }
  return tried.reduce((best, one) => (one.perSecond > best.perSecond ? one : best))
}

try {
  const groups = await bench.groups({ receiver: sink.url, orgs: 10, each: 5 })
  const ours: Drained[] = []
  const ratios: number[] = []
  const bareRates: number[] = []
  const costs: number[] = []
  for (let n = 0; n < rounds; n += 1) {
    await bench.backlog(groups, deliveries)
    await bench.settle()
    const drained = await drain({ bench, sink, count: deliveries })
    const posted = await bare()
    ours.push(drained)
    bareRates.push(posted.perSecond)
    ratios.push(drained.perSecond / posted.perSecond)
    costs.push(cpuTotal(drained) / posted.cpuUs)
    console.log(`  ${shownDrain(drained)}`)
    console.log(
      `  bare: ${round(posted.perSecond)}/s over ${posted.connections} connections; ${round(posted.cpuUs)} us with the sink`,
    )
  }
  const rates = ours.map(({ perSecond }) => perSecond)
  const from = [
    `${rounds} rounds, ratios ${spread(ratios)}; ${round(median(rates))}/s against ${round(median(bareRates))}/s`,
    `${round(median(costs))} times the processor time; none lost, none doubled, all logged.`,
  ]
  report({
    name: `Drain of ${shown(deliveries)} deliveries, logged, to bare POSTs`,
    value: median(ratios),
    goal: { atLeast: goal },
    unit: 'x',
    from: from.join('; '),
  })
} finally {
  await bench.stop()
  sink.stop()
}
