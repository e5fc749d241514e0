// A chat brings its own transcript: participants and turns from its messages.

import type { NewTurn, Participant, Role } from '../conversations/index.ts'
import type { ChatMessage } from './chat-messages.ts'

/** Times count from the first message. Messages of one role are one participant. */
export function chatTranscript(messages: ChatMessage[]): { participants: Participant[]; turns: NewTurn[] } {
  const ids = new Map<Role, string>()
  for (const { role } of messages) if (!ids.has(role)) ids.set(role, `p${ids.size + 1}`)
  const participants = [...ids].map(
    ([role, id]): Participant => ({
      id,
      role,
      role_source: 'metadata',
      role_confidence: 1,
      name: null,
      channel_index: null,
    }),
  )
  const startMs = Math.min(...messages.map(({ at }) => at.getTime()))
  const turns = messages.map(({ text, at, sender, role, language }, index): NewTurn => {
    const offsetMs = at.getTime() - startMs
    return {
      id: `t${index + 1}`,
      index,
      participant_id: ids.get(role) ?? 'p1',
      role,
      start_ms: offsetMs,
      end_ms: offsetMs,
      text,
      ...(language === null ? {} : { language, language_confidence: 1 }),
      sender,
      at: at.toISOString(),
    }
  })
  return { participants, turns }
}
