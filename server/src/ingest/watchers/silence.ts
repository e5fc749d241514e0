// Tells an organisation, once, that one of its watchers has fallen silent. Which ones are silent is for watchers.ts.

import { sql } from 'kysely'
import { emit, takeSequence } from '../../events/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { silentAfterMinutes, type Watcher } from './watchers.ts'

/** So many at once; the others follow with the next round. */
const toldMax = 200

/** Of every organisation; however many servers ask, each silence is told once. */
export async function tellSilence(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<Watcher>`
      update watchers w set told_silent_at = now()
      from (
        select org_id, id from watchers
        where told_silent_at is null and not is_once
          and last_contact_at < now() - make_interval(mins => ${silentAfterMinutes})
        order by org_id, id limit ${toldMax} for update skip locked
      ) silent
      where w.org_id = silent.org_id and w.id = silent.id
      returning w.*`.execute(tx)
    if (rows.length === 0) return
    const seqs = await takeSequence(
      tx,
      rows.map(({ org_id }) => org_id),
    )
    const events = rows.map((watcher, index) => ({
      orgId: watcher.org_id,
      seq: seqs[index] as number,
      type: 'watcher.silent' as const,
      conversationId: null,
      data: {
        watcher_id: watcher.id,
        name: watcher.name,
        host: watcher.host,
        folder: watcher.folder,
        last_contact_at: watcher.last_contact_at.toISOString(),
        waiting: watcher.waiting,
        last_error: watcher.last_error,
        links: { self: `/v1/watchers/${encodeURIComponent(watcher.name)}` },
      },
    }))
    await emit(tx, events)
  })
}
