// Rules over REST. They are of the whole organisation: who sees a part of it sees their alerts, not the rules.

import { Type } from 'typebox'
import { writeOnce } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { cursorPages, isRowId, pageAnswer, pageQuery } from '../../platform/http/paging.ts'
import { type Call, ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { newId, requireUuid } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { holdOrg } from './alerts.ts'
import { giveDefaults } from './default-rules.ts'
import { endAlertsOf } from './ended-rules.ts'
import type { Metrics } from './metrics.ts'
import { newRuleBody, readNewRule, readRuleChange, ruleAnswer, ruleChangeBody, ruleView } from './rule-fields.ts'
import { changeRule, createRule, deleteRule, listRules, requireRule } from './rules.ts'
import type { Rule } from './shapes.ts'
import { tryOnEvents, tryOnFigure } from './trial.ts'

const tag = 'Alerts'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const trialBody = Type.Object({
  events: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000, description: 'How many events back; absent: 1000' }),
  ),
})
const trialDefault = 1000
const rulesPage = cursorPages('i', isRowId)

function requireWhole({ reach }: Principal): void {
  if (reach === 'all') return
  const detail = 'Rules concern the whole organisation, and you have access to a part of it.'
  throw new Problem('forbidden', 'beyond_reach', detail)
}

export function ruleRoutes(parts: { db: Db; secrets: Secrets; metrics: Metrics; log: Log }): Route[] {
  const { db } = parts

  /** Looked up before a body is read: what is foreign answers as what is unknown, whatever is sent. */
  const known = ({ by, params }: Pick<Call<{ id: string }>, 'by' | 'params'>) => {
    requireWhole(by)
    return requireRule(db, by.orgId, requireUuid(params.id))
  }
  const held = async (tx: Tx, orgId: string, id: string) => {
    await holdOrg(tx, orgId)
    return requireRule(tx, orgId, id, true)
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/alert-rules'],
      summary: 'List what is watched for',
      description: 'Every organisation is given rules on its operation; they can be changed, paused and deleted.',
      tag,
      auth: 'alerts:read',
      query: Type.Object({ limit: pageQuery.limit, cursor: Type.Optional(Type.String({ maxLength: 2000 })) }),
      answers: {
        200: {
          description: 'Oldest first',
          schema: pageAnswer('rules', ruleAnswer),
        },
      },
      async handle({ by, query }) {
        requireWhole(by)
        await giveDefaults(db, by.orgId)
        const { rows, next_cursor } = await rulesPage(
          query,
          ({ limit, last }) => listRules(db, by.orgId, { limit, after: last }),
          ({ id }) => id,
        )
        return ok({ rules: rows.map(ruleView), next_cursor })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/alert-rules'],
      summary: 'Create a rule',
      description:
        'On events, from now on; or on a figure of the operation. Make it `paused` and try it on past events first, if you like.',
      tag,
      auth: 'alerts:manage',
      body: newRuleBody,
      answers: { 201: { description: 'The rule', schema: ruleAnswer }, 409: { description: 'The name is taken' } },
      async handle(call) {
        const { by } = call
        requireWhole(by)
        const fields = await call.fields()
        const given = readNewRule(fields)
        await giveDefaults(db, by.orgId)
        return writeOnce(parts, call, fields, async (tx) => {
          await holdOrg(tx, by.orgId)
          const rule = await createRule(tx, { org_id: by.orgId, id: newId(), ...given })
          const answer = { status: 201, body: ruleView(rule) }
          return { answer, action: 'alert_rule.create', target: rule.id, data: factsOf(rule) }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/alert-rules/:id'],
      summary: 'Read a rule',
      tag,
      auth: 'alerts:read',
      params: byId,
      answers: { 200: { description: 'The rule', schema: ruleAnswer } },
      handle: async (call) => ok(ruleView(await known(call))),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/alert-rules/:id'],
      summary: 'Change, pause or revive a rule',
      description: 'Events from before it was revived, or its condition was changed, are not looked at again.',
      tag,
      auth: 'alerts:manage',
      params: byId,
      body: ruleChangeBody,
      answers: { 200: { description: 'The rule', schema: ruleAnswer } },
      async handle(call) {
        const { by } = call
        const { id } = await known(call)
        const fields = await call.fields()
        return writeOnce(parts, call, fields, async (tx) => {
          const before = await held(tx, by.orgId, id)
          const rule = await changeRule(tx, before, readRuleChange(before, fields))
          const data = { before: factsOf(before), after: factsOf(rule) }
          return { answer: ok(ruleView(rule)), action: 'alert_rule.change', target: id, data }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/alert-rules/:id'],
      summary: 'Delete a rule; its open alerts are resolved',
      tag,
      auth: 'alerts:manage',
      params: byId,
      answers: { 204: { description: 'Deleted' } },
      async handle(call) {
        const { by } = call
        const { id } = await known(call)
        return writeOnce(parts, call, {}, async (tx) => {
          const rule = await held(tx, by.orgId, id)
          await endAlertsOf(tx, rule, by.actor, new Date())
          await deleteRule(tx, by.orgId, id)
          return { answer: { status: 204 }, action: 'alert_rule.delete', target: id, data: { name: rule.name } }
        })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/alert-rules/:id/test'],
      summary: 'Try a rule out',
      description:
        'How many alerts the last events would have opened, or whether the figure is beyond the threshold now. Nothing is written.',
      tag,
      auth: 'alerts:manage',
      params: byId,
      body: trialBody,
      answers: { 200: { description: 'What would have been' } },
      async handle(call) {
        const rule = await known(call)
        const { events = trialDefault } = strictFields(trialBody, await call.fields())
        return ok(
          rule.source === 'event'
            ? await tryOnEvents(db, rule, events, parts.log)
            : await tryOnFigure(parts.metrics, rule),
        )
      },
    }),
  ]
}

/** Addresses are people's own and stay out of the audit. */
function factsOf(rule: Rule): Record<string, unknown> {
  const { created_at, updated_at, mail_to, ...facts } = ruleView(rule)
  return { ...facts, mail_to: mail_to.length }
}
