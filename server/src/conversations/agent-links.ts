// Links conversations to the agent that their client named, when the agent came to be known only later: at once when it
// is created, else at the conversation's end. Finding agents by name is people.ts.

import { sql } from 'kysely'
import { takeSequence } from '../events/index.ts'
import type { Tx } from '../platform/db/db.ts'
import type { Conversation } from './conversations.ts'
import { type Agent, resolveAgents } from './people.ts'

/**
 * Links the conversations that named this agent before it was there, each with a new seq, so that readers of the change
 * cursor see it. Call it last in a transaction. What another transaction is at work on is passed over, as waiting for it
 * could be waiting in a circle: such a conversation is linked when it ends.
 * @returns how many were linked
 */
export async function linkEarlier(tx: Tx, agent: Agent): Promise<number> {
  const { org_id: orgId } = agent
  const names = [agent.id, agent.external_id, agent.email, agent.name].filter((word) => word !== null)
  const { rows } = await sql<{ id: string }>`
    with named as materialized (select array_agg(lower(word)) as words from unnest(${names}::text[]) as word)
    select c.id from conversations c, named
    where c.org_id = ${orgId} and c.agent_id is null and c.agent_given is not null
      and (lower(c.agent_given ->> 'id') = any(named.words) or lower(c.agent_given ->> 'email') = any(named.words)
        or lower(c.agent_given ->> 'name') = any(named.words))
    order by c.id for update of c skip locked`.execute(tx)
  if (rows.length === 0) return 0
  const seqs = await takeSequence(
    tx,
    rows.map(() => orgId),
  )
  const links = JSON.stringify(rows.map(({ id }, index) => ({ id, seq: seqs[index] })))
  await sql`
    update conversations c set agent_id = ${agent.id}, seq = k.seq, updated_at = now(),
      team = coalesce(c.team, ${agent.team}), department = coalesce(c.department, ${agent.department})
    from json_to_recordset(${links}::json) as k (id uuid, seq bigint)
    where c.org_id = ${orgId} and c.id = k.id`.execute(tx)
  return rows.length
}

export type AgentLink = { agent_id: string; team: string | null; department: string | null }

/** The agent that a conversation without one named, if it is known by now. */
export async function lateLink(tx: Tx, conversation: Conversation): Promise<AgentLink | null> {
  const { org_id: orgId, agent_id, agent_given, team, department } = conversation
  if (agent_id || !agent_given) return null
  const [agent] = await resolveAgents(tx, [{ orgId, agent: agent_given }])
  return agent ? { agent_id: agent.id, team: team ?? agent.team, department: department ?? agent.department } : null
}
