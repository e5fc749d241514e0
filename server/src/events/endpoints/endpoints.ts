// The table of webhook endpoints: who wants to be told of what, where, and how. What a setting may be is read elsewhere
// (endpoint-fields.ts); whether an endpoint is active is changed in status.ts, its secrets in endpoint-secrets.ts.

import { sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { BrokerSecrets, BrokerSettings } from '../brokers/settings.ts'
import type { BrokerKind } from '../brokers/shapes.ts'
import { eventFilters, isEventFilter } from '../catalog/catalog.ts'
import { newSigningKey, newWebhookSecret, secretSizeBytes } from '../signature.ts'
import type { EndpointRow } from './credentials.ts'
import { brokerSecrets, clientKeys, customHeaders, signingKeys, webhookSecrets } from './sealed-columns.ts'

export type PayloadStyle = 'vela' | 'vbot'
export type EndpointKind = 'http' | BrokerKind
export type EndpointStatus = 'active' | 'paused' | 'disabled' | 'unverified'

export type Endpoint = EndpointRow & { kind: EndpointKind; style: PayloadStyle; status: EndpointStatus }

/** All that its owner may change. Sealed ones in clear. */
export type EndpointSettings = {
  url: string
  /** Event types, `call.*`, or `*`. */
  events: string[]
  name: string | null
  /** In the filter language. */
  filter: string | null
  format: 'plain' | 'cloudevents'
  ordering: 'conversation' | 'all' | null
  rate_per_s: number | null
  /** Seconds before the 2nd, 3rd, ... attempt; null: the style's own. */
  retry_waits_s: number[] | null
  headers: Record<string, string>
  /** Besides the secret, with an Ed25519 key of the endpoint's own. */
  signsWithKey: boolean
  clientCertificate: { certificate: string; key: string } | null
  broker: { settings: BrokerSettings; secrets: BrokerSecrets } | null
}

export type NewEndpoint = Partial<EndpointSettings> & {
  url: string
  events: string[]
  style: PayloadStyle
  kind?: EndpointKind
  secret?: string | undefined
  /** Nothing is sent before its owner has shown that the address is theirs. */
  isUnverified?: boolean
}

const secretCharsMax = 500
const secretSizeBytesMin = 16
const eventsMax = 50
/** Each event is written once for each endpoint that wants it. */
const endpointsMax = 100

/**
 * @returns the endpoint, and its secret in clear: the only time that it is seen
 * @throws Problem('invalid') for events or a secret that cannot be used, Problem('conflict') for one endpoint too many
 */
export async function createEndpoint(
  tx: Tx,
  secrets: Secrets,
  orgId: string,
  input: NewEndpoint,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const { style, kind = 'http', secret: given, isUnverified = false, ...settings } = input
  const secret = checkSecret(given, style) ?? newWebhookSecret()
  if ((await listEndpoints(tx, orgId)).length >= endpointsMax) {
    const detail = `There are ${endpointsMax} webhook endpoints already. Delete one that is no longer needed.`
    throw new Problem('conflict', 'too_many_endpoints', detail)
  }
  const id = newId()
  const row = await tx
    .insertInto('webhook_endpoints')
    .values({
      org_id: orgId,
      id,
      style,
      kind,
      status: isUnverified ? 'unverified' : 'active',
      secret: await secrets.seal(tx, { in: webhookSecrets, orgId, id }, secret),
      ...(await columnsOf(tx, secrets, { orgId, id }, settings)),
      url: settings.url,
      events: checkEvents(settings.events, style),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await tx.insertInto('delivery_lanes').values({ org_id: orgId, endpoint_id: id }).execute()
  return { endpoint: row as Endpoint, secret }
}

/** What is named replaces what was. The caller has locked the endpoint. */
export async function changeEndpoint(
  tx: Tx,
  secrets: Secrets,
  before: Endpoint,
  change: Partial<EndpointSettings> & Partial<Pick<Endpoint, 'status' | 'status_reason' | 'verified_at'>>,
): Promise<Endpoint> {
  const { org_id: orgId, id } = before
  const { status, status_reason, verified_at, ...settings } = change
  // A key that is there already stays: receivers know its public half.
  if (settings.signsWithKey && before.signing_key !== null) delete settings.signsWithKey
  if (settings.events) settings.events = checkEvents(settings.events, before.style)
  const row = await tx
    .updateTable('webhook_endpoints')
    .set({
      ...(await columnsOf(tx, secrets, { orgId, id }, settings)),
      ...(status === undefined ? {} : { status, status_at: sql<Date>`clock_timestamp()` }),
      ...(status_reason === undefined ? {} : { status_reason }),
      ...(verified_at === undefined ? {} : { verified_at }),
      revision: sql<number>`revision + 1`,
      updated_at: sql<Date>`clock_timestamp()`,
    })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return row as Endpoint
}

/** Settings as they are stored. */
async function columnsOf(
  tx: Tx,
  secrets: Secrets,
  of: { orgId: string; id: string },
  settings: Partial<EndpointSettings>,
): Promise<Partial<EndpointRow>> {
  const { headers, signsWithKey, clientCertificate, broker, ...plain } = settings
  const columns: Partial<EndpointRow> = plain
  if (headers) {
    const isAny = Object.keys(headers).length > 0
    columns.headers = isAny ? await secrets.seal(tx, { in: customHeaders, ...of }, JSON.stringify(headers)) : null
  }
  if (signsWithKey !== undefined) {
    columns.signing_key = signsWithKey ? await secrets.seal(tx, { in: signingKeys, ...of }, newSigningKey()) : null
  }
  if (clientCertificate !== undefined) {
    columns.client_certificate = clientCertificate?.certificate ?? null
    const key = clientCertificate && (await secrets.seal(tx, { in: clientKeys, ...of }, clientCertificate.key))
    columns.client_key = key
  }
  if (broker) {
    columns.settings = JSON.stringify(broker.settings)
    columns.settings_secret = await secrets.seal(tx, { in: brokerSecrets, ...of }, JSON.stringify(broker.secrets))
  }
  return columns
}

/** @throws Problem('invalid') */
export function checkEvents(events: string[], style: PayloadStyle): string[] {
  const invalid = (code: string, detail: string) => new Problem('invalid', code, detail, { facts: { field: 'events' } })
  if (events.length === 0 || events.length > eventsMax) {
    throw invalid('invalid_events', `events must name 1 to ${eventsMax} events.`)
  }
  const unknown = events.find((text) => !isEventFilter(text))
  if (unknown !== undefined) {
    const known = [...eventFilters].sort().join(', ')
    throw invalid('unknown_event', `There is no event "${unknown.slice(0, 100).toWellFormed()}". There are ${known}.`)
  }
  if (style === 'vbot' && events.some((text) => text !== 'call.completed')) {
    throw invalid('unknown_event', 'The style vbot tells of call.completed and of nothing else: name only that event.')
  }
  return [...new Set(events)]
}

/**
 * vBot's customers bring secrets of any length along.
 * @throws Problem('invalid', 'invalid_secret')
 */
export function checkSecret(secret: string | undefined, style: PayloadStyle): string | undefined {
  if (secret === undefined) return undefined
  const invalid = (detail: string) => new Problem('invalid', 'invalid_secret', detail, { facts: { field: 'secret' } })
  if (secret.length === 0 || secret.length > secretCharsMax || !secret.isWellFormed()) {
    throw invalid(`secret must have 1 to ${secretCharsMax} characters.`)
  }
  if (/^wh[ps]k_/.test(secret)) throw invalid('secret is an Ed25519 key: ask for `signature: ["v1", "v1a"]` instead.')
  const sizeBytes = secretSizeBytes(secret)
  if (style !== 'vbot' && sizeBytes < secretSizeBytesMin) {
    const detail = `secret is too short: ${sizeBytes} bytes. It needs ${secretSizeBytesMin}, better 24; without it, a good one is made.`
    throw invalid(detail)
  }
  return secret
}

export async function listEndpoints(db: DbOrTx, orgId: string): Promise<Endpoint[]> {
  const rows = await db.selectFrom('webhook_endpoints').selectAll().where('org_id', '=', orgId).orderBy('id').execute()
  return rows as Endpoint[]
}

/** @throws Problem('not_found') */
export const requireEndpoint = async (db: DbOrTx, orgId: string, id: string): Promise<Endpoint> =>
  found(await byId(db, orgId, id).executeTakeFirst())

/**
 * Until the transaction ends nobody else changes it. Events go on being written for it.
 * @throws Problem('not_found')
 */
export const lockEndpoint = async (tx: Tx, orgId: string, id: string): Promise<Endpoint> =>
  found(await byId(tx, orgId, id).forNoKeyUpdate().executeTakeFirst())

const byId = (db: DbOrTx, orgId: string, id: string) =>
  db.selectFrom('webhook_endpoints').selectAll().where('org_id', '=', orgId).where('id', '=', id)

function found(row: EndpointRow | undefined): Endpoint {
  if (!row) throw notFound()
  return row as Endpoint
}

/**
 * Nothing more is sent there; what waits and what comes is held. One that its owner has paused stays paused. Needs the
 * queue's lock.
 */
export async function disableEndpoint(tx: Tx, orgId: string, id: string, reason: string): Promise<void> {
  await sql`
    update webhook_endpoints set status = 'disabled', status_reason = ${reason}, status_at = clock_timestamp(),
      revision = revision + 1, updated_at = clock_timestamp()
    where org_id = ${orgId} and id = ${id} and status = 'active'`.execute(tx)
}

/** @throws Problem('not_found') */
export async function deleteEndpoint(tx: Tx, orgId: string, id: string): Promise<void> {
  const query = tx.deleteFrom('webhook_endpoints').where('org_id', '=', orgId).where('id', '=', id)
  if ((await query.executeTakeFirstOrThrow()).numDeletedRows === 0n) throw notFound()
}
