// All schemes. A new one is a file in schemes/, a line here, and a sample for the suite (schemes/conformance.test.ts).

import { hmacSha256 } from './schemes/hmac-sha256.ts'
import { hubspot } from './schemes/hubspot.ts'
import { microsoftGraph } from './schemes/microsoft-graph.ts'
import { sharedSecret } from './schemes/shared-secret.ts'
import { slack } from './schemes/slack.ts'
import { standardWebhooks } from './schemes/standard-webhooks.ts'
import { zendesk } from './schemes/zendesk.ts'
import type { InboundScheme } from './shapes.ts'

export const schemes: readonly InboundScheme[] = [
  standardWebhooks,
  slack,
  hubspot,
  zendesk,
  microsoftGraph,
  hmacSha256,
  sharedSecret,
]

/** Undefined for one that an earlier or later version of the program knows. */
export const schemeNamed = (name: string): InboundScheme | undefined => schemes.find((one) => one.name === name)
