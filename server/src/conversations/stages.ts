// How far a conversation is on its way to findings: each stage with its status, attempt, times and error.
// What a stage does is the pipeline's matter.

import { sql } from 'kysely'
import type { DbOrTx } from '../platform/db/db.ts'

export type Stage = {
  name: string
  position: number
  status: 'running' | 'ok' | 'skipped' | 'failed'
  attempt: number
  started_at: Date
  ended_at: Date | null
  error: { code: string; reason: string } | null
  result: unknown
}

/** While it runs, and when it fails, the result of an earlier run stays. */
export async function putStage(
  tx: DbOrTx,
  key: { orgId: string; conversationId: string },
  stage: Stage,
): Promise<void> {
  const { error, result, ...columns } = stage
  const row = {
    ...columns,
    error: error === null ? null : JSON.stringify(error),
    result: result === undefined || result === null ? null : JSON.stringify(result),
  }
  await tx
    .insertInto('stages')
    .values({ org_id: key.orgId, conversation_id: key.conversationId, ...row })
    .onConflict((conflict) =>
      conflict
        .columns(['org_id', 'conversation_id', 'name'])
        .doUpdateSet({ ...row, result: sql`coalesce(excluded.result, stages.result)` }),
    )
    .execute()
}

export async function listStages(db: DbOrTx, orgId: string, conversationId: string): Promise<Stage[]> {
  const rows = await db
    .selectFrom('stages')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('conversation_id', '=', conversationId)
    .orderBy('position')
    .execute()
  return rows as unknown as Stage[]
}

/** The result that an earlier stage left, or undefined when it has not run. */
export async function stageResult<T>(
  db: DbOrTx,
  orgId: string,
  conversationId: string,
  name: string,
): Promise<T | undefined> {
  const row = await db
    .selectFrom('stages')
    .select('result')
    .where('org_id', '=', orgId)
    .where('conversation_id', '=', conversationId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.result as T | undefined
}
