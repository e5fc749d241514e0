// One person who was known as several agents: what they handled goes to the one that stays, and all their names lead there.

import { sql } from 'kysely'
import { relinkMembers } from '../access/index.ts'
import { takeSequence } from '../events/index.ts'
import type { Tx } from '../platform/db/db.ts'
import type { Principal } from '../platform/http/route.ts'
import { notFound, Problem } from '../platform/problem.ts'
import { lockAgents } from './agent-changes.ts'
import { moveNotes } from './coaching/notes.ts'
import type { Agent } from './people.ts'

/**
 * What the staying agent lacks, it takes from the duplicates in their order. Conversations get a new seq, so that readers
 * of the change cursor see them under their agent. Conversations that come for a duplicate meanwhile are linked when they
 * end. What people may see as their own conversations follows, and so do coaching notes.
 */
export async function mergeAgents(
  tx: Tx,
  by: Principal,
  given: { id: string; duplicates: string[] },
): Promise<{ agent: Agent; relinked: number }> {
  const { orgId } = by
  const wanted = [given.id, ...given.duplicates].map((id) => id.toLowerCase())
  if (new Set(wanted).size < wanted.length) {
    throw new Problem(
      'invalid',
      'invalid_request',
      'duplicates: must be other agents than the one that stays, once each.',
    )
  }
  const locked = new Map((await lockAgents(tx, by, wanted)).map((one) => [one.id, one]))
  if ([...locked.values()].some(({ merged_into }) => merged_into)) {
    throw new Problem('conflict', 'agent_merged', 'One of the agents was merged into another one before.')
  }
  const [kept, ...duplicates] = wanted.map((id) => locked.get(id) as Agent)
  if (!kept) throw notFound()
  const ids = duplicates.map(({ id }) => id)
  const gained = gainedFrom(kept, duplicates)
  // An address leaves its old place before it comes to the new one: it is there once.
  await sql`
    update agents set merged_into = ${kept.id}, is_active = false, updated_at = now(),
      email = nullif(email, ${gained.email ?? null}), external_id = nullif(external_id, ${gained.external_id ?? null})
    where org_id = ${orgId} and (id = any(${ids}::uuid[]) or merged_into = any(${ids}::uuid[]))`.execute(tx)
  const agent = await tx
    .updateTable('agents')
    .set({
      ...gained,
      is_active: kept.is_active || duplicates.some(({ is_active }) => is_active),
      updated_at: new Date(),
    })
    .where('org_id', '=', orgId)
    .where('id', '=', kept.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await relinkMembers(tx, orgId, { from: ids, to: kept.id })
  await moveNotes(tx, orgId, { from: ids, to: kept.id })
  return { agent, relinked: await relinkConversations(tx, orgId, { from: ids, to: kept.id }) }
}

function gainedFrom(kept: Agent, duplicates: Agent[]): Partial<Agent> {
  const gained: Partial<Agent> = {}
  for (const column of ['name', 'email', 'external_id'] as const) {
    const found = kept[column] ?? duplicates.find((one) => one[column] !== null)?.[column]
    if (found !== undefined && found !== kept[column]) gained[column] = found
  }
  if (kept.team !== null || kept.department !== null) return gained
  const placed = duplicates.find(({ team, department }) => team !== null || department !== null)
  return placed ? { ...gained, team: placed.team, department: placed.department } : gained
}

/** Locked in the order in which accept.ts locks what it knows, so that two transactions cannot wait for each other. */
async function relinkConversations(tx: Tx, orgId: string, { from, to }: { from: string[]; to: string }) {
  const { rows } = await sql<{ id: string }>`
    select id from conversations where org_id = ${orgId} and agent_id = any(${from}::uuid[])
    order by channel, external_id, id for update`.execute(tx)
  if (rows.length === 0) return 0
  const seqs = await takeSequence(
    tx,
    rows.map(() => orgId),
  )
  const ids = rows.map(({ id }) => id)
  await sql`
    update conversations c set agent_id = ${to}, seq = k.seq, updated_at = now()
    from unnest(${ids}::uuid[], ${seqs}::bigint[]) as k (id, seq)
    where c.org_id = ${orgId} and c.id = k.id`.execute(tx)
  return rows.length
}
