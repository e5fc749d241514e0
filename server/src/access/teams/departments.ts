// Departments: a name, a colour, and at least one team each.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { Departments } from '../../platform/db/schema.gen.ts'
import { requireMatch, versionOf } from '../../platform/http/etag.ts'
import type { Call, Principal } from '../../platform/http/route.ts'
import { isUuid, newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import {
  beyondReach,
  colours,
  coversDepartment,
  isNamed,
  lockGroups,
  type NameBearers,
  nameTaken,
  readName,
  renameInMemberships,
  requireAll,
} from './names.ts'

export type Department = Selectable<Departments>
export type DepartmentWithTeams = Department & { teams: { id: string; name: string }[] }

const teamsOf = sql<{ id: string; name: string }[]>`coalesce(
  (select json_agg(json_build_object('id', t.id, 'name', t.name) order by t.id) from teams t
   where t.org_id = departments.org_id and t.department_id = departments.id), '[]')`

/** Within the caller's reach: who sees teams sees the departments that these are in. By id, oldest first. */
export async function listDepartments(
  db: DbOrTx,
  by: Principal,
  page: { limit: number; after?: string | undefined; id?: string | undefined },
): Promise<DepartmentWithTeams[]> {
  let query = db
    .selectFrom('departments')
    .selectAll()
    .select(teamsOf.as('teams'))
    .where('org_id', '=', by.orgId)
    .where(within(by))
    .orderBy('id')
    .limit(page.limit)
  if (page.after) query = query.where('id', '>', page.after)
  if (page.id) query = query.where('id', '=', page.id)
  const rows = await query.execute()
  const { reach } = by
  if (reach === 'all' || reach.column !== 'team') return rows
  const own = new Set(reach.values.map((value) => value.toLowerCase()))
  return rows.map((row) => ({ ...row, teams: row.teams.filter(({ name }) => own.has(name.toLowerCase())) }))
}

/** @throws Problem('not_found') also for what is out of the caller's reach */
export async function requireDepartment(db: DbOrTx, by: Principal, id: string): Promise<DepartmentWithTeams> {
  const [found] = await listDepartments(db, by, { limit: 1, id })
  if (!found) throw notFound()
  return found
}

function within({ orgId, reach }: Principal) {
  if (reach === 'all') return sql<boolean>`true`
  if (reach.column === 'department') return isNamed('name', reach.values)
  if (reach.column === 'agent_id') return sql<boolean>`false`
  return sql<boolean>`id in (
    select department_id from teams where org_id = ${orgId} and ${isNamed('name', reach.values)})`
}

/** By name without regard to case, or by id, whatever anybody's reach; in lower case and by id. */
export async function departmentsNamed(
  db: DbOrTx,
  orgId: string,
  names: readonly string[],
): Promise<Map<string, Department>> {
  if (names.length === 0) return new Map()
  const rows = await db
    .selectFrom('departments')
    .selectAll()
    .where('org_id', '=', orgId)
    .where(sql<boolean>`(${isNamed('name', names)}
      or id = any(${names.filter(isUuid)}::uuid[]))`)
    .execute()
  return new Map(rows.flatMap((row) => [[row.name.toLowerCase(), row] as const, [row.id, row] as const]))
}

/** Without a colour: the first that is free, or none when all are in use. */
export async function createDepartment(
  tx: Tx,
  by: Principal,
  given: { name: string; colour?: string | undefined },
): Promise<Department> {
  const { orgId } = by
  requireAll(by, 'Creating a department')
  const name = readName('department', given.name)
  const used = new Set(
    (await tx.selectFrom('departments').select('colour').where('org_id', '=', orgId).execute()).map(
      ({ colour }) => colour,
    ),
  )
  const colour = given.colour ?? colours.find((one) => !used.has(one)) ?? null
  if (given.colour && used.has(given.colour)) throw colourTaken(given.colour)
  const made = await tx
    .insertInto('departments')
    .values({ org_id: orgId, id: newId(), name, colour })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!made) throw nameTaken('department', name)
  return made
}

/** Teams come and go beside it: they are not part of what is changed here. */
export const departmentVersion = ({ name, colour }: Department) => versionOf({ name, colour })

/** @throws Problem('conflict', 'changed_meanwhile') where `If-Match` names another version */
export async function changeDepartment(
  tx: Tx,
  call: Pick<Call, 'by' | 'headers'>,
  id: string,
  change: { name?: string | undefined; colour?: string | undefined },
  bearers: NameBearers,
): Promise<{ before: Department; after: Department }> {
  const { by } = call
  const { orgId } = by
  await lockGroups(tx, orgId)
  const before = await requireDepartment(tx, by, id)
  if (!coversDepartment(by, before.name)) throw beyondReach('Changing a department needs access to all of it.')
  requireMatch(call, 'department', departmentVersion(before))
  const name = change.name === undefined ? before.name : readName('department', change.name)
  const others = await tx
    .selectFrom('departments')
    .select(['name', 'colour'])
    .where('org_id', '=', orgId)
    .where('id', '<>', id)
    .execute()
  if (others.some((one) => one.name.toLowerCase() === name.toLowerCase())) throw nameTaken('department', name)
  if (change.colour && others.some(({ colour }) => colour === change.colour)) throw colourTaken(change.colour)
  const after = await tx
    .updateTable('departments')
    .set({ name, colour: change.colour ?? before.colour, updated_at: new Date() })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (name !== before.name) {
    await renameInMemberships(tx, orgId, { column: 'department', from: before.name, to: name })
    await bearers.rename(tx, orgId, { column: 'department', from: before.name, to: name })
  }
  return { before, after }
}

/** With its teams; conversations keep the names. @throws Problem('conflict', 'has_agents') */
export async function deleteDepartment(
  tx: Tx,
  by: Principal,
  id: string,
  bearers: NameBearers,
): Promise<DepartmentWithTeams> {
  const { orgId } = by
  requireAll(by, 'Deleting a department')
  await lockGroups(tx, orgId)
  const department = await requireDepartment(tx, by, id)
  const groups = [
    { column: 'department' as const, name: department.name },
    ...department.teams.map(({ name }) => ({ column: 'team' as const, name })),
  ]
  for (const group of groups) {
    if ((await bearers.agentsIn(tx, orgId, group)) === 0) continue
    const detail = `There are active agents in '${group.name}'. Move or deactivate them first.`
    throw new Problem('conflict', 'has_agents', detail)
  }
  await tx.deleteFrom('departments').where('org_id', '=', orgId).where('id', '=', id).execute()
  for (const { column, name } of groups) await renameInMemberships(tx, orgId, { column, from: name, to: null })
  return department
}

const colourTaken = (colour: string) =>
  new Problem('conflict', 'colour_taken', `The colour ${colour} belongs to another department.`)
