// The archives of jobs that have ended: kept while something in them may be tried again, then let go.

import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { Store } from '../../storage/index.ts'
import { changeJob } from './jobs.ts'
import type { Part } from './shapes.ts'

const keptDays = 7
const jobsAtOnce = 100

/** The bytes go before the row says so: a second try finds what the first one left. */
export async function letArchivesGo(db: Db, store: Store): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ org_id: string; id: string; parts: Part[] }>`
      select org_id, id, parts from ingest_jobs
      where ended_at is not null and parts <> '[]'
        and (state in ('done', 'cancelled') or ended_at < now() - make_interval(days => ${keptDays}))
      limit ${jobsAtOnce} for update skip locked`.execute(tx)
    for (const job of rows) {
      for (const { store_key } of job.parts) await store.delete(store_key)
      await changeJob(tx, job, { parts: [] })
    }
  })
}

/** All that an organisation has in the store of archives, and of uploads that have not ended. */
export async function archivesOf(tx: Tx, orgId: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select part ->> 'store_key' as key from ingest_jobs, jsonb_array_elements(parts) part where org_id = ${orgId}
    union select part ->> 'store_key' from uploads, jsonb_array_elements(parts) part where org_id = ${orgId}
    union select unnest(unused_keys) from uploads where org_id = ${orgId}`.execute(tx)
  return rows.map(({ key }) => key)
}
