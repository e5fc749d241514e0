// Schedules over REST: made, read, changed, paused, resumed, run at once, deleted.

import { Type } from 'typebox'
import { authorise, writeOnce } from '../../access/index.ts'
import type { Tx } from '../../platform/db/db.ts'
import { etagHeader, requireMatch } from '../../platform/http/etag.ts'
import { cursorPages, cursorQuery, isRowId, pageAnswer } from '../../platform/http/paging.ts'
import { type Answer, type Call, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { documentView, reportAnswer } from './document-answers.ts'
import { askForRun, whyNot } from './due-schedules.ts'
import type { ExportParts } from './export-routes.ts'
import { readReport } from './report-fields.ts'
import {
  membersOf,
  readRecipients,
  type ScheduleGiven,
  scheduleAnswer,
  scheduleBody,
  scheduleChange,
  scheduleView,
  whenOf,
} from './schedule-fields.ts'
import { nextRun } from './schedule-times.ts'
import { changeSchedule, createSchedule, deleteSchedule, listSchedules, requireSchedule } from './schedules.ts'
import type { Schedule, When } from './shapes.ts'

const tag = 'Reports'
const auth = 'reports:manage'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const byIds = cursorPages('i', isRowId)
const shown = { 200: { description: 'The schedule; its ETag is for `If-Match`', schema: scheduleAnswer } }
const conflict = { 409: { description: 'It was changed since that revision' } }

type Parts = ExportParts & { checkMetric(id: string): void }

export function scheduleRoutes(parts: Parts): Route[] {
  const { db } = parts
  const known = ({ by, params }: { by: Principal; params: { id: string } }, tx?: Tx) =>
    requireSchedule(tx ?? db, by, requireUuid(params.id), tx !== undefined)
  const answerOf = async (tx: Tx | typeof db, schedule: Schedule, status = 200): Promise<Answer> => ({
    status,
    body: scheduleView(schedule, await membersOf(tx, schedule.org_id, [schedule])),
    headers: etagHeader(schedule),
  })

  /** A step that takes no body. */
  const step = (
    name: 'pause' | 'resume',
    summary: string,
    change: (schedule: Schedule, call: Call) => Promise<Parameters<typeof changeSchedule>[2]>,
  ) =>
    route({
      method: 'POST',
      paths: [`/v1/report-schedules/:id/${name}`],
      summary,
      tag,
      auth,
      params: byId,
      answers: { ...shown, ...conflict },
      async handle(call) {
        await known(call)
        return writeOnce(parts, call, {}, async (tx) => {
          const before = await known(call, tx)
          requireMatch(call, 'schedule', before)
          const after = await changeSchedule(tx, before, await change(before, call))
          return { answer: await answerOf(tx, after), action: `report_schedule.${name}`, target: before.id }
        })
      },
    })

  return [
    route({
      method: 'GET',
      paths: ['/v1/report-schedules'],
      summary: 'List schedules of reports',
      tag,
      auth,
      query: Type.Object(cursorQuery),
      answers: { 200: { description: 'The newest first', schema: pageAnswer('schedules', scheduleAnswer) } },
      async handle({ by, query }) {
        const { rows, next_cursor } = await byIds(
          query,
          (page) => listSchedules(db, by, page),
          ({ id }) => id,
        )
        const members = await membersOf(db, by.orgId, rows)
        return { status: 200, body: { schedules: rows.map((one) => scheduleView(one, members)), next_cursor } }
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/report-schedules'],
      summary: 'Make a report again and again, and mail it',
      description:
        'With your rights, as they are at each run. It pauses by itself when you may not make reports any more.',
      tag,
      auth,
      body: scheduleBody,
      answers: { 201: { description: 'The schedule', schema: scheduleAnswer } },
      async handle(call) {
        const { by } = call
        authorise(by, 'analytics:read')
        const sent = await call.fields()
        const given: ScheduleGiven = strictFields(scheduleBody, sent)
        const definition = await readReport(parts, by, given)
        const when = whenOf(given as Partial<When>)
        const zone = await parts.zoneOf(by.orgId)
        return writeOnce(parts, call, sent, async (tx) => {
          const made = await createSchedule(tx, {
            org_id: by.orgId,
            name: given.name?.trim() || 'Report',
            format: given.format ?? 'pdf',
            definition,
            ...when,
            ...(await readRecipients(tx, by, given.recipients ?? [])),
            delivery: given.delivery ?? 'link',
            created_by: by.actor,
            runs_as: by.actor,
            time_zone: zone,
            next_run_at: nextRun(when, zone, new Date()),
          })
          const data = factsOf(made)
          return { answer: await answerOf(tx, made, 201), action: 'report_schedule.create', target: made.id, data }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/report-schedules/:id'],
      summary: 'Read a schedule',
      tag,
      auth,
      params: byId,
      answers: shown,
      handle: async (call) => answerOf(db, await known(call)),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/report-schedules/:id'],
      summary: 'Change a schedule; from then on it runs with your rights',
      description:
        'What is named replaces what was; `parameters` as a whole. With `If-Match`, only if nobody changed it since.',
      tag,
      auth,
      params: byId,
      body: scheduleChange,
      answers: { ...shown, ...conflict },
      async handle(call) {
        const { by } = call
        await known(call)
        authorise(by, 'analytics:read')
        const sent = await call.fields()
        const given: ScheduleGiven = strictFields(scheduleChange, sent)
        const { report_type, parameters } = given
        const isOther = report_type !== undefined || parameters !== undefined
        const definition = isOther ? await readReport(parts, by, { report_type, parameters }) : null
        const zone = await parts.zoneOf(by.orgId)
        return writeOnce(parts, call, sent, async (tx) => {
          const before = await known(call, tx)
          requireMatch(call, 'schedule', before)
          const when = whenOf(given as Partial<When>, before)
          // Who takes it over sends to no one whom they could not have named themselves.
          if (!given.recipients && before.addresses.length > 0) requireWhole(by)
          const after = await changeSchedule(tx, before, {
            ...(given.name === undefined ? {} : { name: given.name.trim() || before.name }),
            ...(given.format ? { format: given.format } : {}),
            ...(given.delivery ? { delivery: given.delivery } : {}),
            ...(definition ? { definition: definitionOf(definition, before, given) } : {}),
            ...when,
            ...(given.recipients ? await readRecipients(tx, by, given.recipients) : {}),
            runs_as: by.actor,
            time_zone: zone,
            next_run_at: before.state === 'active' ? nextRun(when, zone, new Date()) : null,
          })
          const data = { before: factsOf(before), after: factsOf(after) }
          return { answer: await answerOf(tx, after), action: 'report_schedule.change', target: before.id, data }
        })
      },
    }),
    step('pause', 'Pause a schedule', async () => ({ state: 'paused', paused_reason: null, next_run_at: null })),
    step('resume', 'Resume a schedule; from then on it runs with your rights', async (before, { by }) => {
      authorise(by, 'analytics:read')
      const zone = await parts.zoneOf(by.orgId)
      if (before.addresses.length > 0) requireWhole(by)
      return {
        state: 'active',
        paused_reason: null,
        runs_as: by.actor,
        time_zone: zone,
        next_run_at: nextRun(before, zone, new Date()),
      }
    }),
    route({
      method: 'POST',
      paths: ['/v1/report-schedules/:id/run'],
      summary: 'Make the report of a schedule now, and mail it; its next time stays',
      tag,
      auth,
      params: byId,
      answers: { 202: { description: 'It is being made', schema: reportAnswer } },
      async handle(call) {
        await known(call)
        return writeOnce(parts, call, {}, async (tx) => {
          const schedule = await known(call, tx)
          const reason = await whyNot(tx, schedule)
          if (reason !== null) throw new Problem('conflict', 'cannot_run', reason)
          const now = new Date()
          const made = await askForRun(tx, parts.queue(), schedule, now)
          if (!made) throw new Problem('conflict', 'running', 'It was started at this very moment.')
          await changeSchedule(tx, schedule, { last_run_at: now, last_run_id: made.id }, { isOwn: true })
          const answer: Answer = { status: 202, body: documentView(parts, made) }
          return { answer, action: 'report_schedule.run', target: schedule.id, data: { report: made.id } }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/report-schedules/:id'],
      summary: 'Delete a schedule; what it has made stays',
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Deleted' } },
      async handle(call) {
        await known(call)
        return writeOnce(parts, call, {}, async (tx) => {
          const schedule = await known(call, tx)
          await deleteSchedule(tx, schedule)
          return { answer: { status: 204 }, action: 'report_schedule.delete', target: schedule.id }
        })
      },
    }),
  ]
}

/** `report_type` alone changes no parameters, and the other way round. */
const definitionOf = (next: Schedule['definition'], before: Schedule, given: ScheduleGiven): Schedule['definition'] =>
  given.parameters === undefined
    ? { ...before.definition, report_type: next.report_type }
    : { ...next, report_type: given.report_type ?? before.definition.report_type }

function requireWhole({ reach }: Principal): void {
  if (reach === 'all') return
  const detail = 'It is sent to addresses outside, which needs access to the whole organisation.'
  throw new Problem('forbidden', 'outside_recipients', detail)
}

const factsOf = ({ format, frequency, time_of_day, weekdays, day_of_month, member_ids, addresses }: Schedule) => ({
  format,
  frequency,
  time_of_day,
  weekdays,
  day_of_month,
  members: member_ids.length,
  addresses_outside: addresses.length,
})
