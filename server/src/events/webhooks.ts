// Webhook endpoints: who wants to be told of what, and where. Secrets are sealed at rest and shown once.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../platform/db/db.ts'
import type { WebhookEndpoints } from '../platform/db/schema.gen.ts'
import { newId } from '../platform/ids.ts'
import { notFound, Problem } from '../platform/problem.ts'
import type { SealedColumn, Secrets } from '../platform/secrets.ts'
import { eventFilters, isEventFilter } from './catalog.ts'
import { newWebhookSecret } from './signature.ts'

export type PayloadStyle = 'vela' | 'vbot'

export type Endpoint = Omit<Selectable<WebhookEndpoints>, 'secret' | 'style'> & { style: PayloadStyle }

export type NewEndpoint = { url: string; events: string[]; style: PayloadStyle; secret?: string | undefined }

const secretCharsMax = 500
const eventsMax = 50
/** Each event is written once for each endpoint that wants it. */
const endpointsMax = 100

export const webhookSecrets: SealedColumn = {
  table: 'webhook_endpoints',
  column: 'secret',
  isOfOrg: true,
  id: 'id',
  formerly: (orgId, id) => `${orgId} webhook_endpoints ${id}`,
}

/**
 * @returns the endpoint, and its secret in clear: the only time that it is seen
 * @throws Problem('invalid') for a URL, event or secret that cannot be used, Problem('conflict') for one too many
 */
export async function createEndpoint(
  tx: Tx,
  secrets: Secrets,
  orgId: string,
  input: NewEndpoint,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const events = checkEvents(input.events, input.style)
  const secret = checkSecret(input.secret) ?? newWebhookSecret()
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
      url: input.url,
      events,
      style: input.style,
      secret: await secrets.seal(tx, { in: webhookSecrets, orgId, id }, secret),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { endpoint: asEndpoint(row), secret }
}

function checkEvents(events: string[], style: PayloadStyle): string[] {
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

function checkSecret(secret: string | undefined): string | undefined {
  if (secret === undefined) return undefined
  if (secret.length === 0 || secret.length > secretCharsMax) {
    throw new Problem('invalid', 'invalid_secret', `secret must have 1 to ${secretCharsMax} characters.`, {
      facts: { field: 'secret' },
    })
  }
  return secret
}

const asEndpoint = ({ secret: _, ...row }: Selectable<WebhookEndpoints>): Endpoint => ({
  ...row,
  style: row.style as PayloadStyle,
})

export async function listEndpoints(db: DbOrTx, orgId: string): Promise<Endpoint[]> {
  const rows = await db.selectFrom('webhook_endpoints').selectAll().where('org_id', '=', orgId).orderBy('id').execute()
  return rows.map(asEndpoint)
}

/** @throws Problem('not_found') */
export async function requireEndpoint(db: DbOrTx, orgId: string, id: string): Promise<Endpoint> {
  const row = await db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound()
  return asEndpoint(row)
}

/** @throws Problem('not_found') */
export async function deleteEndpoint(tx: Tx, orgId: string, id: string): Promise<void> {
  await requireEndpoint(tx, orgId, id)
  await tx.deleteFrom('webhook_endpoints').where('org_id', '=', orgId).where('id', '=', id).execute()
}

/**
 * Nothing more is sent there, and what was waiting is given up for this reason, which its log shows. What is in flight
 * just now still gets its own outcome.
 */
export async function disableEndpoint(tx: Tx, orgId: string, id: string, reason: string): Promise<void> {
  await tx
    .updateTable('webhook_endpoints')
    .set({ is_active: false, updated_at: new Date() })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute()
  await tx
    .updateTable('deliveries')
    .set({ state: 'dead', error: reason, finished_at: new Date() })
    .where('org_id', '=', orgId)
    .where('endpoint_id', '=', id)
    .where('state', '=', 'pending')
    .where((is) => is.or([is('lease_until', 'is', null), is('lease_until', '<=', sql<Date>`now()`)]))
    .execute()
}

/**
 * The vBot customer's one endpoint: made, moved or re-keyed by the customers API.
 * @returns the secret in clear, where one was made or given: the only time that it is seen
 * @throws Problem('invalid') for a secret without any URL to use it for
 */
export async function putCustomerEndpoint(
  tx: Tx,
  secrets: Secrets,
  orgId: string,
  change: { url?: string | undefined; secret?: string | undefined },
): Promise<{ secret: string | null }> {
  const [existing] = (await listEndpoints(tx, orgId)).filter(({ style }) => style === 'vbot')
  if (!existing) {
    if (!change.url) {
      if (!change.secret) return { secret: null }
      const facts = { field: 'webhook_url' }
      throw new Problem('invalid', 'invalid_request', 'webhook_secret is of no use without a webhook_url.', { facts })
    }
    const made = await createEndpoint(tx, secrets, orgId, {
      url: change.url,
      events: ['call.completed'],
      style: 'vbot',
      secret: change.secret,
    })
    return { secret: made.secret }
  }
  const secret = checkSecret(change.secret)
  await tx
    .updateTable('webhook_endpoints')
    .set({
      is_active: true,
      updated_at: new Date(),
      ...(change.url ? { url: change.url } : {}),
      ...(secret ? { secret: await secrets.seal(tx, { in: webhookSecrets, orgId, id: existing.id }, secret) } : {}),
    })
    .where('org_id', '=', orgId)
    .where('id', '=', existing.id)
    .execute()
  return { secret: secret ?? null }
}
