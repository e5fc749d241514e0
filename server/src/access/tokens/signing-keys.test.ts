// The keys of the installation, as several processes on one database see them.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { localKeyWrapper } from '../../platform/key-wrapper.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { openSecrets } from '../secrets/open-secrets.ts'
import { issueTokens, readToken } from './id-tokens.ts'
import { signingKeyColumn, signingKeys } from './signing-keys.ts'

const keepMs = 24 * 60 * 60_000
const subject = { orgId: 'org-1', refreshTokenId: 'refresh-1', userId: null, scopes: ['calls:read'] }

describe('signing keys', () => {
  let database: { url: string; drop(): Promise<void> }
  let db: Db
  let secrets: Secrets
  before(async () => {
    database = await freshDatabase()
    db = openDb({ url: database.url, connectionsMax: 8 })
    const key = Buffer.alloc(32, 7)
    const wrapper = localKeyWrapper(key, 'INDABA_SECRET_KEY')
    secrets = await openSecrets({ db, wrappers: [wrapper], formerKeys: [key], columns: [signingKeyColumn] })
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })

  const open = () => signingKeys(db, secrets, keepMs)
  const issue = async (keys: ReturnType<typeof open>) => (await issueTokens(keys, subject, 60)).idToken
  const rotate = (revokesEarlier: boolean) => everyOrg(() => open().rotate(db, revokesEarlier))

  test('of processes that start at once, all sign with the one key that is made', async () => {
    const processes = Array.from({ length: 5 }, open)
    const tokens = await Promise.all(processes.map(issue))
    const { rows } = await sql<{ kid: string; text: string }>`
      select kid, encode(private_key, 'escape') as text from signing_keys`.execute(db)
    assert.equal(rows.length, 1)
    assert.equal(rows[0]?.text.includes('PRIVATE KEY'), false, 'sealed')
    for (const keys of processes) for (const token of tokens) assert.ok(await readToken(keys, token))
  })

  test('after a rotation a new key signs, and what the old one signed stays good', async () => {
    const [here, there] = [open(), open()]
    const old = await issue(there)
    const { kid } = await rotate(false)
    here.forget()
    assert.equal((await here.signer()).kid, kid)
    assert.ok(await readToken(here, old))
    // Another process learns of it within a second.
    await delay(1050)
    assert.equal((await there.signer()).kid, kid)
    assert.ok(await readToken(there, await issue(here)))
  })

  test('a key that was lost to somebody is good for nothing from then on', async () => {
    const [here, there] = [open(), open()]
    const stolen = await issue(there)
    await rotate(true)
    here.forget()
    assert.equal(await readToken(here, stolen), null)
    await delay(1050)
    assert.equal(await readToken(there, stolen), null)
    assert.ok(await readToken(there, await issue(here)))
  })

  test('a retired key goes when nothing that it signed can still be good', async () => {
    const keys = open()
    const old = await issue(keys)
    await rotate(false)
    await sql`update signing_keys set retired_at = now() - interval '25 hours' where retired_at is not null`.execute(db)
    keys.forget()
    assert.equal(await readToken(keys, old), null)
    await rotate(false)
    const { rows } = await sql<{ n: number }>`select count(*) as n from signing_keys`.execute(db)
    assert.equal(Number(rows[0]?.n), 2)
  })

  test('a thousand tokens of unknown keys ask the database once a second', async () => {
    let loads = 0
    const counting = new Proxy(db, {
      get(target, name) {
        if (name === 'selectFrom') loads++
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const keys = signingKeys(counting, secrets, keepMs)
    await Promise.all(Array.from({ length: 1000 }, (_, n) => assert.rejects(keys.verifier(`unknown-${n}`))))
    assert.equal(loads, 1)
  })
})
