// The one endpoint of a vBot customer: made, moved or re-keyed by the administrator, through the customers API. The
// administrator answers for the address, so it is not challenged.

import type { Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { reviveLane } from '../delivery/lanes.ts'
import { holdQueue } from '../delivery/lock.ts'
import { replaceSecret } from './endpoint-secrets.ts'
import { changeEndpoint, checkSecret, createEndpoint, listEndpoints, lockEndpoint } from './endpoints.ts'

/**
 * An endpoint that was off is on again.
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
  const secret = checkSecret(change.secret, 'vbot')
  await holdQueue(tx)
  const before = await lockEndpoint(tx, orgId, existing.id)
  const isMoved = change.url !== undefined && change.url !== before.url
  const after = await changeEndpoint(tx, secrets, before, {
    ...(change.url ? { url: change.url } : {}),
    ...(isMoved ? { verified_at: null } : {}),
    ...(before.status === 'active' ? {} : { status: 'active', status_reason: null }),
  })
  if (secret) await replaceSecret(tx, secrets, after, { secret, overlapHours: 0 })
  await reviveLane(tx, { org_id: orgId, endpoint_id: existing.id })
  return { secret: secret ?? null }
}
