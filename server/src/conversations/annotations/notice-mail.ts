// The mail about comments that somebody was mentioned in, and about coaching notes: who, and where to read it. It carries none of the words: mail
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
  /** Of comments. */
  channel: string | null
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
        select n.id, n.kind, n.conversation_id, n.created_by, u.email, c.channel, coalesce(c.team, a.team) as team,
          coalesce(c.department, a.department) as department, coalesce(c.agent_id, a.id) as agent_id
        from notifications n join users u on u.id = n.user_id
        left join conversations c on c.org_id = n.org_id and c.id = n.conversation_id
        left join coaching_notes k on k.org_id = n.org_id and k.id = n.coaching_note_id and k.is_shared
        left join agents a on a.org_id = k.org_id and a.id = k.agent_id
        where (c.id is not null or a.id is not null) and n.org_id = ${orgId} and n.user_id = ${userId} and n.read_at is null
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
  due: Pick<Due, 'kind' | 'conversation_id' | 'created_by' | 'channel' | 'agent_id'>[],
  names: Map<string, string>,
  serverUrl: string,
): { subject: string; text: string } {
  const whoIn = ({ created_by }: Pick<Due, 'created_by'>) => oneLine(names.get(created_by) ?? 'Somebody')
  const lines = due.slice(0, linesMax).flatMap((one) => {
    const path = one.conversation_id ? `interactions/${one.conversation_id}` : `agents/${one.agent_id}#coaching`
    return [`${whoIn(one)} ${deedOf(one).long}:`, `  ${serverUrl}/app/${path}`, '']
  })
  const more = due.length > linesMax ? [`There are ${due.length - linesMax} more.`, ''] : []
  const [only] = due
  const subject =
    due.length === 1 && only
      ? `${whoIn(only)} ${deedOf(only).short}`
      : `${due.length} ${due.every(({ conversation_id }) => conversation_id) ? 'comments are about you' : 'comments and coaching notes are for you'}`
  const text = [...lines, ...more, 'Sign in to read it. How often such mail comes is set in your notifications.']
  return { subject: subject.slice(0, 200), text: `${text.join('\n')}\n` }
}

function deedOf({ kind, channel }: Pick<Due, 'kind' | 'channel'>): { long: string; short: string } {
  const noun = channel === 'voice' ? 'call' : 'chat'
  if (kind === 'mention')
    return { long: `mentioned you in a comment on a ${noun}`, short: `mentioned you on a ${noun}` }
  if (kind === 'reply') return { long: `answered your comment on a ${noun}`, short: `answered you on a ${noun}` }
  const deed = kind === 'coaching' ? 'wrote you a coaching note' : 'answered your coaching note'
  return { long: deed, short: deed }
}

const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, ' ').trim()
