// What the first run asks the server.

import { queryOptions } from '@tanstack/react-query'
import type { Answer, Sent } from '../../api/answer.ts'
import { api, told } from '../../api/client.ts'

export type Setup = Sent<'/v1/setup', 'post'>
export type Conversation = Answer<'/v1/conversations/{id}', 'get'>

const stepMs = 1000

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: () => told(api.GET('/v1/setup')),
})

export const setUp = (body: Setup) => told(api.POST('/v1/setup', { body }))
export const takeSamples = () => told(api.POST('/v1/samples'))
export const createKey = (name: string) => told(api.POST('/v1/api-keys', { body: { name } }))

export const isDone = ({ status }: Pick<Conversation, 'status'>): boolean =>
  status === 'completed' || status === 'failed'

/** Asked again until it is done. */
export const progressQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversations', id, 'progress'],
    queryFn: () => told(api.GET('/v1/conversations/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data && isDone(state.data) ? false : stepMs),
  })
