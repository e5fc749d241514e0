// What is sent for one delivery: the body in the endpoint's style and format, with the endpoint's credentials to send it.

import { cloudEventAttributes, cloudEventHeaders, cloudEventType } from '../catalog/cloud-events.ts'
import type { Credentials, EndpointRow } from '../endpoints/credentials.ts'
import { type EventEnvelope, fittingBody, type LinkTo, vbotBody, velaBody } from '../payload.ts'

/** What the vBot payload shows beyond the event: the customer's number and the transcript, told by higher floors. */
export type VbotFacts = (
  orgId: string,
  conversationId: string,
) => Promise<{ customerId: number; transcription: string | null }>

/** `linkTo`: to what a body has no room for. */
export type MessageParts = { vbotFacts: VbotFacts; linkTo?: LinkTo }

export type Message = {
  event: EventEnvelope
  endpoint: EndpointRow
  credentials: Credentials
  /** Names in lower case. */
  headers: Record<string, string>
  body: Buffer
  orderingKey: string | null
}

/** @throws Problem('not_found') for a vBot body whose conversation is gone */
export async function messageOf(
  { vbotFacts, linkTo }: MessageParts,
  event: EventEnvelope,
  endpoint: EndpointRow,
  credentials: Credentials,
  orderingKey: string | null,
): Promise<Message> {
  const message = { event, endpoint, credentials, orderingKey }
  const json = { 'content-type': 'application/json' }
  const isVbot = endpoint.style === 'vbot' && 'call_id' in event.data
  if (isVbot) {
    const facts = await vbotFacts(event.org_id, (event.data as { conversation_id: string }).conversation_id)
    return { ...message, headers: json, body: vbotBody(event, facts) }
  }
  if (endpoint.format === 'cloudevents') {
    // Binary mode over HTTP. Each broker's binding names the attributes' headers in its own way, and AMQP 0-9-1 has none;
    // structured mode is the same document everywhere.
    if (endpoint.kind === 'http') {
      return { ...message, headers: cloudEventHeaders(event), body: fittingBody(event, linkTo, (data) => data) }
    }
    const body = fittingBody(event, linkTo, (data) => ({ ...cloudEventAttributes(event), data }))
    return { ...message, headers: { 'content-type': cloudEventType }, body }
  }
  return { ...message, headers: json, body: velaBody(event, linkTo) }
}
