// The table of schedules: what report is made when, for whom. Their clock is due-schedules.ts.

import { sql } from 'kysely'
import { isUnmasked, type Viewer } from '../../conversations/index.ts'
import { type DbOrTx, insertRows, type Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Schedule } from './shapes.ts'

const schedulesMax = 200

/** For the program itself. */
export async function findSchedule(db: DbOrTx, orgId: string, id: string): Promise<Schedule | null> {
  const { rows } = await sql<Schedule>`
    select * from report_schedules where org_id = ${orgId} and id = ${id}`.execute(db)
  return rows[0] ?? null
}

/** Who sees the whole organisation unmasked sees every schedule, others their own: its reports are made with their rights. */
const shownTo = (by: Viewer) =>
  by.reach === 'all' && isUnmasked(by) ? sql<boolean>`true` : sql<boolean>`runs_as = ${by.actor}`

/** @throws Problem('not_found') also for what `by` may not see */
export async function requireSchedule(db: DbOrTx, by: Viewer, id: string, isHeld = false): Promise<Schedule> {
  const { rows } = await sql<Schedule>`
    select * from report_schedules where org_id = ${by.orgId} and id = ${id} and ${shownTo(by)}
    ${isHeld ? sql`for update` : sql``}`.execute(db)
  const [found] = rows
  if (!found) throw notFound()
  return found
}

/** The newest first. */
export async function listSchedules(
  db: DbOrTx,
  by: Viewer,
  { limit, last }: { limit: number; last: string | null },
): Promise<Schedule[]> {
  const { rows } = await sql<Schedule>`
    select * from report_schedules where org_id = ${by.orgId} and ${shownTo(by)}
      and (${last}::uuid is null or id < ${last}::uuid) order by id desc limit ${limit}`.execute(db)
  return rows
}

export type NewSchedule = Omit<
  Schedule,
  'id' | 'revision' | 'last_run_at' | 'last_run_id' | 'paused_reason' | 'state' | 'created_at' | 'updated_at'
>

/** @throws Problem('conflict', 'too_many_schedules') */
export async function createSchedule(tx: Tx, given: NewSchedule): Promise<Schedule> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from report_schedules where org_id = ${given.org_id}`.execute(tx)
  if ((rows[0]?.n ?? 0) >= schedulesMax) {
    const detail = `There are ${schedulesMax} schedules already. Delete one first.`
    throw new Problem('conflict', 'too_many_schedules', detail)
  }
  const id = newId()
  const now = new Date().toISOString()
  await insertRows(tx, 'report_schedules', [
    { ...given, id, state: 'active', revision: 1, created_at: now, updated_at: now },
  ])
  return (await findSchedule(tx, given.org_id, id)) as Schedule
}

export type ScheduleChange = Partial<Omit<Schedule, 'org_id' | 'id' | 'created_by' | 'created_at' | 'revision'>>

/** By a person: the revision grows. By the clock (`isOwn`) it stays, so that nobody's change is refused for a run. */
export async function changeSchedule(
  tx: DbOrTx,
  { org_id, id }: Pick<Schedule, 'org_id' | 'id'>,
  change: ScheduleChange,
  { isOwn = false } = {},
): Promise<Schedule> {
  const { definition, ...columns } = change
  const row = await tx
    .updateTable('report_schedules')
    .set({
      ...columns,
      ...(definition ? { definition: JSON.stringify(definition) } : {}),
      ...(isOwn ? {} : { revision: sql<number>`revision + 1`, updated_at: new Date() }),
    })
    .where('org_id', '=', org_id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw notFound()
  return row as unknown as Schedule
}

export async function deleteSchedule(tx: Tx, { org_id, id }: Pick<Schedule, 'org_id' | 'id'>): Promise<void> {
  await tx.deleteFrom('report_schedules').where('org_id', '=', org_id).where('id', '=', id).execute()
}
