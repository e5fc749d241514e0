// What stands in each section of a report: which figures, which charts, which tables. How a figure is computed is the
// catalogue's matter; how it is drawn, the renderers'.

import type { Ask, Told } from './ask-metrics.ts'
import type { Cell } from './columns.ts'
import { type Chart, type Figure, type Part, part, type Table } from './report-figures.ts'
import type { ChartKind, ReportDefinition, Section } from './shapes.ts'

type Grain = 'day' | 'week' | 'month'
export type Context = { ask: Ask; grain: Grain; topKeywords(): Promise<{ text: string; conversations: number }[]> }

const peopleMetrics = ['conversations', 'aht', 'silence_ratio', 'sentiment_customer', 'sentiment_negative_share']

const parts: Record<Section, (context: Context) => Promise<Part>> = {
  volume: async (context) =>
    part('Volume', {
      figures: await figures(context, ['conversations', 'calls', 'chats', 'completed', 'failed', 'duration_total']),
      charts: await charts(context, [['conversations', 'bar']]),
    }),
  handling: async (context) =>
    part('Handling', {
      figures: await figures(context, [
        'duration',
        'aht',
        'handle_time_p90',
        'silence_ratio',
        'dead_air_ratio',
        'overtalk_ratio',
        'agent_talk_share',
        'hold_time',
        'avg_response_time',
      ]),
    }),
  sentiment: async (context) =>
    part('Sentiment', {
      figures: await figures(context, [
        'sentiment_customer',
        'sentiment_positive_share',
        'sentiment_negative_share',
        'sentiment_trend',
        'sentiment_recovery_rate',
        'satisfaction_estimated',
      ]),
      charts: await charts(context, [['sentiment_customer', 'line']]),
    }),
  languages: async (context) =>
    part('Languages', { tables: [await table(context, 'Language', 'language', ['conversations', 'language_mix'])] }),
  agents: async (context) => part('Agents', { tables: [await table(context, 'Agent', 'agent', peopleMetrics)] }),
  teams: async (context) => part('Teams', { tables: [await table(context, 'Team', 'team', peopleMetrics)] }),
  trends: async (context) =>
    part('Trends', {
      charts: await charts(context, [
        ['calls', 'bar'],
        ['chats', 'bar'],
        ['aht', 'line'],
        ['silence_ratio', 'line'],
        ['sentiment_negative_share', 'line'],
      ]),
    }),
  async keywords({ topKeywords }) {
    const found = await topKeywords()
    return part('Keywords', {
      tables: [
        {
          title: 'Most frequent keywords',
          columns: [
            { title: 'Keyword', type: 'text' },
            { title: 'Conversations', type: 'number' },
          ],
          rows: found.map(({ text, conversations }): Cell[] => [text, conversations]),
          note: found.length === 0 ? 'No keywords were found in these conversations.' : null,
        },
      ],
    })
  },
}

export async function partsOf(context: Context, { sections, metrics }: ReportDefinition): Promise<Part[]> {
  const found: Part[] = []
  for (const section of sections) found.push(await parts[section](context))
  if (metrics.length === 0) return found
  const drawn = metrics.flatMap(({ metric, chart }): [string, ChartKind][] =>
    chart === 'none' ? [] : [[metric, chart]],
  )
  const ids = metrics.map(({ metric }) => metric)
  return [...found, part('Metrics', { figures: await figures(context, ids), charts: await charts(context, drawn) })]
}

async function figures({ ask }: Context, ids: string[]): Promise<Figure[]> {
  const { metrics, rows } = await ask(ids, null)
  const [whole] = rows
  return metrics.map(({ id, name, unit, formula, version }, index) => {
    const told = whole?.figures[index]
    return {
      id: `${id}@${version}`,
      title: name,
      unit,
      value: told?.value ?? null,
      n: told?.n ?? 0,
      excluded: told?.excluded ?? 0,
      formula,
      reason: told?.reason ?? null,
    }
  })
}

async function charts({ ask, grain }: Context, wanted: [id: string, kind: ChartKind][]): Promise<Chart[]> {
  if (wanted.length === 0) return []
  const { metrics, rows } = await ask(
    wanted.map(([id]) => id),
    grain,
  )
  return metrics.map(({ name, unit }, index) => {
    const told = rows.map((row) => row.figures[index] as Told)
    return {
      title: `${name} by ${grain}`,
      kind: wanted[index]?.[1] === 'bar' ? 'bar' : 'line',
      unit,
      points: rows.map((row, at) => ({ label: row.label, value: told[at]?.value ?? null })),
      n: told.reduce((sum, one) => sum + one.n, 0),
    }
  })
}

async function table(
  { ask }: Context,
  who: string,
  group: 'language' | 'agent' | 'team',
  ids: string[],
): Promise<Table> {
  const { metrics, rows, isCut } = await ask(ids, group)
  return {
    title: `By ${group}`,
    columns: [
      { title: who, type: 'text' },
      ...metrics.map(({ name, unit }) => ({
        title: unit && unit !== 'n' ? `${name} (${unit})` : name,
        type: 'number' as const,
      })),
    ],
    rows: rows.map((row): Cell[] => [row.label, ...row.figures.map(({ value }) => value)]),
    note: isCut ? `The first ${rows.length}; there are more.` : null,
  }
}
