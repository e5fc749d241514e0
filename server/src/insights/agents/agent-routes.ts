// Agents over REST: who they are, where they belong, and how that changes. How they do: performance-routes.ts; many at once by a
// file: import-routes.ts.

import { Type } from 'typebox'
import { answerOnce, idempotencyOf, requireEmail, writeAudit, writeOnce } from '../../access/index.ts'
import {
  type Agent,
  agentExists,
  changeAgent,
  createAgent,
  findAgent,
  groupName,
  linkEarlier,
  listAgents,
  mergeAgents,
  moveAgents,
  type NewAgent,
  placeOf,
} from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { okWithEtag } from '../../platform/http/etag.ts'
import { pageQuery, pageSize } from '../../platform/http/paging.ts'
import { type Fields, ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { agentAnswer, agentsAnswer, changedAgentAnswer, mergedAgentAnswer, movedAgentsAnswer } from './answers.ts'

const tag = 'Agents'
const text = Type.Optional(Type.String({ maxLength: 200 }))
const byId = Type.Object({ id: Type.String({ maxLength: 300, description: 'Its id, external id or e-mail' }) })
const orNull = Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()]))
const idsMax = 1000
const ids = (description: string) =>
  Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: idsMax, description })

const agentChange = Type.Object({
  name: orNull,
  email: orNull,
  external_id: orNull,
  team: orNull,
  department: orNull,
  active: Type.Optional(Type.Boolean({ description: 'True brings a deactivated agent back' })),
})
const move = Type.Object({
  agent_ids: ids('Who moves'),
  team: Type.String({ minLength: 1, maxLength: 200, description: 'Name or id of a known team' }),
})
const merge = Type.Object({ duplicates: ids('Who turned out to be this agent; their ids go on working') })

export function agentRoutes({ db, secrets }: { db: Db; secrets: Secrets }): Route[] {
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
        const { by, query } = call
        const { active } = query
        const team = query.team_id ? await groupName(db, by.orgId, 'team', query.team_id) : undefined
        const department = query.department_id
          ? await groupName(db, by.orgId, 'department', query.department_id)
          : undefined
        const page = { limit: pageSize(call.query.limit), offset: call.query.offset ?? 0 }
        if (team === null || department === null) return okWithEtag(call, { agents: [], total: 0, ...page })
        const filter = {
          ...(team ? { team } : {}),
          ...(department ? { department } : {}),
          ...(active === undefined ? {} : { active }),
        }
        const { agents, total } = await listAgents(db, by, filter, page)
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
        201: {
          description: 'The agent, and how many earlier conversations were linked to it',
          schema: changedAgentAnswer,
        },
        409: { description: 'The e-mail or external id is taken' },
      },
      async handle(call) {
        const { by, requestId } = call
        const input = readAgent(await call.fields())
        return answerOnce(db, secrets, idempotencyOf(call, input), async (tx) => {
          const made = await createAgent(tx, by.orgId, { ...input, ...(await placeOf(tx, by, input)) })
          if (!made) throw agentExists()
          const linked = await linkEarlier(tx, [made])
          await audit(tx, by, requestId, [{ action: 'agent.create', target: made.id, data: { after: facts(made) } }])
          return { status: 201, body: { ...agentView(made), linked_conversations: linked } }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/agents/:id'],
      summary: 'Read an agent',
      description: 'The id of an agent that was merged into another one leads to that one.',
      tag,
      auth: 'agents:read',
      params: byId,
      answers: { 200: { description: 'The agent', schema: agentAnswer } },
      async handle(call) {
        const agent = await findAgent(db, call.by, call.params.id)
        if (!agent) throw notFound()
        return okWithEtag(call, agentView(agent))
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/agents/:id'],
      summary: 'Change an agent, or bring it back',
      description: 'A team that is known brings its department. Conversations keep the team that they came with.',
      tag,
      auth: 'agents:manage',
      params: byId,
      body: agentChange,
      answers: {
        200: { description: 'The agent, and how many conversations were linked to it', schema: changedAgentAnswer },
        409: { description: 'The e-mail or external id is taken, or the agent was merged' },
      },
      async handle(call) {
        const { by, params } = call
        await requireAgent(db, by, params.id)
        const { active, ...given } = strictFields(agentChange, await call.fields())
        const change = { ...readChange(given), ...(active === undefined ? {} : { is_active: active }) }
        return writeOnce({ db, secrets }, call, change, async (tx) => {
          const { before, after, linked } = await changeAgent(tx, by, requireUuid(params.id), change)
          const data = { before: facts(before), after: facts(after) }
          const shown = await findAgent(tx, { ...by, reach: 'all' }, after.id)
          const answer = ok({ ...agentView(shown ?? after), linked_conversations: linked })
          return { answer, action: 'agent.change', target: after.id, data }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/agents/:id'],
      summary: 'Deactivate an agent: nothing is lost, and PATCH with `active: true` brings it back',
      tag,
      auth: 'agents:manage',
      params: byId,
      answers: { 204: { description: 'Deactivated' } },
      async handle({ by, params, requestId }) {
        await db.transaction().execute(async (tx) => {
          const { after } = await changeAgent(tx, by, requireUuid(params.id), { is_active: false })
          await audit(tx, by, requestId, [{ action: 'agent.deactivate', target: after.id }])
        })
        return { status: 204 }
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/agents/move'],
      summary: 'Put many agents in a team; their past conversations stay where they were',
      tag,
      auth: 'agents:manage',
      body: move,
      answers: { 200: { description: 'Where they are now', schema: movedAgentsAnswer } },
      async handle(call) {
        const { by, requestId } = call
        const input = strictFields(move, await call.fields())
        return answerOnce(db, secrets, idempotencyOf(call, [by.actor, input]), async (tx) => {
          const { before, team, department } = await moveAgents(tx, by, { ids: input.agent_ids, team: input.team })
          const after = { team, department }
          const entries = before.map((one) => ({
            action: 'agent.change',
            target: one.id,
            data: { before: { team: one.team, department: one.department }, after },
          }))
          await audit(tx, by, requestId, entries)
          return ok({ moved: before.length, ...after })
        })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/agents/:id/merge'],
      summary: 'Merge duplicates into an agent',
      description:
        'Their conversations become those of the agent and get a new `seq`; their ids, e-mails and names lead to it.',
      tag,
      auth: 'agents:manage',
      params: byId,
      body: merge,
      answers: {
        200: { description: 'The agent, and how many conversations came to it', schema: mergedAgentAnswer },
        409: { description: 'One of them was merged before' },
      },
      async handle(call) {
        const { by, params } = call
        await requireAgent(db, by, params.id)
        const { duplicates } = strictFields(merge, await call.fields())
        return writeOnce({ db, secrets }, call, duplicates, async (tx) => {
          const { agent, relinked } = await mergeAgents(tx, by, { id: requireUuid(params.id), duplicates })
          const data = { duplicates, relinked }
          const shown = await findAgent(tx, { ...by, reach: 'all' }, agent.id)
          const answer = ok({ ...agentView(shown ?? agent), relinked_conversations: relinked, merged: duplicates })
          return { answer, action: 'agent.merge', target: agent.id, data }
        })
      },
    }),
  ]
}

/** Before its body is read: what is unknown is answered alike, whatever was sent. */
async function requireAgent(db: Db, by: Principal, id: string): Promise<void> {
  if (!(await findAgent(db, by, requireUuid(id)))) throw notFound()
}

type Entry = { action: string; target: string; data?: Record<string, unknown> }

const audit = (tx: Parameters<typeof writeAudit>[0], by: Principal, requestId: string, entries: Entry[]) =>
  writeAudit(
    tx,
    entries.map((one) => ({ orgId: by.orgId, actor: by.actor, requestId, ...one })),
  )

/** For the audit: no personal data. */
const facts = ({ team, department, is_active }: Agent) => ({ team, department, is_active })

export const agentView = ({ id, name, email, external_id, team, department, is_active }: Agent) => ({
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

/** Tolerant of what else is sent, as the hosted service is. */
function readAgent(fields: Fields): NewAgent {
  const input: NewAgent = {}
  for (const name of names) {
    const value = fields[name]
    if (value === undefined || value === null || value === '') continue
    if (typeof value !== 'string' || value.length > 200) {
      throw new Problem('invalid', 'invalid_request', `${name} must be a text of at most 200 characters.`, {
        facts: { field: name },
      })
    }
    input[name] = name === 'email' ? requireEmail(value) : value.trim()
  }
  if (!input.name && !input.email && !input.external_id) {
    throw new Problem('invalid', 'invalid_request', 'An agent needs a name, an email or an external_id.')
  }
  return input
}

/** Null and empty take the value away. */
function readChange(given: { [K in (typeof names)[number]]?: string | null }): NewAgent {
  const change: NewAgent = {}
  for (const name of names) {
    const value = given[name]
    if (value === undefined) continue
    const text = value?.trim() || null
    change[name] = name === 'email' && text ? requireEmail(text) : text
  }
  return change
}
