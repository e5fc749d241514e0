// Who is signed in: asked once, kept while the page is open.

import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { api, told } from './client.ts'
import { asFailure } from './failure.ts'
import type { paths } from './paths.gen.ts'
import { noticeSession } from './session-store.ts'

export type Session = paths['/v1/session']['get']['responses'][200]['content']['application/json']

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: Number.POSITIVE_INFINITY,
  async queryFn(): Promise<Session | null> {
    try {
      const session = await told(api.GET('/v1/session'))
      noticeSession(session.csrf_token)
      return session
    } catch (error) {
      if (asFailure(error).kind === 'unauthenticated') return null
      throw error
    }
  },
})

/** Inside the shell somebody is signed in. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery)
  if (!data) throw new Error('Nobody is signed in.')
  return data
}

/** Whether this person may do it; the server decides in any case. */
export function useMay(): (scope: string) => boolean {
  const { organisation } = useSession()
  return (scope) => organisation.scopes.includes(scope)
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => told(api.DELETE('/v1/session')),
    onSuccess() {
      client.clear()
      location.assign('/app/sign-in')
    },
  })
}
