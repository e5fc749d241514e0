// What the settings of the organisation ask and tell the server.

import { queryOptions } from '@tanstack/react-query'
import type { Answer, Sent } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'

export type Organisation = Answer<'/v1/organisation', 'get'>

/** Of `settings`, as docs/security.md and docs/limits.md have them; a name that is missing is at its default. */
export type Settings = {
  bio?: string | null
  time_zone?: string
  agent_channel?: 0 | 1
  unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
  agents_hear_own?: boolean
  verify_webhooks?: boolean
  on_allocation_exceeded?: 'halt' | 'continue'
  legal_hold?: boolean | string | null
  minutes_per_month?: number | null
  chats_per_month?: number | null
  plan?: string | null
  requests_per_minute?: number | null
  sign_up_domains?: string[]
}

/** The shell reads it under the same key. */
export const organisationQuery = queryOptions({
  queryKey: ['organisation'],
  queryFn: () => told(api.GET('/v1/organisation')),
})

export const changeOrganisation = (body: Sent<'/v1/organisation', 'patch'>) =>
  told(api.PATCH('/v1/organisation', { body }))

export const putLogo = (file: File) =>
  told(
    api.PUT('/v1/organisation/logo', {
      body: file as never,
      bodySerializer: (body) => body as never,
      headers: { 'Content-Type': file.type || 'application/octet-stream' },
    }),
  )
export const removeLogo = () => told(api.DELETE('/v1/organisation/logo'))
