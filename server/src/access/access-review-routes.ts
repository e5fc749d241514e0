// The quarterly review of access over REST, as JSON for programs and CSV for people.

import { Type } from 'typebox'
import { writeCsv } from '../platform/csv.ts'
import type { Db } from '../platform/db/db.ts'
import { ok, type Route, route } from '../platform/http/route.ts'
import { strictFields } from '../platform/http/strict-fields.ts'
import { notFound } from '../platform/problem.ts'
import type { Secrets } from '../platform/secrets.ts'
import { marks, recordDecision, reviewAccess, reviewOf, type Subject } from './access-review.ts'
import { writeOnce } from './write-once.ts'

const tag = 'Access review'
const orNull = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Boolean>>(schema: T) =>
  Type.Union([schema, Type.Null()])
const text = Type.String()
const time = Type.String({ format: 'date-time' })
const decisions = Type.Union(['keep', 'change', 'remove'].map((one) => Type.Literal(one)))

const decisionAnswer = Type.Object({ decision: decisions, note: orNull(text), actor: text, at: time })
const subjectAnswer = Type.Object({
  subject: Type.String({ examples: ['key:a1B2c3D4e5F6'] }),
  kind: Type.Union(['user', 'key', 'token', 'application'].map((one) => Type.Literal(one))),
  name: text,
  email: orNull(text),
  role: orNull(text),
  level: orNull(text),
  departments: Type.Array(text),
  teams: Type.Array(text),
  scopes: Type.Array(text),
  created_at: time,
  last_used_at: orNull(time),
  has_second_factor: orNull(Type.Boolean()),
  marks: Type.Array(
    Type.Union(
      Object.entries(marks).map(([name, description]) => Type.Literal(name, { description })),
      {
        description: Object.entries(marks)
          .map((pair) => pair.join(': '))
          .join('; '),
      },
    ),
  ),
  decision: Type.Union([decisionAnswer, Type.Null()], { description: 'The newest of this review' }),
})

const decided = Type.Object({
  subject: Type.String({ maxLength: 200, description: 'As the report names it' }),
  decision: decisions,
  note: Type.Optional(Type.String({ maxLength: 500 })),
})

export function accessReviewRoutes({ db, secrets }: { db: Db; secrets: Secrets }): Route[] {
  return [
    route({
      method: 'GET',
      paths: ['/v1/access-review'],
      summary: 'Who and what has access now, and what deserves a look',
      description: 'Of this quarter. Deactivated users and keys that do not work any more are not in it.',
      tag,
      auth: 'audit:read',
      query: Type.Object({
        format: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('csv')], { default: 'json' })),
      }),
      answers: {
        200: {
          description: 'Users, keys and applications',
          schema: Type.Object({ review_id: text, generated_at: time, subjects: Type.Array(subjectAnswer) }),
          contentType: ['application/json', 'text/csv'],
        },
      },
      async handle({ by, query }) {
        const now = new Date()
        const subjects = await reviewAccess(db, by, now)
        const review = reviewOf(now)
        if (query.format !== 'csv') return ok({ review_id: review, generated_at: now, subjects })
        return ok(toCsv(subjects), {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': `attachment; filename="access-review-${review}.csv"`,
          'X-Content-Type-Options': 'nosniff',
        })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/access-review/:id/decisions'],
      summary: 'Record what was decided about one of them',
      description:
        'Nothing is changed by it: whoever reviews says what was found right, or is to be changed or removed.',
      tag,
      auth: 'users:manage',
      params: Type.Object({ id: Type.String({ maxLength: 200, examples: ['2026-Q4'] }) }),
      body: decided,
      answers: { 201: { description: 'The decision', schema: decisionAnswer } },
      async handle(call) {
        const { by, params } = call
        if (params.id !== reviewOf(new Date())) throw notFound()
        const input = strictFields(decided, await call.fields())
        const given = {
          review: params.id,
          subject: input.subject,
          decision: input.decision as 'keep' | 'change' | 'remove',
          note: input.note?.trim() || null,
        }
        return writeOnce({ db, secrets }, call, given, async (tx) => {
          const body = await recordDecision(tx, by, given, new Date())
          const data = { review: given.review, decision: given.decision }
          return { answer: { status: 201, body }, action: 'access.review', target: given.subject, data }
        })
      },
    }),
  ]
}

const columns = [
  'subject',
  'kind',
  'name',
  'email',
  'role',
  'level',
  'departments',
  'teams',
  'scopes',
  'created_at',
  'last_used_at',
  'has_second_factor',
  'marks',
] as const

const cell = (value: unknown) =>
  Array.isArray(value) ? value.join('; ') : value instanceof Date ? value.toISOString() : value

const toCsv = (subjects: Subject[]): string =>
  writeCsv(
    [...columns, 'decision', 'note', 'decided_by', 'decided_at'],
    subjects.map((one) => [
      ...columns.map((name) => cell(one[name])),
      one.decision?.decision,
      one.decision?.note,
      one.decision?.actor,
      cell(one.decision?.at),
    ]),
  )
