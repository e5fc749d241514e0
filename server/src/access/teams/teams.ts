// Teams: each belongs to one department. Conversations keep the team and department that they came with.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { Teams } from '../../platform/db/schema.gen.ts'
import { requireMatch, versionOf } from '../../platform/http/etag.ts'
import type { Call, Principal } from '../../platform/http/route.ts'
import { isUuid, newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { requireDepartment } from './departments.ts'
import {
  beyondReach,
  coversDepartment,
  coversTeam,
  isNamed,
  lockGroups,
  type NameBearers,
  nameTaken,
  readName,
  renameInMemberships,
} from './names.ts'

export type Team = Selectable<Teams> & { department: string }

const teams = (db: DbOrTx, orgId: string) =>
  db
    .selectFrom('teams')
    .innerJoin('departments', (join) =>
      join.onRef('departments.org_id', '=', 'teams.org_id').onRef('departments.id', '=', 'teams.department_id'),
    )
    .selectAll('teams')
    .select('departments.name as department')
    .where('teams.org_id', '=', orgId)

/** Within the caller's reach: all teams of their departments, or their own teams. By id, oldest first. */
export async function listTeams(
  db: DbOrTx,
  by: Principal,
  page: { limit: number; after?: string | undefined; departmentId?: string | undefined },
): Promise<Team[]> {
  let query = within(teams(db, by.orgId), by).orderBy('teams.id').limit(page.limit)
  if (page.after) query = query.where('teams.id', '>', page.after)
  if (page.departmentId) query = query.where('teams.department_id', '=', page.departmentId)
  return query.execute()
}

/** @throws Problem('not_found') also for what is out of the caller's reach */
export async function requireTeam(db: DbOrTx, by: Principal, id: string): Promise<Team> {
  const row = await within(teams(db, by.orgId), by).where('teams.id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return row
}

type TeamQuery = ReturnType<typeof teams>

function within(query: TeamQuery, { reach }: Principal): TeamQuery {
  if (reach === 'all') return query
  if (reach.column === 'agent_id') return query.where(sql<boolean>`false`)
  return query.where(isNamed(reach.column === 'team' ? 'teams.name' : 'departments.name', reach.values))
}

/** By name without regard to case, or by id, whatever anybody's reach; in lower case and by id. */
export async function teamsNamed(db: DbOrTx, orgId: string, words: readonly string[]): Promise<Map<string, Team>> {
  if (words.length === 0) return new Map()
  const ids = words.filter(isUuid)
  const rows = await teams(db, orgId)
    .where(sql<boolean>`(${isNamed('teams.name', words)} or teams.id = any(${ids}::uuid[]))`)
    .execute()
  return new Map(rows.flatMap((row) => [[row.name.toLowerCase(), row] as const, [row.id, row] as const]))
}

/** The department of each team that is known by this name; null for others. */
export async function departmentsOf(
  db: DbOrTx,
  named: readonly { orgId: string; team: string | null }[],
): Promise<(string | null)[]> {
  const keys = named.flatMap(({ orgId, team }, place) => (team === null ? [] : [{ org_id: orgId, team, place }]))
  if (keys.length === 0) return named.map(() => null)
  const { rows } = await sql<{ place: number; department: string }>`
    select k.place, d.name as department
    from json_to_recordset(${JSON.stringify(keys)}::json) as k (org_id uuid, team text, place int)
    join teams t on t.org_id = k.org_id and lower(t.name) = lower(k.team)
    join departments d on d.org_id = t.org_id and d.id = t.department_id`.execute(db)
  const found = new Map(rows.map(({ place, department }) => [place, department]))
  return named.map((_, place) => found.get(place) ?? null)
}

/** @throws Problem('forbidden', 'beyond_reach'), Problem('conflict', 'name_taken') */
export async function createTeam(tx: Tx, by: Principal, given: { name: string; departmentId: string }): Promise<Team> {
  const { orgId } = by
  const department = await requireDepartment(tx, by, given.departmentId)
  if (!coversDepartment(by, department.name)) throw beyondReach('Creating a team needs access to its department.')
  const name = readName('team', given.name)
  return { ...(await insertTeam(tx, orgId, name, department.id)), department: department.name }
}

/** For who has checked the name and the caller's reach. */
export async function insertTeam(tx: Tx, orgId: string, name: string, departmentId: string) {
  const made = await tx
    .insertInto('teams')
    .values({ org_id: orgId, id: newId(), name, department_id: departmentId })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!made) throw nameTaken('team', name)
  return made
}

export const teamVersion = ({ name, department_id }: Team) => versionOf({ name, department_id })

/**
 * Renames a team, or moves it with its agents to another department.
 * @throws Problem('conflict', 'changed_meanwhile') where `If-Match` names another version
 */
export async function changeTeam(
  tx: Tx,
  call: Pick<Call, 'by' | 'headers'>,
  id: string,
  change: { name?: string | undefined; departmentId?: string | undefined },
  bearers: NameBearers,
): Promise<{ before: Team; after: Team }> {
  const { by } = call
  const { orgId } = by
  await lockGroups(tx, orgId)
  const before = await requireTeam(tx, by, id)
  if (!coversTeam(by, before)) throw notFound()
  requireMatch(call, 'team', teamVersion(before))
  const name = change.name === undefined ? before.name : readName('team', change.name)
  const target =
    change.departmentId === undefined || change.departmentId === before.department_id
      ? null
      : await requireDepartment(tx, by, change.departmentId)
  if (target && !(coversDepartment(by, before.department) && coversDepartment(by, target.name)))
    throw beyondReach('Moving a team needs access to both departments.')
  const taken = name.toLowerCase() === before.name.toLowerCase() ? null : (await teamsNamed(tx, orgId, [name])).size
  if (taken) throw nameTaken('team', name)
  if (target) await requireOtherTeam(tx, orgId, before)
  const row = await tx
    .updateTable('teams')
    .set({ name, department_id: target?.id ?? before.department_id, updated_at: new Date() })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const after = { ...row, department: target?.name ?? before.department }
  if (name !== before.name) {
    await renameInMemberships(tx, orgId, { column: 'team', from: before.name, to: name })
    await bearers.rename(tx, orgId, { column: 'team', from: before.name, to: name })
  }
  if (target) await bearers.moveTeam(tx, orgId, { team: name, department: target.name })
  return { before, after }
}

/** Conversations keep its name. @throws Problem('conflict', 'has_agents' | 'last_team') */
export async function deleteTeam(tx: Tx, by: Principal, id: string, bearers: NameBearers): Promise<Team> {
  const { orgId } = by
  await lockGroups(tx, orgId)
  const team = await requireTeam(tx, by, id)
  if (!coversDepartment(by, team.department)) throw beyondReach('Deleting a team needs access to its department.')
  const agents = await bearers.agentsIn(tx, orgId, { column: 'team', name: team.name })
  if (agents > 0) {
    const detail = `The team has ${agents} active agent(s). Move or deactivate them first.`
    throw new Problem('conflict', 'has_agents', detail)
  }
  await requireOtherTeam(tx, orgId, team)
  await tx.deleteFrom('teams').where('org_id', '=', orgId).where('id', '=', id).execute()
  await renameInMemberships(tx, orgId, { column: 'team', from: team.name, to: null })
  return team
}

/** A department has at least one team. */
async function requireOtherTeam(tx: Tx, orgId: string, team: Team): Promise<void> {
  const other = await tx
    .selectFrom('teams')
    .select('id')
    .where('org_id', '=', orgId)
    .where('department_id', '=', team.department_id)
    .where('id', '<>', team.id)
    .executeTakeFirst()
  if (other) return
  const detail = `'${team.name}' is the only team of '${team.department}': a department has at least one. Delete the department instead.`
  throw new Problem('conflict', 'last_team', detail)
}
