// What can be done to a conversation from its page. Comments have their own file.

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, told } from '../../api/client.ts'
import { sayFailure } from '../../components/actions.tsx'
import type { Conversation, Side } from './queries.ts'

const basedOn = (revision: number) => ({ 'If-Match': `"${revision}"` })

/** After it, all that the page shows of the conversation is asked anew, and the lists that show it. */
export function useChange<Input, Result>(id: string, change: (input: Input) => Promise<Result>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: async () => {
      void client.invalidateQueries({ queryKey: ['interactions'] })
      await client.invalidateQueries({ queryKey: ['conversation', id], refetchType: 'active' })
    },
  })
}

export type TurnChange = { text?: string; role?: Side; language?: string | null }

/** `revision`: of the transcript that the person looked at; null for whichever it is. */
export const useCorrectTurn = (id: string) =>
  useChange(id, ({ turn, revision, change }: { turn: string; revision: number | null; change: TurnChange }) =>
    told(
      api.PATCH('/v1/conversations/{id}/turns/{turn_id}', {
        params: { path: { id, turn_id: turn } },
        headers: revision === null ? { 'If-Match': '*' } : basedOn(revision),
        body: change,
      }),
    ),
  )

export const useSwapRoles = (id: string) =>
  useChange(id, (revision: number) =>
    told(api.POST('/v1/conversations/{id}/swap-roles', { params: { path: { id } }, headers: basedOn(revision) })),
  )

export const useSetRole = (id: string) =>
  useChange(id, ({ participant_id, role, revision }: { participant_id: string; role: Side; revision: number }) =>
    told(
      api.PATCH('/v1/conversations/{id}/participants/{participant_id}', {
        params: { path: { id, participant_id } },
        headers: basedOn(revision),
        body: { role },
      }),
    ),
  )

export const useRestore = (id: string) =>
  useChange(id, (revision: number) =>
    told(api.POST('/v1/conversations/{id}/transcript/restore', { params: { path: { id } }, body: { revision } })),
  )

export const useReprocess = (id: string) =>
  useChange(id, (body: { from: 'transcribe' | 'analyse'; replace_edits?: boolean }) =>
    told(api.POST('/v1/conversations/{id}/reprocess', { params: { path: { id } }, body })),
  )

export const useSetTags = (id: string) =>
  useChange(id, (tags: string[]) =>
    told(api.PUT('/v1/conversations/{id}/tags', { params: { path: { id } }, body: { tags } })),
  )

export const useAssign = (id: string) =>
  useChange(id, (body: { agent?: string | null; team?: string | null }) =>
    told(api.PUT('/v1/conversations/{id}/assignment', { params: { path: { id } }, body })),
  )

export const useReveal = (id: string) =>
  useChange(id, (reason: string) =>
    told(api.POST('/v1/conversations/{id}/reveal', { params: { path: { id } }, body: { reason } })),
  )

export function useDelete(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => told(api.DELETE('/v1/conversations/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['interactions'] }),
    onError: sayFailure,
  })
}

/** Seen at once, taken back where the server refuses. */
export function useReview(id: string) {
  const client = useQueryClient()
  const key = ['conversation', id]
  return useMutation({
    mutationFn: (isReviewed: boolean) =>
      isReviewed
        ? told(api.PUT('/v1/conversations/{id}/review', { params: { path: { id } } }))
        : told(api.DELETE('/v1/conversations/{id}/review', { params: { path: { id } } })),
    async onMutate(isReviewed) {
      await client.cancelQueries({ queryKey: key, exact: true })
      const before = client.getQueryData<Conversation>(key)
      const review = isReviewed ? { at: new Date().toISOString(), by: '', name: null } : null
      if (before) client.setQueryData(key, { ...before, annotations: { ...before.annotations, review } })
      return before
    },
    onError(error, _to, before) {
      client.setQueryData(key, before)
      sayFailure(error)
    },
    onSettled: () => client.invalidateQueries({ queryKey: key, exact: true }),
  })
}
