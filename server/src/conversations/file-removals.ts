// Files whose rows are gone: noted by the transaction that deletes the rows, and removed from the store by a job. Nothing is
// left behind when the store is away or the program is killed in between.

import { sql } from 'kysely'
import type { Db, Tx } from '../platform/db/db.ts'
import { job, type Worker, worker } from '../platform/jobs/job.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import type { Store } from '../storage/index.ts'

const batchMax = 200
const laterMs = 3_600_000

export const removalJob = job<object>({ name: 'files.remove', retryLimit: 8, timeoutS: 600, concurrency: 1 })

export type FileRemovals = {
  /** Once the transaction is committed. */
  removeFiles(tx: Tx, storeKeys: readonly string[]): Promise<void>
  /** Before the organisation's rows are deleted, in the same transaction. */
  removeFilesOf(tx: Tx, orgId: string): Promise<void>
  worker: Worker
}

export function fileRemovals({ db, store, queue }: { db: Db; store: Store; queue: Queue }): FileRemovals {
  const enqueue = (tx: Tx, startAfter?: Date) =>
    queue.enqueue(tx, removalJob, [{ input: {}, ...(startAfter ? { startAfter } : {}) }])
  return {
    async removeFiles(tx, storeKeys) {
      if (storeKeys.length === 0) return
      await sql`
        insert into file_removals (store_key) select unnest(${[...storeKeys]}::text[]) on conflict do nothing`.execute(
        tx,
      )
      await enqueue(tx)
    },
    async removeFilesOf(tx, orgId) {
      // Whoever writes a file down waits for this, or this for them (recordings.ts).
      await sql`select from orgs where id = ${orgId} for no key update`.execute(tx)
      const { numAffectedRows } = await sql`
        insert into file_removals (store_key)
        select store_key from recordings where org_id = ${orgId}
        union all
        select copy_key from recording_media where org_id = ${orgId} and copy_key is not null
        on conflict do nothing`.execute(tx)
      if (numAffectedRows) await enqueue(tx)
    },
    worker: worker({
      job: removalJob,
      async handle(_input, { signal }) {
        for (;;) {
          const rows = await db.selectFrom('file_removals').select('store_key').limit(batchMax).execute()
          if (rows.length === 0) return undefined
          for (const { store_key: key } of rows) {
            signal.throwIfAborted()
            await store.delete(key)
            await db.deleteFrom('file_removals').where('store_key', '=', key).execute()
          }
        }
      },
      // The store was away for long; what is noted stays noted.
      bury: async () => (tx) => enqueue(tx, new Date(Date.now() + laterMs)),
    }),
  }
}
