// Many deliveries that are over, for a test: made up in SQL, each with its event, spread over the last hours.

import { sql } from 'kysely'
import { declarationOf } from '../src/events/catalog/catalog.ts'
import type { Db } from '../src/platform/db/db.ts'

/** Of each tenth the type is `alert.opened`, of the others `call.completed`. @returns the seq of the first */
export async function fillLog(
  db: Db,
  of: { orgId: string; endpointId: string },
  input: { count: number; state: 'delivered' | 'dead'; fingerprints?: number },
): Promise<number> {
  const { count, state, fingerprints = 1 } = input
  const { rows } = await sql<{ seq: number }>`
    insert into event_counters (org_id, seq, event_seq) values (${of.orgId}, ${count}, ${count})
    on conflict (org_id) do update set seq = event_counters.seq + ${count}, event_seq = event_counters.seq + ${count}
    returning seq - ${count} + 1 as seq`.execute(db)
  const first = rows[0]?.seq ?? 1
  const call = JSON.stringify(declarationOf('call.completed').example)
  const alert = JSON.stringify(declarationOf('alert.opened').example)
  const begin = new Date(Date.now() - 20 * 3600_000)
  const at = sql`${begin}::timestamptz + n * interval '1 millisecond'`
  // Their ids are of no version: nobody takes them for events that the program told (told-events.ts).
  await sql`
    insert into events (org_id, seq, previous_seq, id, type, conversation_id, data, occurred_at)
    select ${of.orgId}::uuid, ${first}::bigint + n, ${first}::bigint + n - 1, gen_random_uuid(),
      case when n % 10 = 9 then 'alert.opened' else 'call.completed' end, case when n % 10 <> 9 then gen_random_uuid() end,
      (case when n % 10 = 9 then ${alert} else ${call} end)::json, ${at}
    from generate_series(0, ${count}::int - 1) n`.execute(db)
  await sql`
    insert into delivery_log (org_id, endpoint_id, id, event_seq, event_at, state, attempt, attempts_before, status_code,
      error, fingerprint, attempts, created_at, finished_at)
    select ${of.orgId}::uuid, ${of.endpointId}::uuid, new_id(), ${first}::bigint + n, ${at}, ${state}, 1, 0, 500,
      'the receiver answered 500', case when ${state} = 'dead' then 'http_500 cause ' || n % ${fingerprints}::int end,
      '[]', ${at}, ${at} + interval '40 milliseconds'
    from generate_series(0, ${count}::int - 1) n`.execute(db)
  return first
}
