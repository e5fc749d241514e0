// Coaching notes: what those who lead agents write to them, to keep doing or to try. It belongs to the agent and outlives
// the conversation that it may be about; so it stands beside the annotations of conversations, whose notices tell of it.
// Who may what with them: note-routes.ts.

import { type RawBuilder, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { notFound } from '../../platform/problem.ts'
import { agentsWithin, type Viewer } from '../reach.ts'

export const textCharsMax = 5000
export const replyCharsMax = 1000

export const noteKinds = ['praise', 'advice'] as const

export type CoachingNote = {
  org_id: string
  id: string
  agent_id: string
  author: string
  kind: (typeof noteKinds)[number]
  text: string
  conversation_id: string | null
  at_ms: number | null
  is_shared: boolean
  read_at: Date | null
  reply: string | null
  created_at: Date
  updated_at: Date
  revision: number
}

/** What its author says. */
export type NoteWords = Pick<CoachingNote, 'kind' | 'text' | 'conversation_id' | 'at_ms' | 'is_shared'>

/** Whose notes, and whether those are among them that the agent is not shown. */
export type Shelf = { agentId: string; seesUnshared: boolean }

const onShelf = (by: Viewer, { agentId, seesUnshared }: Shelf): RawBuilder<boolean> => sql<boolean>`
  org_id = ${by.orgId} and agent_id = ${agentId} and (${seesUnshared} or is_shared or author = ${by.actor})`

/** Of notices `n`: whether somebody who was told of a note may see it still. */
export const noteWithin = (by: Viewer): RawBuilder<boolean> => sql<boolean>`exists (
  select from coaching_notes k where k.org_id = ${by.orgId} and k.id = n.coaching_note_id
    and (k.is_shared or k.author = ${by.actor})
    and exists (select from agents where org_id = ${by.orgId} and id = k.agent_id and ${agentsWithin(by)}))`

/** Newest first. */
export async function listNotes(
  db: DbOrTx,
  by: Viewer,
  shelf: Shelf,
  page: { limit: number; before: string | null },
): Promise<CoachingNote[]> {
  const { rows } = await sql<CoachingNote>`
    select * from coaching_notes where ${onShelf(by, shelf)} ${page.before ? sql`and id < ${page.before}` : sql``}
    order by id desc limit ${page.limit}`.execute(db)
  return rows
}

export async function listNotesById(db: DbOrTx, orgId: string, ids: readonly string[]): Promise<CoachingNote[]> {
  const { rows } = await sql<CoachingNote>`
    select * from coaching_notes where org_id = ${orgId} and id = any(${[...ids]}::uuid[])`.execute(db)
  return rows
}

/** Locked until the transaction ends, if there is one to be. @throws Problem('not_found') */
export async function requireNote(
  db: DbOrTx,
  by: Viewer,
  shelf: Shelf,
  id: string,
  { isHeld = false } = {},
): Promise<CoachingNote> {
  const { rows } = await sql<CoachingNote>`
    select * from coaching_notes where ${onShelf(by, shelf)} and id = ${id} ${isHeld ? sql`for update` : sql``}`.execute(
    db,
  )
  if (!rows[0]) throw notFound()
  return rows[0]
}

export async function createNote(tx: Tx, by: Viewer, agentId: string, words: NoteWords): Promise<CoachingNote> {
  const row = { org_id: by.orgId, id: newId(), agent_id: agentId, author: by.actor, ...words }
  return (await tx.insertInto('coaching_notes').values(row).returningAll().executeTakeFirstOrThrow()) as CoachingNote
}

/** Whoever has read other words has not read these. */
export async function changeNote(tx: Tx, before: CoachingNote, words: NoteWords): Promise<CoachingNote> {
  const set = {
    ...words,
    read_at: saysTheSame(before, words) ? before.read_at : null,
    updated_at: new Date(),
    revision: before.revision + 1,
  }
  return update(tx, before, set)
}

export const saysTheSame = (before: NoteWords, after: NoteWords): boolean =>
  (['kind', 'text', 'conversation_id', 'at_ms'] as const).every((name) => before[name] === after[name])

/** When it was read first, and the last word about it. */
export const readNote = (tx: Tx, before: CoachingNote, reply: string | null): Promise<CoachingNote> =>
  update(tx, before, { read_at: before.read_at ?? new Date(), reply: reply ?? before.reply })

async function update(tx: Tx, { org_id, id }: CoachingNote, set: Partial<CoachingNote>): Promise<CoachingNote> {
  const changed = tx.updateTable('coaching_notes').set(set).where('org_id', '=', org_id).where('id', '=', id)
  return (await changed.returningAll().executeTakeFirstOrThrow()) as CoachingNote
}

export async function deleteNote(tx: Tx, { org_id, id }: CoachingNote): Promise<void> {
  await tx.deleteFrom('coaching_notes').where('org_id', '=', org_id).where('id', '=', id).execute()
}

/** Of agents that turned out to be one. */
export async function moveNotes(tx: Tx, orgId: string, { from, to }: { from: string[]; to: string }): Promise<void> {
  await sql`
    update coaching_notes set agent_id = ${to} where org_id = ${orgId} and agent_id = any(${from}::uuid[])`.execute(tx)
}
