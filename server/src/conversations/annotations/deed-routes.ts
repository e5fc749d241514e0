// Tags, review, assignment and reprocessing of one conversation over REST. Of many at once: bulk-routes.ts.

import { Type } from 'typebox'
import { answerOnce, idempotencyOf } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { type Answer, type Call, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { rowAnswer } from '../answers.ts'
import { byId, ownId } from '../conversation-id.ts'
import { type Conversation, requireConversation } from '../conversations.ts'
import { annotateOne } from './changes.ts'
import { assignWork, readAssignment, reviewWork, tagsMax, tagWork } from './deeds.ts'
import { type Again, type Reanalysis, rerunWork } from './reruns.ts'
import { shownRow } from './shown-row.ts'
import { readTagName } from './tags.ts'

const tag = 'Conversations'
const tagged = Type.Object(
  { tags: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: tagsMax }) },
  { examples: [{ tags: ['Follow up'] }] },
)
const word = Type.String({ minLength: 1, maxLength: 300 })
const wordOrNull = Type.Optional(Type.Union([word, Type.Null()]))
export const assignmentFields = {
  agent: wordOrNull,
  team: wordOrNull,
}
const assigned = Type.Object(assignmentFields, {
  description: '`agent`: id, external id or e-mail, null for nobody; `team`: name or id, null for none',
  examples: [{ agent: 'agent.one@example.com' }],
})
export const rerunFields = {
  from: Type.Union([Type.Literal('transcribe'), Type.Literal('analyse')]),
  replace_edits: Type.Optional(
    Type.Boolean({ description: 'A new transcript may take the place of one that people have corrected' }),
  ),
}
const rerun = Type.Object(rerunFields, { examples: [{ from: 'analyse' }] })
const shown = { description: 'The conversation as it is now', schema: rowAnswer }

export function deedRoutes({ db, secrets, again }: { db: Db; secrets: Secrets; again: Reanalysis }): Route[] {
  const write = (
    call: Call<{ id: string }>,
    content: object,
    work: (tx: Tx, id: string) => Promise<Conversation>,
    status = 200,
  ): Promise<Answer> => {
    const id = ownId(call.params.id)
    return answerOnce(db, secrets, idempotencyOf(call, [call.by.actor, id, content]), async (tx) => ({
      status,
      body: await shownRow(tx, call.by, await work(tx, id)),
    }))
  }

  return [
    route({
      method: 'PUT',
      paths: ['/v1/conversations/:id/tags'],
      summary: 'Say which tags a conversation has',
      description: 'A name that nobody knows is a tag of the organisation from then on.',
      tag,
      auth: 'calls:annotate',
      params: byId,
      body: tagged,
      answers: { 200: shown },
      async handle(call) {
        const tags = strictFields(tagged, await call.fields()).tags
        return write(call, { tags }, async (tx, id) => {
          const { tags: present } = await requireConversation(tx, call.by, id)
          // What it has may be longer than people may write: senders named it.
          const names = tags.map((name) => (present.includes(name) ? name : readTagName(name)))
          return annotateOne(tx, call, id, tagWork(call.by, { set: names }))
        })
      },
    }),
    ...(['PUT', 'DELETE'] as const).map((method) =>
      route({
        method,
        paths: ['/v1/conversations/:id/review'],
        summary: method === 'PUT' ? 'Mark a conversation as reviewed' : 'Take the mark of a review back',
        tag,
        auth: 'calls:annotate',
        params: byId,
        answers: { 200: shown },
        handle: (call) => write(call, {}, (tx, id) => annotateOne(tx, call, id, reviewWork(call.by, method === 'PUT'))),
      }),
    ),
    route({
      method: 'PUT',
      paths: ['/v1/conversations/:id/assignment'],
      summary: 'Give a conversation to another agent or team',
      description:
        'The agent brings their team, unless one is named. Findings, comments and corrections stay; what a client says of the same conversation later does not change whose it is.',
      tag,
      auth: 'calls:annotate',
      params: byId,
      body: assigned,
      answers: { 200: shown, 409: { description: 'It is still being worked on' } },
      async handle(call) {
        const given = strictFields(assigned, await call.fields())
        return write(call, given, async (tx, id) => {
          const wanted = await readAssignment(tx, call.by, given)
          return annotateOne(tx, call, id, assignWork(call.by, wanted))
        })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/conversations/:id/reprocess'],
      summary: 'Transcribe or analyse a conversation once more',
      description:
        'What was found before is shown until the new findings are there, and stays readable (`/analyses`, `/transcript/revisions`). How far it is: `stages` and `reprocessing` of the conversation. At its end `call.updated` or `chat.updated` says that findings have changed.',
      tag,
      auth: 'calls:annotate',
      params: byId,
      body: rerun,
      answers: {
        202: { ...shown, description: 'It waits for its turn' },
        409: { description: 'It is being worked on, or people have corrected what would be replaced' },
      },
      async handle(call) {
        const { from, replace_edits = false } = strictFields(rerun, await call.fields())
        const content = { from, replace_edits }
        return write(
          call,
          content,
          async (tx, id) => {
            const { channel } = await requireConversation(tx, call.by, id)
            const [tag = 0] = await again.takeTags(tx, call.by.orgId, [{ channel, from }])
            const begun: Again[] = []
            const work = rerunWork(call.by, { from, replacesEdits: replace_edits }, () => tag, begun)
            const after = await annotateOne(tx, call, id, work)
            await again.enqueue(tx, begun)
            return after
          },
          202,
        )
      },
    }),
  ]
}
