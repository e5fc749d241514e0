// Requests that wait for the next event. One look at the counters serves all that wait in this process, so that a
// thousand of them cost what one does.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'

export type Waiting = {
  /** Until the organisation has an event after `seq`, the time is over, or the request or the program ends. */
  forEvent(input: { orgId: string; seq: number; timeoutMs: number; signal: AbortSignal }): Promise<void>
  isStopped(): boolean
  stop(): void
}

const lookEveryMs = 250
/** More than these are answered at once, as if their time were over. */
const waitersMax = 2000

export function waiting(db: Db): Waiting {
  const waiters = new Set<{ orgId: string; seq: number; end(): void }>()
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  const look = async () => {
    const orgIds = [...new Set([...waiters].map(({ orgId }) => orgId))]
    // The numbers of those whose requests wait here, and nothing else of theirs.
    const { rows } = await everyOrg(() =>
      sql<{ org_id: string; event_seq: number }>`
        select org_id, event_seq from event_counters where org_id = any(${orgIds}::uuid[])`.execute(db),
    )
    const newest = new Map(rows.map((row) => [row.org_id, row.event_seq]))
    for (const waiter of waiters) if ((newest.get(waiter.orgId) ?? 0) > waiter.seq) waiter.end()
  }
  const lookLater = () => {
    // While the database is away there is nothing to tell; their time ends them.
    timer ??= setTimeout(async () => {
      await look().catch(() => {})
      timer = undefined
      if (waiters.size > 0 && !isStopped) lookLater()
    }, lookEveryMs)
  }

  return {
    async forEvent({ orgId, seq, timeoutMs, signal }) {
      if (isStopped || signal.aborted || timeoutMs <= 0 || waiters.size >= waitersMax) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const waiter = { orgId, seq, end: resolve }
      waiters.add(waiter)
      lookLater()
      const limit = setTimeout(resolve, timeoutMs)
      const giveUp = () => resolve()
      signal.addEventListener('abort', giveUp)
      await promise
      signal.removeEventListener('abort', giveUp)
      clearTimeout(limit)
      waiters.delete(waiter)
    },
    isStopped: () => isStopped,
    stop() {
      isStopped = true
      clearTimeout(timer)
      for (const waiter of waiters) waiter.end()
    },
  }
}
