// Who is told of a comment or a coaching note: a notice each, which stays until that goes, read or not, and a mail as the
// person wants it. The mails themselves are notice-mail.ts.

import { sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { notFound } from '../../platform/problem.ts'
import { noteWithin } from '../coaching/notes.ts'
import { conversationsWithin, type Viewer } from '../reach.ts'

export const mailChoices = ['real_time', 'daily', 'none'] as const
export type MailChoice = (typeof mailChoices)[number]

/** At this hour in the organisation's time zone. */
const dailyHour = 8

export type Notice = {
  id: string
  kind: 'mention' | 'reply' | 'coaching' | 'coaching_reply'
  conversation_id: string | null
  comment_id: string | null
  coaching_note_id: string | null
  created_by: string
  created_at: Date
  read_at: Date | null
}

const userIdOf = ({ actor }: Pick<Viewer, 'actor'>) => actor.replace(/^user:/, '')

/** What they may not see any more is not among them, and comes back when they may. */
const own = (by: Viewer) => sql`
  n.org_id = ${by.orgId} and n.user_id = ${userIdOf(by)} and (${noteWithin(by)} or exists (
    select from conversations where org_id = ${by.orgId} and id = n.conversation_id and ${conversationsWithin(by)}))`

const columns = sql`n.id, n.kind, n.conversation_id, n.comment_id, n.coaching_note_id, n.created_by, n.created_at, n.read_at`

/** Newest first. */
export async function listNotices(
  db: DbOrTx,
  by: Viewer,
  given: { limit: number; before: string | null; isUnread: boolean },
): Promise<Notice[]> {
  const { rows } = await sql<Notice>`
    select ${columns} from notifications n where ${own(by)}
      ${given.before ? sql`and n.id < ${given.before}` : sql``} ${given.isUnread ? sql`and n.read_at is null` : sql``}
    order by n.id desc limit ${given.limit}`.execute(db)
  return rows
}

export async function countUnread(db: DbOrTx, by: Viewer): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from notifications n where ${own(by)} and n.read_at is null`.execute(db)
  return rows[0]?.n ?? 0
}

/** @throws Problem('not_found') */
export async function markNotice(tx: Tx, by: Viewer, id: string, isRead: boolean): Promise<Notice> {
  const { rows } = await sql<Notice>`
    update notifications n set read_at = case when ${isRead} then coalesce(n.read_at, now()) end
    where ${own(by)} and n.id = ${id} returning ${columns}`.execute(tx)
  if (!rows[0]) throw notFound()
  return rows[0]
}

/** @returns how many were unread */
export async function markAllRead(tx: Tx, by: Viewer): Promise<number> {
  const { numAffectedRows } = await sql`
    update notifications n set read_at = now() where ${own(by)} and n.read_at is null`.execute(tx)
  return Number(numAffectedRows ?? 0)
}

export async function mailChoiceOf(db: DbOrTx, orgId: string, userId: string): Promise<MailChoice> {
  const row = await db
    .selectFrom('notification_preferences')
    .select('mail')
    .where('org_id', '=', orgId)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return (row?.mail as MailChoice | undefined) ?? 'real_time'
}

export async function chooseMail(tx: Tx, by: Pick<Principal, 'orgId' | 'actor'>, mail: MailChoice): Promise<void> {
  await tx
    .insertInto('notification_preferences')
    .values({ org_id: by.orgId, user_id: userIdOf(by), mail })
    .onConflict((conflict) => conflict.columns(['org_id', 'user_id']).doUpdateSet({ mail, updated_at: new Date() }))
    .execute()
}

/** Once for each comment or note and person. @returns who gets a mail about it, and when */
export async function notify(
  tx: Tx,
  about: Pick<Notice, 'conversation_id' | 'comment_id' | 'coaching_note_id'> & { orgId: string },
  told: { userIds: string[]; kind: Notice['kind']; by: string; zone: string },
): Promise<{ userId: string; at: Date }[]> {
  const { orgId, ...subject } = about
  const mails: { userId: string; at: Date }[] = []
  for (const user_id of told.userIds) {
    const at = dueAt(await mailChoiceOf(tx, orgId, user_id), told.zone)
    const made = await tx
      .insertInto('notifications')
      .values({
        org_id: orgId,
        id: newId(),
        user_id,
        kind: told.kind,
        ...subject,
        created_by: told.by,
        mail_due_at: at,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (made && at) mails.push({ userId: user_id, at })
  }
  return mails
}

export async function forgetNotice(
  tx: Tx,
  orgId: string,
  { coaching_note_id, user_id }: { coaching_note_id: string; user_id: string },
): Promise<void> {
  await sql`
    delete from notifications where org_id = ${orgId} and coaching_note_id = ${coaching_note_id}
      and user_id = ${user_id}`.execute(tx)
}

/** Null: no mail. */
export function dueAt(mail: MailChoice, zone: string, now = new Date()): Date | null {
  if (mail === 'none') return null
  if (mail === 'real_time') return now
  const here = Temporal.Instant.from(now.toISOString()).toZonedDateTimeISO(zone)
  const today = here.with({ hour: dailyHour, minute: 0, second: 0, millisecond: 0, microsecond: 0, nanosecond: 0 })
  const due = Temporal.ZonedDateTime.compare(today, here) > 0 ? today : today.add({ days: 1 })
  return new Date(due.epochMilliseconds)
}
