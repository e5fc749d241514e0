// What the list of people asks and tells the server.

import { queryOptions } from '@tanstack/react-query'
import type { Answer, Sent } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'

export type Person = Answer<'/v1/users', 'get'>['users'][number]
export type Invited = Answer<'/v1/users', 'post', 201>
export type Invitation = Sent<'/v1/users', 'post'>
export type Change = Sent<'/v1/users/{id}', 'patch'>
export type PersonState = Person['state']

const pageSize = 50
const byId = (id: string) => ({ params: { path: { id } } })

export async function readPeople(search: string, state: PersonState | undefined, cursor: string | undefined) {
  const query = {
    limit: pageSize,
    ...(search ? { search } : {}),
    ...(state ? { state } : {}),
    ...(cursor ? { cursor } : {}),
  }
  const { users, next_cursor } = await told(api.GET('/v1/users', { params: { query } }))
  return { rows: users, next: next_cursor }
}

export const personQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: () => told(api.GET('/v1/users/{id}', byId(id))),
    // Read anew for each form, and never under one that somebody is writing into.
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })

const agentsMax = 500

export const agentsQuery = queryOptions({
  queryKey: ['agents', 'choice'],
  queryFn: async () =>
    (await told(api.GET('/v1/agents', { params: { query: { limit: agentsMax, active: true } } }))).agents,
})

export const invite = (body: Invitation) => told(api.POST('/v1/users', { body }))
/** Without an `etag`, whatever they are now. */
export const changePerson = ({ id, etag, body }: { id: string; etag: string | null; body: Change }) =>
  told(api.PATCH('/v1/users/{id}', { params: { path: { id }, header: etag ? { 'If-Match': etag } : {} }, body }))
export const inviteAgain = (id: string) => told(api.POST('/v1/users/{id}/invitation', byId(id)))
export const deactivate = (id: string) => told(api.POST('/v1/users/{id}/deactivate', byId(id)))
export const reactivate = (id: string) => told(api.POST('/v1/users/{id}/reactivate', byId(id)))
