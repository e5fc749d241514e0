// Writes what came of deliveries, many at once: what is over moves to the log, what is to be tried again waits, and each
// attempt gets its row. Whose lease has been given to somebody else changes nothing. Needs the queue's lock.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'
import type { Claimed } from './claim.ts'

/** One exchange with a receiver. `error` null: it took the delivery. */
export type Attempt = {
  startedAt: Date
  durationMs: number
  url: string
  requestBytes: number
  status: number | null
  error: string | null
  /** The same for errors that have the same cause, such as `http_503`. */
  fingerprint: string | null
  /** The beginning of the answer's body. */
  response: string | null
  responseHeaders: Record<string, string> | null
  timings: Record<string, number> | null
}

export type Verdict =
  | { state: 'delivered' | 'dead'; attempt: Attempt }
  /** Nothing was sent and nothing will be; `why` is shown. */
  | { state: 'dead'; attempt: null; why: string; fingerprint: string }
  | { state: 'discarded'; attempt: null; why: string }
  /** The endpoint's condition does not hold: it was not meant for it. */
  | { state: 'unwanted'; attempt: null }
  | { state: 'waiting'; attempt: Attempt; waitMs: number }
  /** Handed back untried: the next sender takes it at once, or after `waitMs`. */
  | { state: 'waiting'; attempt: null; waitMs?: number }

export type Settled = { due: Claimed; verdict: Verdict }

/** @returns the lease tokens of those whose lease still held */
export async function settle(tx: Tx, settled: Settled[]): Promise<Set<string>> {
  if (settled.length === 0) return new Set()
  const { rows } = await sql<{ token: string }>`
    with told as (
      select * from json_to_recordset(${JSON.stringify(settled.map(asRow))}::json) as t (
        org_id uuid, id uuid, lease_token uuid, state text, attempt integer, wait_s float8, status_code integer,
        error text, fingerprint text, made json)
    ), over as (
      delete from deliveries d using told t
      where d.org_id = t.org_id and d.id = t.id and d.lease_token = t.lease_token and t.state <> 'waiting'
      returning d.*, t.state, t.attempt as last_attempt, t.status_code as last_status, t.error as last_error,
        t.fingerprint, ${withAttempt} as all_attempts
    ), kept as (
      insert into delivery_log (org_id, endpoint_id, id, event_seq, event_at, ordering_key, state, attempt,
        attempts_before, status_code, error, fingerprint, attempts, data, replayed_by, created_at, finished_at)
      select org_id, endpoint_id, id, event_seq, event_at, ordering_key, state, coalesce(last_attempt, attempt),
        attempts_before, last_status, last_error, case state when 'dead' then coalesce(fingerprint, 'other') end,
        all_attempts, data, replayed_by, created_at, clock_timestamp()
      from over where state <> 'unwanted'
    ), waiting as (
      update deliveries d set
        attempt = coalesce(t.attempt, d.attempt),
        attempts = ${withAttempt},
        status_code = case when t.attempt is null then d.status_code else t.status_code end,
        error = case when t.attempt is null then d.error else t.error end,
        failing_since = case when t.attempt is null then d.failing_since
          else coalesce(d.failing_since, clock_timestamp()) end,
        next_at = coalesce(clock_timestamp() + make_interval(secs => t.wait_s), d.next_at),
        lost_leases = 0, lease_until = null, lease_token = null
      from told t
      where d.org_id = t.org_id and d.id = t.id and d.lease_token = t.lease_token and t.state = 'waiting'
      returning t.lease_token as token
    )
    select lease_token as token from over union all select token from waiting`.execute(tx)
  return new Set(rows.map(({ token }) => token))
}

/** The list as text, so that nothing of it is taken apart. */
const withAttempt = sql`
  case when t.made is null then d.attempts
    when d.attempts is null then ('[' || t.made::text || ']')::json
    else (left(rtrim(d.attempts::text), -1) || ',' || t.made::text || ']')::json end`

const asRow = ({ due, verdict }: Settled) => {
  const { org_id, id, lease_token } = due
  const { state, attempt } = verdict
  const common = { org_id, id, lease_token, state, wait_s: waitS(verdict) }
  if (!attempt) {
    return 'why' in verdict
      ? { ...common, error: verdict.why, fingerprint: state === 'dead' ? verdict.fingerprint : null }
      : common
  }
  const number = due.attempt + 1
  const { status, error, fingerprint } = attempt
  const made = logged(number, attempt)
  return { ...common, attempt: number, status_code: status, error, made, ...(state === 'dead' ? { fingerprint } : {}) }
}

const waitS = (verdict: Verdict): number | null =>
  'waitMs' in verdict && verdict.waitMs !== undefined ? verdict.waitMs / 1000 : null

/** As the log of attempts shows it. */
const logged = (number: number, attempt: Attempt) => ({
  attempt: number,
  started_at: attempt.startedAt,
  duration_ms: Math.round(attempt.durationMs),
  url: attempt.url,
  request_bytes: attempt.requestBytes,
  status_code: attempt.status,
  error: attempt.error,
  response: attempt.response,
  response_headers: attempt.responseHeaders,
  timings: attempt.timings,
})
