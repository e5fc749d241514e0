// The secrets of an endpoint: the one that signs first, and those before it that go on to sign until they end, so that
// a receiver can change over at its leisure. Shown once, to whoever makes them.

import { sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { newWebhookSecret, secretSizeBytes } from '../signature.ts'
import type { FormerSecret } from './credentials.ts'
import { checkSecret, type Endpoint } from './endpoints.ts'
import { formerSecrets, webhookSecrets } from './sealed-columns.ts'

export const overlapHoursMax = 168
export const overlapHoursDefault = 24
/** With the present one. Each adds a signature to every delivery. */
export const secretsMax = 5
/** Of Standard Webhooks. Shorter ones are taken, since the hosted services take them. */
const secretSizeBytesWanted = 24

/** For people; null where there is nothing to say. */
export const weaknessOf = (secret: string): string | null =>
  secretSizeBytes(secret) < secretSizeBytesWanted
    ? `The secret is short: ${secretSizeBytes(secret)} bytes. Receivers are safer with ${secretSizeBytesWanted} or more; without \`secret\`, a good one is made.`
    : null

export type Former = FormerSecret & { endpoint_id: string; created_at: Date }

/** Those that still sign, newest first. */
export async function listFormer(db: DbOrTx, orgId: string, endpointIds: string[]): Promise<Former[]> {
  const { rows } = await sql<Former>`
    select id, endpoint_id, secret, created_at, expires_at from webhook_secrets
    where org_id = ${orgId} and endpoint_id = any (${endpointIds}::uuid[]) and expires_at > clock_timestamp()
    order by id desc`.execute(db)
  return rows
}

/**
 * The caller has locked the endpoint.
 * @returns the new secret in clear: the only time that it is seen
 * @throws Problem('invalid', 'invalid_secret'), Problem('conflict', 'too_many_secrets')
 */
export async function replaceSecret(
  tx: Tx,
  secrets: Secrets,
  endpoint: Endpoint,
  input: { secret?: string | undefined; overlapHours: number },
): Promise<string> {
  const { org_id: orgId, id: endpointId } = endpoint
  const secret = checkSecret(input.secret, endpoint.style) ?? newWebhookSecret()
  await forgetEndedSecrets(tx, orgId)
  if (input.overlapHours > 0) {
    const former = await listFormer(tx, orgId, [endpointId])
    if (former.length + 2 > secretsMax) {
      const detail = `${secretsMax} secrets sign already. End one of them first, or rotate with overlap_hours 0.`
      throw new Problem('conflict', 'too_many_secrets', detail)
    }
    const id = newId()
    const present = await secrets.open(tx, { in: webhookSecrets, orgId, id: endpointId }, endpoint.secret)
    const sealed = await secrets.seal(tx, { in: formerSecrets, orgId, id }, present)
    await sql`
      insert into webhook_secrets (org_id, id, endpoint_id, secret, created_at, expires_at)
      values (${orgId}, ${id}, ${endpointId}, ${sealed}, clock_timestamp(),
        clock_timestamp() + make_interval(hours => ${input.overlapHours}))`.execute(tx)
  }
  await tx
    .updateTable('webhook_endpoints')
    .set({
      secret: await secrets.seal(tx, { in: webhookSecrets, orgId, id: endpointId }, secret),
      revision: sql<number>`revision + 1`,
      updated_at: sql<Date>`clock_timestamp()`,
    })
    .where('org_id', '=', orgId)
    .where('id', '=', endpointId)
    .execute()
  return secret
}

/**
 * A former one signs no more, from the next attempt on.
 * @throws Problem('not_found')
 */
export async function endSecret(tx: Tx, endpoint: Endpoint, id: string): Promise<void> {
  const { org_id: orgId, id: endpointId } = endpoint
  const { numDeletedRows } = await tx
    .deleteFrom('webhook_secrets')
    .where('org_id', '=', orgId)
    .where('endpoint_id', '=', endpointId)
    .where('id', '=', id)
    .where('expires_at', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirstOrThrow()
  if (numDeletedRows === 0n) throw notFound()
  await tx
    .updateTable('webhook_endpoints')
    .set({ revision: sql<number>`revision + 1`, updated_at: sql<Date>`clock_timestamp()` })
    .where('org_id', '=', orgId)
    .where('id', '=', endpointId)
    .execute()
}

/** @param orgId absent: of all that the scope lets one see */
export async function forgetEndedSecrets(db: DbOrTx, orgId: string | null = null): Promise<void> {
  await sql`
    delete from webhook_secrets
    where expires_at <= clock_timestamp() and (${orgId}::uuid is null or org_id = ${orgId}::uuid)`.execute(db)
}
