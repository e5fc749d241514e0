// Fair queuing: whose turn it is. Each conversation gets a start tag; the pipeline takes the lowest tag first. An
// organisation that sends a thousand calls gets a thousand consecutive tags, another that sends one gets a tag near the
// front: a busy organisation does not starve a quiet one. (Start-time fair queuing: Goyal, Vin, Cheng 1996.)

import { sql } from 'kysely'
import type { Tx } from '../platform/db/db.ts'

/** The next tag for each entry, in order. Holds the tags of these organisations until the transaction ends. */
export async function takeTags(tx: Tx, orgIds: string[]): Promise<number[]> {
  const counts = new Map<string, number>()
  for (const orgId of orgIds) counts.set(orgId, (counts.get(orgId) ?? 0) + 1)
  const next = new Map<string, number>()
  for (const [orgId, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Now, in virtual time: the oldest tag that is still being worked on. With nothing to do, everybody is even.
    const { rows } = await sql<{ tag: number }>`
      with now_serving as (
        select coalesce(
          (select min(queue_tag) from conversations where status in ('queued', 'processing')),
          (select max(tag) from queue_tags),
          0) as tag
      )
      insert into queue_tags (org_id, tag) select ${orgId}::uuid, now_serving.tag + ${count}::bigint from now_serving
      on conflict (org_id) do update set tag = greatest(queue_tags.tag, excluded.tag - ${count}::bigint) + ${count}::bigint
      returning tag`.execute(tx)
    next.set(orgId, (rows[0]?.tag ?? count) - count)
  }
  return orgIds.map((orgId) => {
    const tag = (next.get(orgId) ?? 0) + 1
    next.set(orgId, tag)
    return tag
  })
}
