// Webhook endpoints over REST, and the log of what was sent to them.

import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { answerOnce, idempotencyOf, writeAudit } from '../access/index.ts'
import type { Db } from '../platform/db/db.ts'
import { pageQuery, pageSize } from '../platform/http/paging.ts'
import { ok, type Route, route } from '../platform/http/route.ts'
import { requireUuid } from '../platform/ids.ts'
import type { AddressGuard } from '../platform/outbound/address-guard.ts'
import { Problem } from '../platform/problem.ts'
import type { Secrets } from '../platform/secrets.ts'
import { unsentEvents } from './catalog.ts'
import { getDelivery, listDeliveries } from './delivery-log.ts'
import { createEndpoint, deleteEndpoint, type Endpoint, listEndpoints, requireEndpoint } from './webhooks.ts'

const tag = 'Webhooks'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })

const newEndpoint = Type.Object({
  url: Type.String({ minLength: 1, maxLength: 2048 }),
  events: Type.Array(Type.String(), { description: 'Event types, `call.*`, `chat.*` or `*`' }),
  secret: Type.Optional(Type.String({ description: 'Absent: one is made and shown once' })),
  style: Type.Optional(Type.Union([Type.Literal('vela'), Type.Literal('vbot')], { default: 'vela' })),
})

export function webhookRoutes({ db, secrets, guard }: { db: Db; secrets: Secrets; guard: AddressGuard }): Route[] {
  return [
    route({
      method: 'POST',
      paths: ['/v1/webhooks'],
      summary: 'Create a webhook endpoint',
      description: 'Deliveries are signed by Standard Webhooks. The secret is in this answer and in no later one.',
      tag,
      auth: 'webhooks:manage',
      body: newEndpoint,
      answers: { 200: { description: 'The endpoint with its secret' } },
      async handle(call) {
        const input = readNewEndpoint(await call.fields())
        await guard.check(input.url)
        const { orgId, actor } = call.by
        // What is kept of the request must not help to guess its secret.
        const content = {
          ...input,
          secret: input.secret && secrets.hash('idempotency', input.secret).toString('base64'),
        }
        return answerOnce(db, secrets, idempotencyOf(call, content), async (tx) => {
          const { endpoint, secret } = await createEndpoint(tx, secrets, orgId, {
            ...input,
            style: input.style ?? 'vela',
          })
          await writeAudit(tx, [
            { orgId, actor, action: 'webhook.create', target: endpoint.id, requestId: call.requestId },
          ])
          const warnings = unsentEvents(endpoint.events).map((one) => `${one} is kept, but nothing sends it yet.`)
          return { status: 200, body: { ...view(endpoint), secret, ...(warnings.length > 0 ? { warnings } : {}) } }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/webhooks'],
      summary: 'List webhook endpoints',
      tag,
      auth: 'webhooks:manage',
      answers: { 200: { description: 'All endpoints, without secrets' } },
      handle: async ({ by }) => ok({ webhooks: (await listEndpoints(db, by.orgId)).map(view) }),
    }),
    route({
      method: 'GET',
      paths: ['/v1/webhooks/:id'],
      summary: 'Read a webhook endpoint',
      tag,
      auth: 'webhooks:manage',
      params: byId,
      answers: { 200: { description: 'The endpoint' } },
      handle: async ({ by, params }) => ok(view(await requireEndpoint(db, by.orgId, requireUuid(params.id)))),
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/webhooks/:id'],
      summary: 'Delete a webhook endpoint; what was not delivered yet is dropped',
      tag,
      auth: 'webhooks:manage',
      params: byId,
      answers: { 204: { description: 'Deleted' } },
      async handle({ by, params, requestId }) {
        const id = requireUuid(params.id)
        await db.transaction().execute(async (tx) => {
          await deleteEndpoint(tx, by.orgId, id)
          await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, action: 'webhook.delete', target: id, requestId }])
        })
        return { status: 204 }
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/webhooks/:id/deliveries'],
      summary: 'What was sent to an endpoint, with every attempt',
      description: 'Of each answer the first 500 characters; reading one delivery shows up to 16 KiB.',
      tag,
      auth: 'webhooks:manage',
      params: byId,
      query: Type.Object(pageQuery),
      answers: { 200: { description: 'Deliveries, newest first' } },
      async handle({ by, params, query }) {
        const { id } = await requireEndpoint(db, by.orgId, requireUuid(params.id))
        const page = { limit: pageSize(query.limit), offset: query.offset ?? 0 }
        return ok({ deliveries: await listDeliveries(db, by.orgId, id, page), ...page })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/webhooks/:id/deliveries/:delivery_id'],
      summary: 'One delivery to an endpoint, with every attempt and answer',
      tag,
      auth: 'webhooks:manage',
      params: Type.Object({ ...byId.properties, delivery_id: byId.properties.id }),
      answers: { 200: { description: 'The delivery' } },
      handle: async ({ by, params }) =>
        ok(await getDelivery(db, by.orgId, requireUuid(params.id), requireUuid(params.delivery_id))),
    }),
  ]
}

function readNewEndpoint(fields: Record<string, unknown>): Static<typeof newEndpoint> {
  if (Value.Check(newEndpoint, fields)) {
    // URL parsers drop such characters silently; what is stored and shown is what will be used.
    if (/[\s\p{Cc}]/u.test(fields.url) || !fields.url.isWellFormed()) {
      const facts = { field: 'url', issue: 'has spaces or control characters' }
      throw new Problem('invalid', 'invalid_request', 'url: must not have spaces or control characters.', { facts })
    }
    return fields
  }
  const [first] = Value.Errors(newEndpoint, fields)
  const field = first?.instancePath.slice(1) || 'body'
  const detail = `${field}: ${first?.message ?? 'is not valid'}. Send {url, events, secret?, style?}.`
  throw new Problem('invalid', 'invalid_request', detail, { facts: { field, issue: first?.message } })
}

const view = ({ id, url, events, style, is_active, created_at }: Endpoint) => ({
  webhook_id: id,
  url,
  events,
  style,
  status: is_active ? 'active' : 'disabled',
  created_at,
})
