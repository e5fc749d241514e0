// The conversation itself: its row, how it is made, changed, found and listed.
// Every change takes the organisation's next seq, which the lists hand out as their change cursor.

import { type Selectable, sql } from 'kysely'
import { type DbOrTx, insertRows, type Tx } from '../platform/db/db.ts'
import type { Conversations } from '../platform/db/schema.gen.ts'
import { notFound } from '../platform/problem.ts'
import type { AgentGiven } from './people.ts'
import { conversationsWithin, type Viewer } from './reach.ts'
import { asSeenBy } from './reveals.ts'
import type { Channel, ConversationStatus, Direction, SentimentLabel } from './shapes.ts'

export type Failure = { code: string; reason: string; stage: string | null }

export type Conversation = Omit<
  Selectable<Conversations>,
  'channel' | 'status' | 'direction' | 'metadata' | 'warnings' | 'failure' | 'agent_given' | 'sentiment' | 'rerun'
> & {
  channel: Channel
  status: ConversationStatus
  direction: Direction | null
  metadata: Record<string, unknown>
  warnings: string[]
  failure: Failure | null
  agent_given: AgentGiven | null
  sentiment: SentimentLabel | null
  rerun: Rerun | null
  /** Personal data was replaced by placeholders, for whoever it was read for. */
  is_masked?: true
}

/** It is analysed once more, from this stage on: what was found before is shown until then. `id` names the run. */
export type Rerun = { id: string; from: 'transcribe' | 'analyse'; at: string; by: string }

export type Source =
  | 'process_call'
  | 'presigned'
  | 'multipart'
  | 'url'
  | 'chat'
  | 'batch'
  | 'remote_folder'
  | 'resumable'

/** What a door knows of a conversation when it arrives. */
export type Arrival = {
  org_id: string
  id: string
  channel: Channel
  direction: Direction | null
  source: Source
  external_id: string | null
  content_hash: string | null
  agent_id: string | null
  agent_given: AgentGiven | null
  customer_ref: string | null
  caller_number: string | null
  called_number: string | null
  team: string | null
  department: string | null
  tags: string[]
  metadata: Record<string, unknown>
  warnings: string[]
  language: string | null
  started_at: string
  ended_at: string | null
}

export type Arrived = Arrival & {
  version: number
  status: 'awaiting_upload' | 'queued'
  seq: number
  queue_tag: number
  /** What it holds of its organisation's allocation (usage.ts). */
  reserved_units: number | null
  reserved_month: string | null
}

const asConversation = (row: Selectable<Conversations>): Conversation => row as unknown as Conversation

/**
 * Writes what has arrived. A row with the same id is written anew: an upload ticket that is now redeemed, or a newer
 * version of the same chat. `areNew`: none has one, which spares PostgreSQL looking (an eighth of the whole for chats).
 * What people said of an earlier version stays: whose it is, and its tags; that it was reviewed does not, as nobody has
 * seen what is new.
 */
export async function putArrivals(tx: Tx, arrivals: Arrived[], { areNew = false } = {}): Promise<void> {
  const now = new Date().toISOString()
  const rows = arrivals.map((arrival) => ({ ...arrival, received_at: now, updated_at: now }))
  if (areNew) return insertRows(tx, 'conversations', rows)
  const assignable = ['agent_id', 'agent_given', 'team', 'department']
  const renewedTo = (name: string) => {
    const [given, kept] = [sql.ref(`excluded.${name}`), sql.ref(`conversations.${name}`)]
    if (assignable.includes(name))
      return sql`case when conversations.assigned_at is null then ${given} else ${kept} end`
    return name === 'tags' ? sql`array(select distinct unnest(${kept} || ${given}))` : given
  }
  const renewed = sql.join(
    Object.keys(rows[0] ?? {})
      .filter((name) => !['org_id', 'id', 'received_at'].includes(name))
      .map((name) => sql`${sql.ref(name)} = ${renewedTo(name)}`),
  )
  await insertRows(
    tx,
    'conversations',
    rows,
    sql`on conflict (org_id, id) do update set ${renewed}, failure = null, completed_at = null,
      transcript_revision = null, analysis_id = null, sentiment = null, duration_ms = null, reviewed_at = null,
      reviewed_by = null, rerun = null`,
  )
}

export type Known = {
  org_id: string
  id: string
  channel: Channel
  external_id: string
  content_hash: string | null
  version: number
  status: ConversationStatus
  reserved_units: number | null
  reserved_month: string | null
}

/** Which of these natural keys are there already; locked until the transaction ends. */
export async function findByExternalIds(
  tx: Tx,
  keys: { org_id: string; channel: Channel; external_id: string }[],
): Promise<Known[]> {
  if (keys.length === 0) return []
  // Locked in one order by everybody, so that two transactions cannot wait for each other. Written so that only the index
  // of external ids can serve: of a new table the planner knows nothing, and it would read all of an organisation's
  // conversations for each key.
  const { rows } = await sql<Known>`
    select c.* from (
      select * from json_to_recordset(${JSON.stringify(keys)}::json) as k (org_id uuid, channel text, external_id text)
      order by org_id, channel, external_id
    ) k cross join lateral (
      select org_id, id, channel, external_id, content_hash, version, status, reserved_units, reserved_month
      from conversations
      where external_id = k.external_id and org_id is not distinct from k.org_id and channel is not distinct from k.channel
      for update
    ) c`.execute(tx)
  return rows
}

/** The same without a lock, for one. */
export async function findKnown(
  db: DbOrTx,
  key: { org_id: string; channel: Channel; external_id: string },
): Promise<Pick<Conversation, 'id' | 'content_hash' | 'team' | 'department' | 'agent_id'> | null> {
  const row = await db
    .selectFrom('conversations')
    .select(['id', 'content_hash', 'team', 'department', 'agent_id'])
    .where('org_id', '=', key.org_id)
    .where('channel', '=', key.channel)
    .where('external_id', '=', key.external_id)
    .executeTakeFirst()
  return row ?? null
}

/** Which of these are upload tickets that nobody has redeemed; locked until the transaction ends. */
export async function findAwaiting(tx: Tx, keys: { org_id: string; id: string }[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select c.id from conversations c
    join json_to_recordset(${JSON.stringify(keys)}::json) as k (org_id uuid, id uuid) using (org_id, id)
    where c.status = 'awaiting_upload' order by c.org_id, c.id for update of c`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}

/** Removes tickets that will not be redeemed under their own id. */
export async function dropTickets(tx: Tx, keys: { org_id: string; id: string }[]): Promise<void> {
  if (keys.length === 0) return
  await sql`
    delete from conversations c using json_to_recordset(${JSON.stringify(keys)}::json) as k (org_id uuid, id uuid)
    where c.org_id = k.org_id and c.id = k.id and c.status = 'awaiting_upload'`.execute(tx)
}

/** Tickets whose recording is here already are told so to whoever asks for them; the world was never told of them. */
export async function closeTickets(
  tx: Tx,
  tickets: (Pick<Conversation, 'org_id' | 'id' | 'seq'> & { failure: Failure })[],
): Promise<void> {
  for (const { org_id: orgId, id, seq, failure } of tickets)
    await changeConversation(tx, { orgId, id, seq }, { status: 'failed', completed_at: new Date(), failure })
}

/** As the viewer may see it; null for what is out of reach, too. */
export async function getConversation(db: DbOrTx, by: Viewer, id: string): Promise<Conversation | null> {
  const row = await db
    .selectFrom('conversations')
    .selectAll()
    .where('org_id', '=', by.orgId)
    .where('id', '=', id)
    .where(conversationsWithin(by))
    .executeTakeFirst()
  const [seen] = row ? await asSeenBy(db, by, [asConversation(row)]) : []
  return seen ?? null
}

/** @throws Problem('not_found') for an unknown id and, just the same, for one that is out of the viewer's reach. */
export async function requireConversation(
  db: DbOrTx,
  by: Viewer,
  id: string,
  channel?: Channel,
): Promise<Conversation> {
  const found = await getConversation(db, by, id)
  if (!found || (channel && found.channel !== channel)) {
    throw notFound()
  }
  return found
}

/** Unmasked; in the order in which whoever takes in locks them, and held until the transaction ends if they are to be. */
export async function listConversationsById(
  db: DbOrTx,
  by: Viewer,
  ids: string[],
  { isHeld = false } = {},
): Promise<Conversation[]> {
  const { rows } = await sql<Conversation>`
    select * from conversations where org_id = ${by.orgId} and id = any(${ids}::uuid[]) and ${conversationsWithin(by)}
      and status <> 'awaiting_upload'
    order by channel, external_id, id ${isHeld ? sql`for update` : sql``}`.execute(db)
  return rows
}

/**
 * Before anything else of a transaction that changes a conversation, so that two of them cannot wait for each other.
 * False when it was deleted, or sent again as a newer version than this: what was found out is of no use.
 */
export async function lockConversation(
  tx: Tx,
  { org_id, id, version }: Pick<Conversation, 'org_id' | 'id'> & { version?: number },
): Promise<boolean> {
  const row = await tx
    .selectFrom('conversations')
    .select('version')
    .where('org_id', '=', org_id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined && (version === undefined || row.version === version)
}

export async function deleteConversation(tx: Tx, orgId: string, id: string): Promise<void> {
  await tx.deleteFrom('conversations').where('org_id', '=', orgId).where('id', '=', id).execute()
}

export type ConversationChange = Partial<{
  status: ConversationStatus
  duration_ms: number
  ended_at: Date
  completed_at: Date
  failure: Failure | null
  transcript_revision: number
  analysis_id: string
  sentiment: SentimentLabel | null
  warnings: string[]
  agent_id: string | null
  agent_given: null
  team: string | null
  department: string | null
  assigned_at: Date
  reserved_units: null
  tags: string[]
  reviewed_at: Date | null
  reviewed_by: string | null
  version: number
  queue_tag: number
  rerun: Rerun | null
}>

/**
 * With a `seq`, readers of the change cursor see the change; without, only those who look at the conversation.
 * @returns the conversation as it is then, or null when it is not there
 */
export async function changeConversation(
  tx: Tx,
  key: { orgId: string; id: string; seq?: number },
  change: ConversationChange,
): Promise<Conversation | null> {
  const { failure, warnings, rerun, ...columns } = change
  const row = await tx
    .updateTable('conversations')
    .set({
      ...columns,
      ...(failure === undefined ? {} : { failure: failure && JSON.stringify(failure) }),
      ...(rerun === undefined ? {} : { rerun: rerun && JSON.stringify(rerun) }),
      ...(warnings ? { warnings: JSON.stringify(warnings) } : {}),
      ...(key.seq === undefined ? {} : { seq: key.seq }),
      updated_at: new Date(),
    })
    .where('org_id', '=', key.orgId)
    .where('id', '=', key.id)
    .returningAll()
    .executeTakeFirst()
  return row ? asConversation(row) : null
}

export type ListFilter = {
  channel?: Channel
  status?: ConversationStatus
  agentId?: string
  team?: string
  from?: Date
  /** Not part of the range itself. */
  to?: Date
  tag?: string
  reviewed?: boolean
  updatedSince?: Date
  /** Change cursor: only what changed after this seq, in order of seq. */
  afterSeq?: number
}

/** Keyset position: newest first by start. */
export type ListPosition = { startedAt: Date; id: string }

export type ListPage = { limit: number; offset?: number; after?: ListPosition }

/** Within the viewer's reach, and as they may see them. */
export async function listConversations(
  db: DbOrTx,
  by: Viewer,
  filter: ListFilter,
  page: ListPage,
): Promise<Conversation[]> {
  let query = filtered(db, by, filter).selectAll()
  query =
    filter.afterSeq === undefined ? query.orderBy('started_at', 'desc').orderBy('id', 'desc') : query.orderBy('seq')
  const { after } = page
  if (after) query = query.where(sql<boolean>`(started_at, id) < (${after.startedAt}, ${after.id}::uuid)`)
  if (page.offset) query = query.offset(page.offset)
  return asSeenBy(db, by, (await query.limit(page.limit).execute()).map(asConversation))
}

/** Counting is bounded: beyond this many, lists say that there are at least so many. */
export const countMax = 100_000

export type Count = { total: number; isExact: boolean }

export async function countConversations(db: DbOrTx, by: Viewer, filter: ListFilter): Promise<Count> {
  const some = filtered(db, by, filter)
    .select(sql`1`.as('one'))
    .limit(countMax + 1)
  const { n } = await db.selectFrom(some.as('some')).select(sql<number>`count(*)`.as('n')).executeTakeFirstOrThrow()
  return { total: Math.min(n, countMax), isExact: n <= countMax }
}

function filtered(db: DbOrTx, by: Viewer, filter: ListFilter) {
  let query = db.selectFrom('conversations').where('org_id', '=', by.orgId)
  if (by.reach !== 'all') query = query.where(conversationsWithin(by))
  // A ticket that nobody has redeemed is no conversation yet: it is shown by its id alone.
  query = filter.status ? query.where('status', '=', filter.status) : query.where('status', '!=', 'awaiting_upload')
  if (filter.channel) query = query.where('channel', '=', filter.channel)
  if (filter.agentId) query = query.where('agent_id', '=', filter.agentId)
  if (filter.team) query = query.where(sql<boolean>`lower(team) = lower(${filter.team})`)
  if (filter.tag) query = query.where(sql<boolean>`lower(${filter.tag}) = any(lower(tags::text)::text[])`)
  if (filter.reviewed !== undefined) query = query.where('reviewed_at', filter.reviewed ? 'is not' : 'is', null)
  if (filter.from) query = query.where('started_at', '>=', filter.from)
  if (filter.to) query = query.where('started_at', '<', filter.to)
  if (filter.updatedSince) query = query.where('updated_at', '>=', filter.updatedSince)
  if (filter.afterSeq !== undefined) query = query.where('seq', '>', filter.afterSeq)
  return query
}
