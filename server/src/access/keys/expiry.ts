// Warnings before a key ends: in what is shown of it, and once for each step in the audit.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { writeAudit } from '../audit/write.ts'

const dayMs = 86_400_000
const warningDays = 30

type Ending = { expires_at: Date | null; revoked_at: Date | null }

/** Whole days that are left, rounded up; null without an end. */
export const daysLeft = ({ expires_at }: Ending, now = Date.now()): number | null =>
  expires_at === null ? null : Math.max(0, Math.ceil((expires_at.getTime() - now) / dayMs))

/** For people; null where there is nothing to warn of. */
export function warningOf(key: Ending, now = Date.now()): string | null {
  const left = daysLeft(key, now)
  if (left === null || left > warningDays || key.revoked_at !== null) return null
  const end = key.expires_at?.toISOString().slice(0, 10)
  if (left === 0) return `Expired on ${end}. Rotate it, or create another.`
  return `Expires on ${end}, in ${left} ${left === 1 ? 'day' : 'days'}. Rotate it before then.`
}

/** Writes what is due to the audit: at 30, 7 and 1 days before the end, each once, however many servers ask. */
export async function warnOfExpiry(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ org_id: string; id: string; warned_days: number; expires_at: Date }>`
      update api_keys k set warned_days = due.days
      from (
        select org_id, id, case
          when expires_at <= now() + interval '1 day' then 1
          when expires_at <= now() + interval '7 days' then 7
          else 30 end as days
        from api_keys
        where revoked_at is null and expires_at > now() and expires_at <= now() + make_interval(days => ${warningDays})
      ) due
      where k.org_id = due.org_id and k.id = due.id and (k.warned_days is null or k.warned_days > due.days)
      returning k.org_id, k.id, k.warned_days, k.expires_at`.execute(tx)
    await writeAudit(
      tx,
      rows.map(({ org_id: orgId, id, warned_days, expires_at }) => ({
        orgId,
        actor: 'system',
        action: 'api_key.expires_soon',
        target: id,
        requestId: null,
        data: { days: warned_days, expires_at: expires_at.toISOString() },
      })),
    )
  })
}
