// The event log over REST: the door by which whoever missed something finds it.

import { Type } from 'typebox'
import type { Db } from '../../platform/db/db.ts'
import { inScope } from '../../platform/db/scope.ts'
import { pageQuery } from '../../platform/http/paging.ts'
import { type Answer, jsonType, ok, type Route, route } from '../../platform/http/route.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { envelopeSchema } from '../catalog/asyncapi.ts'
import { cloudEvent, cloudEventBatchType, cloudEventType } from '../catalog/cloud-events.ts'
import { eventShape, wholeVelaBody } from '../payload.ts'
import { type AsSeenBy, type LogPage, readLogQuery, readPage, scannedMax } from './log-page.ts'
import { checkPayloadLink } from './payload-link.ts'
import { requireEvent } from './read-log.ts'
import { type Waiting, waiting } from './waiting.ts'

const tag = 'Events'
const waitSMax = 30
const seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const format = Type.Optional(
  Type.Union([Type.Literal('json'), Type.Literal('cloudevents')], { default: 'json', description: 'CloudEvents 1.0' }),
)
const eventAnswer = Type.Object({
  ...envelopeSchema.properties,
  data: Type.Object({}, { description: 'See docs/events.md' }),
})
const nextAfterHeader = 'X-Next-After'
const hasMoreHeader = 'X-Has-More'

type LogParts = { db: Db; secrets: Secrets; seenBy: AsSeenBy }

/** `endWaits`: requests that wait for events are answered now, and none waits from now on. */
export function eventLog(parts: LogParts): { routes: Route[]; endWaits(): void } {
  const waits = waiting(parts.db)
  return { routes: logRoutes(parts, waits), endWaits: waits.stop }
}

function logRoutes({ db, secrets, seenBy }: LogParts, waits: Waiting): Route[] {
  return [
    route({
      method: 'GET',
      paths: ['/v1/events'],
      summary: 'What happened, in order: the log of all events',
      description: [
        'To miss nothing, send `next_after` of each answer as `after` of the next request, and go on while `has_more` is true.',
        `One request looks at ${scannedMax} events at most; a page may be empty and have more behind it.`,
        'Numbers between `previous_seq` and `seq` are changes that are no events.',
      ].join(' '),
      tag,
      auth: 'events:read',
      exposedHeaders: [nextAfterHeader, hasMoreHeader],
      query: Type.Object({
        after: Type.Optional({ ...seq, description: 'Absent: from the oldest event that is kept' }),
        limit: pageQuery.limit,
        types: Type.Optional(Type.String({ maxLength: 2000, examples: ['call.*,alert.opened'] })),
        filter: Type.Optional(
          Type.String({
            examples: ['sentiment = negative'],
            description: 'A condition on the event (docs/filters.md)',
          }),
        ),
        conversation_id: Type.Optional(Type.String({ maxLength: 200 })),
        wait_s: Type.Optional(
          Type.Number({ minimum: 0, maximum: waitSMax, description: 'Waits so long for an event when there is none' }),
        ),
        format,
      }),
      answers: {
        200: {
          description: `A page of events. With \`format=cloudevents\` a batch; ${nextAfterHeader} and ${hasMoreHeader} tell the rest`,
          schema: Type.Object({
            events: Type.Array(eventAnswer),
            next_after: seq,
            has_more: Type.Boolean(),
            highest_seq: { ...seq, description: 'Of the newest event' },
          }),
          contentType: ['application/json', 'application/cloudevents-batch+json'],
        },
        410: { description: '`EVENTS_EXPIRED`: events after `after` are not kept any more; go on with `resume_after`' },
      },
      async handle({ by, query, signal }) {
        const conversation_id = query.conversation_id === undefined ? undefined : requireUuid(query.conversation_id)
        const asked = readLogQuery({ ...query, conversation_id })
        const endsAt = performance.now() + (query.wait_s ?? 0) * 1000
        for (;;) {
          const page = await readPage(db, seenBy, by, asked)
          const timeoutMs = endsAt - performance.now()
          if (page.events.length > 0 || page.hasMore || timeoutMs <= 0 || signal.aborted || waits.isStopped()) {
            return pageAnswer(page, query.format)
          }
          await waits.forEvent({ orgId: by.orgId, seq: page.highestSeq, timeoutMs, signal })
          asked.after = page.nextAfter
        }
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/events/:id'],
      summary: 'One event',
      tag,
      auth: 'events:read',
      params: byId,
      query: Type.Object({ format }),
      answers: {
        200: {
          description: 'The event',
          schema: eventAnswer,
          contentType: ['application/json', 'application/cloudevents+json'],
        },
      },
      async handle({ by, params, query }) {
        const event = await requireEvent(db, by.orgId, requireUuid(params.id))
        const [seen = event] = await seenBy(db, by, [event])
        return query.format === 'cloudevents'
          ? ok(JSON.stringify(cloudEvent(seen)), { 'Content-Type': cloudEventType })
          : ok(eventShape(seen))
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/events/:id/payload'],
      summary: 'The whole of an event that was too large to be sent',
      description: 'Such an event carries the link, which is signed and works for 24 hours without a key.',
      tag,
      auth: 'open',
      params: byId,
      query: Type.Object({
        org_id: Type.String({ maxLength: 100 }),
        expires: Type.Integer({ minimum: 0, maximum: 10_000_000_000, description: 'Unix seconds' }),
        signature: Type.String({ maxLength: 100 }),
      }),
      answers: {
        200: { description: 'The body of the webhook, whole' },
        403: { description: 'The link is not one of ours' },
        410: { description: 'The link has ended' },
      },
      async handle({ params, query }) {
        const [orgId, id] = [requireUuid(query.org_id), requireUuid(params.id)]
        checkPayloadLink(secrets, { orgId, id, expires: query.expires, signature: query.signature })
        // The link names the organisation, and the signature proves that we wrote it.
        const event = await inScope([orgId], () => requireEvent(db, orgId, id))
        return ok(wholeVelaBody(event).toString(), { 'Content-Type': jsonType, 'Cache-Control': 'private, no-store' })
      },
    }),
  ]
}

function pageAnswer({ events, nextAfter, hasMore, highestSeq }: LogPage, format: string | undefined): Answer {
  if (format === 'cloudevents') {
    const headers = { [nextAfterHeader]: String(nextAfter), [hasMoreHeader]: String(hasMore) }
    return ok(JSON.stringify(events.map(cloudEvent)), { 'Content-Type': cloudEventBatchType, ...headers })
  }
  const shown = events.map((event) => eventShape(event))
  return ok({ events: shown, next_after: nextAfter, has_more: hasMore, highest_seq: highestSeq })
}
