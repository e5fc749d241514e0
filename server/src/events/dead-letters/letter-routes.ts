// Dead letters over REST: found, read, sent again, given up, one at a time. Many at once: run-routes.ts.

import { Type } from 'typebox'
import { writeOnce } from '../../access/index.ts'
import { isRowId, pageAnswer, pageQuery, pageSize, readCursor, writeCursor } from '../../platform/http/paging.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { foreignText } from '../deliveries/foreign-text.ts'
import { shownCount } from '../endpoints/health.ts'
import { discardOne } from './discard.ts'
import { filterFields, readLetterFilter } from './letter-filter.ts'
import { letterView, seesAll, type ViewParts } from './letter-view.ts'
import { type GroupPlace, groupsQuery, type LetterPlace, readLetters, scannedMax } from './letters.ts'
import { replayOne } from './replay.ts'

export const tag = 'Dead letters'
export const auth = 'webhooks:manage'
const id = Type.String({ maxLength: 200 })
const cursor = Type.Optional(Type.String({ maxLength: 3000, description: '`next_cursor` of the page before' }))
const errorCharsMax = 500

const text = Type.String()
const time = Type.String({ format: 'date-time' })
const uuid = Type.String({ format: 'uuid' })
const orNull = <T extends ReturnType<typeof Type.String | typeof Type.Integer>>(schema: T) =>
  Type.Union([schema, Type.Null()])

const letterAnswer = Type.Object({
  delivery_id: uuid,
  endpoint_id: uuid,
  event_id: orNull(Type.String({ description: 'Null where the event is not kept any more' })),
  event: orNull(text),
  seq: Type.Integer(),
  event_at: time,
  fingerprint: text,
  error: orNull(text),
  status_code: orNull(Type.Integer()),
  attempt_count: Type.Integer(),
  is_edited: Type.Boolean(),
  replayed_by: orNull(text),
  died_at: time,
})
const groupAnswer = Type.Object({
  endpoint_id: uuid,
  fingerprint: text,
  count: Type.Union([Type.Integer(), Type.Literal('10000+')]),
  oldest_at: time,
  newest_at: time,
  example: Type.Object({ delivery_id: uuid, error: orNull(text), status_code: orNull(Type.Integer()) }),
})

const replayBody = Type.Object(
  {
    data: Type.Optional(
      Type.Unknown({ description: "In place of the event's data, whole, for this delivery; see docs/events.md" }),
    ),
    again: Type.Optional(Type.Boolean({ description: 'Also when it was delivered' })),
  },
  { examples: [{}, { again: true }] },
)
const replayAnswer = Type.Object({
  delivery_id: uuid,
  event_id: Type.String({ description: 'Its `webhook-id`, the same as before' }),
  status: Type.String({ enum: ['pending', 'held'], description: '`held`: the endpoint is not active' }),
  replayed_by: text,
  changed: Type.Array(text, { description: 'Fields of the data that differ from what was sent before' }),
})
export const reasonField = Type.String({ minLength: 1, maxLength: 300, pattern: '\\S' })
const discardBody = Type.Object({ reason: reasonField }, { examples: [{ reason: 'The order was entered by hand.' }] })

export function letterRoutes(parts: ViewParts & { secrets: Secrets }): Route[] {
  const { db } = parts

  async function replay(call: Call, of: { id: string; endpointId?: string }) {
    const { orgId, actor } = call.by
    const { data, again = false } = strictFields(replayBody, await call.fields())
    // With the queue held, nothing may wait for another connection.
    return writeOnce(parts, call, [of, again, data ?? null], async (tx) => {
      const replayed = await replayOne(
        tx,
        { orgId, ...of },
        { by: actor, data, again, seesAll: (db, delivery) => seesAll({ ...parts, db }, call.by, delivery) },
      )
      const { delivery, status, changed } = replayed
      const body = { delivery_id: of.id, event_id: delivery.event?.id, status, replayed_by: actor, changed }
      const audited = { endpoint_id: delivery.endpoint_id, from: delivery.state, status, changed }
      return { answer: { status: 202, body }, action: 'delivery.replay', target: of.id, data: audited }
    })
  }

  const replayRoute = <Params extends { delivery_id: string; id?: string }>(
    path: string,
    params: ReturnType<typeof Type.Object>,
    summary: string,
  ) =>
    route({
      method: 'POST',
      paths: [path],
      summary,
      description:
        'Under the same `webhook-id`; the schedule begins anew. It is sent before what waits behind it under the same ordering key.',
      tag,
      auth,
      params,
      body: replayBody,
      answers: {
        202: { description: 'It is in the queue', schema: replayAnswer },
        403: { description: '`MASKED`: an edit of what one sees masked' },
        409: { description: '`ALREADY_WAITING`, `ALREADY_DELIVERED`, `CONVERSATION_DELETED`' },
        410: { description: '`EVENT_EXPIRED`: the event is not kept any more' },
        413: { description: '`DATA_TOO_LARGE`' },
      },
      handle(call) {
        const { delivery_id, id: endpointId } = call.params as Params
        const endpoint = endpointId === undefined ? {} : { endpointId: requireUuid(endpointId).toLowerCase() }
        return replay(call, { id: requireUuid(delivery_id).toLowerCase(), ...endpoint })
      },
    })

  return [
    route({
      method: 'GET',
      paths: ['/v1/dead-letters'],
      summary: 'Dead letters: what nobody will try again by itself',
      description: `The newest death first. With \`event_type\`, one request looks at ${scannedMax} of them at most: a page may be short and have more behind it.`,
      tag,
      auth,
      query: Type.Object({ ...filterFields, limit: pageQuery.limit, cursor }),
      answers: {
        200: {
          description: 'A page of dead letters',
          schema: pageAnswer('dead_letters', letterAnswer),
        },
      },
      async handle({ by, query }) {
        const after = query.cursor === undefined ? null : readCursor(query.cursor, isLetterPlace)
        const page = { limit: pageSize(query.limit), after }
        const { letters, end } = await readLetters(db, by.orgId, readLetterFilter(query), page)
        const shown = { charsMax: errorCharsMax, isMasked: parts.isMasked(by) }
        const rows = letters.map(({ at: _, ...letter }) => ({ ...letter, error: foreignText(letter.error, shown) }))
        return ok({ dead_letters: rows, next_cursor: end && writeCursor(end) })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/dead-letters/groups'],
      summary: 'Dead letters together by endpoint and by what they died of',
      tag,
      auth,
      query: Type.Object({ endpoint_id: filterFields.endpoint_id, limit: pageQuery.limit, cursor }),
      answers: {
        200: {
          description: 'A page of groups',
          schema: pageAnswer('groups', groupAnswer),
        },
      },
      async handle({ by, query }) {
        const { endpointId } = readLetterFilter({ endpoint_id: query.endpoint_id })
        const after = query.cursor === undefined ? null : readCursor(query.cursor, isGroupPlace)
        const limit = pageSize(query.limit)
        const { rows } = await groupsQuery(by.orgId, { endpointId, limit: limit + 1, after }).execute(db)
        const shown = { charsMax: errorCharsMax, isMasked: parts.isMasked(by) }
        const page = rows.slice(0, limit)
        const last = rows.length > limit ? page.at(-1) : undefined
        const groups = page.map(({ delivery_id, error, status_code, count, ...group }) => ({
          ...group,
          count: shownCount(count),
          example: { delivery_id, error: foreignText(error, shown), status_code },
        }))
        const end = last && writeCursor({ endpoint: last.endpoint_id, fingerprint: last.fingerprint })
        return ok({ groups, next_cursor: end ?? null })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/dead-letters/:delivery_id'],
      summary: 'One dead letter: what it would say, and what came of each attempt',
      description:
        '`request` is what a replay would send to the endpoint as it is now; values of its own headers and the signature are hidden.',
      tag,
      auth,
      params: Type.Object({ delivery_id: id }),
      answers: { 200: { description: 'The dead letter' }, 404: { description: '`NO_DEAD_LETTER`: it is not dead' } },
      handle: async ({ by, params }) => ok(await letterView(parts, by, requireUuid(params.delivery_id))),
    }),
    replayRoute('/v1/dead-letters/:delivery_id/replay', Type.Object({ delivery_id: id }), 'Send a dead letter again'),
    replayRoute(
      '/v1/webhooks/:id/deliveries/:delivery_id/replay',
      Type.Object({ id, delivery_id: id }),
      'Send a delivery again',
    ),
    route({
      method: 'POST',
      paths: ['/v1/dead-letters/:delivery_id/discard'],
      summary: 'Give a dead letter up',
      description: 'It stays in the log of its endpoint, with the reason.',
      tag,
      auth,
      params: Type.Object({ delivery_id: id }),
      body: discardBody,
      answers: { 200: { description: 'It is discarded' }, 409: { description: '`NOT_DEAD`' } },
      async handle(call) {
        const { orgId, actor: by } = call.by
        const target = requireUuid(call.params.delivery_id).toLowerCase()
        const reason = strictFields(discardBody, await call.fields()).reason.trim()
        return writeOnce(parts, call, [target, reason], async (tx) => {
          await discardOne(tx, { orgId, id: target }, { by, reason })
          const body = { delivery_id: target, status: 'discarded', discarded_by: by, discard_reason: reason }
          return { answer: ok(body), action: 'dead_letter.discard', target, data: { reason } }
        })
      },
    }),
  ]
}

const isLetterPlace = (value: unknown): value is LetterPlace => {
  const { at, id: last } = (value ?? {}) as Partial<LetterPlace>
  return Number.isSafeInteger(at) && isRowId(last)
}

const isGroupPlace = (value: unknown): value is GroupPlace => {
  const { endpoint, fingerprint } = (value ?? {}) as Partial<GroupPlace>
  return (
    isRowId(endpoint) && typeof fingerprint === 'string' && !fingerprint.includes('\0') && fingerprint.isWellFormed()
  )
}
