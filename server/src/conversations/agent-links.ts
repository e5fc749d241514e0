// Links conversations to the agent that their client named, when the agent came to be known only later: at once when it
// is created, else at the conversation's end. Finding agents by name is people.ts.

import { sql } from 'kysely'
import { takeSequence } from '../events/index.ts'
import type { Tx } from '../platform/db/db.ts'
import type { Conversation } from './conversations.ts'
import { type Place, placeWith } from './groups.ts'
import { type Agent, resolveAgents } from './people.ts'

/**
 * Links the conversations that named one of these agents before it was there, each with a new seq, so that readers of
 * the change cursor see it; one that named several goes by the order of resolveAgents. Call it last in a transaction, but
 * before the audit. What another transaction is at work on is passed over, as waiting for it could be waiting in a
 * circle: such a conversation is linked when it ends.
 * @param agents all of one organisation
 * @returns how many were linked
 */
export async function linkEarlier(tx: Tx, agents: Agent[]): Promise<number> {
  const orgId = agents[0]?.org_id
  if (orgId === undefined) return 0
  const named = agents.flatMap(({ id, external_id, email, name, team, department }) =>
    [id, external_id, email, name].flatMap((word, rank) =>
      word === null ? [] : [{ word: word.toLowerCase(), rank, agent_id: id, team, department }],
    ),
  )
  const { rows } = await sql<{ id: string; agent_id: string; team: string | null; department: string | null }>`
    with named as materialized (
      select * from json_to_recordset(${JSON.stringify(named)}::json)
        as n (word text, rank int, agent_id uuid, team text, department text)
    ), unlinked as (
      select c.id, w.word from conversations c
      cross join lateral (values (lower(c.agent_given ->> 'id')), (lower(c.agent_given ->> 'email')),
        (lower(c.agent_given ->> 'name'))) as w (word)
      where c.org_id = ${orgId} and c.agent_id is null and c.agent_given is not null
    ), best as (
      select distinct on (u.id) u.id, n.agent_id, n.team, n.department from unlinked u join named n using (word)
      order by u.id, n.rank
    )
    select best.* from best join conversations c on c.org_id = ${orgId} and c.id = best.id
    where c.agent_id is null order by c.id for update of c skip locked`.execute(tx)
  if (rows.length === 0) return 0
  const seqs = await takeSequence(
    tx,
    rows.map(() => orgId),
  )
  const links = JSON.stringify(rows.map((row, index) => ({ ...row, seq: seqs[index] })))
  await sql`
    update conversations c set agent_id = k.agent_id, seq = k.seq, updated_at = now(),
      team = coalesce(c.team, k.team), department = coalesce(c.department,
        case when c.team is null or lower(c.team) = lower(k.team) then k.department end)
    from json_to_recordset(${links}::json) as k (id uuid, agent_id uuid, seq bigint, team text, department text)
    where c.org_id = ${orgId} and c.id = k.id`.execute(tx)
  return rows.length
}

export type AgentLink = Place & { agent_id: string }

/** The agent that a conversation without one named, if it is known by now. */
export async function lateLink(tx: Tx, conversation: Conversation): Promise<AgentLink | null> {
  const { org_id: orgId, agent_id, agent_given } = conversation
  if (agent_id || !agent_given) return null
  const [agent] = await resolveAgents(tx, [{ orgId, agent: agent_given }])
  return agent ? { agent_id: agent.id, ...placeWith(conversation, agent) } : null
}
