// A database with events and deliveries of before the log was kept by months and the queue apart from it.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { freshDatabase, superuser } from '../../../test/database.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { migrate, migrationsDir } from '../../platform/db/migrate.ts'
import { newId } from '../../platform/ids.ts'
import { listDeliveries } from '../deliveries/delivery-log.ts'
import { claimDue } from '../delivery/claim.ts'
import { takeSequence } from '../outbox.ts'
import { readSlice } from './read-log.ts'

const [orgId, quiet, on, off] = [newId(), newId(), newId(), newId()]
const before0017 = '0017'
/** At the ends of months by UTC, where the server's own zone lies far away from it. */
const times = [
  '2025-12-31T23:59:59.999Z',
  '2026-01-01T00:00:00.000Z',
  '2026-02-28T23:30:00.000Z',
  '2026-03-01T00:00:00.000Z',
]

describe('the upgrade to a log by months', () => {
  let admin: pg.Client
  let db: Db
  let drop: () => Promise<void>
  const name = `test_${randomUUID()}`

  before(async () => {
    const other = await freshDatabase()
    admin = await superuser()
    await admin.query(`create database "${name}" owner indaba`)
    await admin.query(`alter database "${name}" set timezone to 'Pacific/Auckland'`)
    const url = new URL(other.url)
    url.pathname = `/${name}`
    await fill(url.href)
    await migrate(url.href)
    db = openDb({ url: url.href, connectionsMax: 2, as: 'owner' })
    drop = async () => {
      await db.destroy()
      await admin.query(`drop database "${name}" with (force)`)
      await admin.end()
      await other.drop()
    }
  })
  after(() => drop())

  const rowsOf = async (text: string) => {
    const client = await superuser(`postgres://x/${name}`)
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }

  test('every event is there, in the month that is its own by UTC, and knows the one before it', async () => {
    const { events, highestSeq } = await readSlice(db, { orgId, after: 0, limit: 100 })
    assert.deepEqual(
      events.map(({ seq, previous_seq, occurred_at, data }) => [seq, previous_seq, occurred_at, JSON.stringify(data)]),
      times.map((at, index) => [index * 2 + 1, Math.max(0, index * 2 - 1), at, `{"z":${index},"a":"\\u0000é"}`]),
    )
    assert.equal(highestSeq, 7)
    const parts = await rowsOf('select tableoid::regclass::text as part from events order by seq')
    assert.deepEqual(
      parts.map(({ part }) => part),
      ['events_2025_12', 'events_2026_01', 'events_2026_02', 'events_2026_03'],
    )
    const none = await readSlice(db, { orgId: quiet, after: 0, limit: 10 })
    assert.deepEqual([none.events, none.highestSeq], [[], 0])
    const [seq] = await db.transaction().execute((tx) => takeSequence(tx, [orgId]))
    assert.equal(seq, 10)
  })

  test('what was delivered and what died is in the log of its endpoint, with each attempt', async () => {
    const shown = await listDeliveries(db, orgId, on, { limit: 10 })
    assert.deepEqual(
      shown.map(({ seq, status, attempt_count, status_code, error, attempts }) => ({
        ...{ seq, status, attempt_count, status_code, error },
        attempts: attempts.map((one) => [
          one.attempt,
          one.started_at,
          one.duration_ms,
          one.status_code,
          one.error,
          one.response,
        ]),
      })),
      [
        { seq: 7, status: 'pending', attempt_count: 0, status_code: null, error: null, attempts: [] },
        {
          ...{ seq: 5, status: 'dead', attempt_count: 2, status_code: null, error: 'no answer in time' },
          attempts: [
            [1, '2026-02-28T23:30:01.250Z', 12, 500, 'the receiver answered 500', 'Oh "no"\n'],
            [2, '2026-02-28T23:31:01.250Z', 20_000, null, 'no answer in time', null],
          ],
        },
        {
          ...{ seq: 3, status: 'pending', attempt_count: 1, status_code: 503, error: 'the receiver answered 503' },
          attempts: [[1, '2026-01-01T00:00:01.000Z', 5, 503, 'the receiver answered 503', '']],
        },
        {
          ...{ seq: 1, status: 'delivered', attempt_count: 1, status_code: 204, error: null },
          attempts: [[1, '2026-01-01T00:00:00.500Z', 5, 204, null, '']],
        },
      ],
    )
  })

  test('what waited goes on, where it was; an endpoint that was off is disabled, and its deliveries are held', async () => {
    const { claimed } = await db.transaction().execute((tx) => claimDue(tx, { limit: 10, leaseMs: 1000 }))
    assert.deepEqual(
      claimed.map(({ endpoint_id, seq, attempt }) => [endpoint_id, seq, attempt]),
      [[on, 7, 0]],
    )
    const held = await listDeliveries(db, orgId, off, { limit: 10 })
    assert.deepEqual(
      held.map(({ seq, status }) => [seq, status]),
      [[7, 'held']],
    )
    const endpoints = await rowsOf(`select id, status, rate_per_s from webhook_endpoints order by id = '${off}'`)
    assert.deepEqual(
      endpoints.map(({ id, status }) => [id, status]),
      [
        [on, 'active'],
        [off, 'disabled'],
      ],
    )
  })
})

async function fill(url: string): Promise<void> {
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  const put = (text: string, values: unknown[] = []) => owner.query(text, values)
  try {
    await put('create table migrations (name text primary key, applied_at timestamptz not null default now())')
    for (const file of readdirSync(migrationsDir).sort()) {
      if (file >= before0017) break
      await put(readFileSync(join(migrationsDir, file), 'utf8'))
      await put('insert into migrations (name) values ($1)', [file])
    }
    await put(`set app.orgs = '*'`)
    for (const id of [orgId, quiet]) await put(`insert into orgs (id, name) values ($1, 'Old')`, [id])
    for (const [id, seq] of [
      [orgId, 9],
      [quiet, 0],
    ])
      await put('insert into event_counters (org_id, seq) values ($1, $2)', [id, seq])
    for (const [index, at] of times.entries()) {
      const data = `{"z":${index},"a":"\\u0000é"}`
      const values = [orgId, index * 2 + 1, newId(), newId(), data, at]
      await put(
        `insert into events (org_id, seq, id, type, conversation_id, data, occurred_at)
        values ($1, $2, $3, 'call.completed', $4, $5, $6)`,
        values,
      )
    }
    for (const id of [on, off])
      await put(
        `insert into webhook_endpoints (org_id, id, url, events, style, secret, is_active)
        values ($1, $2, 'http://127.0.0.1:9/', '{*}', 'vela', '\\x00', $3)`,
        [orgId, id, id === on],
      )
    const ids = { delivered: newId(), waiting: newId(), dead: newId(), due: newId(), held: newId() }
    const deliveries = [
      [ids.delivered, on, 1, 'delivered', 1, times[0], 204, null, '2026-01-01T00:00:00.505Z'],
      [ids.waiting, on, 3, 'pending', 1, '2100-01-01T00:00:00Z', 503, 'the receiver answered 503', null],
      [ids.dead, on, 5, 'dead', 2, times[2], null, 'no answer in time', '2026-02-28T23:31:21.250Z'],
      [ids.due, on, 7, 'pending', 0, times[3], null, null, null],
      [ids.held, off, 7, 'pending', 0, times[3], null, null, null],
    ]
    for (const one of deliveries)
      await put(
        `insert into deliveries (org_id, id, endpoint_id, event_seq, state, attempt, next_at, status_code, error,
        finished_at, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '2026-01-01')`,
        [orgId, ...one],
      )
    const attempts = [
      [ids.delivered, 1, '2026-01-01T00:00:00.500Z', 5, 204, null, ''],
      [ids.waiting, 1, '2026-01-01T00:00:01Z', 5, 503, 'the receiver answered 503', ''],
      [ids.dead, 2, '2026-02-28T23:31:01.250Z', 20_000, null, 'no answer in time', null],
      [ids.dead, 1, '2026-02-28T23:30:01.250Z', 12, 500, 'the receiver answered 500', 'Oh "no"\n'],
    ]
    for (const one of attempts)
      await put(
        `insert into delivery_attempts (org_id, delivery_id, attempt, started_at, duration_ms, status_code, error,
        response) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [orgId, ...one],
      )
  } finally {
    await owner.end()
  }
}
