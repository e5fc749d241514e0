// What keeping facts and daily tables in step costs, as a share of taking chats in and analysing them. Chats go through
// the whole program; then everything of theirs is counted anew, apart, and timed. A chat is counted twice on its way at
// most (when it arrives and when it is analysed), so the share is of two such counts.

import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { factsFollower } from '../server/src/insights/facts/follower.ts'
import { catchUp } from '../server/src/insights/upkeep.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { everyOrg } from '../server/src/platform/db/scope.ts'
import { durableDatabase } from './durable-database.ts'
import { median, report, round } from './figure.ts'
import { startLoad } from './load.ts'
import { option, shown } from './options.ts'
import { startProgram } from './program.ts'

const seconds = option('seconds', 15)
const recounts = 3
const timeZone = 'UTC'

const database = await durableDatabase()
const load = startLoad()
const db = openDb({ url: database.url, connectionsMax: 2, as: 'owner' })
try {
  const program = await startProgram({ command: 'start', databaseUrl: database.url, dir: database.dir })
  const startedAt = performance.now()
  const path = '/v1/chats/upload'
  const headers = { 'x-api-key': program.key, 'content-type': 'application/json' }
  await load.run({ origin: program.url, path, headers, clients: 16, durationMs: seconds * 1000 })
  const left = async () =>
    (
      await sql<{
        n: number
      }>`select count(*)::int as n from conversations where status not in ('completed', 'failed')`.execute(db)
    ).rows[0]?.n ?? 0
  while ((await left()) > 0) await delay(100)
  const ingestMs = performance.now() - startedAt
  await program.stop()

  const { rows } = await sql<{ orgId: string; n: number }>`
    select org_id as "orgId", count(*)::int as n from conversations group by 1`.execute(db)
  const { orgId = '', n = 0 } = rows[0] ?? {}
  const times: number[] = []
  for (let count = 0; count < recounts; count++) {
    await everyOrg(() => db.transaction().execute((tx) => factsFollower.empty(tx, orgId)))
    await sql`update insight_cursors set seq = 0, time_zone = ${timeZone} where org_id = ${orgId} and follower = 'facts'`.execute(
      db,
    )
    const from = performance.now()
    await everyOrg(() => catchUp(db, [factsFollower], { orgId, timeZone }))
    times.push(performance.now() - from)
  }
  const upkeepMs = 2 * median(times)
  report({
    name: 'upkeep of facts and daily tables',
    value: (upkeepMs / ingestMs) * 100,
    goal: { atMost: 5 },
    unit: '%',
    from: `of the time of ${shown(n)} chats, ${round(ingestMs / n)} ms each; twice ${round(median(times) / n)} ms, of ${recounts} counts`,
  })
} finally {
  load.stop()
  await db.destroy()
  await database.stop()
}
