// What is asked of the server about sources of inbound webhooks and what they have sent.

import { queryOptions } from '@tanstack/react-query'
import type { Answer } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import type { Tone } from '../parts/status.tsx'

export type Source = Answer<'/v1/inbound-sources/{id}', 'get'>
export type FreshSource = Answer<'/v1/inbound-sources', 'post', 201>
export const messageStates = ['received', 'processed', 'failed', 'ignored'] as const
export type MessageState = (typeof messageStates)[number]
export const messageTones: Record<MessageState, Tone> = {
  received: 'busy',
  processed: 'good',
  failed: 'bad',
  ignored: 'quiet',
}

export const schemes = [
  'standard-webhooks',
  'hmac-sha256',
  'shared-secret',
  'slack',
  'hubspot',
  'zendesk',
  'microsoft-graph',
] as const
export type Scheme = (typeof schemes)[number]

const page = (cursor: string | undefined) => ({ limit: 50, ...(cursor ? { cursor } : {}) })

export async function readSources(cursor: string | undefined) {
  const { sources, next_cursor } = await told(api.GET('/v1/inbound-sources', { params: { query: page(cursor) } }))
  return { rows: sources, next: next_cursor }
}

export const sourceQuery = (id: string) =>
  queryOptions({
    queryKey: ['inbound', 'one', id],
    refetchInterval: 15_000,
    queryFn: () => told(api.GET('/v1/inbound-sources/{id}', { params: { path: { id } } })),
  })

export async function readMessages(id: string, state: string | undefined, cursor: string | undefined) {
  const query = { ...page(cursor), ...(state ? { state: state as MessageState } : {}) }
  const answer = await told(api.GET('/v1/inbound-sources/{id}/messages', { params: { path: { id }, query } }))
  return { rows: answer.messages, next: answer.next_cursor }
}

export const messageQuery = (id: string, message_id: string) =>
  queryOptions({
    queryKey: ['inbound', 'message', id, message_id],
    refetchInterval: 3000,
    queryFn: () =>
      told(api.GET('/v1/inbound-sources/{id}/messages/{message_id}', { params: { path: { id, message_id } } })),
  })
