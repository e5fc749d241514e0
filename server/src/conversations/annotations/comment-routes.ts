// Comments over REST: said, answered, edited, resolved, liked. Who is mentioned is mentions.ts, who is told notifications.ts.

import { Type } from 'typebox'
import { answerOnce, idempotencyOf, orgReader, type Written, writeAudit } from '../../access/index.ts'
import { emit, takeSequence } from '../../events/index.ts'
import type { Db, DbOrTx, Tx } from '../../platform/db/db.ts'
import { cursorPages, cursorQuery, isRowId } from '../../platform/http/paging.ts'
import { type Answer, type Call, ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Mail } from '../../platform/mail.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { byId, ownId } from '../conversation-id.ts'
import { type Conversation, requireConversation } from '../conversations.ts'
import { wholeOrg } from '../reach.ts'
import { getTranscript } from '../transcripts.ts'
import { commentAnswer, commentsAnswer, commentViews, madeAnswer, textMaskOf } from './comment-views.ts'
import {
  bodyCharsMax,
  type Comment,
  type CommentRow,
  createComment,
  deleteComment,
  editComment,
  likeComment,
  listComments,
  listEdits,
  requireComment,
  resolveComment,
} from './comments.ts'
import { type Mention, readMentions, refOf, whoIsTold } from './mentions.ts'
import { enqueueMails } from './notice-mail.ts'
import { notify } from './notifications.ts'
import { readWritten } from './written-text.ts'

const tag = 'Comments'
const words = Type.String({
  maxLength: bodyCharsMax * 4,
  description: `Plain text of up to ${bodyCharsMax} characters. \`@[user:<id>]\`, \`@[agent:<id>]\` and \`@\` with an address mention somebody.`,
})
const said = Type.Object(
  {
    body: words,
    turn_id: Type.Optional(Type.String({ maxLength: 100, description: 'The turn that it is about' })),
    parent_id: Type.Optional(Type.String({ maxLength: 100, description: 'The comment that it answers' })),
  },
  { examples: [{ body: 'Well said, @[user:0199b1f2-cccc-7abc-8def-00000000000c]', turn_id: 't4' }] },
)
const edited = Type.Object({ body: words }, { examples: [{ body: 'Well said.' }] })
const byCommentId = Type.Object({ id: Type.String({ maxLength: 200 }) })

const pages = cursorPages('i', isRowId)

export type CommentParts = {
  db: Db
  secrets: Secrets
  mail: Mail
  queue: () => Queue
  defaultTimeZone: string
}

export function commentRoutes({ db, secrets, mail, queue, defaultTimeZone }: CommentParts): Route[] {
  const readOrg = orgReader(db)

  /** One comment as the caller sees it. */
  async function shown(tx: DbOrTx, by: Principal, comment: CommentRow) {
    const mask = await textMaskOf(tx, by, comment.conversation_id)
    const [view] = await commentViews(tx, by.orgId, [comment], mask)
    return view
  }

  /** Of those that the caller may see; with its conversation, unmasked. */
  async function reachComment(tx: DbOrTx, by: Principal, shownId: string) {
    const comment = await requireComment(tx, by, requireUuid(shownId))
    await requireConversation(tx, by, comment.conversation_id)
    return { comment, conversation: await requireConversation(tx, wholeOrg(by.orgId), comment.conversation_id) }
  }

  const write = (call: Call, content: unknown, work: (tx: Tx) => Promise<Written>): Promise<Answer> =>
    answerOnce(db, secrets, idempotencyOf(call, [call.by.actor, call.params, content]), async (tx) => {
      const { by, requestId } = call
      const { answer, ...entry } = await work(tx)
      await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, requestId, ...entry }])
      return answer
    })

  /** Those who are mentioned; of an answer, who began the thread, too. @returns who was mentioned and is not told */
  async function tell(tx: Tx, by: Principal, conversation: Conversation, comment: Comment, parent: Comment | null) {
    const zone = (await readOrg(by.orgId)).settings.time_zone ?? defaultTimeZone
    const { userIds, untold } = await whoIsTold(tx, by, conversation, comment.mentions)
    const { orgId } = by
    const about = { orgId, conversation_id: conversation.id, comment_id: comment.id, coaching_note_id: null }
    const due = await notify(tx, about, { userIds, kind: 'mention', by: by.actor, zone })
    const began = /^user:(.+)$/.exec(parent?.author ?? '')?.[1]
    if (began && !userIds.includes(began)) {
      const asked = await whoIsTold(tx, by, conversation, [{ kind: 'user', id: began }])
      due.push(...(await notify(tx, about, { userIds: asked.userIds, kind: 'reply', by: by.actor, zone })))
    }
    if (mail.isSet) await enqueueMails(tx, queue(), by.orgId, due)
    return untold.map(refOf)
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/comments'],
      summary: 'List the comments on a conversation',
      description:
        'Oldest first; those with a `parent_id` answer another one. One that was deleted is there while it has answers.',
      tag,
      auth: 'calls:read',
      params: byId,
      query: Type.Object(cursorQuery),
      answers: { 200: { description: 'A page of comments', schema: commentsAnswer } },
      async handle({ by, params, query }) {
        const { id } = await requireConversation(db, by, ownId(params.id))
        const { rows, next_cursor } = await pages(
          query,
          ({ limit, last }) => listComments(db, by, { conversationId: id, limit, after: last }),
          (one) => one.id,
        )
        const mask = await textMaskOf(db, by, id)
        return ok({ comments: await commentViews(db, by.orgId, rows, mask), next_cursor })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/conversations/:id/comments'],
      summary: 'Comment on a conversation, on one of its turns, or on a comment',
      tag,
      auth: 'calls:annotate',
      params: byId,
      body: said,
      answers: { 201: { description: 'The comment', schema: madeAnswer } },
      async handle(call) {
        const { by } = call
        const given = strictFields(said, await call.fields())
        const written = readWritten('body', given.body, bodyCharsMax)
        const { id } = await requireConversation(db, by, ownId(call.params.id))
        return write(call, given, async (tx) => {
          const conversation = await requireConversation(tx, wholeOrg(by.orgId), id)
          const parent = given.parent_id ? await readParent(tx, by, id, given.parent_id) : null
          const place = await readPlace(tx, conversation, given.turn_id, parent)
          const { body, mentions } = await readMentions(tx, by, written)
          const parent_id = parent?.id ?? null
          const comment = await createComment(tx, by, { conversation_id: id, parent_id, ...place, body, mentions })
          const not_told = await tell(tx, by, conversation, comment, parent)
          await announce(tx, conversation, comment)
          return {
            answer: { status: 201, body: { ...(await shown(tx, by, comment)), not_told } },
            action: 'comment.create',
            target: comment.id,
            data: { conversation_id: id, mentions: mentions.map(refOf) },
          }
        })
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/comments/:id'],
      summary: 'Edit your comment; what it said before stays readable',
      tag,
      auth: 'calls:annotate',
      params: byCommentId,
      body: edited,
      answers: { 200: { description: 'The comment', schema: madeAnswer } },
      async handle(call) {
        const { by } = call
        const given = strictFields(edited, await call.fields())
        const written = readWritten('body', given.body, bodyCharsMax)
        return write(call, given, async (tx) => {
          const { comment, conversation } = await reachComment(tx, by, call.params.id)
          requireAuthor(by, comment)
          const { body, mentions } = await readMentions(tx, by, written)
          if (body !== comment.body) await editComment(tx, comment, { body, mentions })
          const not_told = await tell(tx, by, conversation, { ...comment, mentions }, null)
          const after = await requireComment(tx, by, comment.id)
          const data = { conversation_id: conversation.id, mentions: mentions.map(refOf) }
          const answer = ok({ ...(await shown(tx, by, after)), not_told })
          return { answer, action: 'comment.edit', target: comment.id, data }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/comments/:id/history'],
      summary: 'What a comment said before it was edited',
      tag,
      auth: 'calls:read',
      params: byCommentId,
      answers: {
        200: {
          description: 'Oldest first',
          schema: Type.Object({
            edits: Type.Array(Type.Object({ body: Type.String(), until: Type.String({ format: 'date-time' }) })),
          }),
        },
      },
      async handle({ by, params }) {
        const { comment } = await reachComment(db, by, params.id)
        const mask = await textMaskOf(db, by, comment.conversation_id)
        const edits = await listEdits(db, comment)
        return ok({ edits: edits.map(({ body, until }) => ({ body: mask(body), until })) })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/comments/:id'],
      summary: 'Delete your comment, with all that it ever said',
      tag,
      auth: 'calls:annotate',
      params: byCommentId,
      answers: { 204: { description: 'Deleted' } },
      handle: (call) =>
        write(call, {}, async (tx) => {
          const { comment, conversation } = await reachComment(tx, call.by, call.params.id)
          requireAuthor(call.by, comment)
          await deleteComment(tx, comment)
          const data = { conversation_id: conversation.id }
          return { answer: { status: 204 }, action: 'comment.delete', target: comment.id, data }
        }),
    }),
    ...(['resolve', 'reopen'] as const).map((verb) =>
      route({
        method: 'POST',
        paths: [`/v1/comments/:id/${verb}`],
        summary: verb === 'resolve' ? 'Mark a thread as done' : 'Take up a thread that was done',
        tag,
        auth: 'calls:annotate',
        params: byCommentId,
        answers: { 200: { description: 'The comment that the thread begins with', schema: commentAnswer } },
        handle: (call) =>
          write(call, {}, async (tx) => {
            const { comment, conversation } = await reachComment(tx, call.by, call.params.id)
            const first = comment.parent_id ? await requireComment(tx, call.by, comment.parent_id) : comment
            if ((first.resolved_at === null) === (verb === 'resolve')) {
              await resolveComment(tx, first, verb === 'resolve' ? call.by.actor : null)
            }
            const after = await requireComment(tx, call.by, first.id)
            const data = { conversation_id: conversation.id }
            return { answer: ok(await shown(tx, call.by, after)), action: `comment.${verb}`, target: first.id, data }
          }),
      }),
    ),
    ...(['PUT', 'DELETE'] as const).map((method) =>
      route({
        method,
        paths: ['/v1/comments/:id/like'],
        summary: method === 'PUT' ? 'Like a comment' : 'Take a like back',
        tag,
        auth: 'calls:annotate',
        params: byCommentId,
        answers: { 200: { description: 'The comment', schema: commentAnswer } },
        handle: (call) =>
          write(call, {}, async (tx) => {
            const { comment } = await reachComment(tx, call.by, call.params.id)
            await likeComment(tx, comment, call.by.actor, method === 'PUT')
            const after = await requireComment(tx, call.by, comment.id)
            const action = method === 'PUT' ? 'comment.like' : 'comment.unlike'
            return { answer: ok(await shown(tx, call.by, after)), action, target: comment.id }
          }),
      }),
    ),
  ]
}

function requireAuthor(by: Principal, { author }: Comment): void {
  if (author === by.actor) return
  throw new Problem('forbidden', 'not_the_author', 'Only whoever wrote a comment can change or delete it.')
}

/** Threads are one deep: an answer to an answer belongs to the same thread. */
async function readParent(tx: Tx, by: Principal, conversationId: string, shownId: string): Promise<Comment> {
  const parent = await requireComment(tx, by, requireUuid(shownId))
  if (parent.conversation_id !== conversationId) throw notFound()
  return parent.parent_id ? requireComment(tx, by, parent.parent_id) : parent
}

async function readPlace(
  tx: Tx,
  { org_id: orgId, id: conversationId, transcript_revision, channel, version }: Conversation,
  turnId: string | undefined,
  parent: Comment | null,
): Promise<Pick<Comment, 'turn_id' | 'start_ms'>> {
  if (turnId === undefined) return { turn_id: parent?.turn_id ?? null, start_ms: parent?.start_ms ?? null }
  const revision = transcript_revision ?? (channel === 'chat' ? version : null)
  const transcript = revision === null ? null : await getTranscript(tx, { orgId, conversationId, revision })
  const turn = transcript?.turns.find(({ id }) => id === turnId)
  if (turn) return { turn_id: turn.id, start_ms: Math.max(0, Math.round(turn.start_ms)) }
  const detail = `turn_id: there is no turn ${turnId} in the transcript.`
  throw new Problem('invalid', 'unknown_turn', detail, { facts: { field: 'turn_id' } })
}

async function announce(tx: Tx, conversation: Conversation, comment: Comment): Promise<void> {
  const { org_id: orgId, id: conversation_id, channel } = conversation
  const [seq = 0] = await takeSequence(tx, [orgId])
  const { id: comment_id, parent_id, turn_id, start_ms, author: by } = comment
  const links = {
    self: `/v1/conversations/${conversation_id}/comments`,
    conversation: `/v1/conversations/${conversation_id}`,
  }
  const data = {
    comment_id,
    conversation_id,
    channel,
    parent_id,
    turn_id,
    start_ms,
    by,
    mentions: comment.mentions.map((one: Mention) => refOf(one)),
    created_at: comment.created_at.toISOString(),
    links,
  }
  await emit(tx, [{ orgId, seq, type: 'comment.created', conversationId: null, data }])
}
