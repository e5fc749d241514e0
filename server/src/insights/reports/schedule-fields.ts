// Schedules as clients send and see them.

import { sql } from 'kysely'
import { type Static, Type } from 'typebox'
import { normaliseEmail } from '../../access/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { isUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { orNull, text, time } from './document-answers.ts'
import { parameterFields } from './report-fields.ts'
import { deliveries, frequencies, reportFormats, type Schedule, type When } from './shapes.ts'

const recipientsMax = 50

const fields = {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  format: Type.Union(reportFormats.map((one) => Type.Literal(one))),
  report_type: Type.String({ minLength: 1, maxLength: 60, pattern: '^[a-z][a-z0-9_]*$' }),
  parameters: Type.Object(parameterFields),
  frequency: Type.Union(frequencies.map((one) => Type.Literal(one))),
  time_of_day: Type.String({
    pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
    description: "`HH:mm` in the organisation's time zone",
  }),
  weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
    maxItems: 7,
    description: 'Of weekly ones: 1 is Monday; absent: Monday',
  }),
  day_of_month: orNull(
    Type.Integer({
      minimum: 1,
      maximum: 31,
      description: 'Of monthly ones; in a shorter month its last day; absent: 1',
    }),
  ),
  recipients: Type.Array(Type.String({ minLength: 1, maxLength: 300 }), {
    maxItems: recipientsMax,
    description: 'Ids or e-mail addresses of users. Other addresses need reports:manage over the whole organisation.',
  }),
  delivery: Type.Union(
    deliveries.map((one) => Type.Literal(one)),
    {
      description: '`link`: signed, for a week. `attachment`: up to 10 MiB, else a link. Absent: link',
    },
  ),
}

const { name, frequency, time_of_day, ...others } = fields
export const scheduleBody = Type.Object(
  { name, frequency, time_of_day, ...Type.Partial(Type.Object(others)).properties },
  {
    examples: [
      {
        name: 'Last month',
        format: 'pdf',
        frequency: 'monthly',
        day_of_month: 1,
        time_of_day: '07:00',
        parameters: { period: 'last_month' },
        recipients: ['lead@example.org'],
      },
    ],
  },
)
export const scheduleChange = Type.Partial(Type.Object(fields))
export type ScheduleGiven = Static<typeof scheduleChange>

/** What of the rule does not go with the frequency is left out, what it needs and was not sent is filled in. */
export function whenOf(given: Partial<When>, before?: When): When {
  const merged = { weekdays: [], day_of_month: null, ...before, ...given } as When
  const { frequency } = merged
  const weekdays = [...new Set(merged.weekdays)].sort()
  return {
    frequency,
    time_of_day: merged.time_of_day,
    weekdays: frequency !== 'weekly' ? [] : weekdays.length > 0 ? weekdays : [1],
    day_of_month: frequency === 'monthly' ? (merged.day_of_month ?? 1) : null,
  }
}

/** @throws Problem('invalid') for what is no address, Problem('forbidden', 'outside_recipients') */
export async function readRecipients(
  db: DbOrTx,
  by: Principal,
  words: string[],
): Promise<Pick<Schedule, 'member_ids' | 'addresses'>> {
  const wanted = [...new Set(words.map((word) => word.trim()))].map((word) => {
    const email = isUuid(word) ? null : normaliseEmail(word)
    if (!isUuid(word) && email === null) throw refusal(`recipients: ${JSON.stringify(word.slice(0, 60))} is no address`)
    return { word, email }
  })
  const { rows } = await sql<{ id: string; email: string }>`
    select u.id, u.email from memberships m join users u on u.id = m.user_id
    where m.org_id = ${by.orgId} and m.state = 'active' and u.state = 'active'
      and (u.id::text = any (${wanted.map(({ word }) => word.toLowerCase())})
        or u.email = any (${wanted.flatMap(({ email }) => email ?? [])}))`.execute(db)
  const members = new Set<string>()
  const addresses = new Set<string>()
  for (const { word, email } of wanted) {
    const member = rows.find((row) => (email === null ? row.id === word.toLowerCase() : row.email === email))
    if (member) members.add(member.id)
    else if (email === null) throw refusal(`recipients: there is no active user ${word}`)
    else addresses.add(email)
  }
  if (addresses.size > 0 && by.reach !== 'all') {
    const detail = `Not a user here: ${[...addresses].slice(0, 3).join(', ')}. Addresses outside need access to the whole organisation.`
    throw new Problem('forbidden', 'outside_recipients', detail, { facts: { field: 'recipients' } })
  }
  return { member_ids: [...members], addresses: [...addresses] }
}

const refusal = (detail: string) =>
  new Problem('invalid', 'invalid_recipient', `${detail}.`, { facts: { field: 'recipients' } })

export const scheduleAnswer = Type.Object({
  schedule_id: text,
  name: text,
  format: text,
  report_type: text,
  parameters: Type.Object({}, { additionalProperties: true }),
  frequency: text,
  time_of_day: text,
  weekdays: Type.Array(Type.Integer()),
  day_of_month: orNull(Type.Integer()),
  time_zone: text,
  recipients: Type.Array(Type.Object({ user_id: orNull(text), email: text, is_active: Type.Boolean() })),
  delivery: text,
  state: Type.String({ enum: ['active', 'paused'] }),
  paused_reason: orNull(text),
  created_by: text,
  runs_as: Type.String({ description: 'With whose rights it runs: who made it, or changed or resumed it last' }),
  revision: Type.Integer({ description: 'For `If-Match`' }),
  next_run_at: orNull(time),
  last_run_at: orNull(time),
  last_report_id: orNull(text),
  created_at: time,
  updated_at: time,
  links: Type.Object({ self: text, reports: text }),
})

export type Named = Map<string, { email: string; is_active: boolean }>

/** Who the members are that schedules name. */
export async function membersOf(db: DbOrTx, orgId: string, schedules: Schedule[]): Promise<Named> {
  const ids = [...new Set(schedules.flatMap(({ member_ids }) => member_ids))]
  const { rows } = await sql<{ id: string; email: string; is_active: boolean }>`
    select u.id, u.email, m.state = 'active' and u.state = 'active' as is_active
    from memberships m join users u on u.id = m.user_id
    where m.org_id = ${orgId} and m.user_id = any (${ids}::uuid[])`.execute(db)
  return new Map(rows.map(({ id, ...rest }) => [id, rest]))
}

export function scheduleView(schedule: Schedule, members: Named) {
  const { report_type, ...definition } = schedule.definition
  const { period, ...parameters } = definition
  const self = `/v1/report-schedules/${schedule.id}`
  const iso = (at: Date | null) => at?.toISOString() ?? null
  return {
    schedule_id: schedule.id,
    name: schedule.name,
    format: schedule.format,
    report_type,
    parameters: {
      ...(typeof period === 'string' ? { period } : { start_date: period.from, end_date: period.to }),
      ...parameters,
    },
    frequency: schedule.frequency,
    time_of_day: schedule.time_of_day,
    weekdays: schedule.weekdays,
    day_of_month: schedule.day_of_month,
    time_zone: schedule.time_zone,
    recipients: [
      ...schedule.member_ids.map((id) => ({
        user_id: id,
        email: members.get(id)?.email ?? '',
        is_active: members.get(id)?.is_active ?? false,
      })),
      ...schedule.addresses.map((email) => ({ user_id: null, email, is_active: true })),
    ],
    delivery: schedule.delivery,
    state: schedule.state,
    paused_reason: schedule.paused_reason,
    created_by: schedule.created_by,
    runs_as: schedule.runs_as,
    revision: schedule.revision,
    next_run_at: iso(schedule.next_run_at),
    last_run_at: iso(schedule.last_run_at),
    last_report_id: schedule.last_run_id,
    created_at: schedule.created_at.toISOString(),
    updated_at: schedule.updated_at.toISOString(),
    links: { self, reports: `/v1/reports?schedule_id=${schedule.id}` },
  }
}
