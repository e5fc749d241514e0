// Comments: what people say of a conversation or of one of its turns. Threads are one deep. What was said before an edit
// is kept; what is deleted is gone, and leaves its place while others have answered it.

import { type RawBuilder, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Mention } from './mentions.ts'

export const bodyCharsMax = 5000
/** Of one conversation. */
const commentsMax = 2000

export type Comment = {
  org_id: string
  id: string
  conversation_id: string
  parent_id: string | null
  turn_id: string | null
  start_ms: number | null
  author: string
  body: string
  mentions: Mention[]
  created_at: Date
  edited_at: Date | null
  deleted_at: Date | null
  resolved_at: Date | null
  resolved_by: string | null
}

export type CommentRow = Comment & { likes: number; liked: boolean }

const rowsOf = (db: DbOrTx, orgId: string, actor: string, condition: RawBuilder<unknown>) =>
  sql<CommentRow>`
    select c.*, l.likes, l.liked from comments c cross join lateral (
      select count(*) as likes, coalesce(bool_or(actor = ${actor}), false) as liked from comment_likes
      where org_id = c.org_id and comment_id = c.id) l
    where c.org_id = ${orgId} and ${condition}`.execute(db)

/** Oldest first. A deleted one is among them while it has answers. */
export async function listComments(
  db: DbOrTx,
  by: { orgId: string; actor: string },
  given: { conversationId: string; limit: number; after: string | null },
): Promise<CommentRow[]> {
  const { rows } = await rowsOf(
    db,
    by.orgId,
    by.actor,
    sql`c.conversation_id = ${given.conversationId} ${given.after ? sql`and c.id > ${given.after}` : sql``}
      and (c.deleted_at is null or exists (select from comments a where a.org_id = c.org_id and a.parent_id = c.id
        and a.deleted_at is null))
      order by c.id limit ${given.limit}`,
  )
  return rows
}

/** @throws Problem('not_found') also for one that was deleted */
export async function requireComment(
  db: DbOrTx,
  by: { orgId: string; actor: string },
  id: string,
): Promise<CommentRow> {
  const { rows } = await rowsOf(db, by.orgId, by.actor, sql`c.id = ${id} and c.deleted_at is null`)
  if (!rows[0]) throw notFound()
  return rows[0]
}

export type NewComment = Pick<Comment, 'conversation_id' | 'parent_id' | 'turn_id' | 'start_ms' | 'body' | 'mentions'>

/** @throws Problem('conflict', 'too_many_comments') */
export async function createComment(
  tx: Tx,
  by: { orgId: string; actor: string },
  given: NewComment,
): Promise<CommentRow> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from comments where org_id = ${by.orgId} and conversation_id = ${given.conversation_id}
      and deleted_at is null`.execute(tx)
  if ((rows[0]?.n ?? 0) >= commentsMax) {
    throw new Problem('conflict', 'too_many_comments', `A conversation can have ${commentsMax} comments.`)
  }
  const id = newId()
  await tx
    .insertInto('comments')
    .values({ org_id: by.orgId, id, author: by.actor, ...given, mentions: JSON.stringify(given.mentions) })
    .execute()
  return requireComment(tx, by, id)
}

export async function editComment(tx: Tx, was: Comment, change: Pick<Comment, 'body' | 'mentions'>): Promise<void> {
  await tx
    .insertInto('comment_edits')
    .values({ org_id: was.org_id, comment_id: was.id, id: newId(), body: was.body })
    .execute()
  await update(tx, was, {
    body: change.body,
    mentions: JSON.stringify(change.mentions),
    edited_at: new Date(),
  })
}

/** What it said, now and before, is gone. */
export async function deleteComment(tx: Tx, was: Comment): Promise<void> {
  await update(tx, was, { body: '', mentions: '[]', deleted_at: new Date() })
  for (const table of ['comment_edits', 'comment_likes'] as const) {
    await tx.deleteFrom(table).where('org_id', '=', was.org_id).where('comment_id', '=', was.id).execute()
  }
}

export const resolveComment = (tx: Tx, was: Comment, by: string | null): Promise<void> =>
  update(tx, was, { resolved_at: by === null ? null : new Date(), resolved_by: by })

async function update(tx: Tx, { org_id, id }: Comment, set: object): Promise<void> {
  await tx.updateTable('comments').set(set).where('org_id', '=', org_id).where('id', '=', id).execute()
}

export async function likeComment(tx: Tx, { org_id, id }: Comment, actor: string, isLiked: boolean): Promise<void> {
  await (isLiked
    ? sql`insert into comment_likes (org_id, comment_id, actor) values (${org_id}, ${id}, ${actor}) on conflict do nothing`
    : sql`delete from comment_likes where org_id = ${org_id} and comment_id = ${id} and actor = ${actor}`
  ).execute(tx)
}

/** Oldest first: what it said, and until when. */
export async function listEdits(db: DbOrTx, { org_id, id }: Comment): Promise<{ body: string; until: Date }[]> {
  return db
    .selectFrom('comment_edits')
    .select(['body', 'until'])
    .where('org_id', '=', org_id)
    .where('comment_id', '=', id)
    .orderBy('id')
    .limit(200)
    .execute()
}

export async function countComments(
  db: DbOrTx,
  orgId: string,
  conversationId: string,
): Promise<{ total: number; unresolved: number }> {
  const { rows } = await sql<{ total: number; unresolved: number }>`
    select count(*) as total, count(*) filter (where parent_id is null and resolved_at is null) as unresolved
    from comments where org_id = ${orgId} and conversation_id = ${conversationId} and deleted_at is null`.execute(db)
  return rows[0] ?? { total: 0, unresolved: 0 }
}

/** Deleted ones, too. */
export async function listCommentsById(db: DbOrTx, orgId: string, ids: string[]): Promise<Comment[]> {
  const { rows } = await sql<Comment>`
    select * from comments where org_id = ${orgId} and id = any(${ids}::uuid[])`.execute(db)
  return rows
}
