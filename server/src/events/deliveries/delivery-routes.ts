// What was sent to one endpoint, over REST, and what its day was like. What is done about that which failed is elsewhere
// (dead-letters/).

import { Type } from 'typebox'
import type { Db } from '../../platform/db/db.ts'
import { cursorPages, cursorParam, pageQuery, pageSize } from '../../platform/http/paging.ts'
import { ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { requireUuid } from '../../platform/ids.ts'
import { requireEndpoint } from '../endpoints/endpoints.ts'
import { healthOf, shownCount } from '../endpoints/health.ts'
import { type DeliveryStatus, deliveryStatuses, getDelivery, listDeliveries } from './delivery-log.ts'
import { figuresHours, figuresOf, figuresRowsMax } from './figures.ts'

const tag = 'Webhooks'
const auth = 'webhooks:manage'
const id = Type.String({ maxLength: 200 })
const pageOf = cursorPages('s', (value): value is number => Number.isSafeInteger(value))

const count = Type.Integer({ minimum: 0 })
const countOfMany = Type.Union([Type.Integer(), Type.Literal('10000+')])
const figuresAnswer = Type.Object({
  webhook_id: Type.String({ format: 'uuid' }),
  since: Type.String({ format: 'date-time' }),
  delivered: count,
  dead: count,
  discarded: count,
  attempts: { ...count, description: 'Made for these, and for what is to be tried again' },
  success_share: Type.Union([Type.Number(), Type.Null()], { description: '0 to 1: of what is over, on any attempt' }),
  latency_ms: Type.Union([Type.Object({ p50: count, p99: count }), Type.Null()], {
    description: 'From the event to the 2xx of the receiver, replays left out',
  }),
  waiting: countOfMany,
  held: countOfMany,
  is_sample: Type.Boolean({
    description: `There were more than ${figuresRowsMax}: these figures are of the newest ones`,
  }),
})

/** `isMasked`: whether somebody is shown the texts of receivers without personal data. */
export function deliveryRoutes({ db, isMasked }: { db: Db; isMasked: (by: Principal) => boolean }): Route[] {
  return [
    route({
      method: 'GET',
      paths: ['/v1/webhooks/:id/deliveries'],
      summary: 'What was sent to an endpoint, with every attempt',
      description:
        'Of each answer the first 500 characters; reading one delivery shows up to 16 KiB. `cursor` reads on as fast at the end of a long log as at its beginning; `offset` does not.',
      tag,
      auth,
      params: Type.Object({ id }),
      query: Type.Object({
        ...pageQuery,
        cursor: cursorParam,
        status: Type.Optional(Type.Unsafe<DeliveryStatus>(Type.String({ enum: [...deliveryStatuses] }))),
      }),
      answers: { 200: { description: 'Deliveries, newest event first' } },
      async handle({ by, params, query }) {
        const endpoint = await requireEndpoint(db, by.orgId, requireUuid(params.id))
        const { status, offset = 0 } = query
        const read = (page: { limit: number; last: number | null }) =>
          listDeliveries(
            db,
            by.orgId,
            endpoint.id,
            { limit: page.limit, offset: page.last === null ? offset : 0, before: page.last, status },
            isMasked(by),
          )
        const { rows, next_cursor } = await pageOf(query, read, ({ seq }) => seq)
        return ok({ deliveries: rows, limit: pageSize(query.limit), offset, next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/webhooks/:id/deliveries/:delivery_id'],
      summary: 'One delivery to an endpoint, with every attempt and answer',
      tag,
      auth,
      params: Type.Object({ id, delivery_id: id }),
      answers: { 200: { description: 'The delivery' } },
      async handle({ by, params }) {
        const of = { orgId: by.orgId, endpointId: requireUuid(params.id), id: requireUuid(params.delivery_id) }
        return ok(await getDelivery(db, of, isMasked(by)))
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/webhooks/:id/figures'],
      summary: `How deliveries to an endpoint went in the last ${figuresHours} hours`,
      tag,
      auth,
      params: Type.Object({ id }),
      answers: { 200: { description: 'The figures', schema: figuresAnswer } },
      async handle({ by, params }) {
        const endpoint = await requireEndpoint(db, by.orgId, requireUuid(params.id))
        const figures = await figuresOf(db, by.orgId, endpoint.id)
        const queued = shownCount((await healthOf(db, by.orgId, [endpoint.id])).get(endpoint.id)?.queued ?? 0)
        const isActive = endpoint.status === 'active'
        return ok({ webhook_id: endpoint.id, ...figures, waiting: isActive ? queued : 0, held: isActive ? 0 : queued })
      },
    }),
  ]
}
