// Pausing endpoints and sending to them again, over REST, with what was held meanwhile sent or given up.

import { type Static, Type } from 'typebox'
import { idempotencyOf, wasAnswered, writeOnce } from '../../access/index.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import type { EndpointParts } from './endpoint-parts.ts'
import { endpointAnswer } from './endpoint-view.ts'
import { requireEndpoint } from './endpoints.ts'
import { healthOf, shownCount } from './health.ts'
import { showEndpoints } from './shown-endpoints.ts'
import { discardHeld, hastenHeld, pauseEndpoint, requireOff, resumeEndpoint } from './status.ts'

const tag = 'Webhooks'
const auth = 'webhooks:manage'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })

const pause = Type.Object(
  { reason: Type.Optional(Type.String({ minLength: 1, maxLength: 300, pattern: '\\S' })) },
  { examples: [{ reason: 'The CRM moves this weekend.' }] },
)
const resumption = Type.Object(
  {
    held: Type.Optional(
      Type.Unsafe<'send' | 'discard'>(Type.String({ enum: ['send', 'discard'], description: 'Default `send`' })),
    ),
    since: Type.Optional(
      Type.String({ format: 'date-time', description: 'With `send`: what was held before this time is discarded' }),
    ),
  },
  { examples: [{ held: 'send', since: '2026-03-05T08:00:00Z' }] },
)
const resumed = Type.Object({
  ...endpointAnswer.properties,
  held: Type.Union([Type.Integer(), Type.Literal('10000+')], { description: 'What is sent now' }),
  discarded: Type.Integer({ description: 'What will never be sent; the log has it' }),
})

export function statusRoutes(parts: EndpointParts): Route[] {
  const { db, secrets } = parts
  const show = async (orgId: string, id: string) => {
    const [shown] = await showEndpoints(parts, orgId, [await requireEndpoint(db, orgId, id)])
    return shown
  }

  async function resume(call: Call<{ id: string }>) {
    const { orgId, actor } = call.by
    const endpoint = await requireEndpoint(db, orgId, requireUuid(call.params.id))
    const { id } = endpoint
    const given = strictFields(resumption, await call.fields())
    const { held = 'send' } = given
    const since = sinceOf(given)
    const content = [held, since]
    const key = idempotencyOf(call, [actor, call.params.id, content])
    const isNew = key === null || !(await wasAnswered(db, key))
    if (isNew) requireOff(endpoint)
    let discarded = 0
    if (isNew && (held === 'discard' || since)) {
      const reason = since ? `Held before ${since.toISOString()}.` : 'Discarded when the endpoint was resumed.'
      discarded = await discardHeld(db, { orgId, id }, { before: since, by: actor, reason })
    }
    if (isNew) await hastenHeld(db, { orgId, id })
    const answer = await writeOnce(parts, call, content, async (tx) => {
      await resumeEndpoint(tx, secrets, { orgId, id })
      const queued = shownCount((await healthOf(tx, orgId, [id])).get(id)?.queued ?? 0)
      const data = { held: queued, discarded, ...(since ? { since: since.toISOString() } : {}) }
      return { answer: ok({ held: queued, discarded }), action: 'webhook.resume', target: id, data }
    })
    return { ...answer, body: { ...(await show(orgId, id)), ...(answer.body as object) } }
  }

  const resumeRoute = (path: string, summary: string) =>
    route({
      method: 'POST',
      paths: [path],
      summary,
      description: 'What was held meanwhile is sent, unless it is to be discarded.',
      tag,
      auth,
      params: byId,
      body: resumption,
      answers: { 200: { description: 'The endpoint', schema: resumed }, 409: { description: 'It is active already' } },
      handle: resume,
    })

  return [
    route({
      method: 'POST',
      paths: ['/v1/webhooks/:id/pause'],
      summary: 'Send nothing more to an endpoint for a while',
      description: 'What comes meanwhile is held, for 30 days at most. What is under way just now still arrives.',
      tag,
      auth,
      params: byId,
      body: pause,
      answers: {
        200: { description: 'The endpoint', schema: endpointAnswer },
        409: { description: 'It is off already' },
      },
      async handle(call) {
        const { orgId } = call.by
        const { id } = await requireEndpoint(db, orgId, requireUuid(call.params.id))
        const { reason = 'Paused by hand.' } = strictFields(pause, await call.fields())
        const answer = await writeOnce(parts, call, [reason], async (tx) => {
          await pauseEndpoint(tx, secrets, { orgId, id }, reason.trim().toWellFormed())
          return { answer: ok({}), action: 'webhook.pause', target: id, data: { reason } }
        })
        return { ...answer, body: await show(orgId, id) }
      },
    }),
    resumeRoute('/v1/webhooks/:id/resume', 'Send to a paused endpoint again'),
    resumeRoute('/v1/webhooks/:id/enable', 'Send to a disabled endpoint again'),
  ]
}

function sinceOf({ held = 'send', since }: Static<typeof resumption>): Date | null {
  if (since === undefined) return null
  const time = new Date(since)
  const issue =
    held === 'discard'
      ? 'goes with held "send"; without it all that is held is discarded'
      : Number.isNaN(time.getTime())
        ? 'must be a time such as 2026-03-05T08:00:00Z'
        : null
  if (issue === null) return time
  throw new Problem('invalid', 'invalid_request', `since: ${issue}.`, { facts: { field: 'since', issue } })
}
