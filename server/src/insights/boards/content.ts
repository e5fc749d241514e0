// What a board holds, read from what a client sent: refused with what is wrong and how to mend it.

import { parseFilter } from '../../platform/filter/parser.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import { aggregates } from '../metrics/catalogue.ts'
import { boardChangeBody, type Content, newBoardBody, type Widget, widgetsMax } from './board-fields.ts'
import type { NewBoard } from './boards.ts'

const daysMax = 3660
const empty: Content = { widgets: [], period: 'last_30_days', compare: true, filters: {} }

type Change = Partial<Pick<NewBoard, 'name' | 'sharing' | 'team_ids'>> & { content: Partial<Content> }

/** @throws Problem('invalid', 'invalid_request' | 'too_many_widgets' | 'unknown_metric' | 'invalid_filter') */
export function readNewBoard(fields: Record<string, unknown>): NewBoard {
  refuseTooMany(fields)
  const { name, sharing, team_ids, ...content } = strictFields(newBoardBody, fields)
  requireSense(content)
  return {
    name: name.trim(),
    sharing: sharing ?? 'private',
    team_ids: team_ids ?? [],
    content: { ...empty, ...content },
  }
}

/** As `readNewBoard`. */
export function readBoardChange(fields: Record<string, unknown>): Change {
  refuseTooMany(fields)
  const { name, sharing, team_ids, ...content } = strictFields(boardChangeBody, fields)
  requireSense(content)
  return {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(sharing === undefined ? {} : { sharing }),
    ...(team_ids === undefined ? {} : { team_ids }),
    content,
  }
}

/** Said before anything else: with a thousand widgets, what is wrong with one of them is beside the point. */
function refuseTooMany({ widgets }: Record<string, unknown>): void {
  if (!Array.isArray(widgets) || widgets.length <= widgetsMax) return
  const detail = `A board has at most ${widgetsMax} widgets, and this one has ${widgets.length}. Make several boards.`
  throw new Problem('invalid', 'too_many_widgets', detail, { facts: { field: 'widgets', most: widgetsMax } })
}

function requireSense({ widgets = [], period, filters }: Partial<Content>): void {
  if (filters?.filter) parseFilter(filters.filter)
  if (typeof period === 'object') requirePeriod(period)
  const ids = new Set<string>()
  for (const widget of widgets) {
    if (ids.has(widget.id)) throw invalid('widgets', `Two widgets have the id ${widget.id}. Give each its own.`)
    ids.add(widget.id)
    requireWidget(widget)
  }
}

function requireWidget({ id, metrics, filters, size, position }: Widget): void {
  const unknown = metrics.filter((one) => !aggregates.has(one))
  if (unknown.length > 0) {
    const known = [...aggregates.keys()]
    const detail = `The widget ${id} shows ${unknown.join(', ')}, which is no metric. There are: ${known.join(', ')}.`
    throw new Problem('invalid', 'unknown_metric', detail, { facts: { widget: id, unknown, known } })
  }
  if (position.x + size.w > 12) throw invalid('widgets', `The widget ${id} goes beyond the 12 columns of the board.`)
  if (filters?.filter) parseFilter(filters.filter)
}

function requirePeriod({ from, to }: { from: string; to: string }): void {
  const [start, end] = [from, to].map((text) => {
    try {
      return Temporal.PlainDate.from(text)
    } catch {
      throw invalid('period', `${text} is no day. Send days such as 2026-03-31.`)
    }
  }) as [Temporal.PlainDate, Temporal.PlainDate]
  const { days } = start.until(end, { largestUnit: 'days' })
  if (days < 0) throw invalid('period', 'It ends before it begins.')
  if (days > daysMax) throw invalid('period', `It goes over more than ${daysMax} days.`)
}

const invalid = (field: string, issue: string) =>
  new Problem('invalid', 'invalid_request', `${field}: ${issue}`, { facts: { field, issue } })
