// From what a client said to what accept.ts takes in.

import { createHash } from 'node:crypto'
import { type Idempotency, type Org, resolveOrgId } from '../access/index.ts'
import { isGroupKnown, resolveAgents, type Source } from '../conversations/index.ts'
import type { Db } from '../platform/db/db.ts'
import type { Call } from '../platform/http/route.ts'
import { type CallMetadata, type Particulars, refusal, velaMetadataErrors } from './call-metadata.ts'
import type { ChatInput } from './chat-messages.ts'
import type { Submission } from './shapes.ts'

/** SHA-256 over values in a fixed order: the same content has the same hash. */
export const contentHash = (...values: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('hex')

/** What every submission takes from the request that brought it. */
export const requestFacts = (
  call: Call,
  org: Org,
  idempotency: Idempotency | null,
): Pick<Submission, 'actor' | 'reach' | 'requestId' | 'createsAgents' | 'item' | 'idempotency'> => ({
  actor: call.by.actor,
  reach: call.by.reach,
  requestId: call.requestId,
  createsAgents: org.settings.creates_agents ?? false,
  item: null,
  idempotency,
})

export function callArrival(
  orgId: string,
  id: string,
  said: CallMetadata,
  more: { source: Source; contentHash: string | null; warnings: string[] },
): Submission['arrival'] {
  const { agentChannel, custom } = said
  return {
    org_id: orgId,
    id,
    channel: 'voice',
    direction: said.direction,
    source: more.source,
    external_id: said.externalId,
    content_hash: more.contentHash,
    agent_given: said.agent,
    customer_ref: said.customerId ?? said.contact,
    caller_number: said.callerNumber ?? (said.direction === 'inbound' ? said.contact : null),
    called_number: said.calledNumber ?? (said.direction === 'outbound' ? said.contact : null),
    team: said.team,
    department: said.department,
    tags: said.tags,
    metadata: agentChannel === null ? custom : { ...custom, agent_channel: agentChannel },
    warnings: [...more.warnings, ...said.warnings],
    language: said.language,
    started_at: said.startedAt.toISOString(),
    ended_at: null,
  }
}

export function chatArrival(
  orgId: string,
  id: string,
  chat: ChatInput,
  more: { contentHash: string; warnings: string[] },
): Submission['arrival'] {
  return {
    org_id: orgId,
    id,
    channel: 'chat',
    direction: chat.direction ?? 'inbound',
    source: 'chat',
    external_id: chat.sessionId ?? chat.externalId,
    content_hash: more.contentHash,
    agent_given: chat.agent,
    customer_ref: chat.customerId ?? chat.contact,
    caller_number: null,
    called_number: null,
    team: chat.team,
    department: chat.department,
    tags: chat.tags,
    metadata: chat.custom,
    warnings: [...more.warnings, ...chat.warnings],
    language: chat.language,
    started_at: chat.startedAt.toISOString(),
    ended_at: chat.endedAt?.toISOString() ?? null,
  }
}

/** The organisation that the body names must be the key's own. @throws Problem('not_found') as for an unknown one */
export const checkOrgId = async (db: Db, call: Call, given: string | null): Promise<void> => {
  await resolveOrgId(db, call.by.orgId, given)
}

/**
 * With `validate_metadata`, whoever and whatever team the client names must be known; without, a warning does.
 * @throws Problem('invalid', 'invalid_metadata') with the hosted service's own texts
 */
export async function checkNames(db: Db, org: Org, { isStrict, agent, team, department }: Particulars): Promise<void> {
  if (!isStrict) return
  if (agent && !org.settings.creates_agents) {
    const [found] = await resolveAgents(db, [{ orgId: org.id, agent }])
    if (!found) throw refusal(velaMetadataErrors.agent)
  }
  if (team && !(await isGroupKnown(db, org.id, 'team', team))) throw refusal(velaMetadataErrors.team)
  if (department && !(await isGroupKnown(db, org.id, 'department', department))) {
    throw refusal(velaMetadataErrors.department)
  }
}
