// What the metrics of one conversation mean: the published formulas, for whoever shows them. Figures over many
// conversations are the matter of insights.

import { Type } from 'typebox'
import { okWithEtag } from '../platform/http/etag.ts'
import { type Route, route } from '../platform/http/route.ts'
import { listFormulas } from './metrics/formulas.ts'

const metricsAnswer = Type.Object({
  metrics: Type.Array(
    Type.Object({
      id: Type.String({ examples: ['agent_talk_share'] }),
      formula: Type.String({ examples: ['agent_talk_share@1'], description: 'As in `metrics` of a conversation' }),
      unit: Type.String(),
      definition: Type.String({
        description: 'A: speech of agents, C: of customers, H: hold, D: duration, |X|: the length of X',
      }),
    }),
  ),
})

export function metricRoutes(): Route[] {
  return [
    route({
      method: 'GET',
      paths: ['/v1/conversation-metrics'],
      summary: 'List the metrics of a conversation: unit and exact definition of each',
      description: 'Of one conversation. Those over many are in `/v1/analytics/catalogue`.',
      tag: 'Conversations',
      auth: 'calls:read',
      answers: { 200: { description: 'All of them', schema: metricsAnswer } },
      async handle(call) {
        const metrics = listFormulas().map(({ id, version, unit, description }) => ({
          id,
          formula: `${id}@${version}`,
          unit,
          definition: description,
        }))
        return okWithEtag(call, { metrics })
      },
    }),
  ]
}
