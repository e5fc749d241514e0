// Does once more on a real database, by the senders' own statements, what was done to the model of the queue in a simulated
// world, and compares after each step. PostgreSQL's clock stands where the world's does: functions of the same names come
// first on the search path.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import { createOrg } from '../../server/src/access/index.ts'
import { moveBack } from '../../server/src/events/dead-letters/replay.ts'
import type { Claimed } from '../../server/src/events/delivery/claim.ts'
import { type Ended, type OwnerNotice, turns } from '../../server/src/events/delivery/turn.ts'
import { discardHeld, hastenHeld, pauseEndpoint, resumeEndpoint } from '../../server/src/events/endpoints/status.ts'
import { type Db, openDb } from '../../server/src/platform/db/db.ts'
import { startEmbedded } from '../../server/src/platform/db/embedded.ts'
import { migrate } from '../../server/src/platform/db/migrate.ts'
import { newId } from '../../server/src/platform/ids.ts'
import type { Secrets } from '../../server/src/platform/secrets.ts'
import type { Emitted, State, Step } from './history.ts'
import type { Endpoint } from './queue.ts'

export type RealQueue = {
  /** @throws where the database came to something else than the model */
  relive(endpoints: Endpoint[], steps: Step[]): Promise<void>
  stop(): Promise<void>
}

export async function openRealQueue(): Promise<RealQueue> {
  const dir = await mkdtemp(join(tmpdir(), 'indaba-simulation-'))
  const database = await startEmbedded({ dataDir: dir, durable: false, log: { info() {}, warn: console.error } })
  await migrate(database.url)
  // One connection: the clock is set for a session.
  const db = openDb({ url: database.url, connectionsMax: 1, as: 'owner' })
  await standStill(db)
  return {
    relive: (endpoints, steps) => relive(db, endpoints, steps),
    async stop() {
      await db.destroy()
      await database.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function standStill(db: Db): Promise<void> {
  await sql`create schema world`.execute(db)
  for (const name of ['clock_timestamp', 'statement_timestamp']) {
    await sql`create function world.${sql.raw(name)}() returns timestamptz language sql stable as
      $$ select current_setting('world.now')::timestamptz $$`.execute(db)
  }
  await sql`select set_config('search_path', 'world, public, pg_catalog', false)`.execute(db)
}

const setClock = (db: Db, ms: number) =>
  sql`select set_config('world.now', ${new Date(ms).toISOString()}, false)`.execute(db)

async function relive(db: Db, endpoints: Endpoint[], steps: Step[]): Promise<void> {
  const world = await build(db, endpoints)
  try {
    for (const [index, step] of steps.entries()) {
      if ('nowMs' in step) await setClock(db, step.nowMs)
      await take(world, step).catch((cause) => {
        throw new Error(`step ${index} (${step.kind}) of ${steps.length}: ${cause.message}`, { cause })
      })
    }
  } finally {
    await sql`delete from orgs where id = any (${[...new Set(world.orgs.values())]}::uuid[])`.execute(db)
    await sql`delete from delivery_log`.execute(db)
  }
}

type World = Awaited<ReturnType<typeof build>>

async function build(db: Db, endpoints: Endpoint[]) {
  await setClock(db, 0)
  await sql`update delivery_clock set seen_at = 'epoch'`.execute(db)
  const orgs = new Map<string, string>()
  for (const { orgId } of endpoints) if (!orgs.has(orgId)) orgs.set(orgId, (await createOrg(db, { name: 'World' })).id)
  const ids = new Map<string, string>()
  const orgOf = new Map<string, string>()
  for (const { id, orgId, ordering, ratePerS, waitsS } of endpoints) {
    ids.set(id, newId())
    orgOf.set(id, orgs.get(orgId) as string)
    await sql`
      with made as (
        insert into webhook_endpoints (org_id, id, url, events, style, secret, ordering, rate_per_s, retry_waits_s)
        values (${orgs.get(orgId)}, ${ids.get(id)}, 'http://127.0.0.1:9/', '{call.completed}', 'vela', '\\x00', ${ordering},
          ${ratePerS}, ${waitsS})
        returning org_id, id
      ) insert into delivery_lanes (org_id, endpoint_id) select org_id, id from made`.execute(db)
  }
  return {
    ...{ db, orgs, ids, orgOf, dues: new Map<string, Claimed>(), senders: new Map<number, Sender>() },
    finishedIn: new Map<string, string>(),
  }
}

type Sender = (
  step: Turn,
) => Promise<{ claimed: Claimed[]; late: Claimed[]; pacedMs: number | null; notices: OwnerNotice[] }>
type Turn = Extract<Step, { kind: 'turn' }>

/** With a memory of its own, as each process has. */
function newSender({ db, dues }: World): Sender {
  let now: Turn | undefined
  let notices: OwnerNotice[] = []
  const losing = {
    transaction: () => ({
      async execute<T>(work: never): Promise<T> {
        const result = await db.transaction().execute<T>(work)
        lastResult = result
        if (now?.isAnswerLost) throw answerLost
        return result
      },
    }),
  } as unknown as Db
  let lastResult: unknown
  const around = { monotonicMs: () => now?.input.sinceStartMs ?? 0, random: () => now?.input.random ?? 0 }
  const takeTurn = turns(losing, async (_tx, found) => void notices.push(...found), around)
  return async (step) => {
    now = step
    notices = []
    const { limit, leaseMs } = step.input
    const ended = step.input.ended.map(
      ({ due, ...rest }): Ended => ({ ...rest, due: dues.get(due.lease_token) as Claimed }),
    )
    const turn = await takeTurn({ ended, limit, leaseMs }).catch((err) => {
      if (err !== answerLost) throw err
      return lastResult as Awaited<ReturnType<typeof takeTurn>>
    })
    return { ...turn, notices }
  }
}

const answerLost = new Error('the answer to the commit was lost')

async function take(world: World, step: Step): Promise<void> {
  const { db, ids, orgOf } = world
  switch (step.kind) {
    case 'emit':
      return emit(world, step.rows)
    case 'started':
      world.senders.delete(step.sender)
      return
    case 'turn':
      return turn(world, step)
    case 'replay': {
      const id = ids.get(step.id) as string
      const { rows } = await sql<{ org_id: string; finished_at: string }>`
        select org_id, finished_at::text from delivery_log where id = ${id}`.execute(db)
      const found = rows.map(({ finished_at }) => ({ id, finished_at }))
      const moved = await db
        .transaction()
        .execute((tx) => moveBack(tx, rows[0]?.org_id as string, found, { states: ['dead'], by: 'world' }))
      return same('replayed', moved, 1)
    }
    default: {
      const key = { orgId: orgOf.get(step.endpointId) as string, id: ids.get(step.endpointId) as string }
      if (step.kind === 'pause') await db.transaction().execute((tx) => pauseEndpoint(tx, unused, key, 'world'))
      if (step.kind === 'resume') {
        await db.transaction().execute((tx) => resumeEndpoint(tx, unused, key))
        await hastenHeld(db, key)
      }
      if (step.kind === 'discard') {
        // All that is there, also what was written before the clock was set back.
        const before = new Date(step.nowMs + aDayMs)
        await discardHeld(db, key, { before, by: 'world', reason: 'world' })
      }
      return compare(world, step.after)
    }
  }
}

/** Nothing that is sealed is changed here. */
const unused = {} as Secrets

async function turn(world: World, step: Turn): Promise<void> {
  const { ids, senders, dues } = world
  const sender = senders.get(step.sender) ?? newSender(world)
  senders.set(step.sender, sender)
  const { claimed, late, pacedMs, notices } = await sender(step)
  const wanted = step.claimed.map(({ id }) => ids.get(id) as string)
  same('claimed', claimed.map(({ id }) => id).sort(), wanted.sort())
  for (const { id, token } of step.claimed) dues.set(token, claimed.find((one) => one.id === ids.get(id)) as Claimed)
  const lateTokens = step.late.map((token) => dues.get(token)?.lease_token)
  same('late', late.map(({ lease_token }) => lease_token).sort(), lateTokens.sort())
  same('paced', pacedMs === null ? null : Math.round(pacedMs), step.pacedMs === null ? null : Math.round(step.pacedMs))
  const told = notices.map(({ endpointId, step: what }) => `${endpointId} ${what.replace(/_.*/, '')}`)
  same(
    'notices',
    told.sort(),
    step.notices.map(({ endpointId, step: what }) => `${ids.get(endpointId)} ${what}`).sort(),
  )
  await compare(world, step.after)
}

async function emit({ db, ids, orgOf }: World, rows: Emitted[]): Promise<void> {
  const told = rows.map(({ id, seq, key, nextAt, endpointId }) => {
    const uuid = newId()
    ids.set(id, uuid)
    const [endpoint, org_id] = [ids.get(endpointId), orgOf.get(endpointId)]
    return { org_id, endpoint_id: endpoint, id: uuid, seq, key, next_at: microseconds(nextAt), event_id: newId() }
  })
  await sql`
    with told as (
      select *, to_timestamp(0) + next_at * interval '1 microsecond' as due_at
      from json_to_recordset(${JSON.stringify(told)}::json)
        as t (org_id uuid, endpoint_id uuid, id uuid, seq bigint, key text, next_at bigint, event_id uuid)
    ), written as (
      insert into events (org_id, seq, previous_seq, id, type, data, occurred_at)
      select distinct on (org_id, seq) org_id, seq, seq - 1, event_id, 'call.completed', '{}'::json, '2026-01-05'::timestamptz from told
    )
    insert into deliveries (org_id, endpoint_id, id, event_seq, event_at, ordering_key, next_at, created_at)
    select org_id, endpoint_id, id, seq, '2026-01-05'::timestamptz, key, due_at, due_at from told`.execute(db)
}

const aDayMs = 24 * 3_600_000
const microseconds = (ms: number) => Math.round(ms * 1000)

async function compare({ db, ids }: World, after: State): Promise<void> {
  const { rows } = await sql<{ rows: object[]; lanes: object[]; over: object[]; passed: number }>`
    select
      (select count(*)::integer from deliveries d join delivery_lanes l
        on l.org_id = d.org_id and l.endpoint_id = d.endpoint_id and d.next_at < l.front_at) as passed,
      (select coalesce(json_agg(json_build_array(id, attempt, attempts_before, round(extract(epoch from next_at) * 1000),
        round(extract(epoch from lease_until) * 1000), lost_leases, round(extract(epoch from failing_since) * 1000))
        order by id), '[]') from deliveries) as rows,
      (select json_agg(json_build_array(l.endpoint_id, w.status, l.breaker, l.slots, l.open_until, l.openings, l.failures,
        l.failing_since, l.last_success_at, greatest(l.window_at, 'epoch'), l.window_ok, l.window_failed,
        greatest(l.blocked_until, 'epoch'), l.notices, round(extract(epoch from greatest(l.paced_until, 'epoch')) * 1000))
        order by l.endpoint_id)
        from delivery_lanes l join webhook_endpoints w on w.org_id = l.org_id and w.id = l.endpoint_id) as lanes,
      (select coalesce(json_agg(json_build_array(id, state, attempt, fingerprint) order by id), '[]')
        from delivery_log) as over`.execute(db)
  const found = rows[0]
  const mine = (id: string) => ids.get(id) as string
  const ms = (value: number | null) => (value === null ? null : Math.round(value))
  const byId = (a: unknown[], b: unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1)
  const wantedRows = after.rows.map((row) => {
    const { attempt, attemptsBefore, nextAt, leaseUntil, lostLeases, failingSince } = row
    return [mine(row.id), attempt, attemptsBefore, ms(nextAt), ms(leaseUntil), lostLeases, ms(failingSince)]
  })
  same('deliveries', found?.rows, wantedRows.sort(byId))
  const iso = (date: Date | null) =>
    date === null ? null : date.toISOString().replace('.000', '').replace('Z', '+00:00')
  const wantedLanes = after.lanes.map((lane) => {
    const { breaker, slots, openings, failures, window_ok, window_failed, notices, pacedUntil } = lane
    const times = [iso(lane.open_until), openings, failures, iso(lane.failing_since), iso(lane.last_success_at)]
    const window = [iso(lane.window_at), window_ok, window_failed, iso(lane.blocked_until)]
    return [
      mine(lane.endpointId),
      lane.status,
      breaker,
      slots,
      ...times,
      ...window,
      notices,
      ms(Math.max(0, pacedUntil)),
    ]
  })
  same('lanes', found?.lanes.map(trimmed), wantedLanes.map(trimmed).sort(byId))
  const over = after.over.map(({ id, state, attempt, fingerprint }) => [mine(id), state, attempt, fingerprint])
  same('deliveries before the front of their queue', found?.passed, 0)
  same('log', found?.over, over.sort(byId))
}

/** Times without the zeros at their end. */
const trimmed = (row: unknown) =>
  (row as unknown[]).map((one) => (typeof one === 'string' ? one.replace(/(\.\d*?)0+\+/, '$1+') : one))

function same(what: string, found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return
  throw new Error(`${what}: the database has ${JSON.stringify(found)}, the model ${JSON.stringify(wanted)}`)
}
