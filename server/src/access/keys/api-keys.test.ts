// Keys against a real database, as the program's own role: checks, queries, expiry, rotation, use.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type KyselyPlugin, sql } from 'kysely'
import pg from 'pg'
import { freshDatabase } from '../../../test/database.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg, inScope } from '../../platform/db/scope.ts'
import { openLog } from '../../platform/log.ts'
import { keyedHash } from '../../platform/secrets.ts'
import { changeOrg, createOrg, deleteOrg } from '../orgs.ts'
import { operatorScopes } from '../permissions.ts'
import { apiKeys } from './api-keys.ts'
import { warningOf, warnOfExpiry } from './expiry.ts'
import { makeKey } from './key-format.ts'
import { listKeys, requireKey, requireKeyToChange, revokeKey } from './keys.ts'
import { keyUsage, readUsage } from './usage.ts'

const log = openLog('silent')
const secrets = { hash: keyedHash(Buffer.alloc(32, 1)) }
const dayMs = 86_400_000
const given = { name: 'a key', scopes: ['calls:read'], createdBy: 'user:1' }

describe('API keys', () => {
  let url = ''
  let owner: Db
  let db: Db
  let drop: (() => Promise<void>) | undefined
  let orgId = ''
  let queries = 0

  const counting: KyselyPlugin = {
    transformQuery({ node }) {
      queries += 1
      return node
    },
    transformResult: async ({ result }) => result,
  }

  before(async () => {
    const database = await freshDatabase()
    url = database.url
    drop = database.drop
    owner = openDb({ url, connectionsMax: 2, as: 'owner' })
    db = openDb({ url, connectionsMax: 4 }).withPlugin(counting)
  })
  after(async () => {
    await db?.destroy()
    await owner?.destroy()
    await drop?.()
  })
  beforeEach(async () => {
    orgId = (await createOrg(owner, { name: 'One' })).id
  })

  const make = (more: Partial<Parameters<ReturnType<typeof apiKeys>['create']>[2]> = {}) =>
    inScope([orgId], () => apiKeys({ db, secrets }).create(db, orgId, { ...given, ...more }))
  const rotate = (id: string, options: { overlapHours?: number; lifetimeDays?: number } = {}) =>
    inScope([orgId], () =>
      db
        .transaction()
        .execute(async (tx) => apiKeys({ db, secrets }).rotate(tx, await requireKeyToChange(tx, orgId, id), options)),
    )

  test('a bad checksum is refused without a query; a good one costs one, and then none', async () => {
    const keys = apiKeys({ db, secrets })
    const [clear, key] = await make()
    const last = clear.at(-1) === '0' ? '1' : '0'
    queries = 0
    for (const text of [clear.slice(0, -1) + last, `${clear}0`, '', 'ind_live_', `x${clear}`, 'x'.repeat(100_000)])
      assert.equal(await keys.check(text), null)
    assert.equal(queries, 0)
    for (let n = 0; n < 100; n++) assert.equal((await keys.check(clear))?.keyId, key.id)
    assert.equal(queries, 1)
    // The right id with another secret is known to be wrong, too.
    for (let n = 0; n < 100; n++) assert.equal(await keys.check(makeKey('live', key.id).key), null)
    assert.equal(queries, 1)
  })

  test('the principal has the scopes of the key; an admin key is of the installation', async () => {
    const keys = apiKeys({ db, secrets })
    const [clear, key] = await make({ scopes: ['calls:write'] })
    const holder = await keys.check(clear)
    assert.deepEqual(holder?.principal, {
      actor: `key:${key.id}`,
      orgId,
      isAdmin: false,
      scopes: ['calls:write'],
      reach: 'all',
      proof: `key ${key.id} ${holder?.secretId}`,
    })
    assert.deepEqual(await keys.again(holder?.principal.proof ?? ''), holder?.principal)
    assert.equal(await keys.again(`key ${key.id} ${key.id}`), null)
    const [adminKey, { id }] = await make({ scopes: [], isAdmin: true })
    const { proof: _, ...principal } = (await keys.check(adminKey))?.principal ?? {}
    assert.deepEqual(principal, {
      actor: `key:${id}`,
      orgId: '',
      isAdmin: true,
      scopes: operatorScopes,
      reach: 'all',
    })
  })

  test('a key ends when its time is over, at once, also where it is remembered; 365 days unless named', async () => {
    const keys = apiKeys({ db, secrets })
    const [clear, key] = await make()
    assert.ok(Math.abs((key.expires_at?.getTime() ?? 0) - Date.now() - 365 * dayMs) < 60_000)
    await sql`update api_keys set expires_at = now() + interval '300 milliseconds' where id = ${key.id}`.execute(owner)
    assert.ok(await keys.check(clear))
    await delay(400)
    assert.equal(await keys.check(clear), null)
  })

  test('after a rotation both secrets work until the time of the older one is over', async () => {
    const keys = apiKeys({ db, secrets })
    const [first, { id }] = await make({ lifetimeDays: 90 })
    const [second, rotated] = await rotate(id)
    assert.notEqual(second, first)
    assert.equal(second.slice(0, 22), first.slice(0, 22))
    assert.equal(rotated.secrets.length, 2)
    const [newer, older] = rotated.secrets
    assert.deepEqual([newer?.valid_until, newer?.masked.slice(-4)], [null, second.slice(-4)])
    assert.ok(Math.abs((older?.valid_until?.getTime() ?? 0) - Date.now() - dayMs) < 60_000)
    assert.ok(Math.abs((rotated.expires_at?.getTime() ?? 0) - Date.now() - 90 * dayMs) < 60_000)
    const ids = [(await keys.check(first))?.secretId, (await keys.check(second))?.secretId]
    assert.deepEqual(ids, [older?.id, newer?.id])

    // Once more before the overlap ends: the secret that is in use keeps its time.
    const [third] = await rotate(id, { overlapHours: 720 })
    keys.forget()
    for (const clear of [first, second, third]) assert.ok(await keys.check(clear))
    const { secrets: three } = await inScope([orgId], () => requireKey(db, orgId, id))
    assert.deepEqual(three.at(-1)?.valid_until, older?.valid_until)

    await sql`update api_key_secrets set valid_until = now() + interval '300 milliseconds'
      where key_id = ${id} and valid_until is not null`.execute(owner)
    keys.forget()
    assert.ok(await keys.check(first))
    await delay(400)
    assert.deepEqual([await keys.check(first), await keys.check(second)], [null, null])
    assert.ok(await keys.check(third))

    const [fourth] = await rotate(id, { overlapHours: 0 })
    keys.forget()
    assert.deepEqual([await keys.check(third), (await keys.check(fourth))?.keyId], [null, id])
  })

  test('a rotation brings an expired key back, its old secret not; a revoked one stays revoked; few secrets are kept', async () => {
    const keys = apiKeys({ db, secrets })
    const [first, { id }] = await make()
    await sql`update api_keys set expires_at = now() - interval '1 second' where id = ${id}`.execute(owner)
    const [second] = await rotate(id)
    assert.deepEqual([await keys.check(first), (await keys.check(second))?.keyId], [null, id])
    for (let n = 0; n < 8; n++) await rotate(id)
    const { secrets: kept } = await inScope([orgId], () => requireKey(db, orgId, id))
    assert.equal(kept.length, 5)
    await inScope([orgId], () => revokeKey(db, orgId, id))
    await assert.rejects(rotate(id), { kind: 'conflict', code: 'api_key_revoked' })
  })

  test('a change made elsewhere is heard: revocation, rotation, an organisation switched off or deleted', async () => {
    const keys = apiKeys({ db, secrets })
    const running = keys.start(url, log)
    try {
      const until = async (isSo: () => Promise<boolean>) => {
        const start = performance.now()
        while (!(await isSo())) {
          assert.ok(performance.now() - start < 1000, 'not known after a second')
          await delay(10)
        }
      }
      const checked = async (clear: string) => (await keys.check(clear)) !== null
      const [a, keyA] = await make()
      const [b] = await make()
      const isHeard = async () => {
        // Remembered for longer than a second only where changes are heard.
        await checked(a)
        await delay(1100)
        queries = 0
        return (await checked(a)) && queries === 0
      }
      for (let n = 0; !(await isHeard()); n++) assert.ok(n < 5, 'does not listen')

      await checked(b)
      await revokeKey(owner, orgId, keyA.id)
      await until(async () => !(await checked(a)))
      queries = 0
      assert.equal(await checked(b), true)
      assert.equal(queries, 0, 'other keys are not forgotten')

      await changeOrg(owner, orgId, { is_active: false })
      await until(async () => !(await checked(b)))
      await changeOrg(owner, orgId, { is_active: true })
      await until(() => checked(b))
      await owner.transaction().execute((tx) => deleteOrg(tx, orgId))
      await until(async () => !(await checked(b)))

      // The listening connection is cut: what is remembered is not believed for long, until it is heard again.
      const other = (await createOrg(owner, { name: 'Two' })).id
      const [c, keyC] = await everyOrg(() => keys.create(db, other, given))
      await checked(c)
      const admin = new pg.Client({ connectionString: url })
      await admin.connect()
      await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'indaba-listen' and datname = current_database()`)
      await admin.end()
      await revokeKey(owner, other, keyC.id)
      await until(async () => !(await checked(c)))
    } finally {
      await running.stop()
    }
  })

  test('use is counted without a query for each request, and written once a minute', async () => {
    let now = Date.now()
    const usage = keyUsage(db, () => now)
    const [, key] = await make()
    const secretId = key.secrets[0]?.id ?? ''
    const use = (address: string, group: string) => usage.note({ orgId, keyId: key.id, secretId, address, group })
    const read = async () => {
      const counts = await inScope([orgId], () => readUsage(db, orgId, key.id, 30))
      const { secrets: found } = await inScope([orgId], () => requireKey(db, orgId, key.id))
      return { counts, address: found[0]?.last_used_address, at: found[0]?.last_used_at?.getTime() }
    }
    queries = 0
    for (let n = 0; n < 1000; n++) use('192.0.2.1', n % 10 ? 'Calls' : 'Agents')
    assert.equal(queries, 0)
    await usage.flush()
    assert.equal(queries, 2)
    const day = new Date(now).toISOString().slice(0, 10)
    assert.deepEqual(await read(), {
      counts: [
        { day, route_group: 'Agents', requests: 100 },
        { day, route_group: 'Calls', requests: 900 },
      ],
      address: '192.0.2.1',
      at: now,
    })
    queries = 0
    for (let n = 0; n < 11; n++) {
      now += 5000
      use('192.0.2.2', 'Calls')
      await usage.flush()
    }
    assert.equal(queries, 0)
    now += 5000
    await usage.flush()
    assert.equal(queries, 2)
    const later = await read()
    assert.deepEqual([later.address, later.at], ['192.0.2.2', now - 5000])
    assert.equal(
      later.counts.reduce((sum, { requests }) => sum + requests, 0),
      1011,
    )
    // Another server adds to the same counts, and an older use does not hide a newer one.
    const elsewhere = keyUsage(db, () => now - 3000 - dayMs)
    elsewhere.note({ orgId, keyId: key.id, secretId, address: '192.0.2.3', group: 'Calls' })
    await elsewhere.flush(true)
    const both = await read()
    assert.deepEqual([both.address, both.counts.reduce((sum, { requests }) => sum + requests, 0)], ['192.0.2.2', 1012])
  })

  test('counts that could not be written are kept; a key that is gone holds up no other', async () => {
    const usage = keyUsage(db)
    const [, key] = await make()
    const secretId = key.secrets[0]?.id ?? ''
    const other = (await createOrg(owner, { name: 'Gone' })).id
    const [, gone] = await everyOrg(() => apiKeys({ db, secrets }).create(db, other, given))
    usage.note({ orgId, keyId: key.id, secretId, address: '::1', group: 'Calls' })
    usage.note({ orgId: other, keyId: gone.id, secretId: gone.secrets[0]?.id ?? '', address: '::1', group: 'Calls' })
    await sql`alter table api_key_usage rename to away`.execute(owner)
    await assert.rejects(usage.flush())
    await sql`alter table away rename to api_key_usage`.execute(owner)
    usage.note({ orgId, keyId: key.id, secretId, address: '::1', group: 'Calls' })
    await owner.transaction().execute((tx) => deleteOrg(tx, other))
    await usage.flush(true)
    const counts = await inScope([orgId], () => readUsage(db, orgId, key.id, 1))
    assert.deepEqual(
      counts.map(({ requests }) => requests),
      [2],
    )
  })

  test('warns at 30, 7 and 1 days, each once in the audit, whoever asks', async () => {
    const [, key] = await make()
    const warned = async () =>
      (
        await sql<{ days: number }>`select (data ->> 'days')::int as days from audit_events
          where org_id = ${orgId} and action = 'api_key.expires_soon' order by at, 1 desc`.execute(owner)
      ).rows.map(({ days }) => days)
    const ask = () => Promise.all([everyOrg(() => warnOfExpiry(db)), everyOrg(() => warnOfExpiry(db))])
    const setEnd = (days: number) =>
      sql`update api_keys set expires_at = now() + make_interval(hours => ${Math.round(days * 24) - 1}) where id = ${key.id}`.execute(
        owner,
      )
    await ask()
    assert.deepEqual(await warned(), [])
    for (const [days, all] of [
      [31, []],
      [30, [30]],
      [20, [30]],
      [7, [30, 7]],
      [3, [30, 7]],
      [1, [30, 7, 1]],
      [0, [30, 7, 1]],
    ] as const) {
      await setEnd(days)
      await ask()
      assert.deepEqual(await warned(), all, `${days} days before the end`)
    }
    const now = Date.now()
    const shown = (ms: number) => warningOf({ expires_at: new Date(now + ms), revoked_at: null }, now)
    assert.equal(shown(31 * dayMs), null)
    assert.match(shown(30 * dayMs) ?? '', /in 30 days/)
    assert.match(shown(1000) ?? '', /in 1 day\./)
    assert.match(shown(-1000) ?? '', /^Expired on/)
    // A rotation begins anew.
    await rotate(key.id)
    await setEnd(7)
    await ask()
    assert.deepEqual(await warned(), [30, 7, 1, 7])
  })

  test('the list for review has working keys that nobody used for so long', async () => {
    const keys = await Promise.all(['fresh', 'old', 'old but used', 'old and revoked'].map((name) => make({ name })))
    const idOf = (n: number) => keys[n]?.[1].id ?? ''
    await sql`update api_keys set created_at = now() - interval '91 days'
      where org_id = ${orgId} and name like 'old%'`.execute(owner)
    await sql`update api_key_secrets set last_used_at = now() - interval '89 days' where key_id = ${idOf(2)}`.execute(
      owner,
    )
    await revokeKey(owner, orgId, idOf(3))
    const unused = (unusedDays: number) => inScope([orgId], () => listKeys(db, orgId, { limit: 10, unusedDays }))
    assert.deepEqual(
      (await unused(90)).map(({ name }) => name),
      ['old'],
    )
    assert.deepEqual((await unused(88)).map(({ name }) => name).sort(), ['old', 'old but used'])
    assert.deepEqual(await unused(92), [])
  })
})
