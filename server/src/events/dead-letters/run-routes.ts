// Replays and discards of many dead letters over REST: counted first if wanted, begun, watched, cancelled.

import { type Static, Type } from 'typebox'
import { writeOnce } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { cursorPages, isRowId, pageAnswer, pageQuery } from '../../platform/http/paging.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { filterFields, type LetterFilter, readLetterFilter } from './letter-filter.ts'
import { auth, reasonField, tag } from './letter-routes.ts'
import { countLetters } from './letters.ts'
import { runJob } from './run-letters.ts'
import { aheadS } from './run-step.ts'
import { createRun, endRun, listRuns, type NewRun, type Run, requireRun } from './runs.ts'

const ratePerSDefault = 10
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const pageOf = cursorPages('i', isRowId)

const common = {
  ...filterFields,
  all: Type.Optional(Type.Boolean({ description: 'Must be true where nothing else says which are meant' })),
  dry_run: Type.Optional(Type.Boolean({ description: 'Only tells how many there are' })),
}
const replayBody = Type.Object(
  {
    ...common,
    rate_per_s: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 500,
        description: `Default ${ratePerSDefault}; each endpoint's own holds too`,
      }),
    ),
  },
  { examples: [{ fingerprint: 'http_500', dry_run: true }] },
)
const discardBody = Type.Object(
  { ...common, reason: Type.Optional(reasonField) },
  { examples: [{ fingerprint: 'http_404', reason: 'The receiver was replaced.' }] },
)

const time = Type.String({ format: 'date-time' })
const orNull = <T extends ReturnType<typeof Type.String | typeof Type.Integer>>(schema: T) =>
  Type.Union([schema, Type.Null()])
const countAnswer = Type.Object({
  dry_run: Type.Literal(true),
  count: Type.Integer(),
  expected_s: Type.Integer({ description: 'At this rate, where the endpoints take it' }),
})
const runAnswer = Type.Object({
  replay_id: Type.String({ format: 'uuid' }),
  action: Type.String({ enum: ['replay', 'discard'] }),
  state: Type.String({ enum: ['running', 'done', 'cancelled', 'failed'] }),
  filters: Type.Object({}, { additionalProperties: true }),
  rate_per_s: orNull(Type.Integer()),
  reason: orNull(Type.String()),
  total: Type.Integer({ description: 'When it was asked for' }),
  done: Type.Integer({ description: 'Of a replay: put in the queue' }),
  skipped: Type.Integer({ description: 'Their event or conversation is gone' }),
  requested_by: Type.String(),
  created_at: time,
  finished_at: orNull(time),
})

export function runRoutes(parts: { db: Db; secrets: Secrets; queue: Queue }): Route[] {
  const { db } = parts

  async function begin(call: Call, given: Static<typeof discardBody>, run: Omit<NewRun, 'by' | 'filter'>) {
    const { orgId, actor } = call.by
    const filter = readGiven(given)
    if (given.dry_run) {
      const count = await countLetters(db, orgId, filter)
      const ratePerS = 'ratePerS' in run ? (run.ratePerS as number) : null
      return ok({ dry_run: true, count, expected_s: ratePerS === null ? 0 : Math.ceil(count / ratePerS) })
    }
    return writeOnce(parts, call, [given, run], async (tx) => {
      const made = await createRun(tx, orgId, { ...run, by: actor, filter } as NewRun)
      await parts.queue.enqueue(tx, runJob, [{ input: { orgId, id: made.id }, group: orgId }])
      const { action, filters, rate_per_s, reason, total } = made
      const data = { filters, total, ...(action === 'replay' ? { rate_per_s } : { reason }) }
      return { answer: { status: 202, body: runView(made) }, action: `dead_letters.${action}`, target: made.id, data }
    })
  }

  return [
    route({
      method: 'POST',
      paths: ['/v1/dead-letters/replay'],
      summary: 'Send many dead letters again',
      description: `At a rate, by endpoint and in the order of their events. Ones that die later are not meant. What is due within ${aheadS} s is in the queue already when it is cancelled.`,
      tag,
      auth,
      body: replayBody,
      answers: {
        200: { description: 'With `dry_run`', schema: countAnswer },
        202: { description: 'It has begun', schema: runAnswer },
        409: { description: '`TOO_MANY_RUNS`' },
      },
      async handle(call) {
        const { rate_per_s: ratePerS = ratePerSDefault, ...given } = strictFields(replayBody, await call.fields())
        return begin(call, given, { action: 'replay', ratePerS } as Omit<NewRun, 'by' | 'filter'>)
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/dead-letters/discard'],
      summary: 'Give many dead letters up',
      description: 'They stay in the logs of their endpoints, with the reason.',
      tag,
      auth,
      body: discardBody,
      answers: {
        200: { description: 'With `dry_run`', schema: countAnswer },
        202: { description: 'It has begun', schema: runAnswer },
        409: { description: '`TOO_MANY_RUNS`' },
      },
      async handle(call) {
        const given = strictFields(discardBody, await call.fields())
        const reason = given.reason?.trim()
        if (reason === undefined && !given.dry_run) throw missing('reason', 'is required. Say why they are given up')
        return begin(call, given, { action: 'discard', reason } as Omit<NewRun, 'by' | 'filter'>)
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/replays'],
      summary: 'Replays and discards of many, the newest first',
      tag,
      auth,
      query: Type.Object({ limit: pageQuery.limit, cursor: Type.Optional(Type.String({ maxLength: 200 })) }),
      answers: {
        200: {
          description: 'A page of them',
          schema: pageAnswer('replays', runAnswer),
        },
      },
      async handle({ by, query }) {
        const { rows, next_cursor } = await pageOf(
          query,
          (page) => listRuns(db, by.orgId, page),
          ({ id }) => id,
        )
        return ok({ replays: rows.map(runView), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/replays/:id'],
      summary: 'How far a replay or discard of many has come',
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'It', schema: runAnswer } },
      handle: async ({ by, params }) => ok(runView(await requireRun(db, by.orgId, requireUuid(params.id)))),
    }),
    route({
      method: 'POST',
      paths: ['/v1/replays/:id/cancel'],
      summary: 'End a replay or discard of many before its end',
      description: `What was done stays done. Of a replay, what is due within ${aheadS} s is still sent.`,
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'It', schema: runAnswer }, 409: { description: '`NOT_RUNNING`' } },
      async handle(call) {
        const { orgId } = call.by
        const id = requireUuid(call.params.id)
        return writeOnce(parts, call, [], async (tx) => {
          const isEnded = await endRun(tx, { orgId, id }, 'cancelled')
          const run = await requireRun(tx, orgId, id)
          if (!isEnded) throw new Problem('conflict', 'not_running', `It is over: ${run.state}.`)
          const data = { total: run.total, done: run.done }
          return { answer: ok(runView(run)), action: `dead_letters.${run.action}_cancel`, target: id, data }
        })
      },
    }),
  ]
}

function readGiven({ all, dry_run: _, ...given }: Static<typeof discardBody>): LetterFilter {
  const { reason: __, ...fields } = given
  const isAny = Object.values(fields).some((value) => value !== undefined)
  if (isAny === (all === true)) {
    throw missing(
      'all',
      isAny ? 'goes with no other condition' : 'must be true where no condition says which are meant',
    )
  }
  return readLetterFilter(fields)
}

function runView({ org_id: _, id, at_endpoint: __, at_seq: ___, paced_until: ____, ...run }: Run): object {
  const { endpointId: endpoint_id, types, ...rest } = run.filters as Record<string, unknown>
  const filters = { ...rest, ...(endpoint_id ? { endpoint_id } : {}), ...(types ? { event_types: types } : {}) }
  return { replay_id: id, ...run, filters }
}

const missing = (field: string, issue: string) =>
  new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })
