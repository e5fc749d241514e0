// An endpoint as the API shows it: all that its owner has set, and how it is doing. Nothing that is secret.

import { X509Certificate } from 'node:crypto'
import { Type } from 'typebox'
import { publicKeyOf } from '../signature.ts'
import type { Credentials } from './credentials.ts'
import { masked, maskHeaders } from './custom-headers.ts'
import type { Endpoint } from './endpoints.ts'
import { type Health, shownCount } from './health.ts'

const text = Type.String()
const time = Type.String({ format: 'date-time' })
const orNull = <T extends ReturnType<typeof Type.String | typeof Type.Integer | typeof Type.Object>>(schema: T) =>
  Type.Union([schema, Type.Null()])
const count = Type.Union([Type.Integer(), Type.Literal('10000+')])
const anything = Type.Object({}, { additionalProperties: true })

export const endpointAnswer = Type.Object({
  webhook_id: Type.String({ format: 'uuid' }),
  name: orNull(text),
  kind: Type.String({ enum: ['http', 'nats', 'rabbitmq', 'kafka'] }),
  url: text,
  events: Type.Array(text),
  filter: orNull(text),
  style: Type.String({ enum: ['vela', 'vbot'] }),
  format: Type.String({ enum: ['plain', 'cloudevents'] }),
  ordering: orNull(Type.String({ enum: ['conversation', 'all'] })),
  rate_per_s: Type.Union([Type.Integer(), Type.Null()]),
  retry_waits_s: Type.Union([Type.Array(Type.Integer()), Type.Null()]),
  headers: Type.Record(text, Type.Literal(masked)),
  signature: Type.Array(Type.String({ enum: ['v1', 'v1a'] })),
  public_key: orNull(Type.String({ description: 'For `v1a`: `whpk_` and the Ed25519 key in base64' })),
  client_certificate: orNull(
    Type.Object({ subject: text, issuer: text, fingerprint: text, expires_at: time, is_expired: Type.Boolean() }),
  ),
  settings: orNull(anything),
  status: Type.String({ enum: ['active', 'paused', 'disabled', 'unverified'] }),
  status_reason: orNull(text),
  status_at: time,
  verified_at: orNull(time),
  health: Type.Object({
    breaker: Type.String({ enum: ['closed', 'open', 'half_open'] }),
    open_until: orNull(time),
    blocked_until: orNull(time),
    failing_since: orNull(time),
    failures: Type.Integer({ description: 'In a row' }),
    last_success_at: orNull(time),
    waiting: count,
    held: Type.Union([Type.Integer(), Type.Literal('10000+')], { description: 'What waits while it is not active' }),
  }),
  revision: Type.Integer({ description: 'For `If-Match`' }),
  created_at: time,
  updated_at: time,
})

/** @param credentials null where the endpoint has none but its secret */
export function endpointView(endpoint: Endpoint, credentials: Credentials | null, health: Health | undefined) {
  const isActive = endpoint.status === 'active'
  const { queued = 0, ...lane } = health ?? newLane
  return {
    webhook_id: endpoint.id,
    name: endpoint.name,
    kind: endpoint.kind,
    url: endpoint.url,
    events: endpoint.events,
    filter: endpoint.filter,
    style: endpoint.style,
    format: endpoint.format,
    ordering: endpoint.ordering,
    rate_per_s: endpoint.rate_per_s,
    retry_waits_s: endpoint.retry_waits_s,
    headers: maskHeaders(credentials?.headers ?? {}),
    signature: credentials?.signingKey ? ['v1', 'v1a'] : ['v1'],
    public_key: credentials?.signingKey ? publicKeyOf(credentials.signingKey) : null,
    client_certificate: endpoint.client_certificate === null ? null : certificateView(endpoint.client_certificate),
    settings: endpoint.settings ? settingsView(endpoint.settings, credentials?.brokerSecret ?? null) : null,
    status: endpoint.status,
    status_reason: endpoint.status_reason,
    status_at: endpoint.status_at,
    verified_at: endpoint.verified_at,
    health: { ...lane, waiting: isActive ? shownCount(queued) : 0, held: isActive ? 0 : shownCount(queued) },
    revision: endpoint.revision,
    created_at: endpoint.created_at,
    updated_at: endpoint.updated_at,
  }
}

const newLane: Health = {
  breaker: 'closed',
  open_until: null,
  blocked_until: null,
  failing_since: null,
  failures: 0,
  last_success_at: null,
  queued: 0,
}

function certificateView(pem: string) {
  const { subject, issuer, fingerprint256: fingerprint, validToDate } = new X509Certificate(pem)
  return { subject, issuer, fingerprint, expires_at: validToDate, is_expired: validToDate.getTime() <= Date.now() }
}

const settingsView = (settings: object, secrets: Record<string, string> | null) => ({
  ...settings,
  ...Object.fromEntries(Object.keys(secrets ?? {}).map((name) => [name, masked])),
})
