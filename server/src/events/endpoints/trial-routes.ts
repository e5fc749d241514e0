// Trying things out over REST: a challenge to an endpoint, a test message to it, a filter on the events of late.

import { Type } from 'typebox'
import { writeAudit } from '../../access/index.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import type { EndpointParts } from './endpoint-parts.ts'
import { endpointAnswer } from './endpoint-view.ts'
import { checkEvents, requireEndpoint } from './endpoints.ts'
import { tryFilter } from './filter-trial.ts'
import { showEndpoints } from './shown-endpoints.ts'
import { sendMessage } from './verification.ts'
import type { Verifier } from './verifier.ts'

const tag = 'Webhooks'
const auth = 'webhooks:manage'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const testsPerMinute = 6
const testTimeoutMs = 20_000
const shownResponseChars = 2000

const filterTrial = Type.Object(
  { events: Type.Array(Type.String()), filter: Type.String() },
  { examples: [{ events: ['call.completed'], filter: 'sentiment = negative AND duration > 60' }] },
)
const orNull = <T extends ReturnType<typeof Type.String | typeof Type.Integer | typeof Type.Object>>(schema: T) =>
  Type.Union([schema, Type.Null()])

export function trialRoutes(parts: EndpointParts, { verify }: Verifier): Route[] {
  const { db } = parts
  return [
    route({
      method: 'POST',
      paths: ['/v1/webhooks/:id/verify'],
      summary: 'Have an endpoint show that its address is yours',
      description:
        'Sends `webhook.verify` with `data.challenge`. The receiver answers 2xx with `{"challenge": "..."}`, or with that text alone, within 10 seconds.',
      tag,
      auth,
      params: byId,
      answers: {
        200: {
          description: 'Whether it did, and the endpoint as it is then',
          schema: Type.Object({
            ...endpointAnswer.properties,
            verification: Type.Object({ ok: Type.Boolean(), reason: orNull(Type.String()) }),
          }),
        },
        409: { description: 'It is a broker' },
      },
      async handle(call) {
        const { orgId } = call.by
        const { id, kind } = await requireEndpoint(db, orgId, requireUuid(call.params.id))
        if (kind !== 'http') {
          throw new Problem('conflict', 'not_http', 'A broker asks for a login, and is sent no challenge.')
        }
        const { verification, endpoint } = await verify(call, id)
        const [shown] = await showEndpoints(parts, orgId, [endpoint])
        return ok({ ...shown, verification })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/webhooks/:id/test'],
      summary: 'Send a test to an endpoint now, and see what it answers',
      description: `A signed \`webhook.test\`, whatever the status of the endpoint is; ${testsPerMinute} a minute. It is in no log and counts for nothing.`,
      tag,
      auth,
      params: byId,
      answers: {
        200: {
          description: 'What came of it',
          schema: Type.Object({
            ok: Type.Boolean(),
            event_id: Type.String({ description: 'The `webhook-id` that it had' }),
            sent_at: Type.String({ format: 'date-time' }),
            duration_ms: Type.Integer(),
            status_code: orNull(Type.Integer()),
            error: orNull(Type.String()),
            response: orNull(Type.String({ description: `The first ${shownResponseChars} characters` })),
            response_headers: orNull(Type.Object({}, { additionalProperties: true })),
            timings: orNull(Type.Object({}, { additionalProperties: true })),
          }),
        },
        429: { description: 'Too many tests' },
      },
      async handle({ by: { orgId, actor }, params, requestId, signal }) {
        const endpoint = await requireEndpoint(db, orgId, requireUuid(params.id))
        const { isAdmitted, waitMs } = await parts.takeOne(`${orgId} webhook test ${endpoint.id}`, testsPerMinute)
        if (!isAdmitted) {
          const retryAfterS = Math.ceil(waitMs / 1000)
          const detail = `An endpoint takes ${testsPerMinute} tests a minute. Try again in ${retryAfterS} s.`
          throw new Problem('limited', 'too_many_tests', detail, { retryAfterS })
        }
        const message = { type: 'webhook.test' as const, data: { message: 'This is a test.' } }
        const end = AbortSignal.any([signal, AbortSignal.timeout(testTimeoutMs)])
        const { eventId, startedAt, durationMs, answer } = await sendMessage(parts, endpoint, message, end)
        const isOk = answer.error === null
        await db.transaction().execute((tx) => {
          const data = { ok: isOk, status_code: answer.status }
          return writeAudit(tx, [{ orgId, actor, action: 'webhook.test', target: endpoint.id, requestId, data }])
        })
        return ok({
          ok: isOk,
          event_id: eventId,
          sent_at: startedAt,
          duration_ms: durationMs,
          status_code: answer.status,
          error: answer.error,
          response: answer.response?.slice(0, shownResponseChars) ?? null,
          response_headers: answer.responseHeaders,
          timings: answer.timings,
        })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/webhooks/test-filter'],
      summary: 'See which events of late a filter would have let through',
      tag,
      auth,
      body: filterTrial,
      answers: {
        200: {
          description: 'Of the last 200 events of these types; 5 of those that match',
          schema: Type.Object({
            looked_at: Type.Integer(),
            matched: Type.Integer(),
            samples: Type.Array(Type.Object({}, { additionalProperties: true })),
          }),
        },
      },
      async handle(call) {
        const { events, filter } = strictFields(filterTrial, await call.fields())
        return ok(await tryFilter(db, call.by.orgId, { events: checkEvents(events, 'vela'), filter }))
      },
    }),
  ]
}
