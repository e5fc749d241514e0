// How agents come to be and change. Nobody is lost: who leaves is deactivated, and can come back. Finding agents is
// people.ts, merging them agent-merge.ts.

import { sql } from 'kysely'
import { teamsNamed } from '../access/index.ts'
import type { Tx } from '../platform/db/db.ts'
import type { Principal } from '../platform/http/route.ts'
import { isUuid, newId } from '../platform/ids.ts'
import { notFound, Problem } from '../platform/problem.ts'
import { linkEarlier } from './agent-links.ts'
import { placeOf, requirePlaceWithin } from './groups.ts'
import type { Agent } from './people.ts'
import { agentsWithin } from './reach.ts'

export type NewAgent = {
  name?: string | null
  email?: string | null
  external_id?: string | null
  team?: string | null
  department?: string | null
}

/**
 * Conversations that arrived before are linked by linkEarlier, when the caller's transaction has taken all other locks.
 * @returns null when an agent with this e-mail or external id is there already
 */
export async function createAgent(tx: Tx, orgId: string, input: NewAgent): Promise<Agent | null> {
  const agent = await tx
    .insertInto('agents')
    .values({ org_id: orgId, id: newId(), ...input })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  return agent ?? null
}

/** Locked until the transaction ends, in one order; each is in the caller's reach. @throws Problem('not_found') */
export async function lockAgents(tx: Tx, by: Principal, ids: string[]): Promise<Agent[]> {
  const wanted = [...new Set(ids.map((id) => id.toLowerCase()))]
  if (!wanted.every(isUuid)) throw notFound()
  const rows = await tx
    .selectFrom('agents')
    .selectAll()
    .where('org_id', '=', by.orgId)
    .where('id', '=', sql<string>`any(${wanted}::uuid[])`)
    .where(agentsWithin(by))
    .orderBy('id')
    .forUpdate()
    .execute()
  if (rows.length < wanted.length) throw notFound()
  return rows
}

export type AgentChange = NewAgent & { is_active?: boolean }

/**
 * With a new name, conversations that named it before are linked. Its team is where it belongs from now on; what it has
 * handled stays where it was.
 * @throws Problem('conflict', 'agent_exists' | 'agent_merged')
 */
export async function changeAgent(
  tx: Tx,
  by: Principal,
  id: string,
  change: AgentChange,
): Promise<{ before: Agent; after: Agent; linked: number }> {
  const [before] = await lockAgents(tx, by, [id])
  if (!before) throw notFound()
  if (before.merged_into) {
    const detail = 'This agent was merged into another one. Change that one.'
    throw new Problem('conflict', 'agent_merged', detail, { facts: { merged_into: before.merged_into } })
  }
  const { team, department, ...fields } = change
  const isMove = team !== undefined || department !== undefined
  // A team brings its department; another department alone leaves the team behind.
  const isSame = team === undefined && department?.toLowerCase() === before.department?.toLowerCase()
  const place = isMove ? await placeOf(tx, by, { team: isSame ? before.team : team, department }) : {}
  const named = { ...before, ...fields }
  if (!named.name && !named.email && !named.external_id) {
    throw new Problem('invalid', 'invalid_request', 'An agent needs a name, an email or an external_id.')
  }
  const after = await tx
    .updateTable('agents')
    .set({ ...fields, ...place, updated_at: new Date() })
    .where('org_id', '=', by.orgId)
    .where('id', '=', before.id)
    .returningAll()
    .executeTakeFirstOrThrow()
    .catch(refuseTaken)
  const isRenamed = (['name', 'email', 'external_id'] as const).some((key) => after[key] !== before[key])
  return { before, after, linked: isRenamed && after.is_active ? await linkEarlier(tx, [after]) : 0 }
}

/** PostgreSQL's unique_violation. */
function refuseTaken(error: { code?: string }): never {
  if (error.code !== '23505') throw error
  throw agentExists(error)
}

export const agentExists = (cause?: unknown): Problem =>
  new Problem('conflict', 'agent_exists', 'An agent with this e-mail or external id is there already.', { cause })

/** Puts agents in a known team. @returns as they are then, and where each was */
export async function moveAgents(
  tx: Tx,
  by: Principal,
  given: { ids: string[]; team: string },
): Promise<{ before: Agent[]; team: string; department: string }> {
  const team = (await teamsNamed(tx, by.orgId, [given.team])).get(given.team.toLowerCase())
  if (!team) throw new Problem('not_found', 'team_not_found', 'Team not found')
  requirePlaceWithin(by, { team: team.name, department: team.department })
  const before = await lockAgents(tx, by, given.ids)
  if (before.some(({ merged_into }) => merged_into)) {
    throw new Problem('conflict', 'agent_merged', 'One of the agents was merged into another one.')
  }
  const place = { team: team.name, department: team.department }
  await tx
    .updateTable('agents')
    .set({ ...place, updated_at: new Date() })
    .where('org_id', '=', by.orgId)
    .where('id', '=', sql<string>`any(${before.map(({ id }) => id)}::uuid[])`)
    .execute()
  return { before, ...place }
}
