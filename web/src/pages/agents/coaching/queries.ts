// Coaching notes of one agent: read, written, changed, confirmed.

import { useQueryClient } from '@tanstack/react-query'
import type { Answer, Sent } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import { useSession } from '../../../api/session.ts'
import { usePages } from '../../../components/pages.ts'
import type { AgentPerformance } from '../queries.ts'

export type CoachedAgent = Pick<AgentPerformance, 'agent_id' | 'name' | 'email'>
export type Note = Answer<'/v1/agents/{id}/coaching-notes', 'get'>['coaching_notes'][number]
type NewNote = Sent<'/v1/agents/{id}/coaching-notes', 'post'>
type NoteChange = Sent<'/v1/agents/{id}/coaching-notes/{note_id}', 'patch'>

export const notesKey = (agentId: string) => ['coaching', agentId]

export const useNotes = (id: string) =>
  usePages<Note>(notesKey(id), async (cursor) => {
    const query = { limit: 10, ...(cursor ? { cursor } : {}) }
    const page = await told(api.GET('/v1/agents/{id}/coaching-notes', { params: { path: { id }, query } }))
    return { rows: page.coaching_notes, next: page.next_cursor }
  })

/** Whether the page of this agent is the reader's own. */
export const useIsSelf = (agentId: string): boolean => useSession().organisation.agent_id === agentId

const pathOf = ({ id: note_id, agent_id: id }: Note) => ({ id, note_id })

export const createNote = (id: string, body: NewNote) =>
  told(api.POST('/v1/agents/{id}/coaching-notes', { params: { path: { id } }, body }))

/** `revision`: only if nobody has changed it since. */
export const changeNote = (note: Note, body: NoteChange, revision: number | null) =>
  told(
    api.PATCH('/v1/agents/{id}/coaching-notes/{note_id}', {
      params: { path: pathOf(note) },
      headers: revision === null ? {} : { 'If-Match': `"${revision}"` },
      body,
    }),
  )

export const deleteNote = (note: Note) =>
  told(api.DELETE('/v1/agents/{id}/coaching-notes/{note_id}', { params: { path: pathOf(note) } }))

export const confirmNote = (note: Note, reply: string) =>
  told(
    api.POST('/v1/agents/{id}/coaching-notes/{note_id}/read', {
      params: { path: pathOf(note) },
      body: reply ? { reply } : {},
    }),
  )

export function useRenewNotes(agentId: string): () => Promise<void> {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: notesKey(agentId) })
}
