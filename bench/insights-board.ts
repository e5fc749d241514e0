// How long the default board and the page of an agent take with 1,000,000 conversations, through HTTP, and whether that
// grows with the conversations: the same with 100,000.

import { defaultBoards } from '../server/src/insights/boards/default-boards.ts'
import { percentile, report, round } from './figure.ts'
import { adoptKey, agentCount, insightsDatabase, lastDay } from './insights-data.ts'
import { option, shown } from './options.ts'
import { startProgram } from './program.ts'

const large = option('conversations', 1_000_000)
const small = option('small', 100_000)
const rounds = option('rounds', 60)

type Times = { board: number; agent: number; list: number }

/** The board that everybody begins with, as its page asks for it. */
const queries = (defaultBoards[0]?.content.widgets ?? []).map(({ id, metrics, group_by }) => ({
  id,
  metrics,
  ...(group_by ? { group_by } : {}),
}))

const big = await measure(large)
const few = await measure(small)
const of = (times: Times, key: keyof Times) => `${round(times[key])} ms`
report({
  name: 'default board, p95',
  value: big.board,
  goal: { atMost: 150 },
  unit: 'ms',
  from: `${shown(large)} conversations, ${rounds} requests of 30 days with the period before; ${of(few, 'board')} at ${shown(small)}`,
})
report({
  name: 'performance of an agent, p95',
  value: big.agent,
  goal: { atMost: 50 },
  unit: 'ms',
  from: `${shown(large)} conversations, ${rounds} agents; ${of(few, 'agent')} at ${shown(small)}; the list of all ${of(big, 'list')}`,
})
report({
  name: 'growth of the board with the conversations',
  value: big.board / few.board,
  goal: { atMost: 1.5 },
  unit: 'x',
  from: `p95 with ${shown(large)} over p95 with ${shown(small)}`,
})

async function measure(conversations: number): Promise<Times> {
  const database = await insightsDatabase(conversations)
  try {
    const program = await startProgram({ command: 'serve', databaseUrl: database.url, dir: database.dir })
    try {
      await adoptKey(database)
      const headers = { 'x-api-key': program.key, 'content-type': 'application/json' }
      const ask = async (path: string, body?: object) => {
        const startedAt = performance.now()
        const answer = await fetch(`${program.url}${path}`, {
          headers,
          ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
        })
        const text = await answer.text()
        if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 300)}`)
        return performance.now() - startedAt
      }
      const until = { end_date: lastDay, compare: 'previous' }
      const board = { queries, ...until }
      const times = { board: [] as number[], agent: [] as number[], list: [] as number[] }
      for (let round = -5; round < rounds; round++) {
        const n = (round + 5) % agentCount
        const took = {
          board: await ask('/v1/analytics/query', board),
          agent: await ask(`/v1/agents/A-${n}/performance?end_date=${lastDay}`),
          list: round % 10 === 0 ? await ask(`/v1/agents/performance?end_date=${lastDay}`) : null,
        }
        if (round < 0) continue
        times.board.push(took.board)
        times.agent.push(took.agent)
        if (took.list !== null) times.list.push(took.list)
      }
      return {
        board: percentile(times.board, 0.95),
        agent: percentile(times.agent, 0.95),
        list: percentile(times.list, 0.95),
      }
    } finally {
      await program.stop()
    }
  } finally {
    await database.stop()
  }
}
