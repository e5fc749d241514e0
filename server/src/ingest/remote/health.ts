// Whether a remote folder can be synced: after how many failures in a row the world is told, and that it works again.

import { emit, takeSequence } from '../../events/index.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Failure, type Folder, noteProgress, type Progress } from './folders.ts'
import { retryAt } from './schedule.ts'

/** Mail, by a job of the same transaction. */
export type TellPeople = (tx: Tx, folder: Folder, news: 'degraded' | 'recovered') => Promise<void>

/** The sync went well; `next`: when the next one is due. In a transaction that holds the folder. */
export async function noteSuccess(
  tx: Tx,
  folder: Folder,
  { now, ...progress }: { now: Date; next_sync_at: Date; warnings: string[]; last_job_id?: string },
  tell: TellPeople,
): Promise<void> {
  await end(tx, folder, {
    ...progress,
    health: 'ok',
    failures: 0,
    failing_since: null,
    failure: null,
    told_at: null,
    last_sync_at: now,
    last_ok_at: now,
  })
  if (folder.told_at) await announce(tx, folder, 'recovered', tell)
}

/** It is tried again soon, and then more and more seldom. In a transaction that holds the folder. */
export async function noteFailure(
  tx: Tx,
  folder: Folder,
  { now, failure }: { now: Date; failure: Failure },
  tell: TellPeople,
): Promise<void> {
  const failures = folder.failures + 1
  const isTold = folder.told_at === null && failures >= folder.notify_after
  const progress: Progress = {
    health: 'failing',
    failures,
    failing_since: folder.failing_since ?? now,
    failure,
    last_sync_at: now,
    next_sync_at: retryAt(failures, now),
    ...(isTold ? { told_at: now } : {}),
  }
  await end(tx, folder, progress)
  if (isTold) await announce(tx, { ...folder, ...progress, failure }, 'degraded', tell)
}

const end = (tx: Tx, folder: Folder, progress: Progress) =>
  noteProgress(tx, folder, { ...progress, sync_id: null, sync_since: null })

async function announce(tx: Tx, folder: Folder, news: 'degraded' | 'recovered', tell: TellPeople): Promise<void> {
  const { org_id: orgId, id, name, server_id, failing_since, failures, failure } = folder
  await tell(tx, folder, news)
  const [seq = 0] = await takeSequence(tx, [orgId])
  const data = {
    folder_id: id,
    name,
    server_id,
    failing_since: failing_since?.toISOString() ?? null,
    failures,
    failed_step: failure?.step ?? null,
    reason: failure?.reason ?? null,
    links: { self: `/v1/remote-folders/${id}` },
  }
  const type = `connection.${news}` as const
  await emit(tx, [{ orgId, seq, type, conversationId: null, data }])
}
