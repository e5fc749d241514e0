// Corrections of a transcript over REST, and the history of transcripts and analyses. Undo = restore an earlier revision.

import { type TSchema, Type } from 'typebox'
import { answerOnce, idempotencyOf } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { type Answer, type Call, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { rowAnswer } from '../answers.ts'
import { byId, ownId } from '../conversation-id.ts'
import { type Correct, correct, restoring } from './correct.ts'
import { correctRole, correctTurn, sides, swapRoles, turnCharsMax } from './corrections.ts'
import type { Reanalysis } from './reruns.ts'
import { shownRow } from './shown-row.ts'
import { readWritten } from './written-text.ts'

const tag = 'Conversations'
const partId = Type.String({ maxLength: 200 })
const role = Type.Union(sides.map((one) => Type.Literal(one)))
const turnChange = Type.Object(
  {
    text: Type.Optional(Type.String({ maxLength: turnCharsMax * 4, description: `Up to ${turnCharsMax} characters` })),
    language: Type.Optional(Type.Union([Type.String({ maxLength: 100 }), Type.Null()])),
    participant_id: Type.Optional(Type.String({ maxLength: 100, description: 'Who of `participants` said it' })),
    role: Type.Optional(role),
  },
  { examples: [{ text: 'I would like a refund.' }] },
)
const roleChange = Type.Object({ role }, { examples: [{ role: 'agent' }] })
const restored = Type.Object({ revision: Type.Integer({ minimum: 1 }) }, { examples: [{ revision: 1 }] })

const answers: Record<number, { description: string; schema?: TSchema }> = {
  200: {
    description: 'The conversation; its transcript is at revision `transcript_revision`, and is being analysed anew',
    schema: Type.Object({
      transcript_revision: Type.Integer(),
      changed: Type.Boolean({ description: 'False: it said so already' }),
      conversation: rowAnswer,
    }),
  },
  403: { description: 'The conversation is masked for you' },
  409: { description: 'It was changed meanwhile, or is being worked on' },
}
const basis =
  'Send `If-Match` with the revision that you looked at, such as `"2"`: when somebody has corrected it meanwhile, the ' +
  'answer is 409 with the newer `revision`. The earlier revision is kept, the findings are computed anew.'

/** @throws Problem('invalid', 'revision_required') */
function readBasis(call: Pick<Call, 'headers'>, isRequired: boolean): number | null {
  const given = call.headers['if-match']
  if (given?.trim() === '*' || (given === undefined && !isRequired)) return null
  const revision = Number(
    given
      ?.trim()
      .replace(/^W\//, '')
      .replace(/^"(\d{1,9})"$/, '$1'),
  )
  if (Number.isSafeInteger(revision) && revision > 0) return revision
  const detail = 'Send If-Match with the revision of the transcript that you corrected, such as "2".'
  throw new Problem('invalid', 'revision_required', detail, { facts: { field: 'If-Match' } })
}

export function correctionRoutes({ db, secrets, again }: { db: Db; secrets: Secrets; again: Reanalysis }): Route[] {
  const write = (
    call: Call<{ id: string }>,
    content: object,
    basedOn: number | null,
    work: Correct,
  ): Promise<Answer> => {
    const id = ownId(call.params.id)
    const { by, requestId } = call
    return answerOnce(db, secrets, idempotencyOf(call, [by.actor, id, basedOn, content]), async (tx) => {
      let isChanged = false
      const after = await correct(
        tx,
        again,
        { by, requestId },
        {
          id,
          basedOn,
          async correct(transcript, tx) {
            const correction = await work(transcript, tx)
            isChanged = correction !== null
            return correction
          },
        },
      )
      return {
        status: 200,
        body: {
          transcript_revision: after.transcript_revision,
          changed: isChanged,
          conversation: await shownRow(tx, by, after),
        },
        headers: { ETag: `"${after.transcript_revision}"` },
      }
    })
  }

  return [
    route({
      method: 'PATCH',
      paths: ['/v1/conversations/:id/turns/:turn_id'],
      summary: 'Correct the words, the speaker or the language of a turn',
      description: basis,
      tag,
      auth: 'calls:annotate',
      params: Type.Object({ ...byId.properties, turn_id: partId }),
      body: turnChange,
      answers,
      async handle(call) {
        const { text, ...rest } = strictFields(turnChange, await call.fields())
        const change = {
          ...rest,
          ...(text === undefined ? {} : { text: readWritten('text', text, turnCharsMax) }),
        }
        if (Object.keys(change).length === 0) {
          throw new Problem('invalid', 'invalid_request', 'Send what is to be corrected: text, role or language.')
        }
        const { turn_id } = call.params
        return write(call, { turn_id, change }, readBasis(call, true), (said) => correctTurn(said, turn_id, change))
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/conversations/:id/participants/:participant_id'],
      summary: 'Say whether a speaker is the agent, the customer, …',
      description: basis,
      tag,
      auth: 'calls:annotate',
      params: Type.Object({ ...byId.properties, participant_id: partId }),
      body: roleChange,
      answers,
      async handle(call) {
        const { role } = strictFields(roleChange, await call.fields())
        const { participant_id } = call.params
        const content = { participant_id, role }
        return write(call, content, readBasis(call, true), (said) => correctRole(said, participant_id, role))
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/conversations/:id/swap-roles'],
      summary: 'Exchange agent and customer',
      description: `All that the one said was said by the other. ${basis} Without it, whatever revision is the newest.`,
      tag,
      auth: 'calls:annotate',
      params: byId,
      answers,
      handle: (call) => write(call, {}, readBasis(call, false), swapRoles),
    }),
    route({
      method: 'POST',
      paths: ['/v1/conversations/:id/transcript/restore'],
      summary: 'Bring the words of an earlier revision back',
      description: `As a new revision: none is ever lost. ${basis} Without it, whatever revision is the newest.`,
      tag,
      auth: 'calls:annotate',
      params: byId,
      body: restored,
      answers,
      async handle(call) {
        const { revision } = strictFields(restored, await call.fields())
        return write(call, { revision }, readBasis(call, false), restoring(revision))
      },
    }),
  ]
}
