// The items of ingest jobs: what was found in each load, and what became of it. The table's owner.

import { type Selectable, sql } from 'kysely'
import { type DbOrTx, insertRows, type Tx } from '../../platform/db/db.ts'
import type { IngestItems } from '../../platform/db/schema.gen.ts'
import { newId } from '../../platform/ids.ts'
import type { Body } from '../flexible-body.ts'
import type { Counts, IngestItem, ItemPlace, ItemState, NewItem, Reason } from './shapes.ts'

type JobKey = { orgId: string; jobId: string }

const rowsAtOnce = 5000
/** An entry of PostgreSQL's indexes holds 2704 bytes. */
const nameBytesMax = 2000

const asItem = (row: Selectable<IngestItems>): IngestItem => row as unknown as IngestItem

/** Numbered from `from` in the order that they are given in. */
export async function addItems(tx: Tx, { orgId, jobId }: JobKey, items: NewItem[], from = 0): Promise<void> {
  for (let start = 0; start < items.length; start += rowsAtOnce) {
    const rows = items.slice(start, start + rowsAtOnce).map(({ failure, name, fields, ...item }, index) => ({
      ...item,
      name: shown(name),
      fields: holdable(fields),
      found_warnings: item.warnings,
      org_id: orgId,
      job_id: jobId,
      position: from + start + index,
      state: failure ? 'failed' : 'waiting',
      code: failure?.code ?? null,
      reason: failure?.reason ?? null,
      file_id: newId(),
      attempt: 0,
      updated_at: new Date().toISOString(),
    }))
    await insertRows(tx, 'ingest_items', rows)
  }
}

/** `attempt` tells whether anybody has opened or settled it since. */
export type OpenedItem = ItemPlace & { attempt: number }

/**
 * The item of an open job that a single upload belongs to, waiting: made, or the one of the same name once more. The
 * caller holds the job.
 */
export async function openItem(
  tx: Tx,
  {
    orgId,
    jobId,
    name,
    kind,
    sizeBytes,
  }: JobKey & { name: string; kind: IngestItem['kind']; sizeBytes: number | null },
): Promise<OpenedItem> {
  // Until it is settled again, it remembers how it was: see unopenItem.
  const { rows } = await sql<{ position: number; attempt: number }>`
    update ingest_items set state = 'waiting', code = null, reason = null, attempt = attempt + 1, updated_at = now(),
      locator = case state when 'waiting' then locator else jsonb_build_object('was', state) end
    where org_id = ${orgId} and job_id = ${jobId} and name = ${shown(name)} returning position, attempt`.execute(tx)
  const [known] = rows
  if (known) return { jobId, ...known }
  const { rows: next } = await sql<{ position: number }>`
    select coalesce(max(position) + 1, 0) as position from ingest_items
    where org_id = ${orgId} and job_id = ${jobId}`.execute(tx)
  const position = next[0]?.position ?? 0
  const item = { name, kind, locator: {}, fields: {}, size_bytes: sizeBytes, warnings: [], failure: null }
  await addItems(tx, { orgId, jobId }, [item], position)
  return { jobId, position, attempt: 0 }
}

/** As if it had not been opened; one that somebody else has opened or settled since is theirs. */
export async function unopenItem(db: DbOrTx, orgId: string, { jobId, position, attempt }: OpenedItem): Promise<void> {
  const isIt = sql`org_id = ${orgId} and job_id = ${jobId} and position = ${position} and attempt = ${attempt}
    and state = 'waiting'`
  await sql`delete from ingest_items where ${isIt} and not locator ? 'was'`.execute(db)
  await sql`update ingest_items set state = locator ->> 'was', updated_at = now() where ${isIt}`.execute(db)
}

/** In order of position, after `after`. */
export async function listItems(
  db: DbOrTx,
  { orgId, jobId }: JobKey,
  filter: { states?: readonly ItemState[] | undefined; after: number | null; limit: number },
): Promise<IngestItem[]> {
  let query = db.selectFrom('ingest_items').selectAll().where('org_id', '=', orgId).where('job_id', '=', jobId)
  if (filter.states) query = query.where('state', 'in', filter.states)
  if (filter.after !== null) query = query.where('position', '>', filter.after)
  return (await query.orderBy('position').limit(filter.limit).execute()).map(asItem)
}

export async function getItem(db: DbOrTx, { orgId, jobId }: JobKey, position: number): Promise<IngestItem | null> {
  const row = await db
    .selectFrom('ingest_items')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('job_id', '=', jobId)
    .where('position', '=', position)
    .executeTakeFirst()
  return row ? asItem(row) : null
}

export async function countItems(db: DbOrTx, { orgId, jobId }: JobKey): Promise<Counts> {
  const { rows } = await sql<{ state: ItemState; count: number }>`
    select state, count(*) as count from ingest_items where org_id = ${orgId} and job_id = ${jobId}
    group by state`.execute(db)
  const counts: Counts = { total: 0, waiting: 0, ok: 0, failed: 0, duplicate: 0, cancelled: 0 }
  for (const { state, count } of rows) {
    counts[state] = count
    counts.total += count
  }
  return counts
}

/**
 * Back to waiting: those in one of these states, or the one at `position` if it is; not what failed before any try, as
 * there is nothing in its source to be read. Answers how many.
 */
export async function resetItems(
  tx: Tx,
  { orgId, jobId }: JobKey,
  which: { states: readonly ItemState[]; position?: number; codes?: readonly string[] | undefined },
): Promise<number> {
  let query = tx
    .updateTable('ingest_items')
    .set({
      state: 'waiting',
      code: null,
      reason: null,
      conversation_id: null,
      warnings: sql.ref('found_warnings'),
      updated_at: new Date(),
    })
    .where('org_id', '=', orgId)
    .where('job_id', '=', jobId)
    .where('state', 'in', which.states)
    .where((is) => is.or([is('state', '<>', 'failed'), is('attempt', '>', 0)]))
  if (which.position !== undefined) query = query.where('position', '=', which.position)
  if (which.codes) query = query.where('code', 'in', which.codes)
  const { numUpdatedRows } = await query.executeTakeFirst()
  return Number(numUpdatedRows)
}

/** What waits will not be taken in. Answers how many. */
export async function cancelItems(tx: Tx, { orgId, jobId }: JobKey): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('ingest_items')
    .set({ state: 'cancelled', updated_at: new Date() })
    .where('org_id', '=', orgId)
    .where('job_id', '=', jobId)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

export type PlacedItem = ItemPlace & { orgId: string }

/** Those that wait, by `itemKey`; held until the transaction ends, so that no other worker settles them. */
export async function lockWaiting(tx: Tx, places: PlacedItem[]): Promise<Set<string>> {
  if (places.length === 0) return new Set()
  const { rows } = await sql<PlacedItem>`
    select i.org_id as "orgId", i.job_id as "jobId", i.position from ingest_items i
    join json_to_recordset(${JSON.stringify(places)}::json) as k ("orgId" uuid, "jobId" uuid, position int)
      on i.org_id = k."orgId" and i.job_id = k."jobId" and i.position = k.position
    where i.state = 'waiting' order by i.org_id, i.job_id, i.position for update of i`.execute(tx)
  return new Set(rows.map(itemKey))
}

export const itemKey = ({ jobId, position }: ItemPlace) => `${jobId} ${position}`

export type Settled = PlacedItem & {
  state: Exclude<ItemState, 'waiting'>
  conversation_id: string | null
  code: string | null
  reason: string | null
  /** null: no others than were found before any try. */
  warnings: string[] | null
}

/** Writes what became of items that wait. */
export async function settleItems(tx: DbOrTx, settled: Settled[]): Promise<void> {
  if (settled.length === 0) return
  await sql`
    update ingest_items i set state = k.state, conversation_id = k.conversation_id, code = k.code, reason = k.reason,
      warnings = coalesce(k.warnings, i.found_warnings), attempt = i.attempt + 1, updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(settled)}::jsonb) as k ("orgId" uuid, "jobId" uuid, position int,
      state text, conversation_id uuid, code text, reason text, warnings jsonb)
    where i.org_id = k."orgId" and i.job_id = k."jobId" and i.position = k.position and i.state = 'waiting'`.execute(tx)
}

/** One that cannot be taken in, and why. */
export const failItem = (db: DbOrTx, orgId: string, place: ItemPlace, { code, reason }: Reason): Promise<void> =>
  settleItems(db, [{ ...place, orgId, state: 'failed', conversation_id: null, code, reason, warnings: null }])

/** Why one that waits could not be taken in on the newest try. */
export async function noteItem(
  db: DbOrTx,
  orgId: string,
  { jobId, position }: ItemPlace,
  reason: string,
): Promise<void> {
  await sql`
    update ingest_items set reason = ${reason}, attempt = attempt + 1, updated_at = now()
    where org_id = ${orgId} and job_id = ${jobId} and position = ${position} and state = 'waiting'`.execute(db)
}

/** All that waits fails; what is known of an item's own troubles is kept. */
export async function failWaiting(tx: Tx, { orgId, jobId }: JobKey, { code, reason }: Reason): Promise<void> {
  await sql`
    update ingest_items set state = 'failed', code = ${code}, attempt = attempt + 1, updated_at = now(),
      reason = ${reason} || coalesce(' ' || reason, '')
    where org_id = ${orgId} and job_id = ${jobId} and state = 'waiting'`.execute(tx)
}

/** The department that some item of the job names together with this team. */
export async function departmentBeside(db: DbOrTx, { orgId, jobId }: JobKey, team: string): Promise<string | null> {
  const { rows } = await sql<{ department: string }>`
    select fields ->> 'department' as department from ingest_items
    where org_id = ${orgId} and job_id = ${jobId} and lower(fields ->> 'team') = lower(${team})
      and fields ->> 'department' <> ''
    order by position limit 1`.execute(db)
  return rows[0]?.department ?? null
}

/** What the database cannot hold is left out: NUL, half a surrogate pair. */
function shown(name: string): string {
  const text = plain(name)
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(nameBytesMax)).read)
}
const plain = (text: string) => text.replaceAll('\0', '').toWellFormed()

function holdable(fields: Body): Body {
  const text = JSON.stringify(fields)
  if (!/\\u(?:0000|d[89a-f])/i.test(text)) return fields
  return JSON.parse(text, (_, value) => (typeof value === 'string' ? plain(value) : value))
}
