// Alerts over REST: found, read, and taken care of.

import { sql } from 'kysely'
import { Type } from 'typebox'
import { writeOnce } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { cursorPages, isRowId, pageAnswer, pageQuery } from '../../platform/http/paging.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Mail } from '../../platform/mail.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { alertAnswer, alertView, readUntil, readWords, stepBodies } from './alert-fields.ts'
import { listAlerts, listChanges, requireAlert, writeAlerts } from './alerts.ts'
import { tellAssigned } from './letters.ts'
import { afterStep, type Step, type StepInput, steps } from './life.ts'
import { type Alert, alertStates, severities } from './shapes.ts'

const tag = 'Alerts'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const historyMax = 200
const byIds = cursorPages('i', isRowId)
const bySeqs = cursorPages('s', (value): value is number => Number.isSafeInteger(value))

const summaries: Record<Step, string> = {
  acknowledge: 'Say that an alert was seen: no more mails about it',
  assign: 'Give an alert to somebody',
  snooze: 'Silence an alert for a while; it comes back if it is still so',
  resolve: 'Say that an alert is taken care of',
  reopen: 'Open an alert again',
}

export function alertRoutes(parts: { db: Db; secrets: Secrets; queue: () => Queue; mail: Mail }): Route[] {
  const { db } = parts
  return [
    route({
      method: 'GET',
      paths: ['/v1/alerts'],
      summary: 'List alerts',
      description:
        'Newest first. Who sees a part of the organisation sees the alerts that concern that part alone. With `after_seq`, in the order of their last change: keep the largest `seq`, and ask from there.',
      tag,
      auth: 'alerts:read',
      query: Type.Object({
        state: Type.Optional(Type.String({ maxLength: 200, description: 'One or more, separated by commas' })),
        severity: Type.Optional(Type.String({ maxLength: 200, description: 'One or more, separated by commas' })),
        rule_id: Type.Optional(Type.String({ maxLength: 100 })),
        owner_id: Type.Optional(Type.String({ maxLength: 100 })),
        after_seq: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
        limit: pageQuery.limit,
        cursor: Type.Optional(Type.String({ maxLength: 2000, description: '`next_cursor` of the page before' })),
      }),
      answers: {
        200: {
          description: 'A page of alerts',
          schema: pageAnswer('alerts', alertAnswer),
        },
      },
      async handle({ by, query }) {
        const filter = {
          states: readWords('state', query.state, alertStates),
          severities: readWords('severity', query.severity, severities),
          rule_id: query.rule_id === undefined ? undefined : requireUuid(query.rule_id),
          owner_id: query.owner_id === undefined ? undefined : requireUuid(query.owner_id),
          after_seq: query.after_seq,
        }
        const read = (page: { limit: number; last: string | number | null }) => listAlerts(db, by, filter, page)
        const { rows, next_cursor } =
          query.after_seq === undefined
            ? await byIds(query, read, ({ id }) => id)
            : await bySeqs(query, read, ({ seq }) => seq)
        return ok({ alerts: rows.map((alert) => alertView(alert)), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/alerts/:id'],
      summary: 'Read an alert with its history',
      tag,
      auth: 'alerts:read',
      params: byId,
      answers: { 200: { description: 'The alert', schema: alertAnswer } },
      async handle({ by, params }) {
        const alert = await requireAlert(db, by, requireUuid(params.id))
        return ok(alertView(alert, await listChanges(db, by.orgId, alert.id, historyMax)))
      },
    }),
    ...steps.map((step) =>
      route({
        method: 'POST',
        paths: [`/v1/alerts/:id/${step}`],
        summary: summaries[step],
        tag,
        auth: 'alerts:manage',
        params: byId,
        body: stepBodies[step],
        answers: {
          200: { description: 'The alert', schema: alertAnswer },
          409: { description: 'The state that it is in does not allow it' },
        },
        async handle(call) {
          const { by } = call
          const { id } = await requireAlert(db, by, requireUuid(call.params.id))
          const fields = await call.fields()
          const given: Given = strictFields(stepBodies[step], fields)
          return writeOnce(parts, call, fields, async (tx) => {
            const before = await requireAlert(tx, by, id, true)
            const now = new Date()
            const alert = afterStep(
              before,
              step,
              await inputOf(tx, step, given, { orgId: by.orgId, actor: by.actor, now }),
            )
            if (step === 'reopen' && before.state === 'resolved') await requireAlone(tx, alert)
            const deed = { actor: by.actor, action: step, comment: given.comment?.trim() || null }
            const [written = alert] = await writeAlerts(tx, by.orgId, [{ alert, deed }], now)
            if (step === 'assign') await tellAssigned(tx, parts, written, by.actor)
            const answer = ok(alertView(written, await listChanges(tx, by.orgId, id, historyMax)))
            const data = {
              from: before.state,
              to: written.state,
              ...(step === 'assign' ? { owner: written.owner_id } : {}),
            }
            return { answer, action: `alert.${step}`, target: id, data }
          })
        },
      }),
    ),
  ]
}

type Given = { comment?: string; user_id?: string; until?: string; for_s?: number }

async function inputOf(
  tx: Tx,
  step: Step,
  given: Given,
  { orgId, actor, now }: { orgId: string; actor: string; now: Date },
): Promise<StepInput> {
  if (step === 'snooze') return { actor, now, until: readUntil(given, now) }
  if (step !== 'assign') return { actor, now }
  const ownerId = (given.user_id ?? '').toLowerCase()
  const { rows } = await sql`
    select from memberships where org_id = ${orgId} and user_id = ${ownerId} and state = 'active'`.execute(tx)
  if (rows.length > 0) return { actor, now, ownerId }
  const detail = 'user_id: there is no such active user here. GET /v1/users lists them.'
  throw new Problem('invalid', 'unknown_user', detail, { facts: { field: 'user_id' } })
}

/** While it was resolved, the same may have opened anew. */
async function requireAlone(tx: Tx, { org_id, id, rule_id, group_key }: Alert): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from alerts where org_id = ${org_id} and rule_id = ${rule_id} and group_key = ${group_key}
      and state <> 'resolved' and id <> ${id}`.execute(tx)
  const [other] = rows
  if (!other) return
  const detail = `The same thing has an alert that is open: ${other.id}.`
  throw new Problem('conflict', 'already_open', detail, { facts: { alert_id: other.id } })
}
