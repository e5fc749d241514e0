// The mail about comments that somebody was mentioned in: who, and where to read it. It carries none of the words: mail
// travels open, and the reader may see placeholders only.

import { sql } from 'kysely'
import { namesOf } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { type Job, job, type Worker, worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Mail } from '../../platform/mail.ts'
import { maySee } from './mentions.ts'
import type { Notice } from './notifications.ts'

export type NoticeMail = { orgId: string; userId: string }

export const noticeMailJob: Job<NoticeMail> = job<NoticeMail>({
  name: 'comments.tell',
  retryLimit: 8,
  timeoutS: 120,
  concurrency: 1,
})

/** What one mail tells of; the rest is behind its link. */
const linesMax = 20

/** One mail for all that is due by then: of several jobs the first sends it. */
export const enqueueMails = (tx: Tx, queue: Queue, orgId: string, due: { userId: string; at: Date }[]): Promise<void> =>
  queue.enqueue(
    tx,
    noticeMailJob,
    due.map(({ userId, at }) => ({ input: { orgId, userId }, group: orgId, startAfter: at })),
  )

type Due = Pick<Notice, 'id' | 'kind' | 'conversation_id' | 'created_by'> & {
  email: string
  channel: string
  team: string | null
  department: string | null
  agent_id: string | null
}

export const noticeMailWorker = ({ db, mail, publicUrl }: { db: Db; mail: Mail; publicUrl: () => string }): Worker =>
  worker<NoticeMail>({
    job: noticeMailJob,
    async handle({ orgId, userId }) {
      // What was read meanwhile needs no mail.
      const { rows } = await sql<Due>`
        select n.id, n.kind, n.conversation_id, n.created_by, u.email, c.channel, c.team, c.department, c.agent_id
        from notifications n join users u on u.id = n.user_id
        join conversations c on c.org_id = n.org_id and c.id = n.conversation_id
        where n.org_id = ${orgId} and n.user_id = ${userId} and n.read_at is null
          and n.mail_due_at <= now() + interval '1 minute'
        order by n.id`.execute(db)
      const seen: Due[] = []
      for (const due of rows) if (await maySee(db, orgId, userId, due)) seen.push(due)
      const [first] = seen
      if (first && mail.isSet) {
        const names = await namesOf(
          db,
          orgId,
          seen.map((one) => one.created_by),
        )
        await mail.send({ to: first.email, ...letter(seen, names, publicUrl()) })
      }
      const ids = rows.map(({ id }) => id)
      return async (tx) => {
        await sql`
          update notifications set mail_due_at = null where org_id = ${orgId} and id = any(${ids}::uuid[])`.execute(tx)
      }
    },
    bury: async () => undefined,
  })

export function letter(
  due: Pick<Due, 'kind' | 'conversation_id' | 'created_by' | 'channel'>[],
  names: Map<string, string>,
  serverUrl: string,
): { subject: string; text: string } {
  const nounOf = ({ channel }: Pick<Due, 'channel'>) => (channel === 'voice' ? 'call' : 'chat')
  const lines = due.slice(0, linesMax).flatMap((one) => {
    const who = oneLine(names.get(one.created_by) ?? 'Somebody')
    const what = one.kind === 'mention' ? 'mentioned you in a comment on' : 'answered your comment on'
    return [`${who} ${what} a ${nounOf(one)}:`, `  ${serverUrl}/app/interactions/${one.conversation_id}`, '']
  })
  const more = due.length > linesMax ? [`There are ${due.length - linesMax} more.`, ''] : []
  const [only] = due
  const subject =
    due.length === 1 && only
      ? `${oneLine(names.get(only.created_by) ?? 'Somebody')} ${only.kind === 'mention' ? 'mentioned you on' : 'answered you on'} a ${nounOf(only)}`
      : `${due.length} comments are about you`
  const text = [...lines, ...more, 'Sign in to read it. How often such mail comes is set in your notifications.']
  return { subject: subject.slice(0, 200), text: `${text.join('\n')}\n` }
}

const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, ' ').trim()
