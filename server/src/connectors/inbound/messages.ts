// Messages that came from other systems, as they came. Owns the table. Kept for seven days: so long the same delivery is
// taken in once, and so long it can be read and processed again.

import { type Selectable, sql } from 'kysely'
import type { Db, DbOrTx, Tx } from '../../platform/db/db.ts'
import type { InboundMessages } from '../../platform/db/schema.gen.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Outcome } from './shapes.ts'

export type MessageState = 'received' | 'processed' | 'failed' | 'ignored'

export type Message = Omit<Selectable<InboundMessages>, 'body' | 'proof' | 'state' | 'headers' | 'result'> & {
  state: MessageState
  headers: Record<string, string>
  result: Record<string, unknown> | null
  size_bytes: number
}

export type NewMessage = Pick<
  Selectable<InboundMessages>,
  'org_id' | 'source_id' | 'provider_id' | 'proof' | 'kind' | 'body' | 'request_id'
> & { headers: Record<string, string> }

const keptDays = 7
const reasonCharsMax = 2000
const removedAtOnce = 50_000
const foreignKeyViolation = '23503'

/** @returns by position the id of each that is new; null for one that is here already */
export async function insertMessages(tx: Tx, messages: readonly NewMessage[]): Promise<(string | null)[]> {
  // In one order: two transactions with the same ones would else wait for each other in a circle.
  const order = messages
    .map((message, index) => ({ message, index, name: `${message.source_id} ${message.provider_id}` }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const ids: (string | null)[] = messages.map(() => null)
  for (const { message, index } of order) {
    const row = await tx
      .insertInto('inbound_messages')
      .values({ ...message, id: newId(), headers: JSON.stringify(message.headers) })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
      .catch((err) => {
        // Its source was deleted just now.
        throw err.code === foreignKeyViolation ? notFound() : err
      })
    ids[index] = row?.id ?? null
  }
  return ids
}

const columns = [
  'org_id',
  'id',
  'source_id',
  'provider_id',
  'kind',
  'headers',
  'state',
  'attempts',
  'error_code',
  'reason',
  'result',
  'request_id',
  'received_at',
  'settled_at',
] as const

const rows = (db: DbOrTx, orgId: string) =>
  db
    .selectFrom('inbound_messages')
    .select(columns)
    .select(sql<number>`octet_length(body)`.as('size_bytes'))
    .where('org_id', '=', orgId)
    .$castTo<Message>()

/** Newest first. */
export async function listMessages(
  db: DbOrTx,
  of: { orgId: string; sourceId: string },
  page: { limit: number; before: string | null; state: MessageState | undefined },
): Promise<Message[]> {
  let query = rows(db, of.orgId).where('source_id', '=', of.sourceId).orderBy('id', 'desc').limit(page.limit)
  if (page.before) query = query.where('id', '<', page.before)
  if (page.state) query = query.where('state', '=', page.state)
  return query.execute()
}

/** @throws Problem('not_found') */
export async function requireMessage(
  db: DbOrTx,
  of: { orgId: string; sourceId: string },
  id: string,
): Promise<Message & { body: Buffer }> {
  const row = await rows(db, of.orgId)
    .select('body')
    .where('source_id', '=', of.sourceId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/** One that still waits to be processed, whole; null for any other. */
export async function findWaiting(db: DbOrTx, orgId: string, id: string): Promise<(Message & { body: Buffer }) | null> {
  const row = await rows(db, orgId)
    .select('body')
    .where('id', '=', id)
    .where('state', '=', 'received')
    .executeTakeFirst()
  return row ?? null
}

/** Counting further would tell nothing more. */
const countedMax = 10_000

export async function countWaiting(db: DbOrTx, orgId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from (
      select from inbound_messages where org_id = ${orgId} and state = 'received' limit ${countedMax}) waiting`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}

/** Only while it waits: what was settled meanwhile stays so. */
const change = (tx: Tx, orgId: string, id: string, values: object) =>
  tx
    .updateTable('inbound_messages')
    .set((of) => ({ ...values, attempts: of('attempts', '+', 1) }))
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('state', '=', 'received')
    .execute()

export async function settleMessage(tx: Tx, orgId: string, id: string, outcome: Outcome): Promise<void> {
  const said =
    outcome.state === 'processed'
      ? { result: JSON.stringify(outcome.result), reason: null }
      : { result: null, reason: outcome.reason.slice(0, reasonCharsMax) }
  await change(tx, orgId, id, { state: outcome.state, error_code: null, settled_at: new Date(), ...said })
}

export type Failure = { code: string; reason: string }

/** `isFinal` false: it will be tried again. */
export async function failMessage(
  tx: Tx,
  orgId: string,
  id: string,
  failure: Failure,
  isFinal: boolean,
): Promise<void> {
  const said = { error_code: failure.code, reason: failure.reason.slice(0, reasonCharsMax) }
  await change(tx, orgId, id, isFinal ? { ...said, state: 'failed', settled_at: new Date() } : said)
}

/** After the last try: what it failed on then is the reason. */
export async function giveUpMessage(tx: Tx, orgId: string, id: string): Promise<void> {
  await tx
    .updateTable('inbound_messages')
    .set((of) => ({
      state: 'failed',
      settled_at: new Date(),
      error_code: of.fn.coalesce('error_code', sql.lit('given_up')),
      reason: of.fn.coalesce('reason', sql.lit('It could not be processed on any of several tries.')),
    }))
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('state', '=', 'received')
    .execute()
}

/** As if it had just come. @throws Problem('conflict', 'message_waiting') for one that has not been processed yet */
export async function resetMessage(tx: Tx, orgId: string, id: string): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('inbound_messages')
    .set({ state: 'received', attempts: 0, error_code: null, reason: null, result: null, settled_at: null })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('state', '<>', 'received')
    .executeTakeFirstOrThrow()
  if (numUpdatedRows > 0n) return
  const detail = 'The message is waiting to be processed, or is being processed. Look again in a moment.'
  throw new Problem('conflict', 'message_waiting', detail)
}

/** Of every organisation, after seven days. */
export async function forgetInboundMessages(db: Db): Promise<void> {
  await sql`
    delete from inbound_messages where (org_id, id) in (
      select org_id, id from inbound_messages where received_at < now() - make_interval(days => ${keptDays})
      order by received_at limit ${removedAtOnce})`.execute(db)
}
