// The figures that a board shows as a file of comma-separated values, one figure a line.

import { type Cell, written } from './cells.ts'
import type { Labels } from './group-labels.ts'
import type { Figures, GroupName, Widget } from './queries.ts'
import { titleOf } from './widget.tsx'

/** RFC 4180, with a mark of the byte order for spreadsheets. */
export function boardCsv(
  widgets: readonly Widget[],
  { answers }: Figures,
  { labels, heads }: { labels: Labels; heads: readonly string[] },
): string {
  const rows: Cell[][] = widgets.flatMap((widget) => {
    const answer = answers[widget.id]
    if (!answer || 'error' in answer) return []
    const title = titleOf(widget, answer.metrics)
    return answer.rows.flatMap(({ group, label, metrics }) => {
      const groups = (answer.group_by as GroupName[]).map(
        (name) => labels(name, group[name] ?? null, label[name]).label,
      )
      return answer.metrics.map(({ id, name, unit }) => {
        const figure = metrics[id]
        return [
          ...[title, groups[0], groups[1], name, figure?.value, unit, figure?.previous?.value],
          ...[figure?.n, figure?.excluded, figure?.reason, answer.period.start_date, answer.period.end_date],
        ]
      })
    })
  })
  return `\uFEFF${[heads, ...rows].map((row) => row.map(written).join(',')).join('\r\n')}\r\n`
}

export function download(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name.replaceAll(/[^\p{L}\p{N} ._-]/gu, '').trim() || 'board'}.csv`
  link.click()
  URL.revokeObjectURL(url)
}
