// Events of webhook endpoints and brokers, and of single messages to them. Never told to the endpoint they are about.

import { type Static, Type } from 'typebox'
import { count, declare, orNull, selfLink, text, time, uuid } from './declaration.ts'

const endpointData = Type.Object({
  endpoint_id: uuid,
  url_host: Type.String({ description: 'Host of its address; the rest of an address may hold secrets' }),
  kind: Type.String({ description: '`http`, `nats`, `rabbitmq` or `kafka`' }),
  failing_since: orNull(time),
  failures: Type.Integer({ minimum: 0, description: 'In a row' }),
  last_status_code: orNull(Type.Integer()),
  last_error: orNull(text),
  held_count: Type.Integer({ minimum: 0, description: 'Events that wait for it' }),
  reason: orNull(text, 'Why it was disabled'),
  links: selfLink,
})

const messageData = Type.Object({
  endpoint_id: uuid,
  delivery_id: uuid,
  event_id: uuid,
  event_type: text,
  event_seq: Type.Integer({ description: '`seq` of the event that was not delivered' }),
  attempts: count,
  last_status_code: orNull(Type.Integer()),
  last_error: orNull(text),
  ordering_key: orNull(text, 'Of endpoints that are told in order: what follows of this key goes on'),
  links: selfLink,
})

const expiredData = Type.Object({
  endpoint_id: uuid,
  fingerprint: Type.String({ description: '`held_too_long`, or `event_expired`: the event is not kept any more' }),
  count,
  oldest_at: orNull(time, 'Of the oldest of these events'),
  newest_at: orNull(time),
  links: Type.Object({ self: text, dead_letters: text }),
})

export type EndpointEventData = Static<typeof endpointData>
export type MessageEventData = Static<typeof messageData>

const endpointId = '0199b1f2-8888-7abc-8def-000000000008'
const failing: EndpointEventData = {
  endpoint_id: endpointId,
  url_host: 'crm.example.com',
  kind: 'http',
  failing_since: '2026-03-05T08:00:00.000Z',
  failures: 12,
  last_status_code: 503,
  last_error: 'The receiver answered 503.',
  held_count: 340,
  reason: null,
  links: { self: `/v1/webhooks/${endpointId}` },
}
const message: MessageEventData = {
  endpoint_id: endpointId,
  delivery_id: '0199b1f2-9999-7abc-8def-000000000009',
  event_id: '0199b1f2-2222-7abc-8def-000000000002',
  event_type: 'call.completed',
  event_seq: 91_823,
  attempts: 10,
  last_status_code: 500,
  last_error: 'The receiver answered 500.',
  ordering_key: null,
  links: { self: `/v1/webhooks/${endpointId}/deliveries/0199b1f2-9999-7abc-8def-000000000009` },
}

export const endpointEvents = [
  declare({
    type: 'endpoint.failing',
    version: '1',
    scope: 'organisation',
    description: 'An endpoint has failed for an hour, a day, three days. What waits for it is kept.',
    subject: 'endpoint_id',
    data: endpointData,
    example: failing,
  }),
  declare({
    type: 'endpoint.recovered',
    version: '1',
    scope: 'organisation',
    description: 'An endpoint that had been told of as failing takes events again.',
    subject: 'endpoint_id',
    data: endpointData,
    example: { ...failing, failing_since: null, failures: 0, last_status_code: 200, last_error: null, held_count: 0 },
  }),
  declare({
    type: 'endpoint.disabled',
    version: '1',
    scope: 'organisation',
    description:
      'Nothing more is sent to an endpoint: it failed for five days, or answered 410. What comes for it is held for 30 days.',
    subject: 'endpoint_id',
    data: endpointData,
    example: { ...failing, failures: 61, reason: 'It has failed for five days.' },
  }),
  declare({
    type: 'message.exhausted',
    version: '1',
    scope: 'organisation',
    description: 'All attempts at one delivery have failed. It is a dead letter now, and can be replayed.',
    subject: 'delivery_id',
    data: messageData,
    example: message,
  }),
  declare({
    type: 'message.gap',
    version: '1',
    scope: 'organisation',
    description:
      'Where order was asked for, one event was skipped so that those behind it could go on. It is a dead letter now.',
    subject: 'delivery_id',
    data: messageData,
    example: { ...message, ordering_key: '0199b1f2-1111-7abc-8def-000000000001' },
  }),
  declare({
    type: 'message.expired',
    version: '1',
    scope: 'organisation',
    description:
      'What was held for an endpoint for 30 days was given up. These are dead letters now; one event tells of all of them.',
    subject: 'endpoint_id',
    data: expiredData,
    example: {
      endpoint_id: endpointId,
      fingerprint: 'held_too_long',
      count: 340,
      oldest_at: '2026-03-05T08:00:00.000Z',
      newest_at: '2026-03-05T09:00:00.000Z',
      links: {
        self: `/v1/webhooks/${endpointId}`,
        dead_letters: `/v1/dead-letters?endpoint_id=${endpointId}&fingerprint=held_too_long`,
      },
    },
  }),
] as const
