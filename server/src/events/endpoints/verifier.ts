// Verifies endpoints: whether it is asked for, how often a challenge may be sent, and what its outcome changes.

import { findOrg, writeAudit } from '../../access/index.ts'
import type { Call } from '../../platform/http/route.ts'
import type { EndpointParts } from './endpoint-parts.ts'
import { changeEndpoint, type Endpoint, lockEndpoint, requireEndpoint } from './endpoints.ts'
import { wakeSenders } from './status.ts'
import { challenge, type Verification } from './verification.ts'

/** Of an organisation, so that challenges are no way to have somebody else called. */
const challengesPerMinute = 20

export type Verifier = {
  /** Of a new address of this organisation. */
  isDemanded(orgId: string): Promise<boolean>
  /** Sends a challenge, and lets the endpoint be sent events when it comes back. */
  verify(call: Pick<Call, 'by' | 'requestId'>, id: string): Promise<{ verification: Verification; endpoint: Endpoint }>
}

export function verifier(parts: EndpointParts): Verifier {
  const { db, secrets } = parts

  async function outcome(endpoint: Endpoint): Promise<Verification> {
    const { isAdmitted, waitMs } = await parts.takeOne(`${endpoint.org_id} webhook challenges`, challengesPerMinute)
    if (!isAdmitted) {
      const seconds = Math.ceil(waitMs / 1000)
      return { ok: false, reason: `Too many challenges in a minute. Try again in ${seconds} s.` }
    }
    return challenge(parts, endpoint)
  }

  return {
    isDemanded: async (orgId) =>
      parts.demandsVerification || (await findOrg(db, orgId))?.settings.verify_webhooks === true,

    async verify({ by: { orgId, actor }, requestId }, id) {
      const asked = await requireEndpoint(db, orgId, id)
      const verification = await outcome(asked)
      return db.transaction().execute(async (tx) => {
        const before = await lockEndpoint(tx, orgId, id)
        const isSame = before.url === asked.url
        let endpoint = before
        if (verification.ok && isSame) {
          const isFreed = before.status === 'unverified'
          endpoint = await changeEndpoint(tx, secrets, before, {
            verified_at: new Date(),
            ...(isFreed ? { status: 'active', status_reason: null } : {}),
          })
          if (isFreed) await wakeSenders(tx)
        }
        await writeAudit(tx, [
          { orgId, actor, action: 'webhook.verify', target: id, requestId, data: { ok: verification.ok } },
        ])
        if (isSame) return { verification, endpoint }
        const reason = 'The address was changed meanwhile. Verify it again.'
        return { verification: { ok: false, reason }, endpoint }
      })
    },
  }
}
