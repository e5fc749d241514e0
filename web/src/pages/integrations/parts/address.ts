// What the address says about the page: tabs, filters, what is open beside it. Changing it is a step that Back takes back.

import { useNavigate, useParams, useSearch } from '@tanstack/react-router'

type Search = Record<string, string | undefined>

export function useAddress() {
  const search = useSearch({ strict: false }) as Search
  const { section = '', id } = useParams({ strict: false }) as { section?: string; id?: string }
  const navigate = useNavigate()
  /** `isDone`: what was written has been sent, so nobody is asked whether to leave it. */
  const set = (change: Search, { isDone = false } = {}) =>
    void navigate({
      to: '.',
      search: ((before: Search) => ({ ...before, ...change })) as never,
      ignoreBlocker: isDone,
      resetScroll: false,
    })
  const go = (to: { section: string; id?: string; search?: Search; isDone?: boolean }) =>
    void navigate({
      to: to.id ? '/integrations/$section/$id' : '/integrations/$section',
      params: { section: to.section, id: to.id } as never,
      search: (to.search ?? {}) as never,
      ignoreBlocker: to.isDone ?? false,
    })
  return { search, section, id, set, go }
}
