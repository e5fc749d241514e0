// What this person prefers, in every browser alike: colours, locale and zone of times, columns of lists.

import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { sayFailure } from '../components/actions.tsx'
import { api, told } from './client.ts'
import type { paths } from './paths.gen.ts'

export type Preferences = paths['/v1/me/preferences']['get']['responses'][200]['content']['application/json']

export const preferencesQuery = queryOptions({
  queryKey: ['preferences'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: () => told(api.GET('/v1/me/preferences')),
})

export const usePreferences = (): Preferences | undefined => useQuery(preferencesQuery).data

/** Seen at once; taken back where the server refuses. */
export function useSetPreferences() {
  const client = useQueryClient()
  const key = preferencesQuery.queryKey
  return useMutation({
    mutationFn: (body: Partial<Preferences>) => told(api.PATCH('/v1/me/preferences', { body })),
    onMutate(change) {
      const before = client.getQueryData(key)
      if (before) client.setQueryData(key, { ...before, ...change, columns: { ...before.columns, ...change.columns } })
      return before
    },
    onError(error, _change, before) {
      client.setQueryData(key, before)
      sayFailure(error)
    },
    onSuccess: (now) => client.setQueryData(key, now),
  })
}

/** The columns of a list that are shown, in their order. */
export function useColumns(list: string, standard: readonly string[], known: readonly string[]) {
  const kept = usePreferences()?.columns[list]
  const set = useSetPreferences()
  const names = known.join(' ')
  const shown = useMemo(() => {
    const still = kept?.filter((one) => names.split(' ').includes(one))
    return still?.length ? still : standard
  }, [kept, names, standard])
  return {
    shown,
    setShown: (columns: string[]) => set.mutate({ columns: { [list]: columns } }),
  }
}
