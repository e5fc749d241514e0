// The words of alerts: a rule says what is watched for, an alert is one thing that was found, with its life from open to
// resolved.

export const severities = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

export const alertStates = ['open', 'acknowledged', 'assigned', 'snoozed', 'resolved'] as const
export type AlertState = (typeof alertStates)[number]

export const comparisons = ['>', '>=', '<', '<='] as const
export type Comparison = (typeof comparisons)[number]

/** In the database's own columns. */
export type Rule = {
  org_id: string
  id: string
  name: string
  preset: string | null
  state: 'active' | 'paused'
  severity: Severity
  cooldown_s: number
  auto_resolve_s: number | null
  mail_to: string[]
  mail_roles: string[]
  created_at: Date
  updated_at: Date
} & (
  | {
      source: 'event'
      /** As a subscription has them. */
      types: string[]
      filter: string | null
      group_by: string | null
      at_least: number
      within_s: number
      since_seq: number
    }
  | {
      source: 'operation'
      metric: string
      comparison: Comparison
      threshold: number
      for_s: number
    }
)
export type EventRule = Extract<Rule, { source: 'event' }>
export type OperationRule = Extract<Rule, { source: 'operation' }>

/** The newest event of an alert. */
export type EventRef = { id: string; seq: number; type: string; conversation_id: string | null }

export type Alert = {
  org_id: string
  id: string
  rule_id: string
  rule_name: string
  source: 'event' | 'operation'
  severity: Severity
  group_by: string | null
  group_key: string
  metric: string | null
  comparison: Comparison | null
  threshold: number | null
  state: AlertState
  count: number
  first_at: Date
  last_at: Date
  opened_at: Date
  value: number | null
  event: EventRef | null
  agent_ids: string[] | null
  teams: string[] | null
  departments: string[] | null
  owner_id: string | null
  acknowledged_at: Date | null
  acknowledged_by: string | null
  snoozed_until: Date | null
  well_since: Date | null
  resolved_at: Date | null
  resolved_by: string | null
  mail_due: MailNews | null
  mailed_at: Date | null
  is_mailed: boolean
  seq: number
  updated_at: Date
}

/** What a mail is to tell: it was opened, it goes on or has come back, it is over. */
export type MailNews = 'opened' | 'again' | 'resolved'

/** What was done to an alert, by whom; `program` is nobody. */
export type Deed = {
  actor: string
  action: string
  comment?: string | null
  data?: Record<string, unknown>
}
export const program = 'program'
