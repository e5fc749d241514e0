// What a page filters and shows by stands in its address: it can be sent to somebody, and Back works.

import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

/** One change replaces the address; `push` for what Back should undo (a tab, an opened row). Empty values leave it. */
export function useAddress() {
  const search = useRouterState({ select: ({ location }) => location.search as Record<string, string | undefined> })
  const navigate = useNavigate()
  const set = useCallback(
    (change: Record<string, string | null | undefined>, { push = false } = {}) =>
      navigate({
        to: '.',
        replace: !push,
        resetScroll: false,
        search: ((before: Record<string, string | undefined>) =>
          Object.fromEntries(
            Object.entries({ ...before, ...change }).filter(([, value]) => value != null && value !== ''),
          )) as never,
      }),
    [navigate],
  )
  return useMemo(() => ({ search, set }), [search, set])
}
