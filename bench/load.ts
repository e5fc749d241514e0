// The load: clients in a process of their own, each with one connection that it keeps, each sending its next request when
// the last one is answered. The program that measures starts it and tells it what to do.

import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Client } from 'undici'
import { chatBody } from './chats.ts'

export type Round = {
  origin: string
  path: string
  headers: Record<string, string>
  clients: number
  durationMs: number
  /** `POST` sends a chat each time, and is what is meant when it is absent. */
  method?: 'GET' | 'POST'
}
export type RoundResult = { answered: number; refused: number; durationMs: number; error: string | null }

export type Load = { run(round: Round): Promise<RoundResult>; stop(): void }

export function startLoad(): Load {
  const child = fork(import.meta.filename, ['--client'])
  return {
    async run(round) {
      child.send(round)
      const [result] = (await once(child, 'message')) as [RoundResult]
      if (result.answered === 0) throw new Error(`nothing was answered on ${round.path}: ${result.error}`)
      return result
    },
    stop: () => child.disconnect(),
  }
}

async function runRound({ origin, path, headers, clients, durationMs, method = 'POST' }: Round): Promise<RoundResult> {
  const result: RoundResult = { answered: 0, refused: 0, durationMs: 0, error: null }
  const startedAt = performance.now()
  const until = startedAt + durationMs
  const run = randomUUID()
  let sent = 0
  const client = async () => {
    const connection = new Client(origin)
    while (performance.now() < until) {
      const body = method === 'POST' ? chatBody(`${run}-${sent++}`) : null
      const answer = await connection.request({ method, path, headers, body })
      const text = await answer.body.text()
      if (answer.statusCode === 200) result.answered += 1
      else {
        result.refused += 1
        result.error ??= `${answer.statusCode} ${text.slice(0, 200)}`
      }
    }
    await connection.close()
  }
  await Promise.all(Array.from({ length: clients }, client))
  result.durationMs = performance.now() - startedAt
  return result
}

if (process.argv[2] === '--client') {
  process.on('message', async (round: Round) => {
    process.send?.(await runRound(round))
  })
}
