// Who may make whom what: nobody grants more than they hold, neither in what may be done nor on whose data.

import { sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import { refuseLiveFromTest } from '../keys/routes.ts'
import { mayGrant } from '../permissions.ts'
import { type Level, levels, revealsOf, type Standing, scopesOf } from './users.ts'

/** What the fields of a standing mean together: `invalid` ones would see nothing, or something nobody meant. */
export function coherentStanding(given: Standing): Standing {
  const { role, level } = given
  const wrong = (field: string, issue: string) =>
    new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })
  if (role === 'integration') throw wrong('role', 'integration is for API keys; people have another one')
  if (role === 'owner' && level !== 'organisation') throw wrong('level', 'an owner sees the whole organisation')
  if (role === 'agent' && level !== 'own') throw wrong('level', 'an agent sees their own conversations; send own')
  if (level === 'department' && given.departments.length === 0) throw wrong('departments', 'name at least one')
  if (level === 'team' && given.teams.length === 0) throw wrong('teams', 'name at least one')
  if (level === 'own' && !given.agent_id) throw wrong('agent_id', 'name the agent whose conversations are their own')
  return {
    ...given,
    departments: level === 'department' ? given.departments : [],
    teams: level === 'team' ? given.teams : [],
  }
}

/**
 * Before somebody is given this.
 * @throws Problem('forbidden', 'more_than_held') where `by` lacks something of it;
 *   Problem('invalid', 'unknown_...') for a department, team or agent that the organisation does not have
 */
export async function requireMayGrant(tx: DbOrTx, by: Principal, standing: Standing): Promise<void> {
  await requireHeld(tx, by, standing)
  await requireKnown(tx, by.orgId, standing)
}

/** Before somebody who has this is changed. Their team may be gone by now. @throws Problem('forbidden', 'more_than_held') */
export async function requireHeld(tx: DbOrTx, by: Principal, standing: Standing): Promise<void> {
  if (!by.isAdmin) mayGrant(by, scopesOf(standing.role))
  // People belong to no environment: all of them are live.
  await refuseLiveFromTest(tx, by)
  if (standing.role === 'owner' && !(await isOwner(tx, by))) {
    throw new Problem('forbidden', 'more_than_held', 'Only an owner can make somebody an owner, or change one.')
  }
  if (revealsOf(standing) && by.reveals === false) {
    throw new Problem('forbidden', 'more_than_held', 'You cannot let somebody see what is masked from you.')
  }
  if (!(await isWithinReach(tx, by, standing))) {
    const detail = 'You cannot grant sight of more than you see yourself.'
    throw new Problem('forbidden', 'more_than_held', detail)
  }
}

async function isOwner(tx: DbOrTx, by: Principal): Promise<boolean> {
  if (by.isAdmin) return true
  const userId = userIdOf(by)
  if (!userId) return false
  const row = await tx
    .selectFrom('memberships')
    .select('role')
    .where('org_id', '=', by.orgId)
    .where('user_id', '=', userId)
    .where('state', '=', 'active')
    .executeTakeFirst()
  return row?.role === 'owner'
}

/** Whether all that this standing sees is seen by `by` as well. */
export async function isWithinReach(tx: DbOrTx, by: Principal, standing: Omit<Standing, 'role'>): Promise<boolean> {
  const { reach } = by
  if (by.isAdmin || reach === 'all') return true
  const held = reach.values.map((value) => value.toLowerCase())
  const rank = (level: Level) => levels.indexOf(level)
  const mine: Level = reach.column === 'department' ? 'department' : reach.column === 'team' ? 'team' : 'own'
  if (rank(standing.level) < rank(mine)) return false
  const names = { department: standing.departments, team: standing.teams, own: [standing.agent_id ?? ''] }
  if (standing.level === mine) return names[mine].every((name) => held.includes(name.toLowerCase()))
  if (standing.level === 'own') {
    const agent = await tx
      .selectFrom('agents')
      .select(['department', 'team'])
      .where('org_id', '=', by.orgId)
      .where('id', '=', standing.agent_id ?? '')
      .executeTakeFirst()
    return held.includes((mine === 'team' ? agent?.team : agent?.department)?.toLowerCase() ?? '\0')
  }
  const found = await sql<{ name: string }>`
    select lower(t.name) as name from teams t join departments d on d.org_id = t.org_id and d.id = t.department_id
    where t.org_id = ${by.orgId} and lower(d.name) = any(${held}::text[])`.execute(tx)
  const teams = found.rows.map(({ name }) => name)
  return standing.teams.every((name) => teams.includes(name.toLowerCase()))
}

async function requireKnown(tx: DbOrTx, orgId: string, standing: Standing): Promise<void> {
  for (const [field, table, names] of [
    ['departments', 'departments', standing.departments],
    ['teams', 'teams', standing.teams],
  ] as const) {
    if (names.length === 0) continue
    const wanted = names.map((name) => name.toLowerCase())
    const rows = await sql<{ name: string }>`select lower(name) as name from ${sql.table(table)}
      where org_id = ${orgId} and lower(name) = any(${wanted}::text[])`.execute(tx)
    const missing = names.filter((name) => !rows.rows.some((row) => row.name === name.toLowerCase()))
    if (missing.length > 0) throw unknown(field, missing.join(', '))
  }
  if (!standing.agent_id) return
  const agent = await tx
    .selectFrom('agents')
    .select('id')
    .where('org_id', '=', orgId)
    .where('id', '=', standing.agent_id)
    .executeTakeFirst()
  if (!agent) throw unknown('agent_id', standing.agent_id)
}

const unknown = (field: string, names: string) =>
  new Problem('invalid', `unknown_${field}`, `${field}: the organisation has no ${names}. Create it first.`, {
    facts: { field },
  })

/** The person behind a caller; null for keys and applications. */
export const userIdOf = ({ actor }: Principal): string | null => /^user:(.+)$/.exec(actor)?.[1] ?? null
