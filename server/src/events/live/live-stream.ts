// Live streams: the events of an organisation as they happen, over server-sent events and WebSocket. Puts the hub, the
// limits and the rights together, and declares the routes.

import { sql } from 'kysely'
import { Type } from 'typebox'
import type { Standing, Tickets } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { sameScope } from '../../platform/db/scope.ts'
import type { Line } from '../../platform/http/line.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import type { AsSeenBy } from '../log/log-page.ts'
import { readSlice } from '../log/read-log.ts'
import { gapOf } from './catch-up.ts'
import { liveHub } from './hub.ts'
import { places, type StreamLimits } from './limits.ts'
import { requestsOf } from './requests.ts'
import { readSelection } from './selection.ts'
import { end, greet, type Subscriber, say } from './subscriber.ts'
import type { Control } from './wording.ts'

const tag = 'Live stream'
const needs = 'events:read'
const seq = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }

type Start = { position: number; gap: Control | null }
type Opening = Pick<Subscriber, 'by' | 'here' | 'selection'> & { start: Start; leave: () => void }

export type LiveStream = {
  routes: Route[]
  /** Hears of news from now on. */
  start(url: string): { stop(): Promise<void> }
  /** Ends all streams; clients come back to whoever serves then. */
  endStreams(): void
}

export function liveStream(parts: {
  db: Db
  log: Log
  seenBy: AsSeenBy
  standing: Standing
  tickets: Tickets
  limits: StreamLimits
}): LiveStream {
  const { db, standing, tickets } = parts
  const hub = liveHub(parts)
  const takePlace = places(parts.limits)
  const all = new Set<Subscriber>()
  let isEnding = false

  function open(line: Line, { by, here, selection, start, leave }: Opening): void {
    const { position, gap } = start
    const turn = Math.floor(Math.random() * 1000)
    const subscriber: Subscriber = { line, by, here, selection, position, toldSeq: position, isEnded: false, turn }
    const unwatch = standing.watch(by, needs, {
      lost: () => end(subscriber, 'access_lost'),
      changed: (now) => {
        subscriber.by = now
      },
    })
    line.onClose = () => {
      unwatch()
      leave()
      all.delete(subscriber)
      hub.leave(subscriber)
    }
    line.onMessage = requestsOf(subscriber)
    all.add(subscriber)
    greet(subscriber)
    if (gap) say(subscriber, gap)
    if (isEnding) end(subscriber, 'server_stopping')
    else hub.join(subscriber)
  }

  return {
    start: hub.start,
    endStreams() {
      isEnding = true
      for (const subscriber of all) end(subscriber, 'server_stopping')
    },
    routes: [
      route({
        method: 'GET',
        paths: ['/v1/stream'],
        summary: 'What happens, as it happens: server-sent events or a WebSocket',
        description: [
          'Events as the log has them, in order of `seq`. `Last-Event-ID` or `after` goes on from there: nothing is missed and nothing comes twice.',
          'With `Upgrade: websocket` the same as messages of a WebSocket, which may change `types`, `filter` and `conversation_id`.',
          'The stream’s own messages are named `gap` and `end`; on a WebSocket they have a field `control`. docs/streams.md tells more.',
        ].join(' '),
        tag,
        auth: needs,
        isLive: true,
        query: Type.Object({
          after: Type.Optional(Type.Integer({ ...seq, description: 'Absent: from now on' })),
          types: Type.Optional(Type.String({ maxLength: 2000, examples: ['call.*,alert.opened'] })),
          filter: Type.Optional(Type.String({ description: 'A condition on the event (docs/filters.md)' })),
          conversation_id: Type.Optional(Type.String({ maxLength: 200 })),
          ticket: Type.Optional(
            Type.String({ description: 'For browsers, in place of a header: from `POST /v1/stream/tickets`' }),
          ),
        }),
        answers: {
          101: { description: 'A WebSocket', contentType: [] },
          200: { description: 'The events', contentType: 'text/event-stream' },
          400: { description: '`UNKNOWN_SEQ`: the number to go on from was never given out' },
          429: { description: '`TOO_MANY_STREAMS` of your organisation, or of this server' },
        },
        async handle({ by, query, headers }) {
          const { types = null, filter = null, conversation_id = null } = query
          const selection = readSelection({ types, filter, conversation_id })
          const start = await startOf(db, by.orgId, lastEventId(headers) ?? query.after ?? null)
          const leave = takePlace(by.orgId)
          const opening = { by, here: sameScope(), selection, start, leave }
          const line = { open: (line: Line) => open(line, opening), unopened: leave }
          return { status: 200, headers: { 'Cache-Control': 'no-store' }, line }
        },
      }),
      route({
        method: 'POST',
        paths: ['/v1/stream/tickets'],
        summary: 'A ticket for a stream, for clients that cannot send a header',
        description:
          'Works once, within 30 s, as `?ticket=` of `GET /v1/stream`, and lets in as whoever took it. The stream ends when that credential does.',
        tag,
        auth: needs,
        answers: {
          201: {
            description: 'The ticket',
            schema: Type.Object({ ticket: Type.String(), expires_at: Type.String({ format: 'date-time' }) }),
          },
        },
        async handle({ by, fields }) {
          strictFields(Type.Object({}), await fields())
          const { ticket, expiresAt } = tickets.issue(by)
          const body = { ticket, expires_at: expiresAt.toISOString() }
          return { ...ok(body, { 'Cache-Control': 'no-store' }), status: 201 }
        },
      }),
    ],
  }
}

function lastEventId(headers: Call['headers']): number | null {
  const given = headers['last-event-id']
  if (given === undefined || given === '') return null
  if (typeof given === 'string' && /^\d{1,15}$/.test(given)) return Number(given)
  const detail = 'Last-Event-ID: must be the id of an event of this stream, which is a number.'
  throw new Problem('invalid', 'invalid_request', detail, { facts: { field: 'Last-Event-ID' } })
}

/** @throws Problem('invalid', 'unknown_seq') */
async function startOf(db: Db, orgId: string, after: number | null): Promise<Start> {
  if (after === null) {
    const { rows } = await sql<{ event_seq: number }>`
      select event_seq from event_counters where org_id = ${orgId}`.execute(db)
    return { position: rows[0]?.event_seq ?? 0, gap: null }
  }
  try {
    await readSlice(db, { orgId, after, limit: 1, types: [] })
    return { position: after, gap: null }
  } catch (err) {
    if (!(err instanceof Problem) || err.code !== 'events_expired') throw err
    const gap = gapOf(after, err)
    return { position: gap.resume_after, gap }
  }
}
