// A database whose owner may not make roles.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { sql } from 'kysely'
import { freshDatabase, superuser } from '../../../test/database.ts'
import type { Problem } from '../problem.ts'
import { appRole, openDb } from './db.ts'
import { migrate } from './migrate.ts'

test('an owner who may not make roles is told what a superuser must run, and goes on after that', async () => {
  const other = await freshDatabase()
  const name = `plain_${randomUUID()}`
  const admin = await superuser()
  const url = Object.assign(new URL(other.url), { pathname: `/${name}`, username: name, password: 'plain' }).href
  try {
    await admin.query(`create role "${name}" login password 'plain'`)
    await admin.query(`create database "${name}" owner "${name}"`)
    const told = await migrate(url).then(
      () => assert.fail(),
      (problem: Problem) => problem,
    )
    const [, command] = /a superuser must run once: (.+)\.$/.exec(told.detail) ?? []
    assert.equal(command, `grant ${appRole} to "${name}"`)
    // As it is for whoever made the role, from PostgreSQL 16 on: a member that may not work as it.
    const { rows } = await admin.query<{ n: number }>(`select current_setting('server_version_num')::int as n`)
    if ((rows[0]?.n ?? 0) >= 160_000) {
      await admin.query(`grant ${appRole} to "${name}" with set false`)
      await assert.rejects(migrate(url), { code: 'database_unusable' })
      await admin.query(`grant ${appRole} to "${name}" with set true`)
    } else await admin.query(command)
    assert.ok((await migrate(url)).applied.length > 0)
    assert.deepEqual((await migrate(url)).applied, [])
    const db = openDb({ url, connectionsMax: 1 })
    const seen = await sql`select current_user as role, count(*)::int as orgs from orgs`.execute(db)
    assert.deepEqual(seen.rows, [{ role: appRole, orgs: 0 }])
    await db.destroy()
  } finally {
    await admin.query(`drop database if exists "${name}" with (force)`)
    await admin.query(`drop role if exists "${name}"`)
    await admin.end()
    await other.drop()
  }
})
