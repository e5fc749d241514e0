// Whether the program is well, for load balancers. How it is doing is figures.ts.

import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../platform/db/db.ts'
import { ok, type Route, route } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'
import { onceIn } from './once-in.ts'

const tag = 'Operations'
const readyTimeoutMs = 2000
/** Anybody may ask, so many askers share one look at the database. */
const keptMs = 250

export function healthRoutes({ db }: { db: Db }): Route[] {
  const isReady = onceIn(keptMs, () => answers(db))
  return [
    route({
      method: 'GET',
      paths: ['/healthz'],
      summary: 'The process is alive',
      tag,
      auth: 'open',
      answers: { 200: { description: 'Alive' } },
      handle: async () => ok({ status: 'ok' }),
    }),
    route({
      method: 'GET',
      paths: ['/readyz'],
      summary: 'The process can do its work: the database answers',
      tag,
      auth: 'open',
      answers: { 200: { description: 'Ready' }, 503: { description: 'Not ready' } },
      async handle() {
        if (await isReady()) return ok({ status: 'ready' })
        throw new Problem('unavailable', 'database_unavailable', 'The database does not answer.')
      },
    }),
  ]
}

function answers(db: Db): Promise<boolean> {
  const answered = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  )
  return Promise.race([answered, delay(readyTimeoutMs, false, { ref: false })])
}
