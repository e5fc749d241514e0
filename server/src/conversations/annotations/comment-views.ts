// Comments as they are shown: with the names of who wrote and who is mentioned, and masked for who sees masks.

import { Type } from 'typebox'
import { namesOf } from '../../access/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import { pageAnswer } from '../../platform/http/paging.ts'
import { requireConversation } from '../conversations.ts'
import { repeatsOf } from '../masks.ts'
import { type Viewer, wholeOrg } from '../reach.ts'
import type { CommentRow } from './comments.ts'
import { nameMentions, refOf } from './mentions.ts'

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const text = Type.String()
const time = Type.String({ format: 'date-time' })
const uuid = Type.String({ format: 'uuid' })

const who = Type.Object({ actor: Type.String({ description: '`user:…` or `key:…`' }), name: orNull(text) })
const commentFields = {
  id: uuid,
  conversation_id: uuid,
  parent_id: orNull(uuid),
  turn_id: orNull(text),
  start_ms: orNull(Type.Integer()),
  author: who,
  body: orNull(Type.String({ description: 'Plain text; null once it was deleted' })),
  mentions: Type.Array(Type.Object({ kind: text, id: uuid, name: orNull(text) })),
  likes: Type.Integer({ minimum: 0 }),
  liked: Type.Boolean({ description: 'By you' }),
  created_at: time,
  edited_at: orNull(time),
  deleted_at: orNull(time),
  resolved: orNull(Type.Object({ at: time, by: who })),
}
export const commentAnswer = Type.Object(commentFields)
export const madeAnswer = Type.Object({
  ...commentFields,
  not_told: Type.Array(text, { description: 'Who is mentioned and may not see this conversation' }),
})
export const commentsAnswer = pageAnswer('comments', commentAnswer)

/** What hides in a text what the viewer sees masked in its conversation. */
export async function textMaskOf(db: DbOrTx, by: Viewer, conversationId: string): Promise<(text: string) => string> {
  const seen = await requireConversation(db, by, conversationId)
  if (!seen.is_masked) return (text) => text
  return repeatsOf(await requireConversation(db, wholeOrg(by.orgId), conversationId))
}

export async function commentViews(db: DbOrTx, orgId: string, rows: CommentRow[], mask: (text: string) => string) {
  const names = await namesOf(
    db,
    orgId,
    rows.flatMap(({ author, resolved_by }) => [author, ...(resolved_by ? [resolved_by] : [])]),
  )
  const mentioned = await nameMentions(
    db,
    orgId,
    rows.flatMap(({ mentions }) => mentions),
  )
  const whoIs = (actor: string) => ({ actor, name: names.get(actor) ?? null })
  return rows.map((row) => ({
    id: row.id,
    conversation_id: row.conversation_id,
    parent_id: row.parent_id,
    turn_id: row.turn_id,
    start_ms: row.start_ms,
    author: whoIs(row.author),
    body: row.deleted_at ? null : mask(row.body),
    mentions: row.mentions.map((one) => ({ ...one, name: mentioned.get(refOf(one)) ?? null })),
    likes: row.likes,
    liked: row.liked,
    created_at: row.created_at,
    edited_at: row.edited_at,
    deleted_at: row.deleted_at,
    resolved: row.resolved_at && row.resolved_by ? { at: row.resolved_at, by: whoIs(row.resolved_by) } : null,
  }))
}
