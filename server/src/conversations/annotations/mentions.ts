// Who a comment mentions: `@[user:<id>]` and `@[agent:<id>]` in its text, or `@` and an address, which becomes one of
// these. Who of them is told: those who may see the conversation.

import { authorise, colleaguesOf, holderNow, namesOf, normaliseEmail } from '../../access/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import type { Conversation } from '../conversations.ts'
import { type Agent, agentName, agentsById, findAgent } from '../people.ts'
import { isWithin } from '../reach.ts'

export type Mention = { kind: 'user' | 'agent'; id: string }

const mentionsMax = 20
const written = /@\[(user|agent):([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\]/gi
// Bounded, so that a long text is not read again from each of its characters.
const addressed = /(?<![^\s(,;:])@([^\s@<>"'(),;:[\]]{1,64}@[^\s@<>"'(),;:[\]]{1,253}[\p{L}\p{N}])/gu

/** The text with its mentions by id. @throws Problem('invalid', 'unknown_mention' | 'too_many_mentions') */
export async function readMentions(
  db: DbOrTx,
  by: Principal,
  given: string,
): Promise<{ body: string; mentions: Mention[] }> {
  const body = await withIds(db, by, given)
  const said = new Map(
    [...body.matchAll(written)].map(([, kind, id]) => {
      const mention = { kind: kind?.toLowerCase() as Mention['kind'], id: (id as string).toLowerCase() }
      return [refOf(mention), mention]
    }),
  )
  const mentions = [...said.values()]
  if (mentions.length > mentionsMax) {
    throw new Problem('invalid', 'too_many_mentions', `A comment can mention ${mentionsMax} people.`)
  }
  const known = await nameMentions(db, by.orgId, mentions)
  const unknown = mentions.find((one) => !known.has(refOf(one)))
  if (unknown) {
    const detail = `@[${refOf(unknown)}] is nobody of this organisation.`
    throw new Problem('invalid', 'unknown_mention', detail, { facts: { field: 'body' } })
  }
  return { body, mentions }
}

export const refOf = ({ kind, id }: Mention): string => `${kind}:${id}`

/** An address that is nobody's stays text. */
async function withIds(db: DbOrTx, by: Principal, text: string): Promise<string> {
  const said = [...new Set([...text.matchAll(addressed)].map(([, address]) => address as string))].slice(0, mentionsMax)
  if (said.length === 0) return text
  const emails = new Map(said.map((address) => [address, normaliseEmail(address)]))
  const people = await colleaguesOf(db, by.orgId, {
    emails: [...emails.values()].filter((email) => email !== null),
    ids: [],
    agentIds: [],
  })
  const refs = new Map<string, string>()
  for (const [address, email] of emails) {
    const person = people.find((one) => one.email === email)
    const agent = person ? null : await findAgent(db, by, address)
    if (person) refs.set(address, `@[user:${person.id}]`)
    else if (agent) refs.set(address, `@[agent:${agent.id}]`)
  }
  return text.replace(addressed, (whole, address) => refs.get(address) ?? whole)
}

/** What those who are mentioned are called, by `user:<id>` and `agent:<id>`; without who is not known. */
export async function nameMentions(db: DbOrTx, orgId: string, mentions: Mention[]): Promise<Map<string, string>> {
  const users = mentions.filter(({ kind }) => kind === 'user')
  const agents = await agentsById(
    db,
    orgId,
    mentions.filter(({ kind }) => kind === 'agent').map(({ id }) => ({ agent_id: id })),
  )
  const names = await namesOf(db, orgId, users.map(refOf))
  for (const [id, agent] of agents) names.set(`agent:${id}`, calledAs(agent))
  return names
}

const calledAs = (agent: Agent) => (agentName(agent, null) ?? agent.external_id ?? 'Agent').replace(/@.*$/, '')

export type Told = { userIds: string[]; untold: Mention[] }

/** Of an agent, whoever works as that agent. Nobody is told of what they may not see, nor of their own words. */
export async function whoIsTold(
  db: DbOrTx,
  by: Principal,
  conversation: Conversation,
  mentions: Mention[],
): Promise<Told> {
  const idsOf = (kind: Mention['kind']) => mentions.filter((one) => one.kind === kind).map(({ id }) => id)
  const people = await colleaguesOf(db, by.orgId, { emails: [], ids: idsOf('user'), agentIds: idsOf('agent') })
  const sees = new Map<string, boolean>()
  for (const { id } of people) sees.set(id, await maySee(db, by.orgId, id, conversation))
  const reached = ({ kind, id }: Mention) =>
    people.some((one) => (kind === 'user' ? one.id : one.agent_id) === id && sees.get(one.id))
  return {
    userIds: people.map(({ id }) => id).filter((id) => sees.get(id) && by.actor !== `user:${id}`),
    untold: mentions.filter((one) => !reached(one)),
  }
}

/** Now, by the rights that they have now. */
export async function maySee(
  db: DbOrTx,
  orgId: string,
  userId: string,
  conversation: Pick<Conversation, 'team' | 'department' | 'agent_id'>,
): Promise<boolean> {
  const person = await holderNow(db, orgId, `user:${userId}`)
  if (!person) return false
  try {
    authorise(person, 'calls:read')
  } catch {
    return false
  }
  return isWithin(person.reach, conversation)
}
