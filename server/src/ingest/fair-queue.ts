// Fair queuing: whose turn it is. Each conversation gets a start tag; the pipeline takes the lowest tag first. An
// organisation that sends a thousand calls gets a thousand consecutive tags, another that sends one gets a tag near the
// front: a busy organisation does not starve a quiet one. (Start-time fair queuing: Goyal, Vin, Cheng 1996.)
// Calls and chats have tags of their own: a thousand chats, done in seconds, must not put off a call.

import { sql } from 'kysely'
import type { Channel } from '../conversations/index.ts'
import type { Tx } from '../platform/db/db.ts'
import { together } from '../platform/db/together.ts'

export type QueueEntry = { orgId: string; channel: Channel }

/** The next tag for each entry, in order. Holds the tags of these organisations until the transaction ends. */
export async function takeTags(tx: Tx, entries: QueueEntry[]): Promise<number[]> {
  const queues = new Map<string, QueueEntry & { count: number }>()
  const nameOf = ({ orgId, channel }: QueueEntry) => `${orgId} ${channel}`
  for (const entry of entries) {
    const { count } = queues.get(nameOf(entry)) ?? { count: 0 }
    queues.set(nameOf(entry), { ...entry, count: count + 1 })
  }
  const next = new Map<string, number>()
  const take = async ([name, { orgId, channel, count }]: [string, QueueEntry & { count: number }]) => {
    const { rows } = await sql<{ tag: number }>`
      with now_serving as (select queue_front(${channel}) as tag)
      insert into queue_tags (org_id, channel, tag)
      select ${orgId}::uuid, ${channel}, now_serving.tag + ${count}::bigint from now_serving
      on conflict (org_id, channel) do update
        set tag = greatest(queue_tags.tag, excluded.tag - ${count}::bigint) + ${count}::bigint
      returning tag`.execute(tx)
    next.set(name, (rows[0]?.tag ?? count) - count)
  }
  // Always in the same order, so that two transactions cannot wait for each other.
  await together(...[...queues].sort(([a], [b]) => (a < b ? -1 : 1)).map(take))
  return entries.map((entry) => {
    const tag = (next.get(nameOf(entry)) ?? 0) + 1
    next.set(nameOf(entry), tag)
    return tag
  })
}
