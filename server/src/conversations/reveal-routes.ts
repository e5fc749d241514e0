// Asking to see one conversation unmasked, over REST.

import { Type } from 'typebox'
import { writeOnce } from '../access/index.ts'
import type { Db } from '../platform/db/db.ts'
import { ok, type Route, route } from '../platform/http/route.ts'
import { strictFields } from '../platform/http/strict-fields.ts'
import { Problem } from '../platform/problem.ts'
import type { Secrets } from '../platform/secrets.ts'
import { byId, ownId } from './conversation-id.ts'
import { requireConversation } from './conversations.ts'
import { reveal, revealHours } from './reveals.ts'

const reasonCharsMin = 10
const asked = Type.Object({
  reason: Type.String({
    minLength: reasonCharsMin,
    maxLength: 500,
    description: 'Why; kept in the audit. Without personal data.',
  }),
})

export function revealRoutes({ db, secrets }: { db: Db; secrets: Secrets }): Route[] {
  return [
    route({
      method: 'POST',
      paths: ['/v1/conversations/:id/reveal'],
      summary: 'See the masked fields of one conversation, with a reason',
      description: `Numbers, customer references and e-mail addresses are shown to you alone, for ${revealHours} hours.`,
      tag: 'Conversations',
      auth: 'redactions:reveal',
      params: byId,
      body: asked,
      answers: {
        200: {
          description: 'Until when',
          schema: Type.Object({
            conversation_id: Type.String({ format: 'uuid' }),
            until: Type.String({ format: 'date-time' }),
          }),
        },
      },
      async handle(call) {
        const { by, params } = call
        const { id } = await requireConversation(db, by, ownId(params.id))
        const { reason: given } = strictFields(asked, await call.fields())
        const reason = given.trim().replace(/[\p{Cc}\s]+/gu, ' ')
        if (reason.length < reasonCharsMin) {
          const detail = `reason: say in at least ${reasonCharsMin} characters why you need to see it.`
          throw new Problem('invalid', 'invalid_request', detail, { facts: { field: 'reason' } })
        }
        return writeOnce({ db, secrets }, { ...call, params: { id } }, { reason }, async (tx) => {
          const until = await reveal(tx, by, { id, reason })
          const data = { reason, until: until.toISOString() }
          return { answer: ok({ conversation_id: id, until }), action: 'conversation.reveal', target: id, data }
        })
      },
    }),
  ]
}
