// The ingest job that a day's files are counted under, so that the server's list shows what came and what failed. Opened
// when the first file of a day is sent; the one of the day before is closed then.

import type { Door } from './door.ts'
import type { Journal } from './journal.ts'
import { isText } from './upload.ts'

export type DayJobs = {
  /** Null where the server keeps no such jobs. @throws Trouble */
  current(): Promise<string | null>
  /** The server does not know it, or has closed it: the next file opens another. */
  forget(id: string): Promise<void>
  /** Nothing more is sent. */
  close(): Promise<void>
}

export function dayJobs(input: {
  door: Door
  journal: Journal
  name: string
  /** Null until the server has heard of this watcher. */
  watcherId: () => string | null
  today?: () => string
}): DayJobs {
  const { door, journal, name } = input
  const today = input.today ?? (() => Temporal.Now.plainDateISO().toString())
  let opening: Promise<string | null> | null = null

  async function open(): Promise<string | null> {
    const day = today()
    await close()
    const watcherId = input.watcherId()
    const reply = await door.ask({
      method: 'POST',
      path: '/v1/ingest-jobs',
      json: { open: true, name: `${name} ${day}`, ...(watcherId ? { watcher_id: watcherId } : {}) },
      accepts: [404],
    })
    if (reply.status === 404) return null
    const { job_id: id } = (reply.body ?? {}) as { job_id?: unknown }
    // The list is for people; recordings are sent without it, too.
    if (!isText(id)) return null
    await journal.writeJob({ id, day })
    return id
  }

  async function close(): Promise<void> {
    const { job } = journal
    if (!job) return
    // One that is closed or gone already is as good.
    await door.ask({ method: 'POST', path: `/v1/ingest-jobs/${job.id}/close`, accepts: [400, 404, 409] })
    await journal.writeJob(null)
  }

  return {
    async current() {
      if (journal.job?.day === today()) return journal.job.id
      opening ??= open().finally(() => {
        opening = null
      })
      return opening
    },
    async forget(id) {
      if (journal.job?.id === id) await journal.writeJob(null)
    },
    close,
  }
}
