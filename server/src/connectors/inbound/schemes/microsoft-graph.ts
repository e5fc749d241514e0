// Microsoft Graph change notifications (learn.microsoft.com/graph, "Receive change notifications through webhooks"): each
// carries the clientState of its subscription. Nothing is signed, so a notification is a hint to look, never the truth.

import { Type } from 'typebox'
import { equalSecret } from '../../../platform/secrets.ts'
import { echo, echoCharsMax, idOf, kindOf, listOf, newTextSecret, objectOf, sha256 } from '../proofs.ts'
import type { InboundRequest, InboundScheme } from '../shapes.ts'

const notificationsMax = 10_000

const notificationsIn = (request: InboundRequest) => listOf(objectOf(request.json()).value).map(objectOf)

export const microsoftGraph: InboundScheme = {
  name: 'microsoft-graph',
  about: 'Microsoft Graph: the clientState of the subscription. Answers validationToken.',
  settings: Type.Object({}),
  // clientState: at most 128 characters.
  newSecret: newTextSecret,
  keptHeaders: () => [],
  answerUnproven({ method, query }) {
    const token = query.validationToken
    if (method !== 'POST' || typeof token !== 'string' || token === '') return null
    return echo(token.slice(0, echoCharsMax))
  },
  isProven(request, secret) {
    const all = notificationsIn(request)
    if (all.length === 0 || all.length > notificationsMax) return false
    return all.every(({ clientState }) => typeof clientState === 'string' && equalSecret(clientState, secret))
  },
  signsId: () => false,
  sentAtMs: () => null,
  facts(request) {
    const all = notificationsIn(request)
    const ids = all.map(({ id }) => idOf(id))
    const [first] = all
    return {
      id: ids.includes(null) ? null : idOf(ids.length === 1 ? ids[0] : `ids:${sha256(ids.join()).toString('hex')}`),
      kind: kindOf(first?.lifecycleEvent ?? first?.changeType),
    }
  },
  mayRepeat: true,
}
