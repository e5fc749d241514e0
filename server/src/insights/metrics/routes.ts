// Figures over REST: one question, a board of them, the catalogue, distributions, and the hosted service's figures of calls.

import { Type } from 'typebox'
import { orgReader } from '../../access/index.ts'
import type { Viewer } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { okWithEtag } from '../../platform/http/etag.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import { sideBySide } from '../../platform/side-by-side.ts'
import { binned } from '../rollups/bins.ts'
import { answerQuestion, shownMetric } from './answer.ts'
import { boardAnswer, callsAnswer, catalogueAnswer, distributionAnswer, queryAnswer } from './answers.ts'
import { readCalls } from './calls.ts'
import { catalogue, sectionOf } from './catalogue.ts'
import { distributionOf, readDistribution } from './distributions.ts'
import { type Freshness, readFreshness } from './freshness.ts'
import { rowsMax } from './groups.ts'
import {
  filterFields,
  groupNames,
  groupsMax,
  metricsMax,
  oneQuestion,
  type QuestionFields,
  questionFields,
  readQuestion,
  readSelection,
} from './question.ts'

const tag = 'Analytics'
const queriesMax = 24
/** Of one board at a time: others want connections, too. */
const atOnce = 4

const board = Type.Object({
  queries: Type.Array(oneQuestion, { minItems: 1, maxItems: queriesMax }),
  ...questionFields,
})

type Parts = { db: Db; defaultTimeZone: string }

export function metricRoutes({ db, defaultTimeZone }: Parts): Route[] {
  const readOrg = orgReader(db)
  const contextOf = async (orgId: string) => ({
    timeZone: (await readOrg(orgId)).settings.time_zone ?? defaultTimeZone,
    now: new Date(),
  })
  const answer = async (by: Viewer, given: QuestionFields, known?: Freshness) =>
    answerQuestion(db, by, await readQuestion(db, by, given, await contextOf(by.orgId)), known)

  return [
    route({
      method: 'GET',
      paths: ['/v1/analytics/metrics'],
      summary: 'Figures by name, for a period, filtered and grouped',
      description: [
        'Days are those of the organisation’s time zone. Several values of a filter stand with commas between them.',
        'Figures count what the caller may see, and nothing else.',
      ].join(' '),
      tag,
      auth: 'analytics:read',
      query: Type.Object({
        metrics: Type.String({ maxLength: 4000, description: 'Ids, with commas: GET /v1/analytics/catalogue' }),
        group_by: Type.Optional(Type.String({ maxLength: 100, description: groupNames.join(', ') })),
        ...questionFields,
      }),
      answers: { 200: { description: 'Rows by group, with the figures of each', schema: queryAnswer } },
      handle: async (call) => okWithEtag(call, await answer(call.by, call.query)),
    }),
    route({
      method: 'POST',
      paths: ['/v1/analytics/query'],
      summary: `Up to ${queriesMax} questions at once, for a board`,
      description: [
        'Each query takes what GET /v1/analytics/metrics takes. Dates, filters and `compare` beside `queries` hold for each that does not say otherwise.',
        'A query that cannot be answered has an `error` in its place; the others are answered.',
      ].join(' '),
      tag,
      auth: 'analytics:read',
      body: board,
      answers: { 200: { description: 'Answers in the order of the queries', schema: boardAnswer } },
      async handle(call) {
        const { queries, ...defaults } = strictFields(board, await call.fields())
        const answers: object[] = []
        const freshness = await readFreshness(db, call.by.orgId)
        await sideBySide([...queries.entries()], atOnce, async ([index, given]) => {
          answers[index] = await answer(call.by, { ...defaults, ...given }, freshness).then(
            (found) => ({ id: given.id ?? null, ...found }),
            (err) => ({ id: given.id ?? null, error: refusalOf(err) }),
          )
        })
        return ok({ answers, ...freshness })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/analytics/catalogue'],
      summary: 'Every metric: what it means, how it is made, and what it is grouped by',
      tag,
      auth: 'analytics:read',
      answers: { 200: { description: 'Metrics, groups, distributions, limits', schema: catalogueAnswer } },
      handle: async (call) =>
        okWithEtag(call, {
          metrics: catalogue.map((one) => ({
            ...shownMetric(one),
            numerator: one.numerator,
            denominator: one.denominator,
            section: sectionOf.get(one.id) ?? '',
            adds_up: one.spec.kind === 'share' || (one.spec.kind === 'sums' && one.spec.den === null),
            distribution: distributionOf(one),
            groups: one.spec.kind === 'missing' ? [] : groupNames.filter((name) => name !== 'topic'),
            available: one.spec.kind !== 'missing',
            reason: one.spec.kind === 'missing' ? one.spec.reason : null,
          })),
          groups: [...groupNames],
          distributions: binned.map(({ id, unit }) => ({ id, unit })),
          limits: { metrics: metricsMax, groups: groupsMax, rows: rowsMax, queries: queriesMax },
        }),
    }),
    route({
      method: 'GET',
      paths: ['/v1/analytics/distributions'],
      summary: 'How the values of a measure are spread',
      tag,
      auth: 'analytics:read',
      query: Type.Object({
        measure: Type.String({ maxLength: 100, description: binned.map(({ id }) => id).join(', ') }),
        ...filterFields,
      }),
      answers: { 200: { description: 'Bins with how many conversations are in each', schema: distributionAnswer } },
      async handle(call) {
        const selection = await readSelection(db, call.by, call.query, await contextOf(call.by.orgId))
        return okWithEtag(call, await readDistribution(db, call.by, call.query.measure, selection))
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/analytics/calls'],
      summary: 'Figures of calls for a period',
      description: 'Dates as `YYYY-MM-DD` or in any other form. Without: the last 30 days.',
      tag,
      auth: 'analytics:read',
      query: Type.Object({
        start_date: filterFields.start_date,
        end_date: filterFields.end_date,
        agent_id: filterFields.agent,
        team_id: filterFields.team,
      }),
      answers: { 200: { description: 'Figures and trends', schema: callsAnswer } },
      async handle(call) {
        const { agent_id, team_id, ...dates } = call.query
        const given = {
          ...dates,
          channel: 'voice',
          ...(agent_id ? { agent: agent_id } : {}),
          ...(team_id ? { team: team_id } : {}),
        }
        const selection = await readSelection(db, call.by, given, await contextOf(call.by.orgId))
        return okWithEtag(call, await readCalls(db, call.by, selection))
      },
    }),
  ]
}

/** @throws what is no refusal */
function refusalOf(err: unknown): { code: string; message: string; field: string | null } {
  if (!(err instanceof Problem) || err.kind !== 'invalid') throw err
  const { field } = (err.facts ?? {}) as { field?: string }
  return { code: err.code, message: err.detail, field: field ?? null }
}
