// Watchers as this server knows them: programs beside a recorder (server/src/watch/) and what they last said of
// themselves. Owns the table. The recordings that they send come in by the doors of everybody.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { Watchers } from '../../platform/db/schema.gen.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'

export type Watcher = Selectable<Watchers>

/** What a watcher says of itself. `oldest_at`: since when the file that has waited longest is waiting. */
export type Contact = {
  host: string
  folder: string
  version: string
  is_once: boolean
  waiting: number
  sent: number
  refused: number
  last_error: string | null
  oldest_at: Date | null
}

/** A name costs a row, and whoever may send calls may make one. */
const watchersMax = 1000
export const silentAfterMinutes = 15

/** `silent`: nothing was heard for 15 minutes. `failing`: it says itself that something is wrong. */
export function stateOf(
  { is_once, last_contact_at, last_error }: Pick<Watcher, 'is_once' | 'last_contact_at' | 'last_error'>,
  now = Date.now(),
): 'ok' | 'silent' | 'failing' {
  if (!is_once && now - last_contact_at.getTime() > silentAfterMinutes * 60_000) return 'silent'
  return last_error === null ? 'ok' : 'failing'
}

/** @throws Problem('conflict', 'too_many_watchers') for a new one when there are 1,000 */
export async function hearFrom(
  tx: Tx,
  orgId: string,
  name: string,
  contact: Contact,
): Promise<{ watcher: Watcher; isNew: boolean }> {
  const known = await tx
    .updateTable('watchers')
    .set({ ...contact, last_contact_at: sql<Date>`now()`, told_silent_at: null })
    .where('org_id', '=', orgId)
    .where('name', '=', name)
    .returningAll()
    .executeTakeFirst()
  if (known) return { watcher: known, isNew: false }
  const { count } = await tx
    .selectFrom('watchers')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('org_id', '=', orgId)
    .executeTakeFirstOrThrow()
  if (count >= watchersMax) {
    const detail = `There are ${watchersMax} watchers already. Delete those that are no longer in use.`
    throw new Problem('conflict', 'too_many_watchers', detail)
  }
  const { is_new: isNew, ...watcher } = await tx
    .insertInto('watchers')
    .values({ org_id: orgId, id: newId(), name, ...contact })
    // The same one, twice at once.
    .onConflict((conflict) => conflict.columns(['org_id', 'name']).doUpdateSet({ last_contact_at: sql<Date>`now()` }))
    .returningAll()
    .returning(sql<boolean>`xmax = 0`.as('is_new'))
    .executeTakeFirstOrThrow()
  return { watcher, isNew }
}

/** By name. */
export async function listWatchers(
  db: DbOrTx,
  orgId: string,
  page: { limit: number; after?: string | undefined },
): Promise<Watcher[]> {
  let query = db.selectFrom('watchers').selectAll().where('org_id', '=', orgId).orderBy('name').limit(page.limit)
  if (page.after !== undefined) query = query.where('name', '>', page.after)
  return query.execute()
}

/** @throws Problem('not_found') */
export async function requireWatcher(db: DbOrTx, orgId: string, name: string): Promise<Watcher> {
  const found = await db
    .selectFrom('watchers')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('name', '=', name)
    .executeTakeFirst()
  if (!found) throw notFound()
  return found
}

/** As jobs name it. @throws Problem('not_found') */
export async function requireWatcherById(db: DbOrTx, orgId: string, id: string): Promise<Watcher> {
  const found = await db
    .selectFrom('watchers')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!found) throw notFound()
  return found
}

/** What it has sent stays; one that goes on running comes back with its next contact. @throws Problem('not_found') */
export async function deleteWatcher(tx: Tx, orgId: string, name: string): Promise<Watcher> {
  const { id } = await requireWatcher(tx, orgId, name)
  const gone = await tx
    .deleteFrom('watchers')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (!gone) throw notFound()
  return gone
}
