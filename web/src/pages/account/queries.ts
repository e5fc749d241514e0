// What the page of one's own account asks and tells the server.

import { queryOptions } from '@tanstack/react-query'
import type { Answer, Sent } from '../../api/answer.ts'
import { api, told } from '../../api/client.ts'

export type Me = Answer<'/v1/me', 'get'>
export type Mail = Answer<'/v1/me/notification-preferences', 'get'>['mail']
/** As server/src/access/users/second-factor.ts answers. */
export type Enrolment = { secret: string; uri: string }

const byId = (id: string) => ({ params: { path: { id } } })

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => told(api.GET('/v1/me')) })
export const changeMe = (body: Sent<'/v1/me', 'patch'>) => told(api.PATCH('/v1/me', { body }))

export const beginSecondFactor = async (password: string) =>
  (await told(api.POST('/v1/me/totp', { body: password ? { password } : {} }))) as unknown as Enrolment
export const confirmSecondFactor = async (code: string) =>
  ((await told(api.PUT('/v1/me/totp', { body: { code } }))) as unknown as { recovery_codes: string[] }).recovery_codes
export const removeSecondFactor = (code: string) => told(api.DELETE('/v1/me/totp', { body: { code } as never }))

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async () => (await told(api.GET('/v1/sessions'))).sessions,
})
export const endSession = (id: string) => told(api.DELETE('/v1/sessions/{id}', byId(id)))
export const endAllSessions = () => told(api.DELETE('/v1/sessions'))

const grantsMax = 100
export const grantsQuery = queryOptions({
  queryKey: ['grants'],
  queryFn: async () => (await told(api.GET('/v1/oauth/grants', { params: { query: { limit: grantsMax } } }))).grants,
})
export const endGrant = (id: string) => told(api.DELETE('/v1/oauth/grants/{id}', byId(id)))

export const mailQuery = queryOptions({
  queryKey: ['notification-preferences'],
  queryFn: () => told(api.GET('/v1/me/notification-preferences')),
})
export const setMail = (mail: Mail) => told(api.PATCH('/v1/me/notification-preferences', { body: { mail } }))
