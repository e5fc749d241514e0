// Mail to whom a bulk load named: how it ended, with the first of what failed, and where the rest is to be read.

import type { Db, Tx } from '../../platform/db/db.ts'
import { type Job, job, type Worker, worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Mail } from '../../platform/mail.ts'
import { listItems } from './items.ts'
import { ended, getJob } from './jobs.ts'
import type { IngestItem, IngestJob } from './shapes.ts'

/** One for each address, so that one that is refused keeps no other from its mail. */
type Tell = { orgId: string; jobId: string; to: string }

export const tellJob: Job<Tell> = job<Tell>({ name: 'ingest.tell', retryLimit: 8, timeoutS: 120, concurrency: 1 })

const shownMax = 20

/** Nothing without a mail server, or without an address. */
export const tellEnd = (queue: () => Queue, mail: Mail) => async (tx: Tx, job: IngestJob) => {
  if (!mail.isSet) return
  const { org_id: orgId, id: jobId } = job
  const mails = job.options.notify_emails.map((to) => ({ input: { orgId, jobId, to }, group: orgId }))
  await queue().enqueue(tx, tellJob, mails)
}

export function tellWorker({ db, mail, publicUrl }: { db: Db; mail: Mail; publicUrl: () => string }): Worker {
  return worker<Tell>({
    job: tellJob,
    async handle({ orgId, jobId, to }) {
      const found = await getJob(db, orgId, jobId)
      if (!found || !ended.includes(found.state)) return undefined
      const failed = await listItems(db, { orgId, jobId }, { states: ['failed'], after: null, limit: shownMax })
      await mail.send({ to, ...letter(found, failed, publicUrl()) })
      return undefined
    },
    bury: async () => undefined,
  })
}

const endings: Partial<Record<IngestJob['state'], string>> = {
  done: 'is done',
  partial: 'is done, but for some of it',
  failed: 'failed',
  planned: 'was looked through, and nothing was taken in',
  cancelled: 'was cancelled',
}

function letter(job: IngestJob, failed: IngestItem[], url: string): { subject: string; text: string } {
  const { name, state, counts, failure } = job
  const ending = `${oneLine(name)} ${endings[state] ?? 'has ended'}`
  const self = `${url}/v1/ingest-jobs/${job.id}`
  const lines = [
    `${ending}.`,
    failure ? failure.reason : '',
    counts
      ? `${counts.total} in all: ${counts.ok} taken in, ${counts.duplicate} here already, ${counts.failed} failed.`
      : '',
    ...failed.map((item) => `- ${oneLine(item.name)}: ${item.reason ?? item.code ?? 'failed'}`),
    counts && counts.failed > failed.length ? `- and ${counts.failed - failed.length} more` : '',
    failed.length > 0 ? `All that failed, as a table: ${self}/errors.csv` : '',
    `The job: ${self}`,
  ]
  return { subject: ending.slice(0, 200), text: `${lines.filter(Boolean).join('\n')}\n` }
}

const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, ' ').trim()
