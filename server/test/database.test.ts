import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { freshDatabase } from './database.ts'

async function rows(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

test('databases of tests are migrated, apart from each other, and gone when dropped', async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()])
  assert.ok((await rows(one.url, 'select name from migrations')).length > 0)
  await rows(one.url, 'create table mark ()')
  await assert.rejects(rows(two.url, 'table mark'), { code: '42P01' })
  const open = new pg.Client({ connectionString: one.url })
  open.on('error', () => {})
  await open.connect()
  await one.drop()
  await assert.rejects(rows(one.url, 'select 1'), { code: '3D000' })
  await two.drop()
})
