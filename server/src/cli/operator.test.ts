// The operator's commands in this process: what they do to the database, and what they say of wrong words.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { freshDatabase } from '../../test/database.ts'
import { readConfig } from '../config.ts'
import { type Db, openDb } from '../platform/db/db.ts'
import { keyCommands } from './key.ts'
import { runOperator } from './operator.ts'
import { orgCommands } from './org.ts'

describe('commands of the operator', () => {
  let url = ''
  let owner: Db
  let drop: (() => Promise<void>) | undefined
  let alias = ''
  before(async () => {
    const database = await freshDatabase()
    url = database.url
    drop = database.drop
    owner = openDb({ url, connectionsMax: 1, as: 'owner' })
    alias = (await operate('org', 'create', '--name', ' Example ')).out[0]?.split('  ')[0] ?? ''
  })
  after(async () => {
    await owner?.destroy()
    await drop?.()
  })

  async function operate(...[noun = '', ...args]: string[]) {
    const out: string[] = []
    const said: string[] = []
    await runOperator({
      config: readConfig({}),
      databaseUrl: url,
      secretKey: Buffer.alloc(32, 3),
      noun,
      commands: noun === 'org' ? orgCommands : keyCommands,
      args,
      print: (line) => out.push(line),
      note: (line) => said.push(line),
    })
    return { out, said }
  }

  test('what is wrong is said, with how it is written', async () => {
    const wrong: [RegExp, string[]][] = [
      [/org create --name/, ['org']],
      [/key rotate <id>/, ['key', 'make']],
      [/key rotate <id>/, ['key', 'constructor']],
      [/needs a name.\nUsage: npm start -- org create/, ['org', 'create']],
      [/not an e-mail/, ['org', 'create', '--name', 'x', '--email', 'x']],
      [/At most 300/, ['org', 'create', '--name', 'x'.repeat(301)]],
      [/no organisation 999\./, ['key', 'create', '--org', '999', '--name', 'x']],
      [/no organisation 99999999999\./, ['key', 'create', '--org', '99999999999', '--name', 'x']],
      [/no organisation x\./, ['key', 'create', '--org', 'x', '--name', 'x']],
      [/Which organisation/, ['key', 'create', '--name', 'x']],
      [/--name of at most/, ['key', 'create', '--org', alias]],
      [/Not a scope: calls:all/, ['key', 'create', '--org', alias, '--name', 'x', '--scopes', 'calls:read,calls:all']],
      [/live or test/, ['key', 'create', '--org', alias, '--name', 'x', '--env', 'prod']],
      [/from 1 to 3650/, ['key', 'create', '--org', alias, '--name', 'x', '--expires-days', '0']],
      [/from 1 to 3650/, ['key', 'create', '--org', alias, '--name', 'x', '--expires-days', '1e2']],
      [/has no scopes/, ['key', 'create', '--org', alias, '--name', 'x', '--admin', '--scopes', 'calls:read']],
      [/Unknown option '--owner'/, ['key', 'create', '--org', alias, '--name', 'x', '--owner', 'me']],
      [/no such key/, ['key', 'rotate', 'nothing']],
      [/Which key/, ['key', 'revoke']],
      [/What does y mean/, ['key', 'revoke', 'x', 'y']],
      [/from 0 to 720/, ['key', 'rotate', 'x', '--overlap-hours', '721']],
    ]
    for (const [message, args] of wrong) {
      await assert.rejects(operate(...args), ({ name, detail }) => {
        assert.deepEqual([name, message.test(detail)], ['Problem', true], `${args.join(' ')}: ${detail}`)
        return true
      })
    }
    const { rows } = await sql`select 1 from api_keys`.execute(owner)
    assert.deepEqual(rows, [])
  })

  test('a key comes alone on the output, and every change is in the audit', async () => {
    const args = ['--org', alias, '--name', 'phones', '--scopes', 'calls:write, calls:read', '--env', 'test']
    const made = await operate('key', 'create', ...args)
    assert.equal(made.out.length, 1)
    assert.match(made.out[0] ?? '', /^ind_test_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
    assert.match(made.said.join(), /of Example .* calls:write, calls:read\. Good until/)
    const id = made.out[0]?.slice(9, 21) ?? ''
    const rotated = await operate('key', 'rotate', id, '--overlap-hours', '1', '--expires-days', '10')
    assert.match(rotated.said.join(), /The secret before works until/)
    assert.match((await operate('key', 'list', '--org', alias)).out.join(), new RegExp(`^${id}  test  active`))
    await operate('key', 'revoke', rotated.out[0] ?? '')
    assert.match((await operate('key', 'list', '--org', alias)).out.join(), /revoked/)
    assert.match((await operate('org', 'list')).out.join(), /Example/)
    const { rows } = await sql<{ action: string }>`
      select action from audit_events where actor = 'operator' order by seq`.execute(owner)
    assert.deepEqual(
      rows.map(({ action }) => action),
      ['organisation.create', 'api_key.create', 'api_key.rotate', 'api_key.revoke'],
    )
  })
})
