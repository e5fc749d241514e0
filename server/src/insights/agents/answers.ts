// The answers of the agent routes as schemas, for the API reference. A test checks that real answers match them.

import { type TSchema, Type } from 'typebox'

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const text = orNull(Type.String())

export const agent = {
  agent_id: Type.String({ format: 'uuid' }),
  name: text,
  email: text,
  external_id: text,
  team: text,
  department: text,
  active: Type.Boolean(),
  performance_score: orNull(Type.Number({ description: 'Null: needs scorecards' })),
}

export const agentAnswer = Type.Object(agent)
export const changedAgentAnswer = Type.Object({ ...agent, linked_conversations: Type.Integer() })
export const mergedAgentAnswer = Type.Object({
  ...agent,
  relinked_conversations: Type.Integer(),
  merged: Type.Array(agent.agent_id),
})
export const movedAgentsAnswer = Type.Object({ moved: Type.Integer(), team: Type.String(), department: Type.String() })

const outcomes = ['created', 'updated', 'unchanged', 'skipped', 'refused']
const textList = Type.Array(Type.String())

export const importAnswer = Type.Object({
  dry_run: Type.Boolean(),
  applied: Type.Boolean({ description: 'False: nothing was changed' }),
  counts: Type.Object(Object.fromEntries(outcomes.map((one) => [one, Type.Integer()]))),
  departments_created: textList,
  teams_created: textList,
  linked_conversations: Type.Integer(),
  rows: Type.Array(
    Type.Object({
      line: Type.Integer({ description: 'Of the file' }),
      name: Type.String(),
      email: Type.String(),
      outcome: Type.Union(outcomes.map((one) => Type.Literal(one))),
      agent_id: text,
      reason: text,
      similar: Type.Optional(
        Type.Object(
          {
            agents: Type.Optional(textList),
            teams: Type.Optional(textList),
            departments: Type.Optional(textList),
          },
          { description: 'Of a dry run: known names that this one may be a misspelling of' },
        ),
      ),
    }),
  ),
  warnings: textList,
})

export const agentsAnswer = Type.Object({
  agents: Type.Array(Type.Object(agent)),
  total: Type.Integer(),
  limit: Type.Integer(),
  offset: Type.Integer(),
})
