// How agents do over a period: counted from the conversations that the viewer may see, null where nothing can be counted.

import { sql } from 'kysely'
import { conversationsWithin, type Viewer } from '../conversations/index.ts'
import type { DbOrTx } from '../platform/db/db.ts'

/** `to` is not part of the period itself. */
export type Period = { from: Date; to: Date }

export type AgentFigures = {
  agent_id: string
  total_calls: number
  total_chats: number
  /** Seconds; null without a finished call. */
  average_duration: number | null
  /** -1 to 1, of the customers; null where no conversation has one. */
  customer_sentiment: number | null
  scored: number
}

/** Only finished conversations count; those without an agent belong to nobody. */
export async function agentFigures(
  db: DbOrTx,
  by: Viewer,
  agentIds: string[],
  period: Period,
): Promise<Map<string, AgentFigures>> {
  const { rows } = await sql<AgentFigures>`
    select c.agent_id,
      count(*) filter (where c.channel = 'voice') as total_calls,
      count(*) filter (where c.channel = 'chat') as total_chats,
      (avg(c.duration_ms) filter (where c.channel = 'voice') / 1000)::float8 as average_duration,
      avg((a.sentiment -> 'customer' ->> 'score')::float8) as customer_sentiment,
      count(a.sentiment -> 'customer' ->> 'score') as scored
    from conversations c
    left join analyses a on a.org_id = c.org_id and a.conversation_id = c.id and a.id = c.analysis_id
    where c.org_id = ${by.orgId} and c.status = 'completed' and c.agent_id = any(${agentIds}::uuid[])
      and ${conversationsWithin(by)}
      and c.started_at >= ${period.from} and c.started_at < ${period.to}
    group by c.agent_id`.execute(db)
  return new Map(rows.map((row) => [row.agent_id, row]))
}

/** Conversations a day, in the organisation's zone, and the days that had any. */
export async function agentVolume(db: DbOrTx, by: Viewer, agentId: string, period: Period, zone: string) {
  const { rows } = await sql<{ date: string; count: number }>`
    select to_char(started_at at time zone ${zone}, 'YYYY-MM-DD') as date, count(*) as count from conversations
    where org_id = ${by.orgId} and agent_id = ${agentId} and status = 'completed' and ${conversationsWithin(by)}
      and started_at >= ${period.from} and started_at < ${period.to}
    group by 1 order by 1`.execute(db)
  return { volume_trend: rows.map(({ count }) => count), volume_dates: rows.map(({ date }) => date) }
}

/**
 * Customer satisfaction on the hosted service's scale of 1 to 5, estimated from how customers sounded: -1 reads 1, 0
 * reads 3, 1 reads 5. Nobody was asked, and the answer says so.
 */
export function estimatedSatisfaction(figures: Pick<AgentFigures, 'customer_sentiment' | 'scored'> | undefined) {
  const { customer_sentiment: sentiment = null, scored = 0 } = figures ?? {}
  if (sentiment === null) {
    const basis = 'No conversation of the period has a sentiment of the customer.'
    return { customer_satisfaction: null, customer_satisfaction_estimated: false, customer_satisfaction_basis: basis }
  }
  return {
    customer_satisfaction: Math.round((3 + 2 * sentiment) * 10) / 10,
    customer_satisfaction_estimated: true,
    customer_satisfaction_basis: `Estimated from the sentiment of customers in ${scored} conversation(s); nobody was asked.`,
  }
}
