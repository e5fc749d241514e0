// What is asked of the server about dead letters and the runs that move many of them.

import { queryOptions } from '@tanstack/react-query'
import type { Answer } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import type { Attempt } from '../webhooks/queries.ts'

export type LetterRow = Answer<'/v1/dead-letters', 'get'>['dead_letters'][number]
export type Run = Answer<'/v1/replays/{id}', 'get'>

export type Letter = Omit<LetterRow, 'replayed_by'> & {
  replayed_by: string | null
  is_masked: boolean
  not_replayable: 'event_expired' | 'conversation_deleted' | null
  data: Record<string, unknown> | null
  request: {
    kind: string
    url: string
    method: string | null
    headers: Record<string, string>
    body: string | null
    body_bytes: number
  } | null
  attempts: Attempt[]
}

/** Which letters are meant: of a list, and of a run. */
export type Which = { endpoint_id?: string; fingerprint?: string; event_type?: string; since?: string; until?: string }

export const isNarrowed = (which: Which): boolean => Object.values(which).some(Boolean)

export async function readGroups(cursor: string | undefined) {
  const query = { limit: 50, ...(cursor ? { cursor } : {}) }
  const page = await told(api.GET('/v1/dead-letters/groups', { params: { query } }))
  return { rows: page.groups, next: page.next_cursor }
}

export async function readLetters(which: Which, cursor: string | undefined) {
  const query = { limit: 50, ...which, ...(cursor ? { cursor } : {}) }
  const page = await told(api.GET('/v1/dead-letters', { params: { query } }))
  return { rows: page.dead_letters, next: page.next_cursor }
}

export const letterQuery = (delivery_id: string) =>
  queryOptions({
    queryKey: ['dead-letters', 'one', delivery_id],
    queryFn: async () =>
      (await told(
        api.GET('/v1/dead-letters/{delivery_id}', { params: { path: { delivery_id } } }),
      )) as unknown as Letter,
  })

export async function readRuns(cursor: string | undefined) {
  const page = await told(api.GET('/v1/replays', { params: { query: { limit: 25, ...(cursor ? { cursor } : {}) } } }))
  return { rows: page.replays, next: page.next_cursor }
}

const runEveryMs = 1000

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['dead-letters', 'run', id],
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'running' ? false : runEveryMs),
    queryFn: () => told(api.GET('/v1/replays/{id}', { params: { path: { id } } })),
  })
