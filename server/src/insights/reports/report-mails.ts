// The mails of scheduled reports: one job for each recipient, so that one that is refused keeps no other from it. What was
// taken by the mail server is written down at once; a kill in between sends it again under the same Message-ID.

import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { holderNow } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { type Job, job, type Worker, worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail } from '../../platform/mail.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Store } from '../../storage/index.ts'
import { changeDocument, fileKey, findDocument } from './documents.ts'
import { fileName } from './file-answer.ts'
import { letterOf } from './letter.ts'
import { fileLink, linkHours } from './links.ts'
import { findSchedule } from './schedules.ts'
import { contentTypes, type Document, type Schedule } from './shapes.ts'

type Input = { orgId: string; documentId: string; address: string }

export const mailJob: Job<Input> = job<Input>({
  name: 'reports.mail',
  retryLimit: 8,
  timeoutS: 300,
  concurrency: 2,
})

/** What most mail servers take, after the third that attaching adds. */
export const attachedBytesMax = 10 * 2 ** 20

type Parts = {
  db: Db
  mail: Mail
  queue: () => Queue
  store: Store
  secrets: Pick<Secrets, 'hash'>
  publicUrl: () => string
  log: Log
}

export type ReportMails = {
  /** To all recipients of the document's schedule, in the transaction that completes it. */
  enqueue(tx: Tx, document: Document): Promise<void>
  /** To whoever scheduled it, when it could not be made. */
  giveUp(tx: Tx, document: Document): Promise<void>
  worker: Worker
}

export function reportMails(parts: Parts): ReportMails {
  const { db, mail } = parts

  async function send(tx: Tx, { org_id: orgId, id: documentId }: Document, addresses: string[]): Promise<void> {
    const wanted = [...new Set(addresses)]
    if (wanted.length === 0) return
    await sql`
      insert into report_mails (org_id, document_id, address, state)
      select ${orgId}, ${documentId}, address, 'waiting' from unnest(${wanted}::text[]) as address
      on conflict do nothing`.execute(tx)
    await parts.queue().enqueue(
      tx,
      mailJob,
      wanted.map((address) => ({ input: { orgId, documentId, address }, group: orgId })),
    )
  }

  return {
    async enqueue(tx, document) {
      const schedule = await scheduleOf(tx, document)
      if (!schedule) return
      const { addresses, warnings } = await recipientsOf(tx, schedule)
      if (!mail.isSet) warnings.push('No mail was sent: no mail server is set.')
      if (warnings.length > 0) await changeDocument(tx, document, { warnings: [...document.warnings, ...warnings] })
      if (mail.isSet) await send(tx, document, addresses)
    },
    async giveUp(tx, document) {
      const schedule = await scheduleOf(tx, document)
      if (!schedule || !mail.isSet) return
      await send(tx, document, await addressesOf(tx, schedule.org_id, [schedule.runs_as.replace(/^user:/, '')]))
    },
    worker: worker<Input>({
      job: mailJob,
      async handle({ orgId, documentId, address }) {
        const document = await findDocument(db, orgId, documentId)
        if (!document || !(await isWaiting(db, { orgId, documentId, address }))) return undefined
        const schedule = await scheduleOf(db, document)
        await mail.send({ to: address, ...(await messageOf(parts, document, schedule, address)) })
        await settle(db, { orgId, documentId, address }, { state: 'sent', failure: null })
        return undefined
      },
      postpone: (input, _run, error) => async (tx) => {
        const failure = error instanceof Problem ? error.detail : 'The mail could not be sent.'
        await settle(tx, input, { state: 'waiting', failure })
      },
      async bury(input) {
        parts.log.warn({ documentId: input.documentId }, 'a mail with a report could not be sent')
        return async (tx) => {
          await sql`
            update report_mails set state = 'failed'
            where org_id = ${input.orgId} and document_id = ${input.documentId} and address = ${input.address}
              and state = 'waiting'`.execute(tx)
        }
      },
    }),
  }
}

const scheduleOf = async (db: Db | Tx, { org_id, schedule_id }: Document): Promise<Schedule | null> =>
  schedule_id === null ? null : findSchedule(db, org_id, schedule_id)

/** Members by their address of now. Addresses of others, only while whoever scheduled it sees the whole organisation. */
async function recipientsOf(tx: Tx, schedule: Schedule): Promise<{ addresses: string[]; warnings: string[] }> {
  const { org_id: orgId, member_ids, addresses } = schedule
  const members = await addressesOf(tx, orgId, member_ids)
  const warnings =
    members.length < member_ids.length ? ['Not sent to recipients who do not belong to the organisation any more.'] : []
  if (addresses.length === 0) return { addresses: members, warnings }
  const holder = await holderNow(tx, orgId, schedule.runs_as)
  if (holder?.reach === 'all') return { addresses: [...members, ...addresses], warnings }
  warnings.push('Not sent to addresses outside: whoever scheduled it does not see the whole organisation any more.')
  return { addresses: members, warnings }
}

async function addressesOf(tx: Tx, orgId: string, userIds: string[]): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    select u.email from memberships m join users u on u.id = m.user_id
    where m.org_id = ${orgId} and m.user_id::text = any (${userIds}) and m.state = 'active' and u.state = 'active'
    order by u.email`.execute(tx)
  return rows.map(({ email }) => email)
}

async function isWaiting(db: Db, { orgId, documentId, address }: Input): Promise<boolean> {
  const { rows } = await sql`
    select from report_mails where org_id = ${orgId} and document_id = ${documentId} and address = ${address}
      and state = 'waiting'`.execute(db)
  return rows.length > 0
}

const settleTries = 4
const settleAgainMs = 500

/** Tried again when the database fails: what was sent and is not known to be would be sent twice. */
async function settle(
  db: Db | Tx,
  { orgId, documentId, address }: Input,
  { state, failure }: { state: 'waiting' | 'sent'; failure: string | null },
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await sql`
        update report_mails set state = ${state}, failure = ${failure},
          sent_at = case when ${state} = 'sent' then now() end
        where org_id = ${orgId} and document_id = ${documentId} and address = ${address}`.execute(db)
      return
    } catch (error) {
      if (tries >= settleTries || db.isTransaction) throw error
      await delay(settleAgainMs)
    }
  }
}

async function messageOf(parts: Parts, document: Document, schedule: Schedule | null, address: string) {
  const isThere = document.state === 'completed'
  const isAttached =
    isThere && schedule?.delivery === 'attachment' && (document.size_bytes ?? Infinity) <= attachedBytesMax
  const { url, endsAt } = fileLink(parts.secrets, document, { publicUrl: parts.publicUrl(), hours: linkHours.mail })
  const digest = createHash('sha256').update(address).digest('hex').slice(0, 16)
  return {
    ...letterOf(document, {
      link: isThere && !isAttached ? { url, endsAt } : null,
      isTooLarge: schedule?.delivery === 'attachment' && isThere && !isAttached,
      timeZone: schedule?.time_zone ?? 'UTC',
    }),
    messageId: `${document.id}.${digest}@${new URL(parts.publicUrl()).hostname}`,
    attachments: isAttached
      ? [
          {
            fileName: fileName(document),
            contentType: contentTypes[document.format],
            content: (await parts.store.open(fileKey(document))).stream,
          },
        ]
      : [],
  }
}
