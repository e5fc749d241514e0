// Ingest jobs without doors and without whoever works them off: a database and a queue, and rows made by hand.

import { sql } from 'kysely'
import { createOrg } from '../src/access/index.ts'
import { fileRemovals, removalJob } from '../src/conversations/index.ts'
import { addItems, settleItems } from '../src/ingest/jobs/items.ts'
import type { Effects } from '../src/ingest/jobs/job-changes.ts'
import { createJob, type NewJob } from '../src/ingest/jobs/jobs.ts'
import { enqueueRun, runJob } from '../src/ingest/jobs/run-job.ts'
import type { IngestJob, NewItem } from '../src/ingest/jobs/shapes.ts'
import { openDb, type Tx } from '../src/platform/db/db.ts'
import { inScope } from '../src/platform/db/scope.ts'
import type { Principal } from '../src/platform/http/route.ts'
import { newId } from '../src/platform/ids.ts'
import { openQueue } from '../src/platform/jobs/queue.ts'
import { openLog } from '../src/platform/log.ts'
import { openStore } from '../src/storage/index.ts'
import { freshDatabase } from './database.ts'

export type Jobs = Awaited<ReturnType<typeof openJobs>>

export async function openJobs(storeRoot: string) {
  const database = await freshDatabase()
  const owner = openDb({ url: database.url, connectionsMax: 2, as: 'owner' })
  const db = openDb({ url: database.url, connectionsMax: 6 })
  const log = openLog('silent')
  const queue = await openQueue({ url: database.url, jobs: [runJob, removalJob], log, supervise: false })
  const store = openStore({ kind: 'local', root: storeRoot })
  const { removeFiles } = fileRemovals({ db, store, queue })
  const effects: Effects = { enqueueRun: (tx, job) => enqueueRun(tx, queue, job), removeFiles }
  const write = <T>(orgId: string, work: (tx: Tx) => Promise<T>) =>
    inScope([orgId], () => db.transaction().execute(work))

  return {
    db,
    effects,
    write,
    async by(given: Partial<Principal> = {}): Promise<Principal> {
      const { id: orgId } = await createOrg(owner, { name: 'Test' })
      return { actor: 'key:one', orgId, isAdmin: false, scopes: ['calls:write'], reach: 'all', ...given }
    },
    /** Items that end in `!` have failed at their first try, and those that end in `?` before any. */
    job: (by: Principal, given: Partial<NewJob>, names: string[] = []): Promise<IngestJob> =>
      write(by.orgId, async (tx) => {
        const job = await createJob(tx, {
          org_id: by.orgId,
          source: 'zip',
          name: 'Test',
          state: 'expanded',
          sent_by: by,
          request_id: newId(),
          ...given,
        })
        const key = { orgId: by.orgId, jobId: job.id }
        const failure = { code: 'bad', reason: 'It is bad.' }
        await addItems(
          tx,
          key,
          names.map((name) => item({ name, failure: name.endsWith('?') ? failure : null })),
        )
        const failed = names.flatMap((name, position) => (name.endsWith('!') ? [position] : []))
        await settleItems(
          tx,
          failed.map((position) => ({
            ...key,
            position,
            state: 'failed',
            conversation_id: null,
            ...failure,
            warnings: [],
          })),
        )
        return job
      }),
    /** How many runs of jobs and removals of files wait to be done. */
    async waiting(orgId: string) {
      const { rows } = await sql<{ runs: number; removals: number }>`
        select (select count(*) from pgboss.job where name = ${runJob.name} and data ->> 'orgId' = ${orgId}) as runs,
          (select count(*) from file_removals where store_key like ${`org/${orgId}/%`}) as removals`.execute(owner)
      return rows[0]
    },
    async close() {
      await queue.stop()
      store.close()
      await Promise.all([db.destroy(), owner.destroy()])
      await database.drop()
    },
  }
}

export const item = (given: Partial<NewItem> = {}): NewItem => ({
  name: 'call.wav',
  kind: 'recording',
  locator: { entry: 0 },
  fields: {},
  size_bytes: 100,
  warnings: [],
  failure: null,
  ...given,
})
