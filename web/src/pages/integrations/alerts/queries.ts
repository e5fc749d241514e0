// What is asked of the server about alerts and the rules that open them.

import { queryOptions } from '@tanstack/react-query'
import type { Answer, Sent } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import type { Tone } from '../parts/status.tsx'

export type Alert = Answer<'/v1/alerts/{id}', 'get'>
export type Rule = Answer<'/v1/alert-rules/{id}', 'get'>
export type RuleSent = Sent<'/v1/alert-rules', 'post'>
export const alertStates = ['open', 'acknowledged', 'assigned', 'snoozed', 'resolved'] as const
export const severities = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

export const severityTones: Record<Severity, Tone> = { low: 'quiet', medium: 'warn', high: 'bad', critical: 'bad' }
export const stateTones: Record<Alert['state'], Tone> = {
  open: 'bad',
  acknowledged: 'warn',
  assigned: 'warn',
  snoozed: 'quiet',
  resolved: 'good',
}

/** What a rule would have done: of one on events, and of one on a figure. */
export type RuleTrial =
  | { events: number; matched: number; alerts: number; reopened: number; groups: { group: string; matched: number }[] }
  | { metric: string; value: number | null; is_beyond: boolean }

const page = (cursor: string | undefined) => ({ limit: 50, ...(cursor ? { cursor } : {}) })

export async function readAlerts(state: string | undefined, severity: string | undefined, cursor: string | undefined) {
  const query = { ...page(cursor), ...(state ? { state } : {}), ...(severity ? { severity } : {}) }
  const { alerts, next_cursor } = await told(api.GET('/v1/alerts', { params: { query } }))
  return { rows: alerts, next: next_cursor }
}

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ['alerts', 'one', id],
    refetchInterval: 10_000,
    queryFn: () => told(api.GET('/v1/alerts/{id}', { params: { path: { id } } })),
  })

export async function readRules(cursor: string | undefined) {
  const { rules, next_cursor } = await told(api.GET('/v1/alert-rules', { params: { query: page(cursor) } }))
  return { rows: rules, next: next_cursor }
}

export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: ['alerts', 'rule', id],
    queryFn: () => told(api.GET('/v1/alert-rules/{id}', { params: { path: { id } } })),
  })
