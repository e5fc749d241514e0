// Who did something, by name where this person may read names; else as the server tells it (`user:…`, `key:…`).

import { useQuery } from '@tanstack/react-query'
import { peopleQuery } from '../api/names.ts'
import { useMay } from '../api/session.ts'

export function useActorNames(): (actor: string | null) => string {
  const may = useMay()
  const { data = [] } = useQuery({ ...peopleQuery, enabled: may('users:read') })
  return (actor) => {
    const id = actor?.replace(/^user:/, '')
    const found = data.find((one) => one.id === id)
    return found?.name ?? found?.email ?? actor ?? ''
  }
}
