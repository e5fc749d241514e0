// Coaching notes as they are shown: with the name of who wrote, the moment for whoever may see its conversation, and masked
// for who sees masks.

import { Type } from 'typebox'
import { namesOf } from '../../access/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import { pageAnswer } from '../../platform/http/paging.ts'
import { listConversationsById } from '../conversations.ts'
import { isUnmasked, repeatsOf } from '../masks.ts'
import { isWithin, type Viewer, wholeOrg } from '../reach.ts'
import { asSeenBy } from '../reveals.ts'
import { type CoachingNote, noteKinds } from './notes.ts'

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const text = Type.String()
const time = Type.String({ format: 'date-time' })
const uuid = Type.String({ format: 'uuid' })

export const noteKind = Type.Union(
  noteKinds.map((one) => Type.Literal(one)),
  { description: '`praise`: to keep doing; `advice`: to try' },
)

export const noteAnswer = Type.Object({
  id: uuid,
  agent_id: uuid,
  author: Type.Object({ actor: Type.String({ description: '`user:…` or `key:…`' }), name: orNull(text) }),
  kind: noteKind,
  text: Type.String({ description: 'Plain text' }),
  moment: Type.Union(
    [
      Type.Object({
        conversation_id: uuid,
        channel: text,
        started_at: time,
        at_ms: orNull(Type.Integer({ minimum: 0, description: 'From the beginning of the conversation' })),
      }),
      Type.Null(),
    ],
    { description: 'What it is about; null, too, where you may not see that conversation, or it was deleted' },
  ),
  is_shared: Type.Boolean({ description: 'Whether the agent sees it' }),
  read_at: orNull(Type.String({ format: 'date-time', description: 'When the agent said that they have read it' })),
  reply: orNull(Type.String({ description: 'What the agent says to it' })),
  created_at: time,
  updated_at: time,
  revision: Type.Integer({ description: 'For `If-Match`' }),
})
export const notesAnswer = pageAnswer('coaching_notes', noteAnswer)

export async function noteViews(db: DbOrTx, by: Viewer, notes: readonly CoachingNote[]) {
  const names = await namesOf(
    db,
    by.orgId,
    notes.map(({ author }) => author),
  )
  const ids = [...new Set(notes.flatMap(({ conversation_id }) => conversation_id ?? []))]
  const found = new Map((await listConversationsById(db, wholeOrg(by.orgId), ids)).map((one) => [one.id, one]))
  const masked = new Set(
    (await asSeenBy(db, by, [...found.values()])).filter(({ is_masked }) => is_masked).map(({ id }) => id),
  )
  return notes.map(({ org_id: _, author, conversation_id, at_ms, ...note }) => {
    const about = found.get(conversation_id ?? '')
    const isMasked = about ? masked.has(about.id) : !isUnmasked(by)
    const mask = isMasked ? repeatsOf(about ?? nobody) : (words: string) => words
    return {
      ...note,
      author: { actor: author, name: names.get(author) ?? null },
      text: mask(note.text),
      reply: note.reply && mask(note.reply),
      moment:
        about && isWithin(by.reach, about)
          ? { conversation_id: about.id, channel: about.channel, started_at: about.started_at, at_ms }
          : null,
    }
  })
}

const nobody = { caller_number: null, called_number: null, customer_ref: null }
