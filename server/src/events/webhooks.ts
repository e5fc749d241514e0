// Webhook endpoints: who wants to be told of what, and where. Secrets are sealed at rest and shown once.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../platform/db/db.ts'
import type { Deliveries, DeliveryAttempts, WebhookEndpoints } from '../platform/db/schema.gen.ts'
import { newId } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import type { Secrets } from '../platform/secrets.ts'
import { isEventFilter } from './catalog.ts'
import { newWebhookSecret } from './signature.ts'

export type PayloadStyle = 'vela' | 'vbot'

export type Endpoint = Omit<Selectable<WebhookEndpoints>, 'secret' | 'style'> & { style: PayloadStyle }

export type NewEndpoint = { url: string; events: string[]; style: PayloadStyle; secret?: string | undefined }

const secretCharsMax = 500
const eventsMax = 50

export const secretContext = (orgId: string, endpointId: string): string => `${orgId} webhook_endpoints ${endpointId}`

/**
 * @returns the endpoint, and its secret in clear: the only time that it is seen
 * @throws Problem('invalid') for an unknown event or an unusable secret
 */
export async function createEndpoint(
  tx: Tx,
  secrets: Secrets,
  orgId: string,
  input: NewEndpoint,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const events = checkEvents(input.events)
  const secret = checkSecret(input.secret) ?? newWebhookSecret()
  const id = newId()
  const row = await tx
    .insertInto('webhook_endpoints')
    .values({
      org_id: orgId,
      id,
      url: input.url,
      events,
      style: input.style,
      secret: secrets.seal(secretContext(orgId, id), secret),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { endpoint: asEndpoint(row), secret }
}

function checkEvents(events: string[]): string[] {
  const unknown = events.find((text) => !isEventFilter(text))
  if (unknown !== undefined || events.length === 0 || events.length > eventsMax) {
    const detail =
      unknown === undefined
        ? `events must name 1 to ${eventsMax} events.`
        : `There is no event "${unknown.slice(0, 100)}".`
    throw new Problem('invalid', 'unknown_event', detail, { facts: { field: 'events' } })
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
  if (!row) throw new Problem('not_found', 'not_found', 'Resource not found')
  return asEndpoint(row)
}

export async function deleteEndpoint(tx: Tx, orgId: string, id: string): Promise<void> {
  await requireEndpoint(tx, orgId, id)
  await tx.deleteFrom('webhook_endpoints').where('org_id', '=', orgId).where('id', '=', id).execute()
}

/** The receiver said 410 Gone: nothing more is sent there until its owner makes a new endpoint. */
export async function disableEndpoint(tx: Tx, orgId: string, id: string): Promise<void> {
  await tx
    .updateTable('webhook_endpoints')
    .set({ is_active: false, updated_at: new Date() })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute()
}

/** The vBot customer's one endpoint: made, moved or re-keyed by the customers API. */
export async function putCustomerEndpoint(
  tx: Tx,
  secrets: Secrets,
  orgId: string,
  change: { url?: string | undefined; secret?: string | undefined },
): Promise<{ secret: string | null }> {
  const [existing] = (await listEndpoints(tx, orgId)).filter(({ style }) => style === 'vbot')
  if (!existing) {
    if (!change.url) return { secret: null }
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
      ...(secret ? { secret: secrets.seal(secretContext(orgId, existing.id), secret) } : {}),
    })
    .where('org_id', '=', orgId)
    .where('id', '=', existing.id)
    .execute()
  return { secret: secret ?? null }
}

export type DeliveryView = Selectable<Deliveries> & {
  event_type: string
  event_id: string
  attempts: Selectable<DeliveryAttempts>[]
}

/** The log of an endpoint, newest first, each delivery with all its attempts. */
export async function listDeliveries(
  db: DbOrTx,
  orgId: string,
  endpointId: string,
  page: { limit: number; offset: number },
): Promise<DeliveryView[]> {
  const rows = await db
    .selectFrom('deliveries')
    .innerJoin('events', (join) =>
      join.onRef('events.org_id', '=', 'deliveries.org_id').onRef('events.seq', '=', 'deliveries.event_seq'),
    )
    .selectAll('deliveries')
    .select(['events.type as event_type', 'events.id as event_id'])
    .where('deliveries.org_id', '=', orgId)
    .where('endpoint_id', '=', endpointId)
    .orderBy('deliveries.event_seq', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const ids = rows.map(({ id }) => id)
  const attempts = ids.length
    ? await db
        .selectFrom('delivery_attempts')
        .selectAll()
        .where('org_id', '=', orgId)
        .where(sql<boolean>`delivery_id = any(${ids}::uuid[])`)
        .orderBy('attempt')
        .execute()
    : []
  return rows.map((row) => ({ ...row, attempts: attempts.filter(({ delivery_id }) => delivery_id === row.id) }))
}
