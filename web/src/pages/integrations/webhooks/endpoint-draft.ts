// The form of an endpoint as it is written, and as the API takes it: only what a kind of endpoint knows, and of a change
// only what has changed.

import type { Sent } from '../../../api/answer.ts'
import { type Pair, pairsOf, recordOf } from '../parts/pairs.tsx'
import type { Endpoint } from './queries.ts'

export type Kind = Endpoint['kind']
export const kinds: Kind[] = ['http', 'nats', 'rabbitmq', 'kafka']

/** What each broker is told beside its address, in the order of the form. */
export const brokerFields = {
  nats: ['user', 'password', 'token', 'nkey_seed', 'credentials', 'subject', 'stream'],
  rabbitmq: ['user', 'password', 'vhost', 'exchange', 'routing_key'],
  kafka: ['user', 'password', 'mechanism', 'topic'],
} as const
export type BrokerField = (typeof brokerFields)[keyof typeof brokerFields][number]
export const sealedFields: readonly string[] = ['password', 'token', 'nkey_seed', 'credentials']

export type EndpointDraft = {
  kind: Kind
  url: string
  name: string
  events: string[]
  filter: string
  style: 'vela' | 'vbot'
  format: 'plain' | 'cloudevents'
  ordering: 'none' | 'conversation' | 'all'
  rate: number | ''
  retries: 'usual' | 'once' | 'own'
  waits: string
  headers: Pair[]
  isSignedTwice: boolean
  certificate: string
  certificateKey: string
  secret: string
  verify: boolean
  broker: Partial<Record<BrokerField | 'ca_certificate', string>>
  createStream: boolean
}

const blank: EndpointDraft = {
  kind: 'http',
  url: '',
  name: '',
  events: ['call.completed'],
  filter: '',
  style: 'vela',
  format: 'plain',
  ordering: 'none',
  rate: 20,
  retries: 'usual',
  waits: '5, 300, 1800',
  headers: [],
  isSignedTwice: false,
  certificate: '',
  certificateKey: '',
  secret: '',
  verify: false,
  broker: {},
  createStream: false,
}

export function draftOf(endpoint: Endpoint | undefined): EndpointDraft {
  if (!endpoint) return blank
  const { kind, url, name, events, filter, style, format, ordering, rate_per_s, retry_waits_s, headers } = endpoint
  const settings = (endpoint.settings ?? {}) as Record<string, unknown>
  const fields = kind === 'http' ? [] : [...brokerFields[kind], 'ca_certificate' as const]
  return {
    ...blank,
    ...{ kind, url, events, style, format },
    name: name ?? '',
    filter: filter ?? '',
    ordering: ordering ?? 'none',
    rate: rate_per_s ?? '',
    retries: retry_waits_s === null ? 'usual' : retry_waits_s.length === 0 ? 'once' : 'own',
    waits: retry_waits_s?.join(', ') || blank.waits,
    headers: pairsOf(headers),
    isSignedTwice: endpoint.signature.includes('v1a'),
    broker: Object.fromEntries(
      fields.map((name) => [
        name,
        typeof settings[name] === 'string' && !sealedFields.includes(name) ? settings[name] : '',
      ]),
    ),
    createStream: settings.create_stream === true,
  }
}

type Body = Sent<'/v1/webhooks', 'post'>

/** `before`: only what differs from it, as a change sends it. */
export function bodyOf(draft: EndpointDraft, before?: EndpointDraft): Partial<Body> {
  const whole = wholeBody(draft)
  if (!before) {
    const { kind, style, secret, verify } = draft
    if (kind !== 'http') return { ...whole, kind }
    return { ...whole, style, verify, ...(secret ? { secret } : {}) }
  }
  const former = wholeBody(before)
  const names = Object.keys(whole) as (keyof Body)[]
  const changed = names.filter((name) => JSON.stringify(whole[name]) !== JSON.stringify(former[name]))
  const body: Partial<Body> = Object.fromEntries(changed.map((name) => [name, whole[name] ?? null]))
  // Of a broker's settings those that differ: what is sealed and left empty stays.
  if (whole.settings && former.settings) {
    const [now, then] = [whole.settings, former.settings] as Record<string, unknown>[]
    const settings = Object.entries(now ?? {}).filter(([name, value]) => value !== then?.[name])
    if (settings.length > 0) body.settings = Object.fromEntries(settings)
    else delete body.settings
  }
  return body
}

function wholeBody(draft: EndpointDraft): Partial<Body> & { events: string[] } {
  const { kind, url, name, events, filter, format, ordering, rate, headers, certificate, certificateKey } = draft
  const common = {
    events,
    name: name.trim() || null,
    filter: filter.trim() || null,
    format,
    ordering: ordering === 'none' ? null : ordering,
    rate_per_s: rate === '' ? null : rate,
    retry_waits_s: draft.retries === 'usual' ? null : draft.retries === 'once' ? [] : numbersOf(draft.waits),
  }
  if (kind !== 'http') return { ...common, settings: settingsOf(draft, kind) }
  return {
    ...common,
    url: url.trim(),
    headers: recordOf(headers),
    signature: draft.isSignedTwice ? ['v1', 'v1a'] : ['v1'],
    ...(certificate.trim() ? { client_certificate: { certificate, key: certificateKey } } : {}),
  }
}

function settingsOf({ url, broker, createStream }: EndpointDraft, kind: Exclude<Kind, 'http'>) {
  const names = [...brokerFields[kind], 'ca_certificate' as const]
  const filled = names.filter((name) => broker[name]?.trim()).map((name) => [name, broker[name]])
  return { url: url.trim(), ...Object.fromEntries(filled), ...(kind === 'nats' ? { create_stream: createStream } : {}) }
}

const numbersOf = (text: string): number[] =>
  text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number)
