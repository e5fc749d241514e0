// An alert in words, for mails, events and lists: what it is about, and how it stands. Names nobody: an agent, a
// conversation and an endpoint are told by their id.

import { metrics } from './metric-names.ts'
import type { Alert } from './shapes.ts'

/** The group that takes what comes when a rule has too many groups open. */
export const overflowKey = '*'

type Told = Pick<Alert, 'rule_name' | 'source' | 'group_by' | 'group_key' | 'metric' | 'comparison' | 'threshold'> &
  Pick<Alert, 'count' | 'value' | 'event'>

export function titleOf({ rule_name, group_by, group_key }: Told): string {
  if (!group_by) return rule_name
  if (group_key === overflowKey) return `${rule_name} (many of ${group_by})`
  return `${rule_name} (${group_by} ${group_key || 'unknown'})`
}

export function detailOf({ source, metric, comparison, threshold, count, value, event }: Told): string {
  if (source === 'operation') {
    const { title, unit } = metrics[metric as keyof typeof metrics] ?? { title: metric, unit: '' }
    const shown = (figure: number | null) => (figure === null ? 'unknown' : `${round(figure)}${unit}`)
    return `${title}: ${shown(value)} (told of when ${comparison} ${shown(threshold)}).`
  }
  const times = count === 1 ? 'once' : `${count} times`
  return event ? `It has happened ${times}, the last time as ${event.type}.` : `It has happened ${times}.`
}

const round = (figure: number) => Math.round(figure * 10) / 10
