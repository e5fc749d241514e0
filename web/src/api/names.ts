// The people, teams and agents that a form offers by name: at most 200 of each.

import { queryOptions } from '@tanstack/react-query'
import { api, told } from './client.ts'

const all = { params: { query: { limit: 200 } } }

export const peopleQuery = queryOptions({
  queryKey: ['users', 'names'],
  queryFn: async () => (await told(api.GET('/v1/users', all))).users,
})

export const teamsQuery = queryOptions({
  queryKey: ['teams', 'list'],
  queryFn: async () => (await told(api.GET('/v1/teams', all))).teams,
})

export const agentsQuery = queryOptions({
  queryKey: ['agents', 'names'],
  queryFn: async () => (await told(api.GET('/v1/agents', all))).agents,
})
