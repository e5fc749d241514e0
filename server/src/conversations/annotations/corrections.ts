// What a person can correct of a transcript: words, speaker and language of a turn, who a speaker is, and both sides
// exchanged. Pure: from one revision to the next. When that may be done, and what follows, is correct.ts.

import { canonicalTag } from '../../platform/language-tags.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Participant, Role, Turn } from '../shapes.ts'
import type { Edit, Transcript } from '../transcripts.ts'
import { realign } from './realign.ts'

export const turnCharsMax = 20_000
/** A person can say of a voice that it is one of these. */
export const sides = ['agent', 'customer', 'bot', 'third_party', 'unknown'] as const satisfies Role[]

export type Said = Pick<Transcript, 'participants' | 'turns'>
export type Correction = Said & { edit: Omit<Edit, 'from_revision'> & Partial<Edit> }

/** `participant_id` names a speaker of this transcript; `role` the one of this role, or a new one. */
export type TurnChange = {
  text?: string | undefined
  language?: string | null | undefined
  participant_id?: string | undefined
  role?: Role | undefined
}

/** Null when it says so already. @throws Problem('not_found'), Problem('invalid', 'unknown_participant' | 'unknown_language') */
export function correctTurn(said: Said, turnId: string, change: TurnChange): Correction | null {
  const turn = said.turns.find(({ id }) => id === turnId)
  if (!turn) throw notFound()
  const participants = [...said.participants]
  const speaker = speakerFor(participants, turn, change)
  const language = change.language === undefined ? turn.language : readLanguage(change.language)
  const isReworded = change.text !== undefined && change.text !== turn.text
  const fields = [
    ...(isReworded ? ['text'] : []),
    ...(speaker.id !== turn.participant_id ? ['speaker'] : []),
    ...(language !== turn.language ? ['language'] : []),
  ]
  if (fields.length === 0) return null
  const text = change.text ?? turn.text
  const corrected: Turn = {
    ...turn,
    participant_id: speaker.id,
    role: speaker.role,
    language,
    ...(language === turn.language ? {} : { language_confidence: null }),
    ...(isReworded ? { text, words: realign(turn.words, text, turn.end_ms), confidence: null } : {}),
    edited: true,
  }
  const turns = said.turns.map((one) => (one.id === turnId ? corrected : one))
  return { participants, turns, edit: { kind: 'turn', turn_id: turnId, fields } }
}

function speakerFor(participants: Participant[], turn: Turn, { participant_id, role }: TurnChange): Participant {
  const wanted = participant_id ?? (role === undefined || role === turn.role ? turn.participant_id : null)
  const found = participants.find((one) => (wanted === null ? one.role === role : one.id === wanted))
  if (found) return found
  if (wanted !== null || role === undefined) {
    const ids = participants.map(({ id }) => id).join(', ')
    const detail = `participant_id: nobody of this conversation is ${wanted}. Send one of ${ids}, or a role.`
    throw new Problem('invalid', 'unknown_participant', detail, { facts: { field: 'participant_id' } })
  }
  const made = manual({ id: freeId(participants), name: null, channel_index: null }, role)
  participants.push(made)
  return made
}

function freeId(participants: Participant[]): string {
  const taken = new Set(participants.map(({ id }) => id))
  let n = participants.length + 1
  while (taken.has(`p${n}`)) n++
  return `p${n}`
}

const manual = (who: Pick<Participant, 'id' | 'name' | 'channel_index'>, role: Role): Participant => ({
  ...who,
  role,
  role_source: role === 'unknown' ? 'unknown' : 'manual',
  role_confidence: role === 'unknown' ? null : 1,
})

function readLanguage(given: string | null): string | null {
  if (given === null) return null
  const tag = canonicalTag(given)
  if (tag) return tag
  const detail = 'language: is not a language that is known here. Send a BCP 47 tag, such as en-ZA or zu.'
  throw new Problem('invalid', 'unknown_language', detail, { facts: { field: 'language' } })
}

/** All that this voice said was said by an agent, a customer, … @throws Problem('not_found') */
export function correctRole(said: Said, participantId: string, role: Role): Correction | null {
  const speaker = said.participants.find(({ id }) => id === participantId)
  if (!speaker) throw notFound()
  if (speaker.role === role && speaker.role_source === 'manual') return null
  return {
    ...withRoles(said, new Map([[participantId, role]])),
    edit: { kind: 'role', participant_id: participantId, fields: ['role'] },
  }
}

/** @throws Problem('conflict', 'roles_unknown') where nobody is agent or customer */
export function swapRoles(said: Said): Correction {
  const other: Partial<Record<Role, Role>> = { agent: 'customer', customer: 'agent' }
  const swapped = new Map(
    said.participants.flatMap(({ id, role }) => (other[role] ? [[id, other[role]] as const] : [])),
  )
  if (swapped.size === 0) {
    const detail = 'It is not known who is the agent and who the customer. Say who one of the speakers is first.'
    throw new Problem('conflict', 'roles_unknown', detail)
  }
  return { ...withRoles(said, swapped), edit: { kind: 'swap_roles' } }
}

const withRoles = ({ participants, turns }: Said, roles: Map<string, Role>): Said => ({
  participants: participants.map((one) => {
    const role = roles.get(one.id)
    return role ? manual(one, role) : one
  }),
  turns: turns.map((turn) => ({ ...turn, role: roles.get(turn.participant_id) ?? turn.role })),
})
