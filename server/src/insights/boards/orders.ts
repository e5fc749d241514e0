// The order in which somebody sees boards, and which one opens first: one row a person.

import { sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'

export type Order = { home: string | null; places: string[] }

type Person = Pick<Principal, 'orgId' | 'actor'>

export async function readOrder(db: DbOrTx, { orgId, actor }: Person): Promise<Order> {
  const { rows } = await sql<Order>`
    select home, places from board_orders where org_id = ${orgId} and owner = ${actor}`.execute(db)
  return rows[0] ?? { home: null, places: [] }
}

export async function setHome(tx: Tx, { orgId, actor }: Person, home: string): Promise<void> {
  await sql`
    insert into board_orders (org_id, owner, home) values (${orgId}, ${actor}, ${home})
    on conflict (org_id, owner) do update set home = excluded.home`.execute(tx)
}

export async function setPlaces(tx: Tx, { orgId, actor }: Person, places: string[]): Promise<void> {
  await sql`
    insert into board_orders (org_id, owner, places) values (${orgId}, ${actor}, ${places}::text[])
    on conflict (org_id, owner) do update set places = excluded.places`.execute(tx)
}

/** Those that were given a place, in their order; the others follow as they come. */
export function inOrder<One extends { id: string }>(all: One[], { places }: Order): One[] {
  const placeOf = new Map(places.map((id, place) => [id, place]))
  const place = ({ id }: One) => placeOf.get(id) ?? places.length
  return all.toSorted((one, other) => place(one) - place(other))
}
