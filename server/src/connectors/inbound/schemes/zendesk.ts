// Zendesk (developer.zendesk.com, "Verifying webhook authenticity"): HMAC-SHA256 over time and body. How old a request may
// be, Zendesk leaves to the receiver.

import { Type } from 'typebox'
import { header, idOf, isMac, isoTimeOf, kindOf, objectOf } from '../proofs.ts'
import type { InboundScheme } from '../shapes.ts'

const signature = 'x-zendesk-webhook-signature'
const timestamp = 'x-zendesk-webhook-signature-timestamp'
const invocation = 'x-zendesk-webhook-invocation-id'

export const zendesk: InboundScheme = {
  name: 'zendesk',
  about: 'Zendesk: the signing secret of the webhook.',
  settings: Type.Object({}),
  newSecret: null,
  keptHeaders: () => [timestamp, invocation, 'x-zendesk-webhook-id', 'x-zendesk-account-id'],
  isProven: (request, secret) =>
    isMac(secret, [header(request, timestamp), request.body], {
      given: header(request, signature),
      encoding: 'base64',
    }),
  signsId: () => false,
  sentAtMs: (request) => isoTimeOf(header(request, timestamp)),
  facts: (request) => ({ id: idOf(header(request, invocation)), kind: kindOf(objectOf(request.json()).type) }),
}
