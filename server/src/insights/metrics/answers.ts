// The answers of the analytics routes as schemas, for the API reference. A test checks that real answers match them.

import { type TSchema, Type } from 'typebox'
import { sectionNames } from './catalogue.ts'

export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const number = orNull(Type.Number())
const texts = Type.Record(Type.String(), orNull(Type.String()))

export const figureSchema = Type.Object({
  value: orNull(Type.Number({ description: 'Null, never 0, where it cannot be computed' })),
  numerator: number,
  denominator: number,
  n: Type.Number({ description: 'Conversations that are in it' }),
  excluded: Type.Number({ description: 'Those that lack what it takes' }),
  basis: Type.Union(['rollups', 'facts', 'histogram'].map((one) => Type.Literal(one))),
  formula: Type.String(),
  reason: Type.Optional(Type.String({ description: 'Why the value is null' })),
  previous: Type.Optional(Type.Object({ value: number, numerator: number, denominator: number, n: Type.Number() })),
  change: Type.Optional(orNull(Type.Number({ description: 'In per cent of the period before' }))),
})

export const periodSchema = Type.Object({
  start_date: Type.String(),
  end_date: Type.String({ description: 'Not part of the period itself' }),
  time_zone: Type.String(),
  days: Type.Integer({ description: 'Whole days' }),
})

export const freshness = {
  as_of_seq: Type.Integer({ description: 'Everything up to this seq of the change cursor is counted' }),
  is_behind: Type.Boolean({ description: 'Changes are on their way into the figures' }),
  as_of: orNull(Type.String()),
}

const metricSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  unit: Type.String(),
  better: orNull(Type.String({ description: 'more or less; null where neither is' })),
  formula: Type.String(),
  definition: Type.String(),
})

const answer = {
  period: periodSchema,
  previous_period: orNull(periodSchema),
  filters: Type.Record(Type.String(), Type.String()),
  group_by: Type.Array(Type.String()),
  metrics: Type.Array(metricSchema),
  rows: Type.Array(Type.Object({ group: texts, label: texts, metrics: Type.Record(Type.String(), figureSchema) })),
  notes: Type.Array(Type.String()),
  ...freshness,
}

export const queryAnswer = Type.Object(answer)

export const boardAnswer = Type.Object({
  answers: Type.Array(
    Type.Union([
      Type.Object({ id: orNull(Type.String()), ...answer }),
      Type.Object({
        id: orNull(Type.String()),
        error: Type.Object({ code: Type.String(), message: Type.String(), field: orNull(Type.String()) }),
      }),
    ]),
  ),
  ...freshness,
})

export const catalogueAnswer = Type.Object({
  metrics: Type.Array(
    Type.Object({
      ...metricSchema.properties,
      numerator: Type.String(),
      denominator: orNull(Type.String()),
      section: Type.String({ description: `Under what it is looked for: ${sectionNames.join(', ')}` }),
      adds_up: Type.Boolean({ description: 'Whether the values of groups add up to that of the whole' }),
      distribution: orNull(Type.String({ description: 'The measure whose spread is behind it' })),
      groups: Type.Array(Type.String(), {
        description: 'What it is grouped by at the cost of days, not of conversations',
      }),
      available: Type.Boolean(),
      reason: orNull(Type.String({ description: 'Why it is not available' })),
    }),
  ),
  groups: Type.Array(Type.String()),
  distributions: Type.Array(Type.Object({ id: Type.String(), unit: Type.String() })),
  limits: Type.Object({
    metrics: Type.Integer(),
    groups: Type.Integer(),
    rows: Type.Integer(),
    queries: Type.Integer(),
  }),
})

export const distributionAnswer = Type.Object({
  measure: Type.String(),
  unit: Type.String(),
  n: Type.Number(),
  bins: Type.Array(
    Type.Object({
      from: number,
      to: orNull(Type.Number({ description: 'Not part of the bin itself' })),
      n: Type.Number(),
    }),
  ),
  p50: number,
  p90: number,
  basis: Type.String(),
  period: periodSchema,
  filters: Type.Record(Type.String(), Type.String()),
  ...freshness,
})

export const callsAnswer = Type.Object({
  total_calls: Type.Integer(),
  completed_calls: Type.Integer(),
  failed_calls: Type.Integer(),
  average_duration: orNull(Type.Number({ description: 'Seconds' })),
  total_duration: orNull(Type.Number({ description: 'Seconds' })),
  average_handle_time: orNull(Type.Number({ description: 'Seconds' })),
  silence_ratio: orNull(Type.Number({ description: 'Per cent' })),
  talk_to_listen_ratio: number,
  sentiment: Type.Object({ positive: number, neutral: number, negative: number }),
  average_sentiment: orNull(Type.Number({ description: '-1 to 1, of customers' })),
  trends: Type.Object({
    volume_trend: Type.Array(Type.Integer()),
    volume_dates: Type.Array(Type.String({ format: 'date' })),
    duration_trend: Type.Array(number),
    sentiment_trend: Type.Array(number),
  }),
  figures: Type.Record(Type.String(), figureSchema),
  period: periodSchema,
  filters: Type.Record(Type.String(), Type.String()),
  ...freshness,
})
