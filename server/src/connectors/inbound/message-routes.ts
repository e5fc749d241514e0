// Inbound messages over REST: what came, what became of it, and processing it again.

import { type Static, Type } from 'typebox'
import { writeOnce } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { cursorPages, cursorQuery, isRowId, pageAnswer } from '../../platform/http/paging.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { inboundTag as tag } from './door.ts'
import { listMessages, type Message, requireMessage, resetMessage } from './messages.ts'
import { requireSource } from './sources.ts'

const auth = 'connections:manage'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const byBoth = Type.Object({ ...byId.properties, message_id: byId.properties.id })
const pageOf = cursorPages('i', isRowId)
const time = Type.String({ description: 'ISO 8601 UTC' })
const textOrNull = Type.Union([Type.String(), Type.Null()])
const state = Type.Union(
  [Type.Literal('received'), Type.Literal('processed'), Type.Literal('failed'), Type.Literal('ignored')],
  { description: '`received`: waits or is being processed. `ignored`: nothing was to be made of it' },
)

const fields = {
  message_id: Type.String({ format: 'uuid' }),
  source_id: Type.String({ format: 'uuid' }),
  provider_id: Type.Union([Type.String(), Type.Null()], {
    description: 'What the other system calls it, or a hash of the body',
  }),
  kind: Type.Union([Type.String(), Type.Null()], { description: 'What it is about, in the words of the other system' }),
  state,
  attempts: Type.Integer(),
  error_code: textOrNull,
  reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it failed, or is ignored' }),
  result: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], { description: 'What it became' }),
  size_bytes: Type.Integer(),
  received_at: time,
  settled_at: Type.Union([time, Type.Null()]),
}
const messageAnswer = Type.Object(fields)
const wholeAnswer = Type.Object({
  ...fields,
  headers: Type.Record(Type.String(), Type.String()),
  body: Type.String({ description: 'As it came' }),
  body_encoding: Type.Union([Type.Literal('utf8'), Type.Literal('base64')]),
})

export function messageRoutes(parts: {
  db: Db
  secrets: Secrets
  process(tx: Tx, messages: { orgId: string; messageId: string }[]): Promise<void>
}): Route[] {
  const { db, secrets } = parts

  const find = ({ by, params }: Pick<Call<{ id: string; message_id: string }>, 'by' | 'params'>) =>
    requireMessage(db, { orgId: by.orgId, sourceId: requireUuid(params.id) }, requireUuid(params.message_id))

  return [
    route({
      method: 'GET',
      paths: ['/v1/inbound-sources/:id/messages'],
      summary: 'List what came from a source, newest first',
      description: 'Of the last seven days, without bodies.',
      tag,
      auth,
      params: byId,
      query: Type.Object({
        ...cursorQuery,
        state: Type.Optional(state),
      }),
      answers: {
        200: {
          description: 'A page of messages',
          schema: pageAnswer('messages', messageAnswer),
        },
      },
      async handle({ by, params, query }) {
        const { id: sourceId } = await requireSource(db, by.orgId, requireUuid(params.id))
        const { rows, next_cursor } = await pageOf(
          { limit: query.limit, cursor: query.cursor || undefined },
          ({ limit, last }) =>
            listMessages(db, { orgId: by.orgId, sourceId }, { limit, before: last, state: query.state }),
          ({ id }) => id,
        )
        return ok({ messages: rows.map(messageView), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/inbound-sources/:id/messages/:message_id'],
      summary: 'Read a message as it came',
      tag,
      auth,
      params: byBoth,
      answers: { 200: { description: 'The message', schema: wholeAnswer } },
      async handle(call) {
        const { body, ...message } = await find(call)
        return ok({ ...messageView(message), headers: message.headers, ...shown(body) })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/inbound-sources/:id/messages/:message_id/process'],
      summary: 'Process a message again',
      description:
        'By the settings that its source has now. What was taken in already, and would be the same, is not taken in twice.',
      tag,
      auth,
      params: byBoth,
      answers: {
        202: { description: 'It will be processed', schema: messageAnswer },
        409: { description: 'It waits or is being processed already' },
      },
      async handle(call) {
        const { id, source_id: sourceId } = await find(call)
        const { orgId } = call.by
        return writeOnce({ db, secrets }, call, { message: id }, async (tx) => {
          await resetMessage(tx, orgId, id)
          await parts.process(tx, [{ orgId, messageId: id }])
          const answer = { status: 202, body: messageView(await requireMessage(tx, { orgId, sourceId }, id)) }
          return { answer, action: 'inbound_message.process', target: id, data: { source_id: sourceId } }
        })
      },
    }),
  ]
}

const messageView = (message: Message): Static<typeof messageAnswer> => ({
  message_id: message.id,
  source_id: message.source_id,
  provider_id: message.provider_id,
  kind: message.kind,
  state: message.state,
  attempts: message.attempts,
  error_code: message.error_code,
  reason: message.reason,
  result: message.result,
  size_bytes: message.size_bytes,
  received_at: message.received_at.toISOString(),
  settled_at: message.settled_at?.toISOString() ?? null,
})

/** Text where it is text to the byte. */
function shown(body: Buffer): Pick<Static<typeof wholeAnswer>, 'body' | 'body_encoding'> {
  const text = body.toString('utf8')
  return Buffer.from(text).equals(body)
    ? { body: text, body_encoding: 'utf8' }
    : { body: body.toString('base64'), body_encoding: 'base64' }
}
