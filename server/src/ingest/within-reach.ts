// Somebody who may see part of an organisation's conversations may send into that part alone, and does not write over
// what lies outside of it.

import { departmentsOf } from '../access/index.ts'
import { findKnown, isWithin, placeWith, resolveAgents } from '../conversations/index.ts'
import type { Db } from '../platform/db/db.ts'
import { Problem } from '../platform/problem.ts'
import type { Submission } from './shapes.ts'

/** @throws Problem('forbidden', 'beyond_reach') */
export async function requireWithinReach(db: Db, { reach, arrival }: Submission): Promise<void> {
  if (reach === 'all') return
  const { org_id: orgId, channel, external_id, agent_given, team, department } = arrival
  const [agents, departments, known] = await Promise.all([
    resolveAgents(db, [agent_given ? { orgId, agent: agent_given } : null]),
    departmentsOf(db, [{ orgId, team }]),
    external_id ? findKnown(db, { org_id: orgId, channel, external_id }) : null,
  ])
  const agent = agents[0] ?? null
  const own = { team, department: department ?? departments[0] ?? null }
  const place = { agent_id: agent?.id ?? null, ...placeWith(own, agent) }
  if (isWithin(reach, place) && (!known || isWithin(reach, known))) return
  const whose = reach.column === 'agent_id' ? 'your own conversations' : `${reach.column}: ${reach.values.join(', ')}`
  const detail = `You have access to ${whose}. Send conversations of there, and name the team or agent.`
  throw new Problem('forbidden', 'beyond_reach', detail)
}
