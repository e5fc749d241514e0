import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { freshDatabase } from '../../../test/database.ts'
import { createOrg } from '../../access/index.ts'
import { readConfig } from '../../config.ts'
import { openKeyring } from '../../keyring.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { outbound } from '../../platform/outbound/request.ts'
import { readNewServer } from './server-fields.ts'
import { changeServer, createServer, deleteServer, openServerSecrets, pinHostKey, requireServer } from './servers.ts'

describe('what is kept of remote servers', () => {
  let database: { url: string; drop(): Promise<void> }
  let db: Db
  let orgId: string
  const out = outbound({ allow: [], userAgent: 'test' })
  const [oldKey, newKey] = [randomBytes(32), randomBytes(32)]
  const watcher = { actor: 'system', warn: (err: unknown) => assert.fail(String(err)) }

  const keyring = (secretKey: Buffer, previous?: Buffer) =>
    openKeyring({
      db,
      secretKey,
      outbound: out,
      settings: readConfig(previous ? { INDABA_SECRET_KEY_PREVIOUS: previous.toString('base64') } : {}).access,
    })
  const write = <T>(work: Parameters<ReturnType<Db['transaction']>['execute']>[0]) =>
    everyOrg(() => db.transaction().execute(work)) as Promise<T>
  const given = (name: string) =>
    readNewServer({
      name,
      protocol: 'sftp',
      host: 'sftp.example.com',
      user_name: 'u',
      password: 'canary',
      private_key: 'key',
    })

  before(async () => {
    database = await freshDatabase()
    db = openDb({ url: database.url, connectionsMax: 4 })
    orgId = (await everyOrg(() => createOrg(db, { name: 'Test' }))).id
  })
  after(async () => {
    await out.close()
    await db?.destroy()
    await database?.drop()
  })

  test('what one logs in with is sealed anew with the other secrets when keys change, and opens then', async () => {
    const before = await keyring(oldKey)
    const { id } = await write<{ id: string }>((tx) =>
      createServer(tx, before.secrets, { orgId, actor: 'test' }, given('Sealed')),
    )
    const during = await keyring(newKey, oldKey)
    await during.renew(watcher)
    const { sealed } = await during.rewrap(watcher)
    assert.ok(sealed.done >= 1)
    const { secrets } = await keyring(newKey)
    const opened = await everyOrg(async () => openServerSecrets(db, secrets, await requireServer(db, orgId, id)))
    assert.deepEqual(opened, { password: 'canary', private_key: 'key' })
  })

  test('a change keeps the secrets that it is told to keep', async () => {
    const { secrets } = await keyring(newKey)
    const made = given('Changed')
    const { id } = await write<{ id: string }>((tx) => createServer(tx, secrets, { orgId, actor: 'test' }, made))
    await write(async (tx) =>
      changeServer(tx, secrets, await requireServer(tx, orgId, id), {
        columns: made.columns,
        secrets: { passphrase: 'phrase' },
        keeps: ['private_key'],
      }),
    )
    const after = await everyOrg(() => requireServer(db, orgId, id))
    assert.deepEqual(after.secrets_held, ['private_key', 'passphrase'])
    const opened = await everyOrg(() => openServerSecrets(db, secrets, after))
    assert.deepEqual(opened, { private_key: 'key', passphrase: 'phrase' })
  })

  test('of host keys that are met at the same moment one is trusted, and none for a server that has moved', async () => {
    const { secrets } = await keyring(newKey)
    const { id } = await write<{ id: string }>((tx) =>
      createServer(tx, secrets, { orgId, actor: 'test' }, given('Trusted')),
    )
    await everyOrg(async () => {
      const server = await requireServer(db, orgId, id)
      const met = ['one', 'two', 'three', 'four'].map((key) => pinHostKey(db, server, `SHA256:${key}`))
      const trusted = await Promise.all(met)
      assert.equal(new Set(trusted).size, 1)
      assert.equal((await requireServer(db, orgId, id)).host_key, trusted[0])
      const { rows } = await db.executeQuery<{ n: number }>(
        db
          .selectFrom('audit_events')
          .select((of) => of.fn.countAll<number>().as('n'))
          .where('action', '=', 'remote_server.trust_host_key')
          .compile(),
      )
      assert.equal(rows[0]?.n, 1)
      await db.updateTable('remote_servers').set({ host_key: null, port: 2222 }).where('id', '=', id).execute()
      assert.equal(await pinHostKey(db, server, 'SHA256:five'), null)
      assert.equal((await requireServer(db, orgId, id)).host_key, null)
    })
  })

  test('a server that is used is not deleted, and the refusal says by what', async () => {
    const { secrets } = await keyring(newKey)
    const { id } = await write<{ id: string }>((tx) =>
      createServer(tx, secrets, { orgId, actor: 'test' }, given('Used')),
    )
    const used = write((tx) => deleteServer(tx, orgId, id, async () => ['Calls of the day', 'Archive']))
    await assert.rejects(used, { code: 'server_in_use', message: /“Calls of the day”, “Archive”/ })
    await write((tx) => deleteServer(tx, orgId, id, async () => []))
    await assert.rejects(
      everyOrg(() => requireServer(db, orgId, id)),
      { code: 'not_found' },
    )
  })
})
