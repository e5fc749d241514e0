// The secrets of an endpoint over REST: rotated with an overlap, listed without showing them, ended.

import { Type } from 'typebox'
import { writeOnce } from '../../access/index.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { EndpointParts } from './endpoint-parts.ts'
import {
  endSecret,
  type Former,
  listFormer,
  overlapHoursDefault,
  overlapHoursMax,
  replaceSecret,
  secretsMax,
  weaknessOf,
} from './endpoint-secrets.ts'
import { lockEndpoint, requireEndpoint } from './endpoints.ts'

const tag = 'Webhooks'
const auth = 'webhooks:manage'
const id = Type.String({ maxLength: 200 })
const time = Type.String({ format: 'date-time' })

const rotation = Type.Object(
  {
    secret: Type.Optional(Type.String({ description: 'Absent: one is made and shown once' })),
    overlap_hours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: overlapHoursMax,
        description: `How long the present one goes on to sign; default ${overlapHoursDefault}`,
      }),
    ),
  },
  { examples: [{ overlap_hours: 48 }] },
)
const formerView = Type.Object({ secret_id: Type.String({ format: 'uuid' }), replaced_at: time, expires_at: time })

export function secretRoutes(parts: EndpointParts): Route[] {
  const { db, secrets } = parts
  return [
    route({
      method: 'POST',
      paths: ['/v1/webhooks/:id/secrets'],
      summary: 'Give an endpoint a new secret',
      description: `Until the former one ends, deliveries have a signature by each; at most ${secretsMax} at once. The secret is in this answer and in no later one.`,
      tag,
      auth,
      params: Type.Object({ id }),
      body: rotation,
      answers: {
        201: {
          description: 'The new secret, and those that sign beside it',
          schema: Type.Object({
            secret: Type.String(),
            former: Type.Array(formerView),
            warnings: Type.Optional(Type.Array(Type.String())),
          }),
        },
        409: { description: 'Too many secrets sign already' },
      },
      async handle(call) {
        const { orgId } = call.by
        const endpoint = await requireEndpoint(db, orgId, requireUuid(call.params.id))
        const given = strictFields(rotation, await call.fields())
        const { secret: own, overlap_hours: overlapHours = overlapHoursDefault } = given
        // What is kept of the request must not help to guess its secret.
        const content = [own && secrets.hash('idempotency', own).toString('base64'), overlapHours]
        return writeOnce(parts, call, content, async (tx) => {
          const locked = await lockEndpoint(tx, orgId, endpoint.id)
          const secret = await replaceSecret(tx, secrets, locked, { secret: own, overlapHours })
          const former = await listFormer(tx, orgId, [endpoint.id])
          const weakness = own === undefined ? null : weaknessOf(own)
          const body = { secret, former: former.map(viewOf), ...(weakness === null ? {} : { warnings: [weakness] }) }
          const data = { overlap_hours: overlapHours, is_own: own !== undefined }
          return { answer: { status: 201, body }, action: 'webhook_secret.rotate', target: endpoint.id, data }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/webhooks/:id/secrets'],
      summary: 'List the former secrets of an endpoint that still sign',
      tag,
      auth,
      params: Type.Object({ id }),
      answers: {
        200: {
          description: 'Newest first, without the secrets',
          schema: Type.Object({ former: Type.Array(formerView) }),
        },
      },
      async handle({ by: { orgId }, params }) {
        const endpoint = await requireEndpoint(db, orgId, requireUuid(params.id))
        return ok({ former: (await listFormer(db, orgId, [endpoint.id])).map(viewOf) })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/webhooks/:id/secrets/:secret_id'],
      summary: 'End a former secret of an endpoint now',
      description: 'The present one is ended by giving the endpoint a new one with `overlap_hours` 0.',
      tag,
      auth,
      params: Type.Object({ id, secret_id: id }),
      answers: { 204: { description: 'It signs no more, from the next attempt on' } },
      async handle(call) {
        const { orgId } = call.by
        const secretId = requireUuid(call.params.secret_id)
        const endpointId = requireUuid(call.params.id)
        return writeOnce(parts, call, [secretId], async (tx) => {
          await endSecret(tx, await lockEndpoint(tx, orgId, endpointId), secretId)
          const data = { secret_id: secretId }
          return { answer: { status: 204 }, action: 'webhook_secret.end', target: endpointId, data }
        })
      },
    }),
  ]
}

const viewOf = ({ id: secret_id, created_at: replaced_at, expires_at }: Former) => ({
  secret_id,
  replaced_at,
  expires_at,
})
