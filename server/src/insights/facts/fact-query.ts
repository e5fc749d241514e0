// How the row of conversation_facts is made of a conversation and its latest analysis, in SQL.

import { type RawBuilder, sql } from 'kysely'
import { factColumns, metricColumns } from './columns.ts'

/** For `at time zone`: PostgreSQL reads an offset in a text with the sign turned round, and in an interval as it is meant. */
export const zoneSql = (timeZone: string): RawBuilder<unknown> =>
  /^[+-]/.test(timeZone) ? sql`${timeZone}::text::interval` : sql`${knownZone(timeZone)}::text`

/** As PostgreSQL knows it: in the spelling of the standard. */
function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}

const number = (name: string) =>
  `case jsonb_typeof(m.${name} -> 'value') when 'number' then (m.${name} ->> 'value')::float8 end`
/** What clients send as metadata may be anything. */
const sentSeconds = (name: string) =>
  `case when c.metadata ->> '${name}' ~ '^[0-9]{1,8}(\\.[0-9]{1,9})?$' then (c.metadata ->> '${name}')::float8 end`
const isAbandoned = `coalesce(lower(c.metadata ->> 'abandoned') in ('true', 'yes', '1'), false)`
const isHandled = `c.status = 'completed' and not ${isAbandoned}`

/** Of columns that are not the conversation's own of the same name. */
const expressions: Record<string, string> = {
  conversation_id: 'c.id',
  day: 't.local::date',
  hour: 'extract(hour from t.local)::smallint',
  language: `coalesce(a.languages -> 0 ->> 'tag', c.language)`,
  reviewed: 'c.reviewed_at is not null',
  abandoned: isAbandoned,
  ...Object.fromEntries(metricColumns.map((name) => [name, number(name)])),
  sentiment_customer: `coalesce(${number('sentiment_customer')}, case jsonb_typeof(a.sentiment #> '{customer,score}')
    when 'number' then (a.sentiment #>> '{customer,score}')::float8 end)`,
  sentiment_recovery: `case m.sentiment_recovery -> 'value' when 'true' then 1 when 'false' then 0 end::float8`,
  // Without an analysis (a call log) the recording's length is all that is known; telephony adds what came after it.
  handle_time: `case when ${isHandled} then coalesce(${number('handle_time')}, c.duration_ms / 1000.0)
    + coalesce(${sentSeconds('acw_time')}, 0) end`,
  queue_time: sentSeconds('queue_time'),
  acw_time: sentSeconds('acw_time'),
  time_to_insight: `case when c.status = 'completed' and c.completed_at >= c.received_at
    then extract(epoch from c.completed_at - c.received_at)::float8 end`,
}

const values = factColumns.map((name) => `${expressions[name] ?? `c.${name}`} as ${name}`).join(',\n')
/** Taken apart once: each look into a packed JSONB unpacks all of it. */
const record = metricColumns.map((name) => `${name} jsonb`).join(', ')

/** The facts of these conversations as they are now, with org_id first. */
export const freshFacts = (orgId: string, ids: string[], timeZone: string): RawBuilder<unknown> => sql`
  select c.org_id, ${sql.raw(values)}
  from conversations c
  cross join lateral (select c.started_at at time zone ${zoneSql(timeZone)} as local) t
  left join analyses a on a.org_id = c.org_id and a.conversation_id = c.id and a.id = c.analysis_id
  left join lateral jsonb_to_record(a.metrics) as m (${sql.raw(record)}) on a.id is not null
  where c.org_id = ${orgId} and c.id = any(${ids}::uuid[]) and c.status <> 'awaiting_upload'`
