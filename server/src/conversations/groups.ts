// The names of departments and teams as agents and conversations bear them, in text. The groups themselves, with their
// colours and who may change them, are access/teams.

import { sql } from 'kysely'
import { departmentsNamed, type NameBearers, teamsNamed } from '../access/index.ts'
import type { DbOrTx } from '../platform/db/db.ts'
import { together } from '../platform/db/together.ts'
import type { Principal } from '../platform/http/route.ts'
import { isUuid } from '../platform/ids.ts'
import { notFound, Problem } from '../platform/problem.ts'
import { isWithin } from './reach.ts'
import { noteTouched } from './touches.ts'

/** What follows when a department or team changes. The change cursor does not move: nothing was found out anew. */
export const nameBearers: NameBearers = {
  async rename(tx, orgId, { column, from, to }) {
    const isMeant = sql`org_id = ${orgId} and lower(${sql.ref(column)}) = lower(${from})`
    await sql`update agents set ${sql.ref(column)} = ${to} where ${isMeant}`.execute(tx)
    // Locked in the order in which whoever takes in locks what it knows, so that the two cannot wait for each other.
    const { rows } = await sql<{ id: string }>`
      with locked as (select id from conversations where ${isMeant} order by channel, external_id, id for update)
      update conversations c set ${sql.ref(column)} = ${to} from locked
      where c.org_id = ${orgId} and c.id = locked.id returning c.id`.execute(tx)
    await noteTouched(
      tx,
      orgId,
      rows.map(({ id }) => id),
    )
  },
  async moveTeam(tx, orgId, { team, department }) {
    await sql`
      update agents set department = ${department}, updated_at = now()
      where org_id = ${orgId} and lower(team) = lower(${team})`.execute(tx)
  },
  async agentsIn(tx, orgId, { column, name }) {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from agents
      where org_id = ${orgId} and is_active and lower(${sql.ref(column)}) = lower(${name})`.execute(tx)
    return rows[0]?.n ?? 0
  },
}

/** The name that a query means by a name or an id; null for an id that nobody knows. */
export async function groupName(
  db: DbOrTx,
  orgId: string,
  column: 'team' | 'department',
  word: string,
): Promise<string | null> {
  if (!isUuid(word)) return word
  const known = await (column === 'team' ? teamsNamed : departmentsNamed)(db, orgId, [word])
  return known.get(word.toLowerCase())?.name ?? null
}

export type Place = { team: string | null; department: string | null }

/**
 * Where a conversation belongs: to what it was said to, else to where its agent works. Who works for another team today does
 * not bring along the department of their own.
 */
export function placeWith(said: Place, agent: Place | null): Place {
  const isOfTeam = said.team === null || said.team.toLowerCase() === agent?.team?.toLowerCase()
  return {
    team: said.team ?? agent?.team ?? null,
    department: said.department ?? (isOfTeam ? agent?.department : null) ?? null,
  }
}

/**
 * Where an agent is put: a known team, by name or id, brings its department; names that nobody knows are kept as given.
 * @throws Problem('invalid', 'team_elsewhere') when the department that is named is not the team's,
 *   Problem('forbidden', 'beyond_reach') for a place that the caller has no access to
 */
export async function placeOf(
  db: DbOrTx,
  by: Principal,
  given: { team?: string | null | undefined; department?: string | null | undefined },
): Promise<Place> {
  const [teamWord = null, departmentWord = null] = [given.team, given.department]
  const [teams, departments] = await together(
    teamsNamed(db, by.orgId, teamWord ? [teamWord] : []),
    departmentsNamed(db, by.orgId, departmentWord ? [departmentWord] : []),
  )
  const team = teams.get(teamWord?.toLowerCase() ?? '')
  if (teamWord && isUuid(teamWord) && !team) throw notFound()
  const department = departments.get(departmentWord?.toLowerCase() ?? '')?.name ?? departmentWord
  if (team && department && department.toLowerCase() !== team.department.toLowerCase()) {
    const detail = `The team '${team.name}' belongs to '${team.department}', not to '${department}'.`
    throw new Problem('invalid', 'team_elsewhere', detail, { facts: { field: 'department' } })
  }
  const place = { team: team?.name ?? teamWord, department: team?.department ?? department }
  requirePlaceWithin(by, place)
  return place
}

/** Nobody puts an agent where they have no access, nor takes one out of their own sight. */
export function requirePlaceWithin(by: Principal, place: Place): void {
  if (isWithin(by.reach, { ...place, agent_id: null })) return
  const detail = `You have no access to ${place.team ?? place.department ?? 'agents without a team'}.`
  throw new Problem('forbidden', 'beyond_reach', detail)
}
