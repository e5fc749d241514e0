// Agents: who handles conversations. A client names one by id, external id, e-mail or name; nothing fails when nobody
// of that name is known, and conversations that arrived earlier are linked once the agent is there.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../platform/db/db.ts'
import type { Agents } from '../platform/db/schema.gen.ts'
import { isUuid, newId } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'

export type Agent = Selectable<Agents>

/** How a client named the agent. */
export type AgentGiven = { id?: string; email?: string; name?: string }

export type NewAgent = {
  name?: string | null
  email?: string | null
  external_id?: string | null
  team?: string | null
  department?: string | null
}

const words = (given: AgentGiven) =>
  [given.id, given.email, given.name]
    .filter((word): word is string => Boolean(word?.trim()))
    .map((word) => word.trim().toLowerCase())

/**
 * Finds the agents that clients named, for many conversations at once. The order of the match: id, external id,
 * e-mail, name, without regard to case.
 * @returns by position, null where nobody matches
 */
export async function resolveAgents(
  db: DbOrTx,
  given: ({ orgId: string; agent: AgentGiven } | null)[],
): Promise<(Agent | null)[]> {
  const wanted = given.filter((one) => one !== null)
  if (wanted.length === 0) return given.map(() => null)
  const keys = wanted.flatMap(({ orgId, agent }) => words(agent).map((word) => ({ org_id: orgId, word })))
  const { rows } = await sql<Agent>`
    select distinct a.* from agents a
    join json_to_recordset(${JSON.stringify(keys)}::json) as k (org_id uuid, word text) on k.org_id = a.org_id
      and k.word in (a.id::text, lower(a.external_id), lower(a.email), lower(a.name))`.execute(db)
  return given.map((one) => {
    if (!one) return null
    const ofOrg = rows.filter((row) => row.org_id === one.orgId && row.is_active)
    const wantedWords = words(one.agent)
    for (const column of ['id', 'external_id', 'email', 'name'] as const) {
      const match = ofOrg.find((row) => row[column] && wantedWords.includes(row[column].toLowerCase()))
      if (match) return match
    }
    return null
  })
}

export async function findAgent(db: DbOrTx, orgId: string, word: string): Promise<Agent | null> {
  const [found] = await resolveAgents(db, [{ orgId, agent: { id: word } }])
  return found ?? null
}

/** @throws Problem('conflict', 'agent_exists') */
export async function createAgent(tx: Tx, orgId: string, input: NewAgent): Promise<Agent> {
  const agent = await tx
    .insertInto('agents')
    .values({ org_id: orgId, id: newId(), ...input })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!agent)
    throw new Problem('conflict', 'agent_exists', 'An agent with this e-mail or external id is there already.')
  const named = [agent.external_id, agent.email, agent.name]
    .filter((word) => word !== null)
    .map((word) => word.toLowerCase())
  await sql`
    update conversations set agent_id = ${agent.id}, team = coalesce(team, ${agent.team}), department = coalesce(department, ${agent.department})
    where org_id = ${orgId} and agent_id is null and agent_given is not null
      and (lower(agent_given->>'id') = any(${named}) or lower(agent_given->>'email') = any(${named}) or lower(agent_given->>'name') = any(${named}))`.execute(
    tx,
  )
  return agent
}

export async function getAgent(db: DbOrTx, orgId: string, id: string): Promise<Agent | null> {
  if (!isUuid(id)) return null
  const row = await db
    .selectFrom('agents')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

/** The agents of a page of conversations, by id. */
export async function agentsById(
  db: DbOrTx,
  orgId: string,
  of: { agent_id: string | null }[],
): Promise<Map<string, Agent>> {
  const ids = [...new Set(of.map(({ agent_id }) => agent_id).filter((id) => id !== null))]
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('agents').selectAll().where('org_id', '=', orgId).where('id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, row]))
}

export async function listAgents(
  db: DbOrTx,
  orgId: string,
  filter: { team?: string; department?: string; active?: boolean },
  page: { limit: number; offset: number },
): Promise<{ agents: Agent[]; total: number }> {
  let query = db.selectFrom('agents').where('org_id', '=', orgId)
  if (filter.team) query = query.where('team', '=', filter.team)
  if (filter.department) query = query.where('department', '=', filter.department)
  if (filter.active !== undefined) query = query.where('is_active', '=', filter.active)
  const { n } = await query.select(sql<number>`count(*)`.as('n')).executeTakeFirstOrThrow()
  const agents = await query.selectAll().orderBy('name').orderBy('id').limit(page.limit).offset(page.offset).execute()
  return { agents, total: n }
}
