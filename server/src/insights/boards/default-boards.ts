// The boards that are always there, so that nobody begins with an empty page. They are copied to be changed.

import type { Content, Widget } from './board-fields.ts'
import type { Board } from './boards.ts'

type Cell = Omit<Widget, 'id' | 'position'>

const small = { w: 3, h: 2 }
const half = { w: 6, h: 4 }
const whole = { w: 12, h: 5 }
const columns = 12

const card = (metric: string): Cell => ({ metrics: [metric], chart: 'card', size: small })
const chart = (
  title: string,
  kind: Widget['chart'],
  group: NonNullable<Widget['group_by']>[number],
  metrics: string[],
  size = half,
): Cell => ({ title, metrics, chart: kind, group_by: [group], size })

/** From left to right, row by row. */
function laidOut(cells: Cell[]): Widget[] {
  let [x, y, rowHeight] = [0, 0, 0]
  return cells.map((cell, index) => {
    if (x + cell.size.w > columns) [x, y, rowHeight] = [0, y + rowHeight, 0]
    const widget = { id: `w${index + 1}`, ...cell, position: { x, y } }
    x += cell.size.w
    rowHeight = Math.max(rowHeight, cell.size.h)
    return widget
  })
}

function board(id: string, name: string, period: Content['period'], cells: Cell[]): Board {
  return {
    id,
    owner: null,
    name,
    sharing: 'organisation',
    team_ids: [],
    content: { widgets: laidOut(cells), period, compare: true, filters: {} },
    revision: 1,
    created_at: null,
    updated_at: null,
  }
}

const overview = board('overview', 'Overview', 'last_30_days', [
  card('conversations'),
  card('aht'),
  card('sentiment_customer'),
  card('satisfaction_estimated'),
  chart('Conversations by day', 'bar', 'day', ['conversations']),
  chart('How customers feel, by day', 'line', 'day', ['sentiment_customer']),
  chart('When it is busy', 'bar', 'hour', ['conversations']),
  chart('Calls and chats', 'doughnut', 'channel', ['conversations']),
  chart('Languages', 'pie', 'language', ['conversations']),
  chart('Departments', 'table', 'department', ['conversations', 'aht', 'sentiment_customer']),
])

export const defaultBoards: readonly Board[] = [
  overview,
  board('agents-and-teams', 'Agents and teams', 'last_30_days', [
    chart(
      'Agents',
      'table',
      'agent',
      ['conversations', 'aht', 'agent_talk_share', 'patience', 'interruption_rate_agent', 'sentiment_customer'],
      whole,
    ),
    chart('Conversations by team', 'bar', 'team', ['conversations']),
    chart('Handle time by team', 'bar', 'team', ['aht']),
    chart('Talk and silence, by week', 'line', 'week', ['agent_talk_share', 'silence_ratio']),
    chart('Hold and dead air, by week', 'line', 'week', ['hold_time', 'dead_air_time']),
  ]),
  board('customer-mood', 'Customer mood', 'last_30_days', [
    card('sentiment_customer'),
    card('sentiment_trend'),
    card('negative_turn_ratio'),
    card('sentiment_recovery_rate'),
    chart('Beginning and end, by day', 'line', 'day', ['sentiment_start', 'sentiment_end']),
    chart('Mood by team', 'bar', 'team', ['sentiment_customer']),
    chart('Mood by language', 'bar', 'language', ['sentiment_customer']),
    chart('Mood by channel', 'bar', 'channel', ['sentiment_customer', 'negative_turn_ratio']),
  ]),
  board('languages-and-topics', 'Languages and topics', 'last_30_days', [
    chart('Languages', 'doughnut', 'language', ['conversations']),
    chart('Languages, by week', 'table', 'language', ['conversations', 'aht', 'sentiment_customer']),
    chart('Topics', 'bar', 'topic', ['conversations']),
    chart('Tags', 'bar', 'tag', ['conversations']),
  ]),
  board('calls', 'How calls go', 'last_30_days', [
    card('aht'),
    card('hold_time'),
    card('overtalk_ratio'),
    card('patience'),
    chart('Silence and dead air, by day', 'line', 'day', ['silence_ratio', 'dead_air_time']),
    chart('Who talks', 'line', 'day', ['agent_talk_share', 'talk_to_listen_ratio']),
    chart('Interruptions, by team', 'bar', 'team', ['interruption_rate_agent', 'interruption_rate_customer']),
    chart('Pace of speech, by team', 'bar', 'team', ['speech_rate_wpm_agent', 'speech_rate_wpm_customer']),
  ]),
]

export const homeDefault = overview

export const findDefault = (id: string): Board | null => defaultBoards.find((one) => one.id === id) ?? null
