// The clock of the schedules: asks for each report that is due, of every organisation. However many processes look, a run is
// asked for once; what was missed while none looked runs once, not once for each time.

import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { authorise, holderNow } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import { askFor } from './export-routes.ts'
import { nextRun } from './schedule-times.ts'
import { changeSchedule } from './schedules.ts'
import type { Document, Schedule } from './shapes.ts'

const lookEveryMs = 2000
const atOnce = 20

type Parts = { db: Db; queue: Queue; log: Log; timeZone: string }

/** @returns how many were due; runs in the scope of every organisation */
export async function runDue({ db, queue, timeZone }: Omit<Parts, 'log'>, now = new Date()): Promise<number> {
  return db.transaction().execute(async (tx) => {
    // Also those whose organisation has moved to another time zone: their next run is reckoned anew.
    const { rows } = await sql<Schedule & { zone: string }>`
      select s.*, coalesce(o.settings ->> 'time_zone', ${timeZone}) as zone
      from report_schedules s join orgs o on o.id = s.org_id and o.is_active
      where s.state = 'active'
        and (s.next_run_at <= ${now} or s.time_zone <> coalesce(o.settings ->> 'time_zone', ${timeZone}))
      order by s.next_run_at limit ${atOnce} for update of s skip locked`.execute(tx)
    for (const { zone, ...schedule } of rows) {
      const isDue = schedule.next_run_at !== null && schedule.next_run_at <= now
      const next = nextOf(schedule, zone, now)
      if (!next) {
        const paused_reason = 'Its next time cannot be reckoned. Change its time, and resume it.'
        await changeSchedule(tx, schedule, { state: 'paused', paused_reason, next_run_at: null })
        continue
      }
      if (isDue) await run(tx, queue, schedule, { dueAt: schedule.next_run_at as Date, ...next })
      else await changeSchedule(tx, schedule, next, { isOwn: true })
    }
    return rows.length
  })
}

/** Null: one that cannot be reckoned must not hold up those of everybody else. */
function nextOf(schedule: Schedule, zone: string, now: Date): Pick<Next, 'time_zone' | 'next_run_at'> | null {
  try {
    return { time_zone: zone, next_run_at: nextRun(schedule, zone, now) }
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

type Next = { dueAt: Date; time_zone: string; next_run_at: Date }

async function run(tx: Tx, queue: Queue, schedule: Schedule, { dueAt, ...next }: Next): Promise<void> {
  const reason = await whyNot(tx, schedule)
  if (reason !== null) {
    await changeSchedule(tx, schedule, { state: 'paused', paused_reason: reason, next_run_at: null })
    return
  }
  const document = await askForRun(tx, queue, schedule, dueAt)
  const ran = document ? { last_run_at: dueAt, last_run_id: document.id } : {}
  await changeSchedule(tx, schedule, { ...next, ...ran }, { isOwn: true })
}

/** With the rights of whom the schedule runs as. */
export const askForRun = (tx: Tx, queue: Queue, schedule: Schedule, dueAt: Date): Promise<Document | null> =>
  askFor(tx, queue, {
    org_id: schedule.org_id,
    kind: 'report',
    name: schedule.name,
    format: schedule.format,
    definition: schedule.definition,
    created_by: schedule.runs_as,
    schedule_id: schedule.id,
    due_at: dueAt,
  })

/** Why a schedule cannot go on; null when it can. */
export async function whyNot(tx: Tx, { org_id: orgId, runs_as }: Schedule): Promise<string | null> {
  const by = await holderNow(tx, orgId, runs_as)
  if (!by) return 'Whoever scheduled it may not use this organisation any more. Somebody else can resume it as theirs.'
  try {
    for (const needs of ['reports:manage', 'analytics:read']) authorise(by, needs)
    return null
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return 'Whoever scheduled it may not make reports any more. Somebody else can resume it as theirs.'
  }
}

export function startDueSchedules(parts: Parts): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const loop = async () => {
    while (!stopping.signal.aborted) {
      const count = await runDue(parts).catch((err) => {
        parts.log.error({ err }, 'could not look for reports that are due')
        return 0
      })
      if (count < atOnce) await delay(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const ended = loop()
  return {
    stop() {
      stopping.abort()
      return ended
    },
  }
}
