// Conversations follow their tags: renamed, taken away and given back, in the transaction that changes the tag. Each
// takes a new seq, so that readers of the change cursor and all figures follow; there is no event for each of them.

import { type RawBuilder, sql } from 'kysely'
import { takeSequence } from '../../events/index.ts'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import { conversationsWithin, type Viewer } from '../reach.ts'

const bears = (name: string) => sql<boolean>`tags <> '{}' and lower(${name}) = any(lower(tags::text)::text[])`

/** How many of the conversations that the viewer may see bear each tag, by its name in lower case. */
export async function countBearers(db: DbOrTx, by: Viewer): Promise<Map<string, number>> {
  const { rows } = await sql<{ name: string; n: number }>`
    select lower(t) as name, count(*) as n
    from (select tags from conversations where org_id = ${by.orgId} and tags <> '{}' and status <> 'awaiting_upload'
      and ${conversationsWithin(by)}) c, unnest(c.tags) as t
    group by 1`.execute(db)
  return new Map(rows.map(({ name, n }) => [name, n]))
}

/** Locks them before anything else, in the order in which whoever takes in does, and takes a seq for each. */
async function lockBearers(tx: Tx, orgId: string, which: RawBuilder<boolean>): Promise<{ id: string; seq: number }[]> {
  const { rows } = await sql<{ id: string }>`
    select id from conversations where org_id = ${orgId} and ${which}
    order by channel, external_id, id for update`.execute(tx)
  const seqs = await takeSequence(
    tx,
    rows.map(() => orgId),
  )
  return rows.map(({ id }, index) => ({ id, seq: seqs[index] as number }))
}

export type Bearers = {
  count: number
  rename(to: string): Promise<void>
  /** Remembers who lost it. */
  strip(tagId: string): Promise<void>
}

/** Of those that bear this name, held until the transaction ends. */
export async function holdBearers(tx: Tx, orgId: string, name: string): Promise<Bearers> {
  const held = await lockBearers(tx, orgId, bears(name))
  const renewed = (tags: RawBuilder<unknown>) => renew(tx, orgId, held, tags)
  return {
    count: held.length,
    rename: (to) =>
      renewed(sql`array(
        select distinct on (lower(t)) t from (
          select case when lower(u) = lower(${name}) then ${to} else u end as t from unnest(c.tags) as u) renamed)`),
    async strip(tagId) {
      const ids = held.map(({ id }) => id)
      await sql`
        insert into tag_losses (org_id, tag_id, conversation_id) select ${orgId}, ${tagId}, unnest(${ids}::uuid[])
        on conflict do nothing`.execute(tx)
      await renewed(sql`array(select u from unnest(c.tags) as u where lower(u) <> lower(${name}))`)
    },
  }
}

/** To those that lost it and are still there. @returns how many */
export async function giveBack(tx: Tx, orgId: string, tag: { id: string; name: string }): Promise<number> {
  const lost = sql<boolean>`id in (select conversation_id from tag_losses where org_id = ${orgId} and tag_id = ${tag.id})`
  const held = await lockBearers(tx, orgId, lost)
  await renew(tx, orgId, held, sql`array(select distinct unnest(c.tags || ${tag.name}::text))`)
  await sql`delete from tag_losses where org_id = ${orgId} and tag_id = ${tag.id}`.execute(tx)
  return held.length
}

async function renew(tx: Tx, orgId: string, held: { id: string; seq: number }[], tags: RawBuilder<unknown>) {
  if (held.length === 0) return
  const ids = held.map(({ id }) => id)
  const seqs = held.map(({ seq }) => seq)
  await sql`
    update conversations c set tags = ${tags}, seq = k.seq, updated_at = now()
    from unnest(${ids}::uuid[], ${seqs}::bigint[]) as k (id, seq)
    where c.org_id = ${orgId} and c.id = k.id`.execute(tx)
}
