// A dead letter as people look at it: what it would say if it were sent now, as the endpoint would get it, and what came
// of each attempt. Whatever is secret is hidden, and personal data from who may not see it.

import type { Db } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { attemptView } from '../deliveries/delivery-log.ts'
import { foreignText } from '../deliveries/foreign-text.ts'
import { type Message, messageOf, type VbotFacts } from '../delivery/message.ts'
import type { CredentialStore } from '../endpoints/credentials.ts'
import { masked, maskHeaders } from '../endpoints/custom-headers.ts'
import { requireEndpoint } from '../endpoints/endpoints.ts'
import type { AsSeenBy } from '../log/log-page.ts'
import type { LogEvent } from '../log/read-log.ts'
import { type Delivery, isForgotten, requireDelivery } from './one-delivery.ts'

export type ViewParts = {
  db: Db
  credentials: CredentialStore
  vbotFacts: VbotFacts
  seenBy: AsSeenBy
  isMasked: (by: Principal) => boolean
}

const responseCharsMax = 16_384
const signatureNames = ['webhook-timestamp', 'webhook-signature']

/** Its event with the data that would be sent, and the same as somebody may see it. */
async function seenOf(parts: Pick<ViewParts, 'db' | 'seenBy'>, by: Principal, { event, data }: Delivery) {
  if (!event) return null
  const whole: LogEvent = { ...event, data: data ?? event.data }
  const [seen = whole] = await parts.seenBy(parts.db, by, [whole])
  return { seen, isWhole: JSON.stringify(seen.data) === JSON.stringify(whole.data) }
}

/** Whether somebody sees what would be sent as it is. */
export const seesAll = async (parts: Pick<ViewParts, 'db' | 'seenBy'>, by: Principal, delivery: Delivery) =>
  (await seenOf(parts, by, delivery))?.isWhole ?? true

/** @throws Problem('not_found'), with `no_dead_letter` where it is not dead (any more) */
export async function letterView(parts: ViewParts, by: Principal, id: string): Promise<object> {
  const { orgId } = by
  const delivery = await requireDelivery(parts.db, { orgId, id })
  const self = `/v1/webhooks/${delivery.endpoint_id}/deliveries/${id}`
  if (delivery.state !== 'dead') {
    throw new Problem('not_found', 'no_dead_letter', `It is ${delivery.state}, not dead: GET ${self} shows it.`)
  }
  const shown = { charsMax: responseCharsMax, isMasked: parts.isMasked(by) }
  const read = await seenOf(parts, by, delivery)
  const { event } = delivery
  return {
    delivery_id: id,
    endpoint_id: delivery.endpoint_id,
    event_id: event?.id ?? null,
    event: event?.type ?? null,
    seq: delivery.event_seq,
    event_at: delivery.event_at,
    fingerprint: delivery.fingerprint,
    error: foreignText(delivery.error, shown),
    status_code: delivery.status_code,
    attempt_count: delivery.attempt,
    is_edited: delivery.data !== null,
    is_masked: read ? !read.isWhole : false,
    replayed_by: delivery.replayed_by,
    died_at: delivery.finished_at,
    /** Why it cannot be replayed, or null. */
    not_replayable: !event ? 'event_expired' : isForgotten(event) ? 'conversation_deleted' : null,
    data: read?.seen.data ?? null,
    request: read ? await requestView(parts, delivery, read.seen, shown.isMasked) : null,
    attempts: delivery.attempts.map((one) => attemptView(one, shown)),
    links: { self, replay: `/v1/dead-letters/${id}/replay`, discard: `/v1/dead-letters/${id}/discard` },
  }
}

/** As a replay would send it to the endpoint of now. */
async function requestView(parts: ViewParts, delivery: Delivery, event: LogEvent, isMasked: boolean): Promise<object> {
  const endpoint = await requireEndpoint(parts.db, delivery.org_id, delivery.endpoint_id).catch(() => null)
  if (!endpoint) throw notFound()
  const credentials = await parts.credentials.of(endpoint, [])
  const messageParts = {
    // What was said is masked nowhere: who may not see personal data sees none of it here.
    vbotFacts: isMasked ? async () => ({ customerId: 0, transcription: masked }) : parts.vbotFacts,
    // The link opens the event for whoever has it.
    linkTo: () => masked,
  }
  const message = await messageOf(messageParts, event, endpoint, credentials, delivery.ordering_key).catch((err) => {
    if (err instanceof Problem && err.kind === 'not_found') return null
    throw err
  })
  const last = delivery.attempts.at(-1)
  const common = { kind: endpoint.kind, url: endpoint.url, last_body_bytes: last?.request_bytes ?? null }
  if (!message) return { ...common, method: null, headers: {}, body: null, body_bytes: 0 }
  return {
    ...common,
    method: endpoint.kind === 'http' ? 'POST' : null,
    headers: headersOf(message),
    body: message.body.toString(),
    body_bytes: message.body.length,
  }
}

function headersOf({ event, endpoint, credentials, headers }: Message): Record<string, string> {
  if (endpoint.kind !== 'http') return {}
  return {
    ...maskHeaders(credentials.headers),
    ...headers,
    'webhook-id': event.id,
    ...Object.fromEntries(signatureNames.map((name) => [name, masked])),
  }
}
