// What clients send and see of boards: schemas and views. What of it makes no sense together is for content.ts.

import { type Static, type TSchema, Type } from 'typebox'
import { filterCharsMax } from '../../platform/filter/parser.ts'
import { groupNames } from '../metrics/question.ts'
import type { Board } from './boards.ts'

const strict = { additionalProperties: false }
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const uuid = Type.String({ format: 'uuid' })
const moment = Type.String({ format: 'date-time' })
const date = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })

export const widgetsMax = 50
/** Of the grid: so many columns, and more rows than anybody scrolls. */
const columns = 12
const rowsMax = 1000
const metricsMax = 8
const groupsMax = 2

export const charts = ['card', 'line', 'bar', 'pie', 'doughnut', 'table', 'histogram'] as const
export const periods = [
  ...['today', 'yesterday', 'last_7_days', 'last_30_days', 'last_90_days', 'last_365_days'],
  ...['this_week', 'last_week', 'this_month', 'last_month', 'this_quarter', 'this_year'],
] as const

const word = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }))
/** As `GET /v1/analytics/metrics` takes them. */
const filters = (description: string) =>
  Type.Object(
    {
      channel: word,
      direction: word,
      team: word,
      department: word,
      agent: word,
      language: word,
      tag: word,
      filter: Type.Optional(
        Type.String({ minLength: 1, maxLength: filterCharsMax, description: 'In the filter language; slower' }),
      ),
    },
    { ...strict, description },
  )

const widget = Type.Object(
  {
    id: Type.String({ pattern: '^[\\w-]{1,40}$', description: 'Its own within the board' }),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
    metrics: Type.Array(Type.String({ minLength: 1, maxLength: 80 }), { minItems: 1, maxItems: metricsMax }),
    chart: Type.Enum([...charts]),
    group_by: Type.Optional(Type.Array(Type.Enum([...groupNames]), { maxItems: groupsMax })),
    filters: Type.Optional(filters("In place of the board's of the same name")),
    size: Type.Object(
      { w: Type.Integer({ minimum: 1, maximum: columns }), h: Type.Integer({ minimum: 1, maximum: 20 }) },
      { ...strict, description: `In cells of a grid with ${columns} columns` },
    ),
    position: Type.Object(
      { x: Type.Integer({ minimum: 0, maximum: columns - 1 }), y: Type.Integer({ minimum: 0, maximum: rowsMax }) },
      { ...strict, description: 'Of its upper left cell' },
    ),
  },
  strict,
)

const name = Type.String({ minLength: 1, maxLength: 120, pattern: '^[^\\p{Cc}]*[^\\s\\p{Cc}][^\\p{Cc}]*$' })
const period = Type.Union([Type.Enum([...periods]), Type.Object({ from: date, to: date }, strict)], {
  description: 'By name, or days from and to, both included',
})
const content = {
  widgets: Type.Array(widget, { maxItems: widgetsMax }),
  period,
  compare: Type.Boolean({ description: 'With the period before' }),
  filters: filters('Of all widgets'),
}
const sharing = {
  sharing: Type.Enum(['private', 'organisation', 'teams']),
  team_ids: Type.Array(uuid, { maxItems: 100, description: 'Whom it is shared with, where that is teams' }),
}

export type Widget = Static<typeof widget>
type Filters = Static<ReturnType<typeof filters>>
export type Content = { widgets: Widget[]; period: Static<typeof period>; compare: boolean; filters: Filters }

const changeable = Type.Partial(Type.Object({ ...content, ...sharing })).properties
export const newBoardBody = Type.Object(
  { name, ...changeable },
  {
    ...strict,
    examples: [
      {
        name: 'Mood of the week',
        period: 'last_7_days',
        widgets: [
          {
            id: 'mood',
            metrics: ['sentiment_customer'],
            chart: 'line',
            group_by: ['day'],
            size: { w: 6, h: 4 },
            position: { x: 0, y: 0 },
          },
        ],
      },
    ],
  },
)
export const boardChangeBody = Type.Object({ name: Type.Optional(name), ...changeable }, strict)
export const copyBody = Type.Object({ name: Type.Optional(name) }, strict)
export const homeBody = Type.Object({ board_id: Type.String({ maxLength: 100 }) }, strict)
export const orderBody = Type.Object(
  { board_ids: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 500 }) },
  { ...strict, description: 'Those that are not named follow' },
)

const summary = {
  id: Type.String({ description: 'A UUID; of those that are always there a name, such as `overview`' }),
  name: Type.String(),
  kind: Type.Enum(['default', 'own', 'shared']),
  ...sharing,
  is_home: Type.Boolean(),
  may_change: Type.Boolean({ description: 'Others are copied first' }),
  widget_count: Type.Integer(),
  revision: Type.Integer({ description: 'For `If-Match`' }),
  created_at: orNull(moment),
  updated_at: orNull(moment),
}
export const boardSummary = Type.Object(summary)
export const boardAnswer = Type.Object({ ...summary, ...content })
export const boardsAnswer = Type.Object({ boards: Type.Array(boardSummary) })

/** As somebody sees it. */
export type Shown = Board & { isHome: boolean; mayChange: boolean; kind: 'default' | 'own' | 'shared' }

export const summaryView = (board: Shown) => ({
  id: board.id,
  name: board.name,
  kind: board.kind,
  sharing: board.sharing,
  team_ids: board.team_ids,
  is_home: board.isHome,
  may_change: board.mayChange,
  widget_count: board.content.widgets.length,
  revision: board.revision,
  created_at: board.created_at?.toISOString() ?? null,
  updated_at: board.updated_at?.toISOString() ?? null,
})

export const boardView = (board: Shown) => ({ ...summaryView(board), ...board.content })
