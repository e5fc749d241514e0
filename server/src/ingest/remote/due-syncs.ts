// The clock of the remote folders: queues a sync of each that is due, of every organisation. However many processes look,
// each sync is queued once.

import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import { syncJob } from './sync.ts'

const lookEveryMs = 2000
const atOnce = 100
/** A sync ends or is buried within hours: one that is older was lost with its queue. */
const lostAfterHours = 24

/** @returns how many were queued; runs in the scope of every organisation */
export async function queueDueSyncs(db: Db, queue: Queue): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ orgId: string; folderId: string }>`
      update remote_folders f set sync_id = ${newId()}, sync_since = now()
      from (
        select f.org_id, f.id from remote_folders f join orgs o on o.id = f.org_id and o.is_active
        where f.is_active and f.next_sync_at <= now()
          and (f.sync_id is null or f.sync_since < now() - make_interval(hours => ${lostAfterHours}))
        order by f.next_sync_at limit ${atOnce} for update of f skip locked
      ) due
      where f.org_id = due.org_id and f.id = due.id returning f.org_id as "orgId", f.id as "folderId"`.execute(tx)
    await queue.enqueue(
      tx,
      syncJob,
      rows.map((input) => ({ input, group: input.orgId })),
    )
    return rows.length
  })
}

export function startDueSyncs({ db, queue, log }: { db: Db; queue: Queue; log: Log }): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const loop = async () => {
    while (!stopping.signal.aborted) {
      const count = await queueDueSyncs(db, queue).catch((err) => {
        log.error({ err }, 'could not look for remote folders that are due')
        return 0
      })
      if (count < atOnce) await delay(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const ended = loop()
  return {
    stop() {
      stopping.abort()
      return ended
    },
  }
}
