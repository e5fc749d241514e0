// Conversations with the very content that has just arrived: found, so that it is not analysed twice.

import { sql } from 'kysely'
import type { DbOrTx } from '../platform/db/db.ts'
import type { Channel } from './shapes.ts'

/** `content_hash`: SHA-256 of a recording's bytes, or of a chat's messages. */
export type ContentKey = { org_id: string; channel: Channel; content_hash: string; external_id: string | null }

export type Twin = { id: string; version: number }

/**
 * For each key the oldest one. One that failed is none: what was never analysed may be sent again. Nor is one of another
 * external id: whoever gives each an id of its own says that these are two.
 */
export async function findTwins(db: DbOrTx, keys: (ContentKey | null)[]): Promise<(Twin | null)[]> {
  const asked = keys.flatMap((key, place) => (key ? [{ ...key, place }] : []))
  if (asked.length === 0) return keys.map(() => null)
  // Written so that only the indexes of content can serve, as findByExternalIds is.
  const { rows } = await sql<Twin & { place: number }>`
    select k.place, c.id, c.version
    from json_to_recordset(${JSON.stringify(asked)}::json)
      as k (place int, org_id uuid, channel text, content_hash text, external_id text)
    cross join lateral (
      select id, version from (
        select c.id, c.external_id, c.version, c.status from conversations c
        where k.channel = 'chat' and c.channel = 'chat' and c.content_hash = k.content_hash
          and c.org_id is not distinct from k.org_id
        union all
        select c.id, c.external_id, c.version, c.status
        from recordings r join conversations c on c.org_id = r.org_id and c.id = r.conversation_id
        where k.channel = 'voice' and r.sha256 = k.content_hash and r.org_id is not distinct from k.org_id
      ) same
      where status <> 'failed' and (k.external_id is null or external_id is null) order by id limit 1
    ) c`.execute(db)
  const found = new Map(rows.map(({ place, ...twin }) => [place, twin]))
  return keys.map((_, place) => found.get(place) ?? null)
}
