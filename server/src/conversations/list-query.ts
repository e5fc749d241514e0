// What the lists of conversations can be asked for, and how a query becomes a filter.

import { Type } from 'typebox'
import { readDate, readRange } from '../platform/dates.ts'
import type { DbOrTx } from '../platform/db/db.ts'
import { pageQuery, readCursor } from '../platform/http/paging.ts'
import { isUuid } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import type { Conversation, ListFilter, ListPosition } from './conversations.ts'
import { groupName } from './groups.ts'
import { findAgent } from './people.ts'
import { type Viewer, wholeOrg } from './reach.ts'
import type { Channel, ConversationStatus } from './shapes.ts'

const text = (description: string) => Type.Optional(Type.String({ maxLength: 200, description }))

export const listQuery = Type.Object({
  start_date: text('Start of the conversation, from; any date format'),
  end_date: text('Start of the conversation, to; a date alone includes its whole day'),
  agent_id: text("The agent's id, external id or e-mail"),
  team_id: text('Name or id of the team'),
  tag: text('Name of a tag'),
  reviewed: Type.Optional(Type.Boolean({ description: 'Whether somebody has marked it as reviewed' })),
  status: Type.Optional(
    Type.Union(['awaiting_upload', 'queued', 'processing', 'completed', 'failed'].map((one) => Type.Literal(one))),
  ),
  updated_since: text('Only what changed at or after this time; then ordered by change'),
  after_seq: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Only what changed after this seq; then ordered by change',
    }),
  ),
  cursor: text('`next_cursor` of the page before'),
  ...pageQuery,
})

export type ListQuery = {
  start_date?: string
  end_date?: string
  agent_id?: string
  team_id?: string
  tag?: string
  reviewed?: boolean
  status?: string
  updated_since?: string
  after_seq?: number
  cursor?: string
  limit?: number
  offset?: number
}

type Cursor = { s: string; i: string } | { q: number }

const isCursor = (value: unknown): value is Cursor => {
  const { s, i, q } = (value ?? {}) as Record<string, unknown>
  return (
    Number.isSafeInteger(q) ||
    (typeof s === 'string' && !Number.isNaN(Date.parse(s)) && typeof i === 'string' && isUuid(i))
  )
}

/** null: the filter names an agent that nobody is, or a team that is not known; the list is empty. Whose conversations are seen is the list's matter. */
export async function filterOf(
  db: DbOrTx,
  by: Viewer,
  query: ListQuery,
  zone: string,
  channel?: Channel,
): Promise<{ filter: ListFilter; after?: ListPosition } | null> {
  const cursor = query.cursor === undefined ? null : readCursor(query.cursor, isCursor)
  const agent = query.agent_id ? await findAgent(db, wholeOrg(by.orgId), query.agent_id) : null
  if (query.agent_id && !agent) return null
  const team = query.team_id ? await groupName(db, by.orgId, 'team', query.team_id) : null
  if (query.team_id && team === null) return null
  const dates = { timeZone: zone, now: new Date() }
  // A list has no default period: what is absent is open.
  const range = readRange(query.start_date, query.end_date || query.start_date, dates)
  const since = query.updated_since ? readMoment('updated_since', query.updated_since, dates) : undefined
  const byChange = since !== undefined || query.after_seq !== undefined
  const filter: ListFilter = {
    ...(channel ? { channel } : {}),
    ...(query.status ? { status: query.status as ConversationStatus } : {}),
    ...(agent ? { agentId: agent.id } : {}),
    ...(team ? { team } : {}),
    ...(query.tag ? { tag: query.tag } : {}),
    ...(query.reviewed === undefined ? {} : { reviewed: query.reviewed }),
    ...(query.start_date ? { from: range.from } : {}),
    ...(query.end_date ? { to: range.to } : {}),
    ...(since ? { updatedSince: since } : {}),
    ...(byChange ? { afterSeq: cursor && 'q' in cursor ? cursor.q : (query.after_seq ?? 0) } : {}),
  }
  return cursor && 's' in cursor && !byChange
    ? { filter, after: { startedAt: new Date(cursor.s), id: cursor.i } }
    : { filter }
}

function readMoment(field: string, value: string, dates: { timeZone: string; now: Date }): Date {
  const { at, isReadable } = readDate(value, dates)
  if (isReadable) return at
  const detail = `${field} could not be read as a date. Send ISO 8601, such as 2024-01-15T10:30:00Z.`
  throw new Problem('invalid', 'unreadable_date', detail, { facts: { field } })
}

/** Where the page after this row starts. */
export const nextCursor = (filter: ListFilter, last: Conversation): Cursor =>
  filter.afterSeq === undefined ? { s: last.started_at.toISOString(), i: last.id } : { q: last.seq }
