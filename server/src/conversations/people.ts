// Agents: who handles conversations, and how they are found. A client names one by id, external id, e-mail or name;
// nothing fails when nobody of that name is known: agent-links.ts links conversations that arrived before their agent.
// An agent that was found to be another one leads there by all its names. How agents change: agent-changes.ts.

import { type Selectable, sql } from 'kysely'
import { departmentsNamed, teamsNamed } from '../access/index.ts'
import type { DbOrTx } from '../platform/db/db.ts'
import type { Agents } from '../platform/db/schema.gen.ts'
import { isUuid } from '../platform/ids.ts'
import { isUnmasked, maskAgent } from './masks.ts'
import { agentsWithin, type Viewer } from './reach.ts'

export type Agent = Selectable<Agents>

/** How a client named the agent. */
export type AgentGiven = { id?: string; email?: string; name?: string }

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
  const agents = (await agentsNamed(db, keys)).filter(({ is_active, merged_into }) => is_active || merged_into)
  const survivors = await survivorsOf(db, agents)
  return given.map((one) => {
    const match = one ? bestMatch(agents, one.orgId, words(one.agent)) : null
    const agent = survivors.get(match?.merged_into ?? '') ?? match
    return agent?.is_active ? agent : null
  })
}

/** Whoever is meant by a word of a query, active or not; null for whom the viewer has no access to. */
export async function findAgent(db: DbOrTx, by: Viewer, word: string): Promise<Agent | null> {
  const text = word.trim()
  const match = bestMatch(await agentsNamed(db, [{ orgId: by.orgId, word: text }]), by.orgId, [text])
  return match && getAgent(db, by, match.id)
}

const columns = sql.raw(
  'a.org_id, a.id, a.name, a.email, a.external_id, a.team, a.department, a.is_active, a.created_at, a.updated_at, a.merged_into',
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

async function survivorsOf(db: DbOrTx, agents: Agent[]): Promise<Map<string, Agent>> {
  const merged = agents.flatMap(({ org_id, merged_into }) => (merged_into ? [{ org_id, id: merged_into }] : []))
  if (merged.length === 0) return new Map()
  const { rows } = await sql<Agent>`
    select ${columns} from json_to_recordset(${JSON.stringify(merged)}::json) as k (org_id uuid, id uuid)
    join agents a using (org_id, id)`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

function bestMatch(agents: Agent[], orgId: string, wanted: string[]): Agent | null {
  const lower = wanted.map((word) => word.toLowerCase())
  for (const column of ['id', 'external_id', 'email', 'name'] as const) {
    const match = agents.find((one) => one.org_id === orgId && one[column] && lower.includes(one[column].toLowerCase()))
    if (match) return match
  }
  return null
}

/** Whoever bears this id, or is who that one was found to be, as the viewer may see them. */
export async function getAgent(db: DbOrTx, by: Viewer, id: string): Promise<Agent | null> {
  if (!isUuid(id)) return null
  const row = await db
    .selectFrom('agents')
    .selectAll()
    .where('org_id', '=', by.orgId)
    .where('id', '=', survivorOf(by.orgId, id))
    .where(agentsWithin(by))
    .executeTakeFirst()
  return row ? seenBy(by, row) : null
}

const survivorOf = (orgId: string, id: string) =>
  sql<string>`(select coalesce(merged_into, id) from agents where org_id = ${orgId} and id = ${id})`

const seenBy = (by: Viewer, agent: Agent): Agent => (isUnmasked(by) ? agent : maskAgent(agent))

/** The agents of a page of conversations, by the id that the conversation has. */
export async function agentsById(
  db: DbOrTx,
  orgId: string,
  of: { agent_id: string | null }[],
): Promise<Map<string, Agent>> {
  const ids = [...new Set(of.map(({ agent_id }) => agent_id).filter((id) => id !== null))]
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('agents').selectAll().where('org_id', '=', orgId).where('id', 'in', ids).execute()
  const survivors = await survivorsOf(db, rows)
  return new Map(rows.map((row) => [row.id, survivors.get(row.merged_into ?? '') ?? row]))
}

/**
 * The agents of figures, by the id that they are counted under, as the viewer may see them: whoever may see their
 * conversations knows whose those are, wherever the agent is now.
 */
export async function agentsSeen(db: DbOrTx, by: Viewer, ids: readonly string[]): Promise<Map<string, Agent>> {
  const agents = await agentsById(
    db,
    by.orgId,
    ids.map((agent_id) => ({ agent_id })),
  )
  return new Map([...agents].map(([id, agent]) => [id, seenBy(by, agent)]))
}

/** Without those that were found to be another one. */
export async function listAgents(
  db: DbOrTx,
  by: Viewer,
  filter: { team?: string; department?: string; active?: boolean },
  page: { limit: number; offset: number },
): Promise<{ agents: Agent[]; total: number }> {
  let query = db
    .selectFrom('agents')
    .where('org_id', '=', by.orgId)
    .where('merged_into', 'is', null)
    .where(agentsWithin(by))
  const { team, department, active } = filter
  if (team) query = query.where(sql<boolean>`lower(team) = lower(${team})`)
  if (department) query = query.where(sql<boolean>`lower(department) = lower(${department})`)
  if (active !== undefined) query = query.where('is_active', '=', active)
  const { n } = await query.select(sql<number>`count(*)`.as('n')).executeTakeFirstOrThrow()
  const agents = await query.selectAll().orderBy('name').orderBy('id').limit(page.limit).offset(page.offset).execute()
  return { agents: agents.map((one) => seenBy(by, one)), total: n }
}

/** Whether there is such a team or department, or any agent says so, without regard to case. */
export const isGroupKnown = async (...group: Parameters<typeof knownGroup>): Promise<boolean> =>
  (await knownGroup(...group)) !== null

/** As it is spelled here; null when it is not known. */
export async function knownGroup(
  db: DbOrTx,
  orgId: string,
  kind: 'team' | 'department',
  name: string,
): Promise<string | null> {
  const named = await (kind === 'team' ? teamsNamed : departmentsNamed)(db, orgId, [name])
  for (const { name } of named.values()) return name
  const row = await db
    .selectFrom('agents')
    .select(`${kind} as name`)
    .where('org_id', '=', orgId)
    .where(sql<boolean>`lower(${sql.ref(kind)}) = lower(${name})`)
    .limit(1)
    .executeTakeFirst()
  return row?.name ?? null
}
