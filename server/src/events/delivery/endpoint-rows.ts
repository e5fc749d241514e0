// The endpoints of what was claimed, read once for each revision: hundreds of deliveries a second go to a few of them.

import { sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { EndpointRow, FormerSecret } from '../endpoints/credentials.ts'
import type { Claimed } from './claim.ts'

export type KnownEndpoint = { row: EndpointRow; former: FormerSecret[] }
export type EndpointRows = {
  /** By the endpoint's id. One that was deleted meanwhile is absent. */
  of(db: DbOrTx, claimed: Claimed[]): Promise<Map<string, KnownEndpoint>>
}

export function endpointRows({ keptMax = 2000 }: { keptMax?: number } = {}): EndpointRows {
  const kept = new Map<string, KnownEndpoint>()
  return {
    async of(db, claimed) {
      const found = new Map<string, KnownEndpoint>()
      const unknown = new Map<string, { org_id: string; id: string }>()
      for (const { org_id, endpoint_id: id, revision } of claimed) {
        const known = kept.get(id)
        if (known?.row.revision === revision) found.set(id, known)
        else unknown.set(id, { org_id, id })
      }
      if (unknown.size === 0) return found
      if (kept.size + unknown.size > keptMax) kept.clear()
      for (const one of await read(db, [...unknown.values()])) {
        kept.set(one.row.id, one)
        found.set(one.row.id, one)
      }
      return found
    },
  }
}

async function read(db: DbOrTx, keys: { org_id: string; id: string }[]): Promise<KnownEndpoint[]> {
  const asked = JSON.stringify(keys)
  const { rows } = await sql<EndpointRow>`
    select w.* from json_to_recordset(${asked}::json) as k (org_id uuid, id uuid)
    join webhook_endpoints w on w.org_id = k.org_id and w.id = k.id`.execute(db)
  const { rows: secrets } = await sql<FormerSecret & { endpoint_id: string }>`
    select s.id, s.endpoint_id, s.secret, s.expires_at from json_to_recordset(${asked}::json) as k (org_id uuid, id uuid)
    join webhook_secrets s on s.org_id = k.org_id and s.endpoint_id = k.id where s.expires_at > now()`.execute(db)
  const byEndpoint = Map.groupBy(secrets, ({ endpoint_id }) => endpoint_id)
  return rows.map((row) => ({ row, former: byEndpoint.get(row.id) ?? [] }))
}
