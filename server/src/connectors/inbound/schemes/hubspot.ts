// HubSpot, signature v3 (developers.hubspot.com, "Validating requests from HubSpot"): HMAC-SHA256 over method, address,
// body and time. Version 1, a plain hash, is not taken.

import { Type } from 'typebox'
import { header, isMac, kindOf, listOf, objectOf, sha256, timeOf } from '../proofs.ts'
import type { InboundRequest, InboundScheme } from '../shapes.ts'

const signature = 'x-hubspot-signature-v3'
const timestamp = 'x-hubspot-request-timestamp'

/** The escapes that HubSpot reads before it signs an address; the others stay. */
const read = new Map(
  Object.entries({
    '%3A': ':',
    '%2F': '/',
    '%3F': '?',
    '%40': '@',
    '%21': '!',
    '%24': '$',
    '%27': "'",
    '%28': '(',
    '%29': ')',
    '%2A': '*',
    '%2C': ',',
    '%3B': ';',
  }),
)
const addressOf = ({ url }: InboundRequest) =>
  url.replace(/%[0-9a-f]{2}/gi, (code) => read.get(code.toUpperCase()) ?? code)

/** Of each event what stays the same when HubSpot sends it again; its id alone need not be the only one. */
const nameOf = (event: unknown) => {
  const { eventId, subscriptionId, objectId, occurredAt } = objectOf(event)
  return JSON.stringify([eventId, subscriptionId, objectId, occurredAt])
}

export const hubspot: InboundScheme = {
  name: 'hubspot',
  about: 'HubSpot: the client secret of the app, signature v3.',
  settings: Type.Object({
    base_url: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s?#]+$',
        maxLength: 500,
        description: 'How HubSpot calls this server, where that is not INDABA_PUBLIC_URL: the address is signed too',
      }),
    ),
  }),
  newSecret: null,
  keptHeaders: () => [timestamp],
  isProven(request, secret) {
    const signed = [request.method, addressOf(request), request.body, header(request, timestamp)]
    return isMac(secret, signed, { given: header(request, signature), encoding: 'base64' })
  },
  signsId: () => true,
  sentAtMs: (request) => timeOf(header(request, timestamp), 1),
  facts(request) {
    const events = listOf(request.json())
    const named = events.length > 0 && events.every((one) => objectOf(one).eventId !== undefined)
    const id = named ? `events:${sha256(events.map(nameOf).sort().join()).toString('hex')}` : null
    return { id, kind: kindOf(objectOf(events[0]).subscriptionType) }
  },
}
