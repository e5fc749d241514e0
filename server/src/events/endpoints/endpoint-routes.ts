// Webhook endpoints over REST: made, shown, changed and deleted. The addresses below one endpoint are in files of their
// own (secret-routes.ts, status-routes.ts, trial-routes.ts).

import { Type } from 'typebox'
import { isReplayed, writeAudit, writeOnce } from '../../access/index.ts'
import { etagHeader, requireMatch } from '../../platform/http/etag.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { requireUuid } from '../../platform/ids.ts'
import { unsentEvents } from '../catalog/catalog.ts'
import { reviveLane } from '../delivery/lanes.ts'
import { holdQueue } from '../delivery/lock.ts'
import { takeSequence } from '../outbox.ts'
import { credentialStore } from './credentials.ts'
import {
  changeBody,
  type GivenEndpoint,
  newEndpointBody,
  readEndpointChange,
  readNewEndpoint,
} from './endpoint-fields.ts'
import type { EndpointParts } from './endpoint-parts.ts'
import { listFormer, weaknessOf } from './endpoint-secrets.ts'
import { endpointAnswer, endpointView } from './endpoint-view.ts'
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  type Endpoint,
  listEndpoints,
  lockEndpoint,
  requireEndpoint,
} from './endpoints.ts'
import { showEndpoints } from './shown-endpoints.ts'
import { emptyQueueOf, wakeSenders } from './status.ts'
import type { Verifier } from './verifier.ts'

const tag = 'Webhooks'
const auth = 'webhooks:manage'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })

const verification = Type.Object(
  { ok: Type.Boolean(), reason: Type.Union([Type.String(), Type.Null()]) },
  { description: 'Where a challenge was sent' },
)
const withVerification = Type.Object({ ...endpointAnswer.properties, verification: Type.Optional(verification) })
const created = Type.Object({
  ...withVerification.properties,
  secret: Type.String({ description: 'Shown this once' }),
  warnings: Type.Optional(Type.Array(Type.String())),
})

/** What its breaker knows is of another receiver, or of one that is asked in another way. */
const movingSettings = ['url', 'headers', 'clientCertificate', 'broker'] as const

export function endpointRoutes(parts: EndpointParts, { isDemanded, verify }: Verifier): Route[] {
  const { db, secrets, guard } = parts
  const show = async (endpoint: Endpoint) => {
    const [shown] = await showEndpoints(parts, endpoint.org_id, [endpoint])
    return shown
  }
  /** What is kept of a request must not help to guess its secrets. */
  const fingerprint = (content: object) => secrets.hash('idempotency', JSON.stringify(content)).toString('base64')

  return [
    route({
      method: 'POST',
      paths: ['/v1/webhooks'],
      summary: 'Create a webhook endpoint',
      description:
        'Deliveries are signed by Standard Webhooks. The secret is in this answer and in no later one. With `verify`, the answer waits for the receiver, up to 10 seconds.',
      tag,
      auth,
      body: newEndpointBody,
      answers: { 200: { description: 'The endpoint with its secret', schema: created } },
      async handle(call) {
        const { orgId } = call.by
        const fields = await call.fields()
        const given = readNewEndpoint(fields)
        const isHttp = given.kind === 'http'
        if (isHttp) await guard.check(given.url)
        const isUnverified = isHttp && (given.wantsVerification || (await isDemanded(orgId)))
        const answer = await writeOnce(parts, call, [fingerprint(fields)], async (tx) => {
          const { endpoint, secret } = await createEndpoint(tx, secrets, orgId, { ...newOf(given), isUnverified })
          // Opened in this transaction: the organisation's data key may be as new as the endpoint.
          const opened = await credentialStore({ db: tx, secrets }).of(endpoint, [])
          const body = { ...endpointView(endpoint, opened, undefined), secret, ...warningsOf(given) }
          const data = { url_host: hostOf(endpoint.url), events: endpoint.events, kind: endpoint.kind }
          return { answer: { status: 200, body }, action: 'webhook.create', target: endpoint.id, data }
        })
        const body = answer.body as { webhook_id: string }
        if (!isUnverified || isReplayed(answer)) return answer
        const { endpoint, verification } = await verify(call, body.webhook_id)
        return { ...answer, body: { ...body, ...(await show(endpoint)), verification } }
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/webhooks'],
      summary: 'List webhook endpoints, and how they are doing',
      tag,
      auth,
      answers: {
        200: {
          description: 'All endpoints, without secrets',
          schema: Type.Object({ webhooks: Type.Array(endpointAnswer) }),
        },
      },
      handle: async ({ by: { orgId } }) =>
        ok({ webhooks: await showEndpoints(parts, orgId, await listEndpoints(db, orgId)) }),
    }),
    route({
      method: 'GET',
      paths: ['/v1/webhooks/:id'],
      summary: 'Read a webhook endpoint, and how it is doing',
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'The endpoint; `ETag` is its revision', schema: endpointAnswer } },
      async handle({ by, params }) {
        const endpoint = await requireEndpoint(db, by.orgId, requireUuid(params.id))
        return ok(await show(endpoint), etagHeader(endpoint))
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/webhooks/:id'],
      summary: 'Change a webhook endpoint',
      description:
        'What is named replaces what was, from the next attempt on, also for what waits. With `If-Match`, only if nobody changed it since.',
      tag,
      auth,
      params: byId,
      body: changeBody,
      answers: {
        200: { description: 'The endpoint', schema: withVerification },
        409: { description: 'It was changed since that revision' },
      },
      async handle(call) {
        const { orgId } = call.by
        const known = await requireEndpoint(db, orgId, requireUuid(call.params.id))
        const { id } = known
        const fields = await call.fields()
        const credentials = await parts.credentials.of(known, await listFormer(db, orgId, [id]))
        const change = readEndpointChange(fields, known, credentials)
        if (change.url !== undefined && change.broker === undefined) await guard.check(change.url)
        const demanded = await isDemanded(orgId)
        const answer = await writeOnce(parts, call, [fingerprint(fields)], async (tx) => {
          await holdQueue(tx)
          const before = await lockEndpoint(tx, orgId, id)
          requireMatch(call, 'endpoint', before)
          // What is kept of its settings was read before.
          requireMatch({ headers: { 'if-match': `"${known.revision}"` } }, 'endpoint', before)
          const isMoved = change.url !== undefined && change.url !== before.url
          const unverified = isMoved && demanded && before.kind === 'http' ? { status: 'unverified' as const } : {}
          const after = await changeEndpoint(tx, secrets, before, {
            ...change,
            ...(isMoved ? { verified_at: null, ...unverified } : {}),
          })
          if (movingSettings.some((name) => change[name] !== undefined)) {
            await reviveLane(tx, { org_id: orgId, endpoint_id: id })
          }
          await wakeSenders(tx)
          const data = {
            changed: Object.keys(fields).sort(),
            ...(isMoved ? { url_host: hostOf(after.url), former_url_host: hostOf(before.url) } : {}),
          }
          const body = { challenges: isMoved && after.status === 'unverified' }
          return { answer: ok(body), action: 'webhook.change', target: id, data }
        })
        const { challenges } = answer.body as { challenges: boolean }
        const tried = challenges && !isReplayed(answer) ? await verify(call, id) : null
        const endpoint = tried?.endpoint ?? (await requireEndpoint(db, orgId, id))
        const headers = { ...answer.headers, ...etagHeader(endpoint) }
        const outcome = tried ? { verification: tried.verification } : {}
        return { ...answer, body: { ...(await show(endpoint)), ...outcome }, headers }
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/webhooks/:id'],
      summary: 'Delete a webhook endpoint; what was not delivered yet is dropped',
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Deleted' } },
      async handle({ by: { orgId, actor }, params, requestId }) {
        const id = requireUuid(params.id)
        await emptyQueueOf(db, secrets, { orgId, id })
        await db.transaction().execute(async (tx) => {
          await holdQueue(tx)
          await lockEndpoint(tx, orgId, id)
          // Whoever writes events holds the sequence, and then the endpoints that they are for.
          await takeSequence(tx, [orgId])
          await deleteEndpoint(tx, orgId, id)
          await writeAudit(tx, [{ orgId, actor, action: 'webhook.delete', target: id, requestId }])
        })
        return { status: 204 }
      },
    }),
  ]
}

const newOf = ({ wantsVerification: _, unknown: __, ...input }: GivenEndpoint) => input

function warningsOf({ events, unknown, secret }: GivenEndpoint): { warnings?: string[] } {
  const weakness = secret === undefined ? null : weaknessOf(secret)
  const warnings = [
    ...unsentEvents(events).map((one) => `${one} is kept, but nothing sends it yet.`),
    ...unknown.map((name) => `${name.slice(0, 100).toWellFormed()} is not known here, and was passed over.`),
    ...(weakness === null ? [] : [weakness]),
  ]
  return warnings.length > 0 ? { warnings } : {}
}

/** The rest of an address may hold secrets. */
const hostOf = (url: string): string => URL.parse(url)?.host ?? ''
