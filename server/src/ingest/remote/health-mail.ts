// The mails that tell people that a remote folder fails, and that it works again. One job for each address, so that a try
// that failed for one is not made again for the others.

import type { Db } from '../../platform/db/db.ts'
import { type Job, job, type Worker, worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail, Message } from '../../platform/mail.ts'
import { type Folder, findFolder } from './folders.ts'
import type { TellPeople } from './health.ts'

type Letter = { orgId: string; folderId: string; to: string; news: 'degraded' | 'recovered' }

export const healthMailJob: Job<Letter> = job<Letter>({
  name: 'ingest.tell_health',
  retryLimit: 8,
  timeoutS: 120,
  concurrency: 1,
})

export const tellByMail =
  (queue: () => Queue, mail: Mail): TellPeople =>
  async (tx, { org_id: orgId, id: folderId, notify_emails }, news) => {
    if (!mail.isSet) return
    const letters = notify_emails.map((to) => ({ input: { orgId, folderId, to, news }, group: orgId }))
    await queue().enqueue(tx, healthMailJob, letters)
  }

export function healthMailWorker(input: { db: Db; mail: Mail; log: Log; publicUrl: () => string }): Worker {
  return worker<Letter>({
    job: healthMailJob,
    async handle({ orgId, folderId, to, news }) {
      const folder = await findFolder(input.db, orgId, folderId)
      // What was to be told is not true any more.
      if (!folder || (news === 'degraded') !== (folder.health === 'failing')) return undefined
      await input.mail.send(letterOf(folder, to, news, input.publicUrl()))
      return undefined
    },
    async bury({ folderId }) {
      input.log.warn({ folderId }, 'a mail about a remote folder could not be sent')
      return undefined
    },
  })
}

function letterOf(folder: Folder, to: string, news: Letter['news'], publicUrl: string): Message {
  const name = folder.name.replace(/[\s\p{Cc}]+/gu, ' ')
  const address = `${publicUrl}/v1/remote-folders/${folder.id}`
  if (news === 'recovered') {
    return {
      to,
      subject: `Indaba: the remote folder ${name} works again`,
      text: `Recordings are fetched from the remote folder ${name} again. Nothing was passed over.\n\n${address}\n`,
    }
  }
  return {
    to,
    subject: `Indaba: the remote folder ${name} cannot be read`,
    text: `No recordings are fetched from the remote folder ${name} since ${folder.failing_since?.toISOString()}.

What failed (${folder.failure?.step}): ${folder.failure?.reason}

It is tried again at least every hour; what comes meanwhile is fetched then. You are told when it works again.

${address}
`,
  }
}
