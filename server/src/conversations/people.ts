// Agents: who handles conversations. A client names one by id, external id, e-mail or name; nothing fails when nobody
// of that name is known: agent-links.ts links conversations that arrived before their agent.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../platform/db/db.ts'
import type { Agents } from '../platform/db/schema.gen.ts'
import { isUuid, newId } from '../platform/ids.ts'

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

/** What to call the agent: as they are known, else as the client named them. */
export const agentName = (agent: Pick<Agent, 'name' | 'email'> | null, given: AgentGiven | null): string | null =>
  agent?.name ?? agent?.email ?? given?.name ?? given?.email ?? given?.id ?? null

const words = (given: AgentGiven) =>
  [given.id, given.email, given.name].filter((word) => word !== undefined).map((word) => word.trim())

/**
 * Finds the active agents that clients named, for many conversations at once. The order of the match: id, external id,
 * e-mail, name, without regard to case.
 * @returns by position, null where nobody matches
 */
export async function resolveAgents(
  db: DbOrTx,
  given: ({ orgId: string; agent: AgentGiven } | null)[],
): Promise<(Agent | null)[]> {
  const keys = given.flatMap((one) => (one ? words(one.agent).map((word) => ({ orgId: one.orgId, word })) : []))
  const agents = (await agentsNamed(db, keys)).filter(({ is_active }) => is_active)
  return given.map((one) => (one ? bestMatch(agents, one.orgId, words(one.agent)) : null))
}

/** Whoever is meant by a word of a query, active or not. */
export async function findAgent(db: DbOrTx, orgId: string, word: string): Promise<Agent | null> {
  const text = word.trim()
  return bestMatch(await agentsNamed(db, [{ orgId, word: text }]), orgId, [text])
}

const columns = sql.raw(
  'a.org_id, a.id, a.name, a.email, a.external_id, a.team, a.department, a.is_active, a.created_at, a.updated_at',
)

/** By all four names of an agent, each through its own index. */
async function agentsNamed(db: DbOrTx, keys: { orgId: string; word: string }[]): Promise<Agent[]> {
  if (keys.length === 0) return []
  const rows = JSON.stringify(keys.map(({ orgId, word }) => ({ org_id: orgId, word, id: isUuid(word) ? word : null })))
  const { rows: agents } = await sql<Agent>`
    with named as materialized (
      select org_id, lower(word) as word, id
      from json_to_recordset(${rows}::json) as k (org_id uuid, word text, id uuid)
      where word <> ''
    )
    select ${columns} from named n join agents a on a.org_id = n.org_id and a.id = n.id
    union select ${columns} from named n join agents a on a.org_id = n.org_id and lower(a.external_id) = n.word
    union select ${columns} from named n join agents a on a.org_id = n.org_id and lower(a.email) = n.word
    union select ${columns} from named n join agents a on a.org_id = n.org_id and lower(a.name) = n.word`.execute(db)
  return agents
}

function bestMatch(agents: Agent[], orgId: string, wanted: string[]): Agent | null {
  const lower = wanted.map((word) => word.toLowerCase())
  for (const column of ['id', 'external_id', 'email', 'name'] as const) {
    const match = agents.find((one) => one.org_id === orgId && one[column] && lower.includes(one[column].toLowerCase()))
    if (match) return match
  }
  return null
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

/** Whether any agent belongs to this team or department, without regard to case. */
export async function isGroupKnown(
  db: DbOrTx,
  orgId: string,
  kind: 'team' | 'department',
  name: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('agents')
    .select('id')
    .where('org_id', '=', orgId)
    .where(sql<boolean>`lower(${sql.ref(kind)}) = lower(${name})`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
