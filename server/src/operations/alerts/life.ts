// The life of an alert: which step leads from which state to which. Pure; who may take a step, and what else it writes,
// is others' business.

import { Problem } from '../../platform/problem.ts'
import type { Alert, AlertState } from './shapes.ts'

export const steps = ['acknowledge', 'assign', 'snooze', 'resolve', 'reopen'] as const
export type Step = (typeof steps)[number]

const unresolved: AlertState[] = ['open', 'acknowledged', 'assigned', 'snoozed']

/** The same step twice is no mistake: it changes the comment, the owner or the time. Only what is over stays over. */
export const moves: Record<Step, { from: readonly AlertState[]; to: AlertState }> = {
  acknowledge: { from: unresolved, to: 'acknowledged' },
  assign: { from: unresolved, to: 'assigned' },
  snooze: { from: unresolved, to: 'snoozed' },
  resolve: { from: unresolved, to: 'resolved' },
  reopen: { from: ['acknowledged', 'assigned', 'snoozed', 'resolved'], to: 'open' },
}

/** What a step needs to know besides: for `assign` the owner, for `snooze` until when. */
export type StepInput = { actor: string; now: Date; ownerId?: string; until?: Date }

/** @throws Problem('conflict', 'wrong_state') when the step does not lead from the state in which the alert is */
export function afterStep(alert: Alert, step: Step, { actor, now, ownerId, until }: StepInput): Alert {
  const { from, to } = moves[step]
  if (!from.includes(alert.state)) {
    const isDone = alert.state === to
    const detail = isDone ? `The alert is ${to} already.` : `The alert is ${alert.state}. Reopen it first.`
    throw new Problem('conflict', 'wrong_state', detail, { facts: { state: alert.state } })
  }
  const next: Alert = { ...alert, state: to, snoozed_until: null, resolved_at: null, resolved_by: null }
  // Whoever does something about it has seen it.
  if (step !== 'reopen') {
    next.acknowledged_at = alert.acknowledged_at ?? now
    next.acknowledged_by = alert.acknowledged_by ?? actor
  }
  if (step === 'assign') next.owner_id = ownerId ?? null
  if (step === 'snooze') next.snoozed_until = until ?? now
  if (step === 'resolve') Object.assign(next, { resolved_at: now, resolved_by: actor })
  if (step === 'reopen') Object.assign(next, opened(now))
  // Who is at work on it needs no mail about it.
  return { ...next, mail_due: null }
}

/** What is new of an alert that opens again; its count, its first time and its last mail stay. */
export const opened = (now: Date) => ({
  state: 'open' as const,
  opened_at: now,
  owner_id: null,
  acknowledged_at: null,
  acknowledged_by: null,
  snoozed_until: null,
  well_since: null,
  resolved_at: null,
  resolved_by: null,
  is_mailed: false,
})

/** When a mail about it may be written: not within the cool-down of the one before. */
export const mayMail = ({ mailed_at }: Pick<Alert, 'mailed_at'>, cooldownS: number, now: Date): boolean =>
  mailed_at === null || now.getTime() - mailed_at.getTime() >= cooldownS * 1000
