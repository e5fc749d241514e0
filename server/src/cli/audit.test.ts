import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { freshDatabase } from '../../test/database.ts'
import { readConfig } from '../config.ts'
import { type Db, openDb } from '../platform/db/db.ts'
import type { Problem } from '../platform/problem.ts'
import { auditCommands } from './audit.ts'
import { type OperatorCommand, runOperator } from './operator.ts'
import { orgCommands } from './org.ts'

describe('the commands of the audit', () => {
  const secretKey = randomBytes(32)
  let url = ''
  let owner: Db
  let drop: () => Promise<void>

  before(async () => {
    const database = await freshDatabase()
    ;({ url, drop } = database)
    owner = openDb({ url, connectionsMax: 2, as: 'owner' })
  })
  after(async () => {
    await owner?.destroy()
    await drop?.()
  })

  async function run(noun: string, commands: Record<string, OperatorCommand>, args: string[]) {
    const lines: string[] = []
    const config = readConfig({ INDABA_DATA_DIR: '/nowhere' })
    const print = (line: string) => void lines.push(line)
    const failure = await runOperator({ config, databaseUrl: url, secretKey, noun, commands, args, print, note: print })
      .then(() => null)
      .catch((problem: Problem) => problem)
    return { text: lines.join('\n'), lines, failure }
  }
  const audit = (...args: string[]) => run('audit', auditCommands, args)

  test('verify counts what it has checked, and fails with the place of a change', async () => {
    const ids: string[] = []
    for (const name of ['One', 'Two'])
      ids.push((await run('org', orgCommands, ['create', '--name', name])).text.split('  ')[1] as string)
    const good = await audit('verify')
    assert.equal(good.failure, null)
    assert.match(good.text, /^2 rows of 2 chains checked, \d+ rows\/s; public key [\w-]{43}$/m)

    const exported = await audit('export', '--org', ids[0] as string)
    assert.deepEqual([exported.failure, exported.lines.length], [null, 1])
    assert.equal(JSON.parse(exported.text).action, 'organisation.create')

    await sql`alter table audit_events disable trigger only_added_to`.execute(owner)
    await sql`update audit_events set actor = 'nobody' where org_id = ${ids[1]}`.execute(owner)
    const bad = await audit('verify')
    assert.equal(bad.failure?.code, 'audit_changed')
    assert.match(bad.text, new RegExp(`^${ids[1]}  FAULT at row 1: .*\\(row_altered\\)$`, 'm'))
    assert.equal((await audit('verify', '--org', ids[0] as string)).failure, null)
    assert.equal((await audit('verify', '--org', '2')).failure?.code, 'audit_changed')

    // Of an organisation that is gone, too.
    await sql`delete from orgs where id = ${ids[1]}`.execute(owner)
    assert.equal((await audit('verify')).failure?.code, 'audit_changed')
    assert.equal((await audit('export', '--org', ids[1] as string)).lines.length, 1)
  })

  test('what cannot be meant is answered with the usage', async () => {
    for (const args of [['check'], [], ['verify', '--fast'], ['export'], ['export', '--org', '1', '--format', 'xml']])
      assert.equal((await audit(...args)).failure?.kind, 'invalid', args.join(' '))
    assert.equal((await audit('verify', '--org', '77')).failure?.kind, 'not_found')
  })
})
