// Tells the owners of an endpoint that it fails, was switched off, or is well again: by an event of the organisation,
// which the endpoint itself is not told, and by mail. When which notice is due is the senders' business (delivery/lane.ts).

import { responsibleAddresses, writeAudit } from '../../access/index.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Mail } from '../../platform/mail.ts'
import type { OwnerNotice, TellOwners } from '../delivery/turn.ts'
import { emit } from '../outbox.ts'
import { type Endpoint, requireEndpoint } from './endpoints.ts'
import { healthOf } from './health.ts'
import { type NoticeMail, noticeJob } from './notice-mail.ts'

const types = {
  failing_1h: 'endpoint.failing',
  failing_24h: 'endpoint.failing',
  failing_72h: 'endpoint.failing',
  disabled: 'endpoint.disabled',
  recovered: 'endpoint.recovered',
} as const

/** In the transaction in which it became so. */
export const ownerNotices =
  ({ queue, mail }: { queue: () => Queue; mail: Mail }): TellOwners =>
  async (tx, notices) => {
    for (const notice of notices) {
      const endpoint = await requireEndpoint(tx, notice.orgId, notice.endpointId)
      const held = (await healthOf(tx, notice.orgId, [endpoint.id])).get(endpoint.id)?.queued ?? 0
      await emitNotice(tx, notice, { endpoint, held })
      if (mail.isSet) await queue().enqueue(tx, noticeJob, await mailsOf(tx, notice))
    }
    await writeAudit(
      tx,
      notices.flatMap(({ orgId, endpointId, step, facts }) =>
        step === 'disabled'
          ? [
              {
                orgId,
                actor: 'system',
                action: 'webhook.disable',
                target: endpointId,
                requestId: null,
                data: { reason: facts.reason },
              },
            ]
          : [],
      ),
    )
  }

async function emitNotice(
  tx: Tx,
  { orgId, endpointId, step, facts, seq }: OwnerNotice & { seq: number },
  { endpoint, held }: { endpoint: Endpoint; held: number },
): Promise<void> {
  const data = {
    endpoint_id: endpointId,
    url_host: URL.parse(endpoint.url)?.host ?? '',
    kind: endpoint.kind,
    failing_since: facts.failing_since?.toISOString() ?? null,
    failures: facts.failures,
    last_status_code: facts.last_status_code,
    last_error: facts.last_error,
    held_count: held,
    reason: facts.reason,
    links: { self: `/v1/webhooks/${endpointId}` },
  }
  await emit(tx, [{ orgId, seq, type: types[step], conversationId: null, data, except: endpointId }])
}

async function mailsOf(tx: Tx, { orgId, endpointId, step, facts }: OwnerNotice) {
  const { failing_since, last_error, reason } = facts
  const told: Omit<NoticeMail, 'to'> = {
    orgId,
    endpointId,
    step,
    failingSince: failing_since?.toISOString() ?? null,
    lastError: last_error,
    reason,
  }
  return (await responsibleAddresses(tx, orgId)).map((to) => ({ input: { ...told, to }, group: orgId }))
}
