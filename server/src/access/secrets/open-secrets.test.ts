import assert from 'node:assert/strict'
import { createCipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { type FakeVault, startVault } from '../../../test/fakes/vault-transit.ts'
import { webhookSecrets } from '../../events/index.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg, inScope } from '../../platform/db/scope.ts'
import { newId } from '../../platform/ids.ts'
import { type KeyWrapper, localKeyWrapper } from '../../platform/key-wrapper.ts'
import { outbound } from '../../platform/outbound/request.ts'
import { Problem } from '../../platform/problem.ts'
import type { Place, SealedColumn, Secrets } from '../../platform/secrets.ts'
import { vaultTransit } from '../../platform/vault-transit.ts'
import { createOrg, deleteOrg, nilOrg } from '../orgs.ts'
import { addDataKey, dataKeys } from './data-keys.ts'
import { openSecrets } from './open-secrets.ts'

const otherColumn: SealedColumn = { table: 'webhook_endpoints', column: 'url', isOfOrg: true, id: 'id' }
const ownColumn: SealedColumn = { table: 'users', column: 'totp_secret', isOfOrg: false, id: 'id' }
const columns = [webhookSecrets, otherColumn, ownColumn]

describe('secrets at rest', () => {
  let database: { url: string; drop(): Promise<void> }
  let db: Db
  beforeEach(async () => {
    database = await freshDatabase()
    db = openDb({ url: database.url, connectionsMax: 4 })
  })
  afterEach(async () => {
    await db.destroy().catch(() => {})
    await database.drop()
  })

  const secretKey = randomBytes(32)
  const open = (...keys: Uint8Array[]): Promise<Secrets> => {
    const [first, ...others] = keys.map((key) => localKeyWrapper(key, 'INDABA_SECRET_KEY'))
    return openSecrets({ db, wrappers: [first as KeyWrapper, ...others], formerKeys: keys, columns })
  }
  const newOrg = () => everyOrg(async () => (await createOrg(db, { name: 'Test' })).id)
  const place = (orgId: string, id: string = newId()): Place => ({ in: webhookSecrets, orgId, id })
  const problemOf = async (work: Promise<unknown>): Promise<Problem> => {
    const err = await work.then(
      () => assert.fail('it worked'),
      (one) => one,
    )
    assert.ok(err instanceof Problem, String(err))
    return err
  }
  const run = (query: string) => everyOrg(() => sql.raw(query).execute(db))

  test('what one process seals another opens, for an organisation and for the installation', async () => {
    const orgId = await newOrg()
    const [here, there] = [await open(secretKey), await open(secretKey)]
    const at = place(orgId)
    const sealed = await inScope([orgId], () => here.seal(db, at, 'geheim – иголка – 秘密'))
    assert.ok(!sealed.includes('geheim'))
    assert.equal(await inScope([orgId], () => there.open(db, at, sealed)), 'geheim – иголка – 秘密')
    const own = { in: ownColumn, id: newId() }
    // Whoever acts for an organisation can open what belongs to none.
    assert.equal(await inScope([orgId], async () => there.open(db, own, await here.seal(db, own, 'own'))), 'own')
    assert.deepEqual(here.hash('api key', 'x'), there.hash('api key', 'x'))
    assert.notDeepEqual(here.hash('api key', 'x'), here.hash('refresh token', 'x'))
  })

  test('once its key is held, sealing and opening ask the database nothing', async () => {
    const orgId = await newOrg()
    const secrets = await open(secretKey)
    const at = place(orgId)
    await inScope([orgId], () => secrets.seal(db, at, 'first'))
    const sealed = await inScope([orgId], () => secrets.seal(db, at, 'second'))
    await db.destroy()
    assert.equal(await secrets.open(db, at, sealed), 'second')
    assert.equal(await secrets.open(db, at, await secrets.seal(db, at, 'third')), 'third')
  })

  test('moved to another organisation, column or row it does not open; nor does a value that was changed', async () => {
    const [orgId, otherId] = [await newOrg(), await newOrg()]
    const secrets = await open(secretKey)
    const at = place(orgId)
    await everyOrg(async () => {
      const sealed = await secrets.seal(db, at, 'a secret')
      await secrets.seal(db, { ...at, orgId: otherId }, 'so that the other one has a data key too')
      const elsewhere = [
        { ...at, orgId: otherId },
        { ...at, id: newId() },
        { ...at, in: otherColumn },
        { ...at, in: ownColumn },
        { ...at, orgId: '' },
      ]
      for (const other of elsewhere) {
        assert.equal((await problemOf(secrets.open(db, other, sealed))).code, 'secret_unreadable')
      }
      // Header, version, nonce, text and tag.
      for (const index of [0, 3, 4, 7, 8, 19, 20, sealed.length - 1]) {
        const changed = Buffer.from(sealed)
        changed[index] = (changed[index] as number) ^ 1
        const { code, detail } = await problemOf(secrets.open(db, at, changed))
        assert.equal(code, 'secret_unreadable', `byte ${index}`)
        assert.ok(!detail.includes('a secret'))
      }
      for (const bytes of [Buffer.alloc(0), randomBytes(5), randomBytes(200), sealed.subarray(0, 20)]) {
        assert.equal((await problemOf(secrets.open(db, at, bytes))).code, 'secret_unreadable')
      }
    })
  })

  test('a data key that was put in the place of another is not taken', async () => {
    const [orgId, otherId] = [await newOrg(), await newOrg()]
    const at = place(orgId)
    const sealed = await everyOrg(async () => {
      const secrets = await open(secretKey)
      await secrets.seal(db, place(otherId), 'x')
      return secrets.seal(db, at, 'a secret')
    })
    await run(`update data_keys set wrapped = (select wrapped from data_keys where org_id = '${otherId}')
      where org_id = '${orgId}'`)
    const secrets = await open(secretKey)
    assert.equal((await problemOf(everyOrg(() => secrets.open(db, at, sealed)))).code, 'data_key_unreadable')
  })

  test('a column that is not listed is refused: a change of data keys would lose it', async () => {
    const secrets = await open(secretKey)
    const unlisted = { in: { ...ownColumn }, id: 'x' }
    assert.equal((await problemOf(secrets.seal(db, unlisted, 'x'))).code, 'column_not_listed')
  })

  test('a wrong key at the start says in one line which is missing and where it belongs', async () => {
    const orgId = await newOrg()
    const secrets = await open(secretKey)
    await everyOrg(() => secrets.seal(db, place(orgId), 'x'))
    const [right, wrongKey] = [localKeyWrapper(secretKey, '').id, randomBytes(32)]
    const { code, detail } = await problemOf(open(wrongKey))
    assert.equal(code, 'wrong_secret_key')
    assert.ok(detail.includes(right) && detail.includes(localKeyWrapper(wrongKey, '').id), detail)
    assert.match(detail, /^[^\n]+INDABA_SECRET_KEY[^\n]+$/)
    // Half of it changed over: the missing one is the previous one.
    const nextKey = randomBytes(32)
    await everyOrg(() => addDataKey(db, localKeyWrapper(nextKey, ''), orgId, 2))
    assert.match((await problemOf(open(nextKey))).detail, /INDABA_SECRET_KEY_PREVIOUS/)
    await open(nextKey, secretKey)
  })

  test('a key of the right name that does not unwrap stops the start too', async () => {
    await open(secretKey)
    await run(`update data_keys set wrapped = set_byte(wrapped, 15, (get_byte(wrapped, 15) + 1) % 256)`)
    assert.equal((await problemOf(open(secretKey))).code, 'data_key_unreadable')
  })

  test('many processes that start at once on an empty database agree on one pepper and one data key', async () => {
    const orgId = await newOrg()
    const all = await Promise.all(Array.from({ length: 4 }, () => open(secretKey)))
    const at = place(orgId)
    const sealed = await everyOrg(() => Promise.all(all.map((secrets) => secrets.seal(db, at, 'same'))))
    for (const secrets of all) {
      assert.deepEqual(secrets.hash('api key', 'x'), all[0]?.hash('api key', 'x'))
      for (const one of sealed) assert.equal(await everyOrg(() => secrets.open(db, at, one)), 'same')
    }
    const { rows } = await run('select org_id, version from data_keys')
    assert.equal(rows.length, 2)
  })

  test('a data key that was rolled back with its organisation is not used again', async () => {
    const secrets = await open(secretKey)
    const at = place(newId())
    const makeOrg = `insert into orgs (id, name) values ('${at.orgId}', 'Test')`
    await everyOrg(async () => {
      const gone = db.transaction().execute(async (tx) => {
        await sql.raw(makeOrg).execute(tx)
        const sealed = await secrets.seal(tx, at, 'lost')
        assert.equal(await secrets.open(tx, at, sealed), 'lost')
        throw new Error('rolled back')
      })
      await assert.rejects(gone, /rolled back/)
      const sealed = await db.transaction().execute(async (tx) => {
        await sql.raw(makeOrg).execute(tx)
        return secrets.seal(tx, at, 'kept')
      })
      assert.equal(await (await open(secretKey)).open(db, at, sealed), 'kept')
    })
  })

  test('with an organisation its data keys go, in the same transaction', async () => {
    const [orgId, otherId] = [await newOrg(), await newOrg()]
    const secrets = await open(secretKey)
    const at = place(orgId)
    await everyOrg(async () => {
      const sealed = await secrets.seal(db, at, 'x')
      await secrets.seal(db, place(otherId), 'x')
      const left = async () => (await run(`select 1 from data_keys where org_id = '${orgId}'`)).rows.length
      await assert.rejects(
        db.transaction().execute(async (tx) => {
          await deleteOrg(tx, orgId)
          throw new Error('rolled back')
        }),
      )
      assert.equal(await left(), 1)
      await db.transaction().execute((tx) => deleteOrg(tx, orgId))
      assert.equal(await left(), 0)
      assert.equal((await run('select 1 from data_keys')).rows.length, 2)
      assert.equal((await problemOf((await open(secretKey)).open(db, at, sealed))).code, 'secret_unreadable')
    })
  })

  test('outside of its scope an organisation has no data keys', async () => {
    const [orgId, otherId] = [await newOrg(), await newOrg()]
    const secrets = await open(secretKey)
    await everyOrg(() => secrets.seal(db, place(orgId), 'x'))
    const seen = await inScope([otherId], () => sql`select 1 from data_keys`.execute(db))
    assert.equal(seen.rows.length, 0)
    const add = (scope: string, of: string) =>
      inScope([scope], () => addDataKey(db, localKeyWrapper(secretKey, ''), of, 2))
    assert.equal(await add(otherId, orgId), false)
    await assert.rejects(add(otherId, nilOrg), /row-level security/)
    assert.equal(await add(orgId, orgId), true)
    assert.equal(await add(newId(), newId()), false)
  })

  describe('of before there were data keys', () => {
    const derived = (key: Uint8Array, purpose: string) =>
      Buffer.from(hkdfSync('sha256', key, '', `indaba ${purpose}`, 32))
    /** As the version before sealed it. */
    const sealedThen = (key: Uint8Array, context: string, text: string) => {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', derived(key, 'seal'), nonce).setAAD(Buffer.from(context))
      return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
    }
    const oldEndpoint = async (orgId: string) => {
      const at = place(orgId)
      const sealed = sealedThen(secretKey, `${orgId} webhook_endpoints ${at.id}`, 'whsec_then')
      await everyOrg(() =>
        sql`insert into webhook_endpoints (org_id, id, url, events, style, secret)
          values (${orgId}, ${at.id}, 'https://example.com', '{*}', 'vela', ${sealed})`.execute(db),
      )
      return { at, sealed }
    }

    test('values open, and hashes stay what they were, also after the key was replaced', async () => {
      const orgId = await newOrg()
      const { at, sealed } = await oldEndpoint(orgId)
      const then = createHmac('sha256', derived(secretKey, 'api key')).update('ind_live_x').digest()
      const nextKey = randomBytes(32)
      // The first start of this version comes with the new key, the old one beside it.
      for (const keys of [[nextKey, secretKey], [nextKey, secretKey], [nextKey]]) {
        const secrets = await open(...keys)
        assert.deepEqual(secrets.hash('api key', 'ind_live_x'), then)
        assert.equal(await everyOrg(() => secrets.open(db, at, sealed)), 'whsec_then')
        const moved = problemOf(everyOrg(() => secrets.open(db, { ...at, id: newId() }, sealed)))
        assert.equal((await moved).code, 'secret_unreadable')
      }
    })

    test('a wrong key at the first start fails closed and leaves nothing behind', async () => {
      await oldEndpoint(await newOrg())
      const { code, detail } = await problemOf(open(randomBytes(32)))
      assert.equal(code, 'wrong_secret_key')
      assert.match(detail, /INDABA_SECRET_KEY/)
      assert.equal((await run('select 1 from data_keys')).rows.length, 0)
      await open(secretKey)
    })

    test('hashes stay what they were where nothing was sealed', async () => {
      await newOrg()
      const then = createHmac('sha256', derived(secretKey, 'api key')).update('x').digest()
      assert.deepEqual((await open(secretKey)).hash('api key', 'x'), then)
    })
  })

  describe('with a key service', () => {
    let vault: FakeVault
    const out = outbound({ allow: [], userAgent: 'Indaba/test' })
    before(async () => {
      vault = await startVault()
    })
    after(async () => {
      await vault.close()
      await out.close()
    })
    const service = (): KeyWrapper => {
      const fetch = out.fetchLike({ trusted: true, partition: 'kms', timeoutMs: 3000 })
      return vaultTransit({ url: vault.url, keyName: 'indaba', token: vault.token, fetch })
    }
    const openWithService = () => openSecrets({ db, wrappers: [service()], formerKeys: [], columns })

    test('it is asked once for each data key, and not again for each value', async () => {
      const secrets = await openWithService()
      const at = place(await newOrg())
      await everyOrg(async () => {
        const sealed = await secrets.seal(db, at, 'x')
        const before = { ...vault.asked }
        for (let n = 0; n < 200; n++) await secrets.open(db, at, await secrets.seal(db, at, sealed.toString('hex')))
        assert.deepEqual(vault.asked, before)
      })
    })

    test('while it is away nothing starts; what runs goes on with what it holds, and new data keys wait', async () => {
      const secrets = await openWithService()
      const [orgId, otherId] = [await newOrg(), await newOrg()]
      const at = place(orgId)
      await everyOrg(async () => {
        const sealed = await secrets.seal(db, at, 'x')
        await vault.close()
        const { code, kind } = await problemOf(openWithService())
        assert.deepEqual([kind, code], ['unavailable', 'key_service_unavailable'])
        assert.equal(await secrets.open(db, at, sealed), 'x')
        await secrets.seal(db, at, 'y')
        assert.equal((await problemOf(secrets.seal(db, place(otherId), 'z'))).kind, 'unavailable')
        await vault.listen()
        await secrets.seal(db, place(otherId), 'z')
      })
    })

    test('what is held is let go after an hour without the service', async () => {
      await openWithService()
      let nowMs = 0
      const keys = dataKeys([service()], () => nowMs)
      const first = await everyOrg(() => keys.newest(db, nilOrg))
      await vault.close()
      for (nowMs of [20 * 60_000, 59 * 60_000]) {
        assert.deepEqual((await keys.newest(db, nilOrg)).key, first.key)
        assert.deepEqual((await keys.byVersion(db, nilOrg, 1))?.key, first.key)
      }
      nowMs = 61 * 60_000
      assert.equal((await problemOf(keys.newest(db, nilOrg))).kind, 'unavailable')
      await vault.listen()
      assert.deepEqual((await keys.newest(db, nilOrg)).key, first.key)
    })
  })
})
