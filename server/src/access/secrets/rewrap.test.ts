// Changing keys: the library with two nodes at once, and the command in processes that are killed.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { startVault } from '../../../test/fakes/vault-transit.ts'
import { createEndpoint } from '../../events/endpoints/endpoints.ts'
import { webhookSecrets } from '../../events/endpoints/sealed-columns.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { newId } from '../../platform/ids.ts'
import { type KeyWrapper, localKeyWrapper } from '../../platform/key-wrapper.ts'
import { magic, versionOf } from '../../platform/sealed-value.ts'
import { answerColumn } from '../idempotency.ts'
import { createOrg } from '../orgs.ts'
import { addDataKey } from './data-keys.ts'
import { openSecrets } from './open-secrets.ts'
import { type RewrapInput, renewDataKeys, rewrapSecrets } from './rewrap.ts'

const columns = [webhookSecrets, answerColumn]
const main = resolve(import.meta.dirname, '../../main.ts')

describe('changing keys', () => {
  let database: { url: string; drop(): Promise<void> }
  let db: Db
  const children = new Set<ChildProcess>()
  beforeEach(async () => {
    database = await freshDatabase()
    db = openDb({ url: database.url, connectionsMax: 8 })
  })
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL')
    children.clear()
    await db.destroy()
    await database.drop()
  })

  const oldKey = randomBytes(32)
  const newKey = randomBytes(32)
  const wrapper = (key: Uint8Array) => localKeyWrapper(key, 'INDABA_SECRET_KEY')
  const node = async (...keys: Uint8Array[]): Promise<RewrapInput> => {
    const [first, ...others] = keys.map(wrapper)
    const wrappers = [first as KeyWrapper, ...others] as const
    return { db, wrappers, columns, secrets: await openSecrets({ db, wrappers, formerKeys: keys, columns }) }
  }
  const ask = async <Row>(query: string) => (await everyOrg(() => sql.raw<Row>(query).execute(db))).rows
  const count = async (query: string) => (await ask<{ count: number }>(`select count(*) from ${query}`))[0]?.count

  /** An organisation with an endpoint for each. */
  async function endpoints(of: RewrapInput, number: number) {
    const made: { orgId: string; id: string; secret: string }[] = []
    for (let n = 0; n < number; n++) {
      await everyOrg(() =>
        db.transaction().execute(async (tx) => {
          const { id: orgId } = await createOrg(tx, { name: `Test ${n}` })
          const input = { url: 'https://example.com', events: ['*'], style: 'vela' as const }
          const { endpoint, secret } = await createEndpoint(tx, of.secrets, orgId, input)
          made.push({ orgId, id: endpoint.id, secret })
        }),
      )
    }
    return made
  }
  async function assertAllOpen(of: RewrapInput, made: Awaited<ReturnType<typeof endpoints>>) {
    const rows = await ask<{ id: string; secret: Buffer }>('select id, secret from webhook_endpoints')
    const stored = new Map(rows.map((row) => [row.id, row.secret]))
    for (const { orgId, id, secret } of made) {
      const place = { in: webhookSecrets, orgId, id }
      assert.equal(await everyOrg(() => of.secrets.open(db, place, stored.get(id) as Buffer)), secret)
    }
  }
  const strict = {
    actor: 'a test',
    warn(err: unknown) {
      throw err
    },
  }
  const failures: string[] = []
  const warn = (_: unknown, what: string) => void failures.push(what)

  test('under a new key everything is wrapped anew, values stay as they are, and the old key is not needed', async () => {
    const before = await node(oldKey)
    const made = await endpoints(before, 5)
    await assertAllOpen(before, made)
    const sealed = await ask('select id, secret from webhook_endpoints order by id')
    const report = await rewrapSecrets(await node(newKey, oldKey), strict)
    assert.deepEqual(report, { wrapped: { done: 6, failed: 0 }, sealed: { done: 0, failed: 0 }, removed: 0 })
    const after = await node(newKey)
    await assertAllOpen(after, made)
    assert.deepEqual(await ask('select id, secret from webhook_endpoints order by id'), sealed)
    assert.deepEqual(after.secrets.hash('api key', 'x'), before.secrets.hash('api key', 'x'))
    assert.deepEqual((await rewrapSecrets(after, strict)).wrapped, { done: 0, failed: 0 })
    await assert.rejects(node(oldKey), { code: 'wrong_secret_key' })
    // A process that still runs with the old key alone goes on with what it holds.
    await assertAllOpen(before, made)
  })

  test('of two processes at once each row is done by one, while others seal and open', async () => {
    const before = await node(oldKey)
    const made = await endpoints(before, 40)
    const [one, two] = [await node(newKey, oldKey), await node(newKey, oldKey)]
    const renewed = await Promise.all([renewDataKeys(one, strict), renewDataKeys(two, strict)])
    const busy = Promise.all([endpoints(before, 10), endpoints(one, 10), assertAllOpen(two, made)])
    const reports = await Promise.all([rewrapSecrets(one, strict), rewrapSecrets(two, strict)])
    const [late, later] = await busy
    assert.ok((renewed[0] ?? 0) + (renewed[1] ?? 0) >= 41, `${renewed}`)
    assert.ok(reports.reduce((sum, { sealed }) => sum + sealed.done, 0) >= 41, JSON.stringify(reports))
    await rewrapSecrets(one, strict)
    assert.equal(await count(`data_keys where kek_id <> '${wrapper(newKey).id}'`), 0)
    await assertAllOpen(await node(newKey), [...made, ...late, ...later])
  })

  test('with new data keys every value is sealed anew, and the old ones go when nothing can need them', async () => {
    const at = await node(oldKey)
    const made = await endpoints(at, 3)
    assert.equal(await renewDataKeys(at, strict), 4)
    // Interrupted and begun again: what was renewed is not renewed once more.
    assert.equal(await renewDataKeys(at, strict), 0)
    const { sealed, removed } = await rewrapSecrets(at, strict)
    assert.deepEqual([sealed, removed], [{ done: 4, failed: 0 }, 0])
    const rows = await ask<{ secret: Buffer }>(
      'select secret from webhook_endpoints union all select sealed from installation_secrets',
    )
    assert.equal(rows.length, 4)
    for (const { secret } of rows) assert.equal(versionOf(secret), 2)
    await assertAllOpen(at, made)
    // Two days later, one value is still sealed with an old key: it was written by a process that did not know better.
    await ask(`update data_keys set created_at = now() - interval '3 days'`)
    const [first] = made as [(typeof made)[0]]
    await ask(
      `update webhook_endpoints set secret = '\\x${magic.toString('hex')}00000001'::bytea where id = '${first.id}'`,
    )
    const report = await rewrapSecrets(at, { actor: 'a test', warn })
    assert.deepEqual([report.sealed, report.removed], [{ done: 0, failed: 1 }, 3])
    assert.deepEqual(failures, [`webhook_endpoints.secret of ${first.id}`])
    assert.equal(await count(`data_keys where org_id = '${first.orgId}'`), 2)
    await assertAllOpen(await node(oldKey), made.slice(1))
  })

  test('the command: killed in the middle it goes on, two at once share the work, and it says what it did', async () => {
    const orgs = 1500
    await node(oldKey)
    await everyOrg(async () => {
      await sql`insert into orgs (id, name)
        select gen_random_uuid(), 'Test' from generate_series(1, ${orgs}::int)`.execute(db)
      for (const { id } of await ask<{ id: string }>('select id from orgs')) {
        await addDataKey(db, wrapper(oldKey), id, 1)
      }
    })
    const left = () => count(`data_keys where kek_id <> '${wrapper(newKey).id}'`) as Promise<number>

    const killed = command(newKey, oldKey)
    await killed.says(/data keys: 200 so far/)
    killed.child.kill('SIGKILL')
    await killed.ended
    const remaining = await left()
    assert.ok(remaining > 0 && remaining <= orgs - 199, `${remaining} left`)

    // In between the server could start with both keys, and with neither alone.
    await node(newKey, oldKey)
    await assert.rejects(node(newKey), { code: 'wrong_secret_key' })

    const both = [command(newKey, oldKey), command(newKey, oldKey)]
    const done: number[] = []
    for (const { ended, output } of both) {
      assert.equal(await ended, 0, output())
      done.push(Number(/Data keys wrapped with key:\w+: (\d+)/.exec(output())?.[1]))
      assert.match(output(), /Values sealed anew: 0\n/)
      assert.match(output(), /Nothing needs INDABA_SECRET_KEY_PREVIOUS any more/)
    }
    assert.equal((done[0] ?? 0) + (done[1] ?? 0), remaining)
    assert.equal(await left(), 0)
    await node(newKey)
    const recorded = await ask<{ actor: string; data: { wrapped: { done: number } } }>(
      `select actor, data from audit_events where action = 'secrets.rewrap'`,
    )
    // The one that was killed could not tell.
    assert.equal(recorded.length, done.filter((count) => count > 0).length)
    assert.ok(recorded.every(({ actor }) => actor === 'operator'))
  })

  test('from a key of the operator to a key service and back; with the service away nothing starts', async () => {
    const vault = await startVault()
    const dataDir = await mkdtemp(join(tmpdir(), 'indaba-kms-'))
    try {
      const made = await endpoints(await node(oldKey), 2)
      const service = { INDABA_KMS_URL: vault.url, INDABA_KMS_TOKEN: vault.token, INDABA_DATA_DIR: dataDir }
      const finish = async (key: Uint8Array | null, env: Record<string, string>, args?: string[]) => {
        const { ended, output } = command(key, null, args, env)
        return { code: await ended, text: output() }
      }
      const kinds = () => ask<{ kek_id: string }>('select distinct kek_id from data_keys')

      const there = await finish(oldKey, service)
      assert.equal(there.code, 0, there.text)
      assert.deepEqual(await kinds(), [{ kek_id: 'vault:transit/indaba' }])
      const alone = await finish(null, service, ['secrets', 'rewrap', '--data'])
      assert.equal(alone.code, 0, alone.text)
      assert.match(alone.text, /New data keys: 3\n.*Values sealed anew: 3\n/s)
      assert.deepEqual(await readdir(dataDir), [])

      await vault.close()
      const away = await finish(null, service, ['serve'])
      assert.equal(away.code, 1)
      assert.match(
        away.text.trim(),
        /^The key service at http:\/\/127\.0\.0\.1:\d+\/v1\/transit does not answer [^\n]+$/,
      )
      const without = await finish(newKey, {}, ['serve'])
      assert.match(without.text, /locked with vault:transit\/indaba.*INDABA_KMS_URL/)
      await vault.listen()

      const back = await finish(newKey, { ...service, INDABA_KMS_UNWRAPS_ONLY: 'true' })
      assert.equal(back.code, 0, back.text)
      await assertAllOpen(await node(newKey), made)
    } finally {
      await vault.close()
      await rm(dataDir, { recursive: true, force: true })
    }
  })

  test('the server and the command refuse a wrong key in one line, before anything is served', async () => {
    const at = await node(oldKey)
    await endpoints(at, 1)
    for (const args of [['serve'], ['work'], ['secrets', 'rewrap']]) {
      const { ended, output } = command(newKey, null, args)
      assert.equal(await ended, 1, output())
      assert.equal(output().trim().split('\n').length, 1, output())
      assert.ok(output().includes(wrapper(oldKey).id) && output().includes(wrapper(newKey).id), output())
      assert.match(output(), /INDABA_SECRET_KEY/)
    }
    const { ended, output } = command(oldKey, null, ['secrets', 'wrap'])
    assert.equal(await ended, 1)
    assert.match(output(), /Usage/)
  })

  function command(
    key: Uint8Array | null,
    previous: Uint8Array | null,
    args = ['secrets', 'rewrap'],
    env: Record<string, string> = {},
  ) {
    const child = spawn(process.execPath, [main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        DATABASE_URL: database.url,
        INDABA_DATA_DIR: `/tmp/indaba-no-such-${newId()}`,
        INDABA_ADMIN_TOKEN: 'test-admin-token-of-32-characters-or-more',
        ...(key ? { INDABA_SECRET_KEY: Buffer.from(key).toString('base64') } : {}),
        ...(previous ? { INDABA_SECRET_KEY_PREVIOUS: Buffer.from(previous).toString('base64') } : {}),
        ...env,
      },
    })
    children.add(child)
    let text = ''
    let look = () => {}
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (more: string) => {
        text += more
        look()
      })
    }
    const ended = once(child, 'exit').then(([code]) => code as number | null)
    return {
      child,
      ended,
      output: () => text,
      says: (pattern: RegExp) =>
        new Promise<void>((found, fail) => {
          look = () => pattern.test(text) && found()
          look()
          ended.then(() => fail(new Error(`it ended: ${text}`)))
        }),
    }
  }
})
