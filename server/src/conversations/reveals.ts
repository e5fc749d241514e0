// Who may see a conversation unmasked for a while, because they said why. The masks themselves are masks.ts.

import { sql } from 'kysely'
import type { ConversationEventData, LogEvent } from '../events/index.ts'
import type { DbOrTx, Tx } from '../platform/db/db.ts'
import type { Conversation } from './conversations.ts'
import { isUnmasked, maskConversation, maskTold } from './masks.ts'
import type { Viewer } from './reach.ts'

export const revealHours = 24

/** From now on, for `revealHours`; asked for again, from then on. @returns until when */
export async function reveal(tx: Tx, by: Viewer, given: { id: string; reason: string }): Promise<Date> {
  const { rows } = await sql<{ until: Date }>`
    insert into reveals (org_id, conversation_id, actor, until, reason)
    values (${by.orgId}, ${given.id}, ${by.actor}, now() + make_interval(hours => ${revealHours}), ${given.reason})
    on conflict (org_id, conversation_id, actor) do update set until = excluded.until, reason = excluded.reason
    returning until`.execute(tx)
  return (rows[0] as { until: Date }).until
}

/** Which of these conversations somebody sees unmasked; null: all of them. */
async function revealedTo(db: DbOrTx, by: Viewer, ids: string[]): Promise<Set<string> | null> {
  if (isUnmasked(by)) return null
  if (ids.length === 0) return new Set()
  const rows = await db
    .selectFrom('reveals')
    .select('conversation_id')
    .where('org_id', '=', by.orgId)
    .where('actor', '=', by.actor)
    .where('conversation_id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('until', '>', sql<Date>`now()`)
    .execute()
  return new Set(rows.map(({ conversation_id }) => conversation_id))
}

/** Conversations as this viewer may see them. Every reading for somebody ends here. */
export async function asSeenBy(db: DbOrTx, by: Viewer, found: Conversation[]): Promise<Conversation[]> {
  const revealed = await revealedTo(
    db,
    by,
    found.map(({ id }) => id),
  )
  return revealed === null ? found : found.map((one) => (revealed.has(one.id) ? one : maskConversation(one)))
}

/** Events as this viewer may see what they tell of conversations. */
export async function asToldTo(db: DbOrTx, by: Viewer, events: LogEvent[]): Promise<LogEvent[]> {
  const ids = events.flatMap(({ conversation_id }) => conversation_id ?? [])
  const revealed = await revealedTo(db, by, ids)
  if (revealed === null) return events
  return events.map((event) =>
    event.conversation_id === null || revealed.has(event.conversation_id)
      ? event
      : { ...event, data: maskTold(event.data as ConversationEventData) },
  )
}

/** What has ended is of no use; the audit keeps who asked and why. */
export async function forgetReveals(db: DbOrTx): Promise<void> {
  await sql`delete from reveals where until < now()`.execute(db)
}
