// What departments and teams ask and tell the server.

import { queryOptions } from '@tanstack/react-query'
import type { Answer, Sent } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'

export type Department = Answer<'/v1/departments', 'get'>['departments'][number]
export type Team = Department['teams'][number]
type NewDepartment = Sent<'/v1/departments', 'post'>
export type Colour = NonNullable<NewDepartment['colour']>

const pageSize = 200
const byId = (id: string) => ({ params: { path: { id } } })

/** All of them: there are few. */
export const departmentsQuery = queryOptions({
  queryKey: ['departments', 'all'],
  async queryFn() {
    const all: Department[] = []
    let cursor: string | null = null
    do {
      const query: { limit: number; cursor?: string } = { limit: pageSize, ...(cursor ? { cursor } : {}) }
      const page: Answer<'/v1/departments', 'get'> = await told(api.GET('/v1/departments', { params: { query } }))
      all.push(...page.departments)
      cursor = page.next_cursor
    } while (cursor)
    return all
  },
})

export const createDepartment = (body: NewDepartment) => told(api.POST('/v1/departments', { body }))
export const changeDepartment = ({ id, ...body }: { id: string } & Sent<'/v1/departments/{id}', 'patch'>) =>
  told(api.PATCH('/v1/departments/{id}', { ...byId(id), body }))
export const deleteDepartment = (id: string) => told(api.DELETE('/v1/departments/{id}', byId(id)))
export const createTeam = (body: Sent<'/v1/teams', 'post'>) => told(api.POST('/v1/teams', { body }))
export const changeTeam = ({ id, ...body }: { id: string } & Sent<'/v1/teams/{id}', 'patch'>) =>
  told(api.PATCH('/v1/teams/{id}', { ...byId(id), body }))
export const deleteTeam = (id: string) => told(api.DELETE('/v1/teams/{id}', byId(id)))
