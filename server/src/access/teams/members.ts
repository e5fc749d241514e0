// Whose conversations are a person's own, when agents turn out to be one.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'

export async function relinkMembers(
  tx: Tx,
  orgId: string,
  { from, to }: { from: string[]; to: string },
): Promise<void> {
  await sql`
    update memberships set agent_id = ${to}, updated_at = now()
    where org_id = ${orgId} and agent_id = any(${from}::uuid[])`.execute(tx)
}
