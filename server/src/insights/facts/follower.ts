// Follows the changes of conversations: their facts are written anew, and the daily tables move by the difference of new
// and old, in one statement. What a fact is: fact-query.ts; what is added up: rollups/.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'
import { deltaStatements } from '../rollups/delta.ts'
import type { Follower } from '../upkeep.ts'
import { factColumns } from './columns.ts'
import { freshFacts } from './fact-query.ts'

export const factsFollower: Follower = {
  name: 'facts',
  dependsOnTimeZone: true,
  async apply(tx, orgId, { upserted, deleted }, { timeZone }) {
    const ids = [...upserted, ...deleted]
    // Compiling so long a statement to machine code takes longer than running it.
    await sql`select set_config('jit', 'off', true)`.execute(tx)
    await sql`
      with fresh as materialized (${freshFacts(orgId, ids, timeZone)}),
      old as materialized (
        select ${columns} from conversation_facts where org_id = ${orgId} and conversation_id = any(${ids}::uuid[])
      ), written as (
        insert into conversation_facts (${columns}) select ${columns} from fresh
        on conflict (org_id, conversation_id) do update set ${renewed}
      ), gone as (
        delete from conversation_facts f using old
        where f.org_id = ${orgId} and f.conversation_id = old.conversation_id
          and not exists (select from fresh where fresh.conversation_id = old.conversation_id)
      ), ${deltaStatements}`.execute(tx)
    await dropEmpty(tx, orgId)
  },
  async empty(tx, orgId) {
    for (const table of ['conversation_facts', 'rollup_days', 'rollup_bins'])
      await sql`delete from ${sql.table(table)} where org_id = ${orgId}`.execute(tx)
  },
}

const columns = sql.raw(['org_id', ...factColumns].join(', '))
const renewed = sql.raw(
  factColumns
    .filter((name) => name !== 'conversation_id')
    .map((name) => `${name} = excluded.${name}`)
    .join(', '),
)

/** Cells that nothing counts in any more. */
async function dropEmpty(tx: Tx, orgId: string): Promise<void> {
  await sql`delete from rollup_days where org_id = ${orgId} and conversations = 0`.execute(tx)
  await sql`delete from rollup_bins where org_id = ${orgId} and n = 0`.execute(tx)
}
