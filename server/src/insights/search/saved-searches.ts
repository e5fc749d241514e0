// Searches that people keep: a name for words, a filter, an order and columns. One's own, or shared with everybody of the
// organisation; each finds what whoever uses it may see.

import { sql } from 'kysely'
import type { Viewer } from '../../conversations/index.ts'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'

export type SavedSearch = {
  id: string
  owner: string
  name: string
  is_shared: boolean
  q: string | null
  filter: string | null
  sort: string | null
  columns: string[]
  revision: number
  created_at: Date
  updated_at: Date
}

export type SavedFields = Pick<SavedSearch, 'name' | 'is_shared' | 'q' | 'filter' | 'sort' | 'columns'>

/** Of one owner. */
const ownMax = 200

export type Editor = Viewer & { scopes: readonly string[] }

/** The owner, and of what is shared an administrator. */
export const mayChange = (by: Editor, { owner, is_shared }: SavedSearch): boolean =>
  owner === by.actor || (is_shared && by.scopes.includes('organisation:manage'))

export async function listSaved(
  db: DbOrTx,
  by: Viewer,
  { limit, after }: { limit: number; after: string | null },
): Promise<SavedSearch[]> {
  const { rows } = await sql<SavedSearch>`
    select * from saved_searches
    where org_id = ${by.orgId} and (owner = ${by.actor} or is_shared) and (${after}::uuid is null or id > ${after}::uuid)
    order by id limit ${limit}`.execute(db)
  return rows
}

/** @throws Problem('not_found') for one that is not there, and for another's own */
export async function requireSaved(db: DbOrTx, by: Viewer, id: string, isHeld = false): Promise<SavedSearch> {
  const { rows } = await sql<SavedSearch>`
    select * from saved_searches
    where org_id = ${by.orgId} and id = ${id} and (owner = ${by.actor} or is_shared)
    ${isHeld ? sql`for update` : sql``}`.execute(db)
  const [found] = rows
  if (!found) throw notFound()
  return found
}

/** @throws Problem('conflict') when the name is taken, or there are too many */
export async function createSaved(tx: Tx, by: Viewer, given: SavedFields): Promise<SavedSearch> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from saved_searches where org_id = ${by.orgId} and owner = ${by.actor}`.execute(tx)
  if ((rows[0]?.n ?? 0) >= ownMax) {
    throw new Problem('conflict', 'too_many_searches', `You keep ${ownMax} searches already. Delete one first.`)
  }
  const id = newId()
  const { name, is_shared, q, filter, sort, columns } = given
  const { rows: made } = await sql`
    insert into saved_searches (org_id, id, owner, name, is_shared, q, filter, sort, columns)
    values (${by.orgId}, ${id}, ${by.actor}, ${name}, ${is_shared}, ${q}, ${filter}, ${sort}, ${columns}::text[])
    on conflict (org_id, owner, lower(name)) do nothing returning id`.execute(tx)
  if (made.length === 0) throw nameTaken(name)
  return requireSaved(tx, by, id)
}

/** In a transaction that holds it. @throws Problem('conflict') when its owner has another one of that name */
export async function changeSaved(
  tx: Tx,
  by: Viewer,
  before: SavedSearch,
  change: Partial<SavedFields>,
): Promise<SavedSearch> {
  const { name, is_shared, q, filter, sort, columns } = { ...before, ...change }
  const { rows: others } = await sql`
    select from saved_searches where org_id = ${by.orgId} and owner = ${before.owner} and id <> ${before.id}
      and lower(name) = lower(${name})`.execute(tx)
  if (others.length > 0) throw nameTaken(name)
  const { rows } = await sql<SavedSearch>`
    update saved_searches set name = ${name}, is_shared = ${is_shared}, q = ${q}, filter = ${filter}, sort = ${sort},
      columns = ${columns}::text[], revision = revision + 1, updated_at = now()
    where org_id = ${by.orgId} and id = ${before.id}
    returning id, owner, name, is_shared, q, filter, sort, columns, revision, created_at, updated_at`.execute(tx)
  return rows[0] as SavedSearch
}

export async function deleteSaved(tx: Tx, by: Viewer, id: string): Promise<void> {
  await sql`delete from saved_searches where org_id = ${by.orgId} and id = ${id}`.execute(tx)
}

const nameTaken = (name: string) => new Problem('conflict', 'name_taken', `There is a search named ${name} already.`)
