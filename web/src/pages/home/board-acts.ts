// What is done to boards: copied, saved, shared, put first, deleted.

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, told, toldWithEtag } from '../../api/client.ts'
import { sayFailure } from '../../components/actions.tsx'
import { type BoardChange, boardQuery, boardsQuery } from './queries.ts'

export function useBoardActs() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const renewList = () => client.invalidateQueries({ queryKey: boardsQuery.queryKey })
  const open = (id: string, isEdited: boolean) =>
    navigate({
      to: '/home',
      search: ((before: Record<string, string | undefined>) => {
        const { edit: _, ...rest } = before
        return { ...rest, board: id, ...(isEdited ? { edit: 'yes' } : {}) }
      }) as never,
    })
  const home = useMutation({
    mutationFn: (id: string) => told(api.PUT('/v1/boards/home', { body: { board_id: id } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['boards'] }),
    onError: sayFailure,
  })
  const copy = useMutation({
    mutationFn: ({ id, name }: { id: string; name: string; isEdited: boolean }) =>
      toldWithEtag(
        api.POST('/v1/boards/{id}/duplicate', { params: { path: { id } }, body: { name: name.slice(0, 120) } }),
      ),
    async onSuccess(made, { isEdited }) {
      client.setQueryData(boardQuery(made.body.id).queryKey, made)
      void renewList()
      await open(made.body.id, isEdited)
    },
    onError: sayFailure,
  })
  const create = useMutation({
    mutationFn: (body: BoardChange & { name: string; isEdited: boolean }) => {
      const { isEdited: _, ...board } = body
      return toldWithEtag(api.POST('/v1/boards', { body: board }))
    },
    async onSuccess(made, { isEdited }) {
      client.setQueryData(boardQuery(made.body.id).queryKey, made)
      void renewList()
      await open(made.body.id, isEdited)
    },
    onError: sayFailure,
  })
  const change = useMutation({
    mutationFn: ({ id, revision, body }: { id: string; revision: number; body: BoardChange }) =>
      toldWithEtag(
        api.PATCH('/v1/boards/{id}', { params: { path: { id } }, headers: { 'If-Match': `"${revision}"` }, body }),
      ),
    onSuccess(now, { id }) {
      client.setQueryData(boardQuery(id).queryKey, now)
      if (now.body.is_home) client.setQueryData(boardQuery(undefined).queryKey, now)
      void renewList()
    },
  })
  const remove = useMutation({
    mutationFn: (id: string) => told(api.DELETE('/v1/boards/{id}', { params: { path: { id } } })),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: boardQuery(id).queryKey })
      return client.invalidateQueries({ queryKey: ['boards'] })
    },
    onError: sayFailure,
  })
  const order = useMutation({
    mutationFn: (ids: string[]) => told(api.PUT('/v1/boards/order', { body: { board_ids: ids } })),
    onMutate(ids) {
      const before = client.getQueryData(boardsQuery.queryKey)
      if (before)
        client.setQueryData(
          boardsQuery.queryKey,
          before.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id)),
        )
      return before
    },
    onError(error, _, before) {
      client.setQueryData(boardsQuery.queryKey, before)
      sayFailure(error)
    },
  })
  return { home, copy, create, change, remove, order, open }
}

export type BoardActs = ReturnType<typeof useBoardActs>
