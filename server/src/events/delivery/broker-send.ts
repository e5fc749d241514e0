// Sends a delivery to a message broker, and reads what its refusal says. At least once, under the event's id.

import { BrokerFailure } from '../brokers/failure.ts'
import { brokerMessage } from '../brokers/message.ts'
import type { BrokerPool } from '../brokers/pool.ts'
import type { BrokerSettings } from '../brokers/settings.ts'
import type { BrokerKind } from '../brokers/shapes.ts'
import { failed, type Send } from './attempt.ts'

export const brokerSend =
  (pool: BrokerPool): Send =>
  async ({ event, endpoint, credentials, headers, body, orderingKey }, signal) => {
    const kind = endpoint.kind as BrokerKind
    const target = {
      id: endpoint.id,
      kind,
      revision: String(endpoint.revision),
      settings: async () => ({
        settings: { ...(endpoint.settings as object), kind } as BrokerSettings,
        secrets: credentials.brokerSecret ?? {},
      }),
    }
    const { id, type, org_id: orgId, seq } = event
    // The queue's key of all that is of no one conversation is empty, which no subject or routing key can be.
    const key = orderingKey === '' ? '-' : orderingKey
    const message = brokerMessage({ id, type, orgId, seq, key }, body, headers['content-type'])
    try {
      const { receipt, connectMs, confirmMs } = await pool.publish(target, message, signal)
      const phases = { connect_ms: Math.round(connectMs ?? 0), confirm_ms: Math.round(confirmMs) }
      const timings = { ...phases, total_ms: phases.connect_ms + phases.confirm_ms }
      const nothing = { status: null, error: null, fingerprint: null, responseHeaders: null }
      return { ...nothing, url: endpoint.url, response: receipt, timings }
    } catch (error) {
      if (!(error instanceof BrokerFailure)) throw error
      if (error.code === 'aborted') return 'aborted'
      return { ...failed(endpoint.url, `broker_${error.code}`, error.reason), isPermanent: !error.retryable }
    }
  }
