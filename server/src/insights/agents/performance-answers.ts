// The answers of the performance routes as schemas, for the API reference. A test checks that real answers match them.

import { Type } from 'typebox'
import { figureSchema, freshness, orNull, periodSchema, queryAnswer } from '../metrics/answers.ts'
import { agent } from './answers.ts'

const text = orNull(Type.String())
const figures = Type.Record(Type.String(), figureSchema)

const differences = Type.Array(
  Type.Object({
    metric: Type.String(),
    name: Type.String(),
    unit: Type.String(),
    value: Type.Number(),
    others: Type.Number({ description: 'Of all that it is compared with' }),
    better_by: Type.Number({ description: 'In per cent of it; above 0 is better' }),
    n: Type.Number(),
    others_n: Type.Number(),
  }),
)
const standing = { strengths: differences, weaknesses: differences }
const { agent_id, name, email, team, department, active } = agent

export const performanceAnswer = Type.Object({
  agent_id,
  name,
  email,
  team,
  department,
  active,
  performance: Type.Object({
    total_calls: Type.Integer({ description: 'Completed calls' }),
    total_chats: Type.Integer(),
    average_score: orNull(Type.Number()),
    average_duration: orNull(Type.Number({ description: 'Seconds, of calls' })),
    customer_satisfaction: orNull(Type.Number({ description: '1 to 5, estimated from sentiment' })),
    customer_satisfaction_estimated: Type.Boolean(),
    customer_satisfaction_basis: Type.String(),
    resolution_rate: orNull(Type.Number()),
  }),
  trends: Type.Object({
    score_trend: Type.Array(Type.Unknown()),
    volume_trend: Type.Array(Type.Integer(), { description: 'Conversations on each of `volume_dates`' }),
    volume_dates: Type.Array(Type.String({ format: 'date' })),
    handle_time_trend: Type.Array(orNull(Type.Number())),
    sentiment_trend: Type.Array(orNull(Type.Number())),
  }),
  metrics: queryAnswer.properties.metrics,
  figures,
  team_figures: Type.Record(Type.String(), figureSchema, {
    description: 'Of the agent’s team, or of all that you see; empty where you see one agent alone',
  }),
  compared_with: orNull(Type.String({ description: 'The team whose mean strengths and weaknesses are against' })),
  ...standing,
  period: periodSchema,
  ...freshness,
})

const { metrics, period, previous_period, filters } = queryAnswer.properties
const list = {
  total: Type.Integer(),
  limit: Type.Integer(),
  offset: Type.Integer(),
  rank_by: Type.String(),
  metrics,
  period,
  previous_period,
  filters,
  ...freshness,
}
const row = { rank: orNull(Type.Integer()), performance_score: agent.performance_score, figures, ...standing }

export const agentListAnswer = Type.Object({
  agents: Type.Array(Type.Object({ agent_id, name, email, team, department, active, ...row })),
  ...list,
})

export const teamListAnswer = Type.Object({
  teams: Type.Array(Type.Object({ team: text, department: text, ...row })),
  ...list,
})
