// What is asked of the server about webhook endpoints and what was sent to them.

import { queryOptions } from '@tanstack/react-query'
import type { Answer } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import { Failure } from '../../../api/failure.ts'

export type Endpoint = Answer<'/v1/webhooks/{id}', 'get'>
export type Trial = Answer<'/v1/webhooks/{id}/test', 'post'>
export const deliveryStates = ['pending', 'held', 'delivered', 'dead', 'discarded'] as const
export type DeliveryState = (typeof deliveryStates)[number]

export type Attempt = {
  attempt: number
  started_at: string
  duration_ms: number
  status_code: number | null
  error: string | null
  url: string | null
  request_bytes: number | null
  response: string | null
  response_headers: Record<string, string> | null
  timings: Record<string, number> | null
}

export type Delivery = {
  delivery_id: string
  event_id: string | null
  event: string | null
  seq: number
  status: DeliveryState
  attempt_count: number
  next_attempt_at: string | null
  status_code: number | null
  error: string | null
  is_edited: boolean
  replayed_by: string | null
  discarded_by: string | null
  discard_reason: string | null
  created_at: string
  finished_at: string | null
  attempts: Attempt[]
}

const everyMs = 10_000

export const readEndpoints = async () => (await told(api.GET('/v1/webhooks'))).webhooks

export const endpointsQuery = queryOptions({
  queryKey: ['webhooks', 'list'],
  refetchInterval: everyMs,
  queryFn: readEndpoints,
})

export const readEndpoint = (id: string) => told(api.GET('/v1/webhooks/{id}', { params: { path: { id } } }))

export const endpointQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'one', id],
    refetchInterval: everyMs,
    queryFn: () => readEndpoint(id),
  })

export const figuresQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'figures', id],
    refetchInterval: 3 * everyMs,
    queryFn: () => told(api.GET('/v1/webhooks/{id}/figures', { params: { path: { id } } })),
  })

export async function readDeliveries(id: string, status: string | undefined, cursor: string | undefined) {
  const query = { limit: 25, ...(cursor ? { cursor } : {}), ...(status ? { status: status as DeliveryState } : {}) }
  const page = (await told(
    api.GET('/v1/webhooks/{id}/deliveries', { params: { path: { id }, query } }),
  )) as unknown as {
    deliveries: Delivery[]
    next_cursor: string | null
  }
  return { rows: page.deliveries, next: page.next_cursor }
}

export const deliveryQuery = (id: string, delivery_id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'delivery', id, delivery_id],
    queryFn: async () =>
      (await told(
        api.GET('/v1/webhooks/{id}/deliveries/{delivery_id}', { params: { path: { id, delivery_id } } }),
      )) as unknown as Delivery,
  })

export const secretsQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'secrets', id],
    queryFn: async () => (await told(api.GET('/v1/webhooks/{id}/secrets', { params: { path: { id } } }))).former,
  })

export const eventQuery = (id: string) =>
  queryOptions({
    queryKey: ['events', 'one', id],
    queryFn: () => told(api.GET('/v1/events/{id}', { params: { path: { id } } })),
  })

export type EventType = { type: string; summary: string }
type Described = {
  channels: { webhook: { messages: object } }
  components: { messages: Record<string, { summary: string }> }
}

/** What can be subscribed to, with what each says: the catalogue that the server publishes as a file. */
export const catalogueQuery = queryOptions({
  queryKey: ['events', 'catalogue'],
  staleTime: Number.POSITIVE_INFINITY,
  async queryFn(): Promise<EventType[]> {
    const answer = await fetch('/asyncapi.json').catch(() => null)
    if (!answer?.ok) throw new Failure('offline', 'The server does not answer.')
    const { channels, components } = (await answer.json()) as Described
    return Object.keys(channels.webhook.messages)
      .filter((type) => !['webhook.test', 'webhook.verify'].includes(type))
      .map((type) => ({ type, summary: components.messages[type]?.summary ?? '' }))
  },
})

/** How an endpoint is called: its name, else where it is. */
export const nameOf = ({ name, url }: Pick<Endpoint, 'name' | 'url'>): string => name ?? url
