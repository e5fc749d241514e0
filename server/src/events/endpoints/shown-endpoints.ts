// Endpoints with what is shown of them: read together with their health and what their sealed columns tell.

import type { Db } from '../../platform/db/db.ts'
import type { CredentialStore } from './credentials.ts'
import { listFormer } from './endpoint-secrets.ts'
import { endpointView } from './endpoint-view.ts'
import type { Endpoint } from './endpoints.ts'
import { healthOf } from './health.ts'

export type ShownEndpoint = ReturnType<typeof endpointView>

/** Outside of transactions: what is sealed is opened by a connection of its own. */
export async function showEndpoints(
  { db, credentials }: { db: Db; credentials: CredentialStore },
  orgId: string,
  endpoints: Endpoint[],
): Promise<ShownEndpoint[]> {
  const ids = endpoints.map(({ id }) => id)
  const [health, former] = await Promise.all([healthOf(db, orgId, ids), listFormer(db, orgId, ids)])
  const byEndpoint = Map.groupBy(former, ({ endpoint_id }) => endpoint_id)
  return Promise.all(
    endpoints.map(async (endpoint) => {
      const { headers, signing_key, settings_secret } = endpoint
      // Without any of these there is nothing to open, and no key that has to be there for it.
      const isBare = headers === null && signing_key === null && settings_secret === null
      const opened = isBare ? null : await credentials.of(endpoint, byEndpoint.get(endpoint.id) ?? [])
      return endpointView(endpoint, opened, health.get(endpoint.id))
    }),
  )
}
