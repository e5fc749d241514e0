// What can be done to one conversation without its words: tags, the mark of a review, whose it is. How many at once, and
// by which door, is not this file's matter.

import type { Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import type { Conversation } from '../conversations.ts'
import { groupName, placeOf } from '../groups.ts'
import { findAgent } from '../people.ts'
import { isWithin } from '../reach.ts'
import { asSeenBy } from '../reveals.ts'
import type { Deed, Work } from './changes.ts'
import { settleTags } from './tags.ts'

/** On one conversation; the same limit as for senders. */
export const tagsMax = 100

type Tagging = { set: string[] } | { add: string[] } | { remove: string[] }

const lower = (names: readonly string[]) => new Set(names.map((name) => name.toLowerCase()))

/** Names that nobody knows are tags from now on. @throws Problem('invalid', 'too_many_tags') */
export const tagWork =
  (by: Principal, tagging: Tagging): Work =>
  async (conversation, tx) => {
    const { org_id, tags } = conversation
    // Who sees placeholders sends placeholders back.
    const [seen = conversation] = await asSeenBy(tx, by, [conversation])
    const meant = (names: string[]) => names.map((name) => tags[seen.tags.indexOf(name)] ?? name)
    const given = 'set' in tagging ? meant(tagging.set) : 'add' in tagging ? [...tags, ...meant(tagging.add)] : []
    const removed = 'remove' in tagging ? lower(meant(tagging.remove)) : null
    const [wanted = []] = removed
      ? [tags.filter((name) => !removed.has(name.toLowerCase()))]
      : await settleTags(tx, [{ org_id, tags: given }])
    if (wanted.length > tagsMax) {
      throw new Problem('invalid', 'too_many_tags', `A conversation can have ${tagsMax} tags.`)
    }
    if (wanted.length === tags.length && wanted.every((name, index) => name === tags[index])) return null
    const [before, after] = [lower(tags), lower(wanted)]
    const data = {
      added: wanted.filter((name) => !before.has(name.toLowerCase())).length,
      removed: tags.filter((name) => !after.has(name.toLowerCase())).length,
    }
    return { set: { tags: wanted }, changed: ['tags'], action: 'conversation.tag', data }
  }

/** Who marked it first stays who did. */
export const reviewWork =
  (by: Principal, isReviewed: boolean): Work =>
  async ({ reviewed_at }) => {
    if ((reviewed_at !== null) === isReviewed) return null
    return isReviewed
      ? {
          set: { reviewed_at: new Date(), reviewed_by: by.actor },
          changed: ['review'],
          action: 'conversation.review',
        }
      : { set: { reviewed_at: null, reviewed_by: null }, changed: ['review'], action: 'conversation.unreview' }
  }

/** `agent`: by id, external id or e-mail, null for nobody. `team`: by name or id, null for none. */
export type Assignment = { agent?: string | null | undefined; team?: string | null | undefined }

export type Assigned = Pick<Conversation, 'agent_id' | 'team' | 'department'>

/**
 * Whose the conversations are to be: an agent brings their team, unless one is named. Nothing that was found in them or
 * said of them is lost.
 * @throws Problem('invalid', 'unknown_agent' | 'unknown_team' | 'invalid_request'), Problem('forbidden', 'beyond_reach')
 */
export async function readAssignment(tx: Tx, by: Principal, given: Assignment): Promise<Partial<Assigned>> {
  if (given.agent === undefined && given.team === undefined) {
    throw new Problem('invalid', 'invalid_request', 'agent: say to whom, or send a team.')
  }
  const agent = given.agent ? await findAgent(tx, { ...by, reveals: true }, given.agent) : null
  if (given.agent && !agent) {
    throw new Problem(
      'invalid',
      'unknown_agent',
      'No agent that you have access to has this id, external id or e-mail.',
    )
  }
  const named = given.team ? await groupName(tx, by.orgId, 'team', given.team) : (given.team ?? undefined)
  if (given.team && !named) throw new Problem('invalid', 'unknown_team', 'No team has this id.')
  const place = named ? await placeOf(tx, by, { team: named }) : null
  return {
    ...(given.agent === undefined ? {} : { agent_id: agent?.id ?? null }),
    ...(place ?? (agent ? { team: agent.team, department: agent.department } : {})),
    ...(given.team === null ? { team: null } : {}),
  }
}

export const assignWork =
  (by: Principal, wanted: Partial<Assigned>): Work =>
  async (conversation): Promise<Deed> => {
    requireFinished(conversation)
    const before = pick(conversation)
    const after = { ...before, ...wanted }
    // Nobody takes something out of their own sight.
    if (!isWithin(by.reach, after)) {
      throw new Problem('forbidden', 'beyond_reach', `You have no access to ${after.team ?? 'what has no team'}.`)
    }
    const isForgotten = wanted.agent_id === null && conversation.agent_given !== null
    if (!isForgotten && JSON.stringify(before) === JSON.stringify(after)) return null
    return {
      // Whom the client named would be found again, and it would be theirs once more.
      set: { ...wanted, assigned_at: new Date(), ...(wanted.agent_id === null ? { agent_given: null } : {}) },
      changed: ['agent'],
      action: 'conversation.assign',
      data: { before, after },
    }
  }

const pick = ({ agent_id, team, department }: Conversation): Assigned => ({ agent_id, team, department })

/** What is still being worked on is changed by whoever works on it. @throws Problem('conflict', 'not_finished') */
export function requireFinished({ status }: Conversation): void {
  if (status === 'completed' || status === 'failed') return
  const detail = `It is still ${status === 'queued' ? 'waiting for its turn' : 'being worked on'}. Try again when it is done.`
  throw new Problem('conflict', 'not_finished', detail, { facts: { status } })
}
