// The settings of an endpoint as the API takes them: their shapes, and what else must hold of them. Reading them touches
// no database and no network; whether an address may be reached is asked where it is stored.

import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Fields } from '../../platform/http/route.ts'
import { firstFault, strictFields } from '../../platform/http/strict-fields.ts'
import { readClientCertificate } from '../../platform/outbound/client-certificate.ts'
import { Problem } from '../../platform/problem.ts'
import { brokerSettingsInput, readBrokerSettings } from '../brokers/settings.ts'
import { eventFilter } from '../event-filter.ts'
import type { Credentials } from './credentials.ts'
import { masked, readHeaders } from './custom-headers.ts'
import type { Endpoint, EndpointSettings, NewEndpoint } from './endpoints.ts'

const retryWaitsMax = 20
const retryWaitsSumSMax = 14 * 24 * 3600

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const oneOf = <const T extends string>(values: readonly T[], description?: string) =>
  Type.Unsafe<T>(Type.String({ enum: [...values], ...(description ? { description } : {}) }))
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema)

const changeable = {
  url: optional(Type.String({ minLength: 1, maxLength: 2048, description: 'Of a broker: in `settings`' })),
  events: Type.Array(Type.String(), { description: 'Event types, `call.*`, `chat.*` or `*`' }),
  name: optional(orNull(Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }))),
  filter: optional(
    orNull(
      Type.String({ description: 'A condition on the event: docs/filters.md. What it does not fit is not sent.' }),
    ),
  ),
  format: optional(
    oneOf(['plain', 'cloudevents'], 'CloudEvents 1.0: binary mode over http, structured mode over brokers'),
  ),
  ordering: optional(
    orNull(oneOf(['conversation', 'all'], 'One after the other: those of a conversation, or all. Null: as they come.')),
  ),
  rate_per_s: optional(
    Type.Union([Type.Integer({ minimum: 1, maximum: 500 }), Type.Null()], {
      description: 'Deliveries a second, default 20; null: as fast as it answers, four at a time',
    }),
  ),
  retry_waits_s: optional(
    orNull(
      Type.Array(Type.Integer({ minimum: 1, maximum: retryWaitsSumSMax }), {
        maxItems: retryWaitsMax,
        description: 'Seconds before the 2nd, 3rd, ... attempt; 14 days in all at most. Null: the usual ones.',
      }),
    ),
  ),
  headers: optional(
    orNull(
      Type.Record(Type.String(), Type.String(), {
        description: 'Sent along; at most 20, 4 KiB in all. Shown as `***`, which also keeps a value that is there.',
      }),
    ),
  ),
  signature: optional(
    Type.Array(oneOf(['v1', 'v1a']), { maxItems: 2, description: '`v1a`: an Ed25519 signature beside the usual one' }),
  ),
  client_certificate: optional(
    orNull(
      Type.Object(
        { certificate: Type.String(), key: Type.String() },
        { description: 'PEM, for receivers that ask who is there (mutual TLS). The key is never shown.' },
      ),
    ),
  ),
  // Of a change, the fields that change; what is missing for good, the broker's own reading says.
  settings: optional(Type.Partial(brokerSettingsInput, { description: 'Of a broker: docs/brokers.md' })),
}

export const newEndpointBody = Type.Object(
  {
    ...changeable,
    secret: optional(Type.String({ description: 'Absent: one is made and shown once' })),
    style: optional(oneOf(['vela', 'vbot'], 'Default `vela`')),
    kind: optional(oneOf(['http', 'nats', 'rabbitmq', 'kafka'], 'Default `http`')),
    verify: optional(Type.Boolean({ description: 'Nothing is sent before the receiver has answered a challenge' })),
  },
  {
    examples: [
      { url: 'https://crm.example.com/hooks/indaba', events: ['call.completed'], filter: 'sentiment = negative' },
    ],
  },
)

export const changeBody = Type.Object(
  { ...changeable, events: optional(changeable.events) },
  { examples: [{ rate_per_s: 5, filter: null }] },
)

export type GivenEndpoint = NewEndpoint & { wantsVerification: boolean; unknown: string[] }

/**
 * Fields that are not known are passed over, as the hosted services do, and named in `unknown`.
 * @throws Problem('invalid') that names the field
 */
export function readNewEndpoint(fields: Fields): GivenEndpoint {
  const given = checkedNew(fields)
  const { style = 'vela', kind = 'http', secret, verify = false, url, events } = given
  if (kind !== 'http' && style === 'vbot') throw invalid('style', 'must be vela for a broker')
  if (kind !== 'http' && verify) throw invalid('verify', 'is for http endpoints; a broker asks for a login')
  const settings = readSettings(given, { kind, style, credentials: null, settings: null })
  if (kind !== 'http' && !settings.broker) throw invalid('settings', 'is required for a broker')
  const address = settings.broker?.settings.url ?? url
  if (address === undefined) throw invalid('url', 'is required. Send {url, events} and what else is wanted')
  const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(newEndpointBody.properties, name))
  return { ...settings, url: address, events, style, kind, secret, wantsVerification: verify, unknown }
}

function checkedNew(fields: Fields): Static<typeof newEndpointBody> {
  if (Value.Check(newEndpointBody, fields)) return fields
  const { field, issue } = firstFault(newEndpointBody, fields)
  const detail = `${field}: ${issue}. Send {url, events} and what else is wanted.`
  throw new Problem('invalid', 'invalid_request', detail, { facts: { field, issue } })
}

/** @throws Problem('invalid') that names the field */
export function readEndpointChange(
  fields: Fields,
  before: Endpoint,
  credentials: Credentials,
): Partial<EndpointSettings> {
  const given = strictFields(changeBody, fields)
  const { kind, style, settings } = before
  const change = readSettings(given, { kind, style, credentials, settings: settings as Record<string, unknown> | null })
  if (change.url !== undefined && placeOf(change.url) !== placeOf(before.url)) requireSecrets(given, credentials)
  return change
}

/** Whoever may change an endpoint must not have its stored values sent to a place of their own, and so come to see them. */
function requireSecrets(given: Static<typeof changeBody>, { headers, brokerSecret }: Credentials): void {
  const isHeaderKept = given.headers === undefined || Object.values(given.headers ?? {}).includes(masked)
  const keptLogin = Object.keys(brokerSecret ?? {}).find((name) => {
    const value = (given.settings as Record<string, unknown> | undefined)?.[name]
    return value === undefined || value === masked
  })
  const field = isHeaderKept && Object.keys(headers).length > 0 ? 'headers' : keptLogin
  if (field === undefined) return
  const detail = `Another host is another place: send ${field} along again, with the values. What is stored goes nowhere else.`
  throw new Problem('invalid', 'secret_required', detail, { facts: { field } })
}

const placeOf = (url: string): string => {
  const { protocol, host } = URL.parse(url) ?? { protocol: '', host: url }
  return `${protocol}//${host}`
}

type Known = Pick<Endpoint, 'kind' | 'style'> & {
  /** As they were; null for a new endpoint. */
  credentials: Credentials | null
  settings: Record<string, unknown> | null
}

function readSettings(given: Partial<Static<typeof newEndpointBody>>, known: Known): Partial<EndpointSettings> {
  const { url, events, name, filter, format, ordering, rate_per_s, retry_waits_s } = given
  const isHttp = known.kind === 'http'
  const foreign = isHttp ? (['settings'] as const) : (['url', 'headers', 'signature', 'client_certificate'] as const)
  const misplaced = foreign.find((field) => given[field] !== undefined && given[field] !== null)
  if (misplaced) throw invalid(misplaced, isHttp ? 'is for brokers' : `is not for ${known.kind}; see settings`)
  if (format === 'cloudevents' && known.style === 'vbot') throw invalid('format', 'must be plain for the style vbot')
  if (filter !== undefined && filter !== null) eventFilter(filter)
  if ((retry_waits_s ?? []).reduce((sum, wait) => sum + wait, 0) > retryWaitsSumSMax) {
    throw invalid('retry_waits_s', `must be at most ${retryWaitsSumSMax} seconds in all, which are 14 days`)
  }
  return {
    ...(url === undefined ? {} : { url: checkUrl(url) }),
    ...(events === undefined ? {} : { events }),
    ...(name === undefined ? {} : { name: name === null ? null : name.trim().toWellFormed() }),
    ...(filter === undefined ? {} : { filter }),
    ...(format === undefined ? {} : { format }),
    ...(ordering === undefined ? {} : { ordering }),
    ...(rate_per_s === undefined ? {} : { rate_per_s }),
    ...(retry_waits_s === undefined ? {} : { retry_waits_s }),
    ...sealedSettings(given, known),
  }
}

function sealedSettings(
  given: Partial<Static<typeof newEndpointBody>>,
  { kind, credentials, settings }: Known,
): Partial<EndpointSettings> {
  const { headers, signature, client_certificate: certificate, settings: broker } = given
  if (signature && !signature.includes('v1')) throw invalid('signature', 'must name v1; v1a may be beside it')
  const read: Partial<EndpointSettings> = {}
  if (headers !== undefined) read.headers = readHeaders(headers ?? {}, credentials?.headers ?? {})
  if (signature) read.signsWithKey = signature.includes('v1a')
  if (certificate !== undefined) {
    const pair = certificate && readClientCertificate(certificate.certificate, certificate.key)
    read.clientCertificate = pair && { certificate: pair.certificate, key: pair.key }
  }
  if (broker && kind !== 'http') {
    const named = Object.fromEntries(Object.entries(broker).filter(([, value]) => value !== masked))
    read.broker = readBrokerSettings(kind, { ...settings, ...credentials?.brokerSecret, ...named })
    read.url = read.broker.settings.url
  }
  return read
}

/** What is stored and shown is what will be used: URL parsers drop such characters silently. */
function checkUrl(url: string): string {
  if (!/[\s\p{Cc}]/u.test(url) && url.isWellFormed()) return url
  const issue = 'must not have spaces or control characters'
  throw new Problem('invalid', 'invalid_request', `url: ${issue}.`, { facts: { field: 'url', issue } })
}

const invalid = (field: string, issue: string) =>
  new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })
