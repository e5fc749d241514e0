// The address of a room: tabs, filters, what is open beside it. Changing it is a step that Back takes back.

import { useNavigate, useParams } from '@tanstack/react-router'
import { useAddress as useSearchOfAddress } from '../../../components/address.ts'

type Search = Record<string, string | undefined>

export function useAddress() {
  const { search, set } = useSearchOfAddress()
  const { section = '', id } = useParams({ strict: false }) as { section?: string; id?: string }
  const navigate = useNavigate()
  const go = (to: { section: string; id?: string; search?: Search }) =>
    void navigate({
      to: to.id ? '/integrations/$section/$id' : '/integrations/$section',
      params: { section: to.section, id: to.id } as never,
      search: (to.search ?? {}) as never,
    })
  return { search, section, id, set: (change: Search) => void set(change, { push: true }), go }
}
