// Agents and how they do, over REST: the hosted service's reference, in its simplest correct form.

import { Type } from 'typebox'
import { answerOnce, idempotencyOf, orgReader, writeAudit } from '../access/index.ts'
import { type Agent, createAgent, findAgent, linkEarlier, listAgents } from '../conversations/index.ts'
import { readRange } from '../platform/dates.ts'
import type { Db } from '../platform/db/db.ts'
import { okWithEtag } from '../platform/http/etag.ts'
import { pageQuery, pageSize } from '../platform/http/paging.ts'
import { type Fields, type Route, route } from '../platform/http/route.ts'
import { notFound, Problem } from '../platform/problem.ts'
import type { Secrets } from '../platform/secrets.ts'
import { agentFigures, agentVolume, estimatedSatisfaction } from './agents.ts'
import { agentAnswer, agentsAnswer, performanceAnswer } from './answers.ts'

const tag = 'Agents'
const text = Type.Optional(Type.String({ maxLength: 200 }))
const dateText = Type.Optional(Type.String({ maxLength: 200, description: 'A date, or a date with a time' }))

type Parts = { db: Db; secrets: Secrets; defaultTimeZone: string }

export function agentRoutes({ db, secrets, defaultTimeZone }: Parts): Route[] {
  const readOrg = orgReader(db)
  const zoneOf = async (orgId: string) => (await readOrg(orgId)).settings.time_zone ?? defaultTimeZone

  return [
    route({
      method: 'GET',
      paths: ['/v1/agents'],
      summary: 'List agents',
      tag,
      auth: 'agents:read',
      query: Type.Object({ team_id: text, department_id: text, active: Type.Optional(Type.Boolean()), ...pageQuery }),
      answers: { 200: { description: 'A page of agents, by name', schema: agentsAnswer } },
      async handle(call) {
        const { team_id: team, department_id: department, active } = call.query
        const page = { limit: pageSize(call.query.limit), offset: call.query.offset ?? 0 }
        const filter = {
          ...(team ? { team } : {}),
          ...(department ? { department } : {}),
          ...(active === undefined ? {} : { active }),
        }
        const { agents, total } = await listAgents(db, call.by.orgId, filter, page)
        return okWithEtag(call, { agents: agents.map(agentView), total, ...page })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/agents'],
      summary: 'Create an agent; conversations that named it before are linked to it',
      tag,
      auth: 'agents:manage',
      body: Type.Object(
        { name: text, email: text, external_id: text, team: text, department: text },
        { examples: [{ name: 'Agent One', email: 'agent.one@example.com', team: 'Support' }] },
      ),
      answers: {
        201: { description: 'The agent, and how many earlier conversations were linked to it', schema: agentAnswer },
        409: { description: 'The e-mail or external id is taken' },
      },
      async handle(call) {
        const { orgId, actor } = call.by
        const input = readAgent(await call.fields())
        return answerOnce(db, secrets, idempotencyOf(call, input), async (tx) => {
          const made = await createAgent(tx, orgId, input)
          if (!made) {
            const detail = 'An agent with this e-mail or external id is there already.'
            throw new Problem('conflict', 'agent_exists', detail)
          }
          await writeAudit(tx, [{ orgId, actor, action: 'agent.create', target: made.id, requestId: call.requestId }])
          const linked = await linkEarlier(tx, made)
          return { status: 201, body: { ...agentView(made), linked_conversations: linked } }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/agents/:id/performance'],
      summary: 'How an agent did in a period',
      description:
        'The id may be the external id or the e-mail. Without dates: the last 30 days. Scores need scorecards and are null.',
      tag,
      auth: 'analytics:read',
      params: Type.Object({ id: Type.String({ maxLength: 300 }) }),
      query: Type.Object({ start_date: dateText, end_date: dateText }),
      answers: { 200: { description: 'Figures and trends', schema: performanceAnswer } },
      async handle(call) {
        const { orgId } = call.by
        const agent = await findAgent(db, orgId, call.params.id)
        if (!agent) throw notFound()
        const zone = await zoneOf(orgId)
        const { from, to } = readRange(call.query.start_date, call.query.end_date, { timeZone: zone, now: new Date() })
        const figures = (await agentFigures(db, orgId, [agent.id], { from, to })).get(agent.id)
        return okWithEtag(call, {
          agent_id: agent.id,
          name: agent.name,
          email: agent.email,
          performance: {
            total_calls: figures?.total_calls ?? 0,
            total_chats: figures?.total_chats ?? 0,
            average_score: null,
            average_duration: figures?.average_duration ?? null,
            ...estimatedSatisfaction(figures),
            resolution_rate: null,
          },
          trends: { score_trend: [], ...(await agentVolume(db, orgId, agent.id, { from, to }, zone)) },
          period: { start_date: from.toISOString(), end_date: to.toISOString(), time_zone: zone },
        })
      },
    }),
  ]
}

const agentView = ({ id, name, email, external_id, team, department, is_active }: Agent) => ({
  agent_id: id,
  name,
  email,
  external_id,
  team,
  department,
  active: is_active,
  performance_score: null,
})

const names = ['name', 'email', 'external_id', 'team', 'department'] as const

function readAgent(fields: Fields): Partial<Record<(typeof names)[number], string>> {
  const input: Partial<Record<(typeof names)[number], string>> = {}
  for (const name of names) {
    const value = fields[name]
    if (value === undefined || value === null || value === '') continue
    if (typeof value !== 'string' || value.length > 200) {
      throw new Problem('invalid', 'invalid_request', `${name} must be a text of at most 200 characters.`, {
        facts: { field: name },
      })
    }
    input[name] = value.trim()
  }
  if (!input.name && !input.email && !input.external_id) {
    throw new Problem('invalid', 'invalid_request', 'An agent needs a name, an email or an external_id.')
  }
  return input
}
