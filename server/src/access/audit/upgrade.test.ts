// A database with an audit from before the chains.

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { freshDatabase, superuser } from '../../../test/database.ts'
import { openDb } from '../../platform/db/db.ts'
import { migrate, migrationsDir } from '../../platform/db/migrate.ts'
import { newId } from '../../platform/ids.ts'
import { keyedHash } from '../../platform/secrets.ts'
import { exportAudit } from './export.ts'
import { readAudit } from './read.ts'
import { headSigner } from './signed-heads.ts'
import { verifyAudit } from './verification.ts'
import { writeAudit } from './write.ts'

test('rows of before the chains are kept, shown and counted; the chain begins after them', async () => {
  const other = await freshDatabase()
  const name = `test_${randomUUID()}`
  const admin = await superuser()
  await admin.query(`create database "${name}" owner indaba`)
  const url = new URL(other.url)
  url.pathname = `/${name}`
  const owner = new pg.Client({ connectionString: url.href })
  const db = openDb({ url: url.href, connectionsMax: 2, as: 'owner' })
  try {
    await owner.connect()
    await owner.query('create table migrations (name text primary key, applied_at timestamptz not null default now())')
    for (const file of readdirSync(migrationsDir).sort()) {
      if (file >= '0004') break
      await owner.query(readFileSync(join(migrationsDir, file), 'utf8'))
      await owner.query('insert into migrations (name) values ($1)', [file])
    }
    await owner.query(`set app.orgs = '*'`)
    const [orgId, quiet] = [newId(), newId()]
    for (const id of [orgId, quiet]) await owner.query(`insert into orgs (id, name) values ($1, 'Old')`, [id])
    for (const action of ['first', 'second', 'third'])
      await owner.query(
        `insert into audit_events (org_id, id, actor, action, data) values ($1, $2, 'admin', $3, '{"b":1,"a":2}')`,
        [orgId, newId(), action],
      )
    await migrate(url.href)

    const old = await readAudit(db, orgId, {}, { limit: 10, before: null })
    assert.deepEqual(
      old.map(({ seq, action, hash, result }) => [seq, action, hash, result]),
      [
        [0, 'third', null, 'ok'],
        [-1, 'second', null, 'ok'],
        [-2, 'first', null, 'ok'],
      ],
    )
    const entry = { orgId, actor: 'admin', action: 'fourth', target: null, requestId: null }
    await db.transaction().execute((tx) => writeAudit(tx, [entry]))
    const signer = headSigner({ hash: keyedHash(randomBytes(32)) })
    const { rows, unchained, fault } = await verifyAudit(db, signer, orgId)
    assert.deepEqual({ rows, unchained, fault }, { rows: 1, unchained: 3, fault: null })
    assert.equal((await verifyAudit(db, signer, quiet)).fault, null)
    const lines = (await exportAudit(db, orgId, {}, 'ndjson').toArray()).join('').trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).action),
      ['first', 'second', 'third', 'fourth'],
    )
  } finally {
    await owner.end()
    await db.destroy()
    await admin.query(`drop database "${name}" with (force)`)
    await admin.end()
    await other.drop()
  }
})
