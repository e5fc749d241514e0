// An event as a message of a broker: the same body as a webhook's, and who it is from in headers. No signature: the
// broker's own login says who may write.

import type { BrokerMessage } from './shapes.ts'

export type EventFacts = { id: string; type: string; orgId: string; seq: number; key: string | null }

/** `content-type` is in lower case, as CloudEvents' bindings for NATS and Kafka have it: names of headers differ by case there. */
export function brokerMessage(event: EventFacts, body: Uint8Array, contentType = 'application/json'): BrokerMessage {
  const { id, type, orgId, seq, key } = event
  return {
    ...{ id, type, orgId, key, body },
    headers: {
      'Indaba-Event-Id': id,
      'Indaba-Event-Type': type,
      'Indaba-Seq': String(seq),
      'Indaba-Org': orgId,
      'content-type': contentType,
    },
  }
}
