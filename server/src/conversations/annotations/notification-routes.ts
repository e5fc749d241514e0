// What somebody was told of, over REST: their notices, read and unread, and how mail about them comes.

import { Type } from 'typebox'
import { answerOnce, idempotencyOf, namesOf, writeAudit } from '../../access/index.ts'
import type { Db, DbOrTx } from '../../platform/db/db.ts'
import { cursorPages, cursorQuery, isRowId } from '../../platform/http/paging.ts'
import { ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { noteViews } from '../coaching/note-views.ts'
import { listNotesById } from '../coaching/notes.ts'
import { textMaskOf } from './comment-views.ts'
import { listCommentsById } from './comments.ts'
import {
  chooseMail,
  countUnread,
  listNotices,
  mailChoiceOf,
  mailChoices,
  markAllRead,
  markNotice,
  type Notice,
} from './notifications.ts'

const tag = 'Notifications'
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const time = Type.String({ format: 'date-time' })
const uuid = Type.String({ format: 'uuid' })
const mark = Type.Object({ read: Type.Boolean() }, { examples: [{ read: true }] })
const preferences = Type.Object(
  { mail: Type.Union(mailChoices.map((one) => Type.Literal(one))) },
  {
    description: '`real_time`, `daily` (at 8 in the organisation’s time zone), or `none`',
    examples: [{ mail: 'daily' }],
  },
)
const excerptCharsMax = 300

const noticeAnswer = Type.Object({
  id: uuid,
  kind: Type.Union((['mention', 'reply', 'coaching', 'coaching_reply'] as const).map((one) => Type.Literal(one))),
  conversation_id: orNull(uuid),
  comment_id: orNull(uuid),
  coaching_note_id: orNull(uuid),
  agent_id: orNull(Type.String({ format: 'uuid', description: 'To whom the coaching note is' })),
  by: Type.Object({ actor: Type.String(), name: orNull(Type.String()) }),
  turn_id: orNull(Type.String()),
  start_ms: orNull(Type.Integer()),
  excerpt: orNull(
    Type.String({ description: 'How the comment, the note or the word about it begins; null once it was deleted' }),
  ),
  created_at: time,
  read_at: orNull(time),
})

const pages = cursorPages('i', isRowId)

const isPerson = ({ actor }: Principal) => actor.startsWith('user:')

/** Keys and applications are told by events. @throws Problem('forbidden', 'people_only') */
function requirePerson(by: Principal): void {
  if (isPerson(by)) return
  const detail = 'Only people are told by notifications. Listen to the event comment.created instead.'
  throw new Problem('forbidden', 'people_only', detail)
}

export function notificationRoutes({ db, secrets }: { db: Db; secrets: Secrets }): Route[] {
  async function views(tx: DbOrTx, by: Principal, rows: Notice[]) {
    const comments = new Map(
      (
        await listCommentsById(
          tx,
          by.orgId,
          rows.flatMap(({ comment_id }) => comment_id ?? []),
        )
      ).map((one) => [one.id, one]),
    )
    const noteIds = rows.flatMap(({ coaching_note_id }) => coaching_note_id ?? [])
    const notes = new Map(
      (await noteViews(tx, by, await listNotesById(tx, by.orgId, noteIds))).map((one) => [one.id, one]),
    )
    const names = await namesOf(
      tx,
      by.orgId,
      rows.map(({ created_by }) => created_by),
    )
    const masks = new Map<string, (text: string) => string>()
    for (const { conversation_id: id } of rows) {
      if (id && !masks.has(id)) masks.set(id, await textMaskOf(tx, by, id))
    }
    return rows.map(({ created_by, ...row }) => {
      const comment = comments.get(row.comment_id ?? '')
      const note = notes.get(row.coaching_note_id ?? '')
      const mask = masks.get(row.conversation_id ?? '') ?? (() => '')
      const begun =
        comment && !comment.deleted_at ? mask(comment.body) : row.kind === 'coaching' ? note?.text : note?.reply
      return {
        ...row,
        by: { actor: created_by, name: names.get(created_by) ?? null },
        agent_id: note?.agent_id ?? null,
        turn_id: comment?.turn_id ?? null,
        start_ms: comment?.start_ms ?? null,
        excerpt: begun ? [...begun].slice(0, excerptCharsMax).join('') : null,
      }
    })
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/notifications'],
      summary: 'List what you were told of, newest first, with how many are unread',
      description: 'They stay, read or not. What you may not see any more is not shown.',
      tag,
      auth: 'any',
      query: Type.Object({ ...cursorQuery, unread: Type.Optional(Type.Boolean()) }),
      answers: {
        200: {
          description: 'A page',
          schema: Type.Object({
            notifications: Type.Array(noticeAnswer),
            unread: Type.Integer({ minimum: 0 }),
            next_cursor: orNull(Type.String()),
          }),
        },
      },
      async handle({ by, query }) {
        requirePerson(by)
        const { rows, next_cursor } = await pages(
          query,
          ({ limit, last }) => listNotices(db, by, { limit, before: last, isUnread: query.unread === true }),
          ({ id }) => id,
        )
        return ok({ notifications: await views(db, by, rows), unread: await countUnread(db, by), next_cursor })
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/notifications/:id'],
      summary: 'Mark one as read, or as unread',
      tag,
      auth: 'any',
      params: Type.Object({ id: Type.String({ maxLength: 200 }) }),
      body: mark,
      answers: { 200: { description: 'As it is now', schema: noticeAnswer } },
      async handle(call) {
        const { by } = call
        const { read } = strictFields(mark, await call.fields())
        const id = requireUuid(call.params.id)
        if (!isPerson(by)) throw notFound()
        return answerOnce(db, secrets, idempotencyOf(call, [by.actor, id, read]), async (tx) => {
          const [view] = await views(tx, by, [await markNotice(tx, by, id, read)])
          return ok(view)
        })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/notifications/read-all'],
      summary: 'Mark all as read',
      tag,
      auth: 'any',
      answers: { 200: { description: 'How many were unread', schema: Type.Object({ marked: Type.Integer() }) } },
      handle(call) {
        requirePerson(call.by)
        return answerOnce(db, secrets, idempotencyOf(call, [call.by.actor]), async (tx) =>
          ok({ marked: await markAllRead(tx, call.by) }),
        )
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/me/notification-preferences'],
      summary: 'How mail about notifications comes to you',
      tag,
      auth: 'any',
      answers: { 200: { description: 'What you chose, in this organisation', schema: preferences } },
      async handle({ by }) {
        requirePerson(by)
        return ok({ mail: await mailChoiceOf(db, by.orgId, by.actor.replace('user:', '')) })
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/me/notification-preferences'],
      summary: 'Choose how mail about notifications comes to you',
      tag,
      auth: 'any',
      body: preferences,
      answers: { 200: { description: 'What you chose, in this organisation', schema: preferences } },
      async handle(call) {
        const { by, requestId } = call
        requirePerson(by)
        const { mail } = strictFields(preferences, await call.fields())
        return answerOnce(db, secrets, idempotencyOf(call, [by.actor, mail]), async (tx) => {
          await chooseMail(tx, by, mail)
          const entry = { orgId: by.orgId, actor: by.actor, action: 'user.choose_mail', target: by.actor, requestId }
          await writeAudit(tx, [{ ...entry, data: { mail } }])
          return ok({ mail })
        })
      },
    }),
  ]
}
