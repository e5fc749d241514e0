// Which keywords most conversations of a selection have. Read from the analyses themselves: no daily table keeps words.

import { type RawBuilder, sql } from 'kysely'
import { conversationsWithin, type Viewer } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'

export type TopKeyword = { text: string; conversations: number }

/** The most frequent first; case does not set words apart. */
export async function topKeywords(
  db: Db,
  by: Viewer,
  where: RawBuilder<boolean>,
  limit: number,
): Promise<TopKeyword[]> {
  const { rows } = await sql<TopKeyword>`
    select min(k ->> 'text') as text, count(distinct a.conversation_id) as conversations
    from (
      select id, analysis_id from conversations
      where org_id = ${by.orgId} and analysis_id is not null and ${conversationsWithin(by)} and ${where}
    ) chosen
    join analyses a on a.org_id = ${by.orgId} and a.conversation_id = chosen.id and a.id = chosen.analysis_id
    cross join lateral jsonb_array_elements(case jsonb_typeof(a.keywords -> 'value') when 'array'
      then a.keywords -> 'value' else '[]' end) k
    group by lower(k ->> 'text') order by conversations desc, text limit ${limit}`.execute(db)
  return rows
}
