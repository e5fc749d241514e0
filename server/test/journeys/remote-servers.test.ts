// Remote servers as an organisation sets them up: what is kept and shown, who may, what a change of address costs.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { newId } from '../../src/platform/ids.ts'
import { adminToken, type Customer, type Harness, type Json, startHarness } from '../harness.ts'

const canary = 'canary-of-a-password'
const admin = { authorization: `Bearer ${adminToken}` }

let harness: Harness
let own: Customer
let other: Customer
let mounted = ''

async function ask(method: string, path: string, headers: Record<string, string>, body?: object) {
  const answer = await fetch(`${harness.url}${path}`, {
    method,
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  assert.ok(!text.includes(canary), `${method} ${path} shows a secret`)
  return { status: answer.status, body: (text ? JSON.parse(text) : null) as Json }
}

const post = (path: string, body: object, who = own) => ask('POST', path, who.headers, body)
const change = (id: string, body: object) => ask('PATCH', `/v1/remote-servers/${id}`, own.headers, body)
const code = ({ body }: { body: Json }) => String(body.error?.code).toLowerCase()

const settings = (name: string, more: object = {}) => ({
  name,
  protocol: 'sftp',
  host: '127.0.0.1',
  port: 2022,
  user_name: 'indaba',
  password: canary,
  path: '/recordings',
  ...more,
})

async function auditOf(id: string): Promise<Json[]> {
  const { rows } = await sql<Json>`
    select actor, action, data from audit_events where target = ${id} and action like 'remote_server.%' order by seq`.execute(
    harness.app.db,
  )
  return rows
}

describe('remote servers', () => {
  before(async () => {
    mounted = await realpath(await mkdtemp(join(tmpdir(), 'indaba-mounted-')))
    for (const one of ['a', 'a/inner', 'b']) await mkdir(join(mounted, one))
    await symlink('/etc', join(mounted, 'etc'))
    harness = await startHarness({ env: { INDABA_MOUNTED_FOLDERS: mounted } })
    own = await harness.customer()
    other = await harness.customer()
  })
  after(async () => {
    await harness?.stop()
    await rm(mounted, { recursive: true, force: true })
  })

  test('is set up, read, listed, changed and deleted; what one logs in with is never shown', async () => {
    const made = await post('/v1/remote-servers', settings('First'))
    assert.equal(made.status, 201)
    const { server_id: id, created_at, updated_at, ...shown } = made.body
    assert.deepEqual(shown, {
      name: 'First',
      protocol: 'sftp',
      host: '127.0.0.1',
      port: 2022,
      user_name: 'indaba',
      path: '/recordings',
      host_key: null,
      certificate_sha256: null,
      bucket: null,
      region: null,
      endpoint: null,
      force_path_style: null,
      access_key_id: null,
      connections_max: 2,
      bytes_per_second_max: null,
      has_password: true,
      has_private_key: false,
      has_passphrase: false,
      has_secret_access_key: false,
    })
    assert.deepEqual((await ask('GET', `/v1/remote-servers/${id}`, own.headers)).body, made.body)
    await post('/v1/remote-servers', settings('Second'))
    const first = await ask('GET', '/v1/remote-servers?limit=1', own.headers)
    assert.deepEqual(first.body.servers, [made.body])
    const second = await ask('GET', `/v1/remote-servers?limit=1&cursor=${first.body.next_cursor}`, own.headers)
    assert.deepEqual([second.body.servers[0].name, second.body.next_cursor], ['Second', null])

    const changed = await change(id, { name: 'Renamed', connections_max: 4 })
    assert.deepEqual([changed.status, changed.body.name, changed.body.has_password], [200, 'Renamed', true])
    assert.deepEqual(code(await change(id, { name: 'sECOND' })), 'name_taken')
    assert.equal(code(await post('/v1/remote-servers', settings('second'))), 'name_taken')
    assert.equal((await ask('DELETE', `/v1/remote-servers/${id}`, own.headers)).status, 204)
    assert.equal((await ask('GET', `/v1/remote-servers/${id}`, own.headers)).status, 404)
    const audit = await auditOf(id)
    assert.deepEqual(
      audit.map(({ action }) => action),
      ['remote_server.create', 'remote_server.change', 'remote_server.delete'],
    )
    assert.deepEqual([audit[1].data.before.name, audit[1].data.after.name], ['First', 'Renamed'])
    assert.ok(!JSON.stringify(audit).includes(canary))
  })

  test('secrets are sealed at rest, and in no other table', async () => {
    await post(
      '/v1/remote-servers',
      settings('Sealed', { private_key: `${canary} key`, passphrase: `${canary} phrase` }),
    )
    const { rows: tables } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(harness.app.db)
    for (const { name } of tables) {
      const { rows } = await sql<{ found: number }>`
        select count(*)::int as found from ${sql.table(name)} t where t::text like ${`%${canary}%`}
          or t::text like ${`%${Buffer.from(canary).toString('hex')}%`}`.execute(harness.app.db)
      assert.equal(rows[0]?.found, 0, name)
    }
  })

  test('another destination needs the login again; what was pinned is forgotten', async () => {
    const host_key = `SHA256:${'k'.repeat(43)}`
    const { body } = await post('/v1/remote-servers', settings('Pinned', { host_key }))
    assert.equal(body.host_key, host_key)
    for (const move of [{ host: '127.0.0.2' }, { port: 2023 }, { protocol: 'ftp' }]) {
      const refused = await change(body.server_id, move)
      assert.deepEqual([refused.status, code(refused)], [400, 'secret_required'], JSON.stringify(move))
    }
    assert.equal((await change(body.server_id, { path: '/other' })).body.host_key, host_key)
    const moved = await change(body.server_id, { port: 2023, password: `${canary} again` })
    assert.deepEqual([moved.status, moved.body.host_key, moved.body.has_password], [200, null, true])
    const [, , last] = await auditOf(body.server_id)
    assert.deepEqual(last.data.secrets_changed, ['password'])
  })

  test('addresses of private networks are refused at once, with one and the same words', async () => {
    const hosts = [
      '10.0.0.1',
      '169.254.169.254',
      '192.168.1.1',
      '::1',
      'fd00::1',
      '0x0a000001',
      '100.64.0.1',
      '[::ffff:10.0.0.1]',
    ]
    const details = new Set<string>()
    for (const host of hosts) {
      for (const one of [settings('x', { host }), { name: 'x', protocol: 'ftp', host }]) {
        const refused = await post('/v1/remote-servers', one)
        assert.deepEqual([refused.status, code(refused)], [400, 'destination_not_allowed'], host)
        details.add(refused.body.message)
      }
    }
    const bucket = { name: 'x', protocol: 's3', bucket: 'recordings', access_key_id: 'a', secret_access_key: canary }
    const refused = await post('/v1/remote-servers', { ...bucket, endpoint: 'http://169.254.169.254' })
    assert.equal(code(refused), 'destination_not_allowed')
    details.add(refused.body.message)
    assert.equal(details.size, 1)
  })

  test('whoever may not manage servers, or sees a part of the organisation, is refused', async () => {
    const weak = await harness.customer({}, ['calls:read', 'calls:write'])
    assert.equal((await post('/v1/remote-servers', settings('x'), weak)).status, 403)
    assert.equal((await ask('GET', '/v1/remote-servers', weak.headers)).status, 403)
    assert.equal((await ask('GET', '/v1/remote-servers', admin)).status, 403)
  })

  test('a folder of this machine is opened by the administrator, for one organisation', async () => {
    const path = (customer: Customer) => `/v1/organisations/${customer.orgId}/mounted-folders`
    const open = (customer: Customer, name: string, folder: string) =>
      ask('POST', path(customer), admin, { name, path: folder })
    assert.equal((await post('/v1/remote-servers', { name: 'x', protocol: 'mounted', path: mounted })).status, 400)
    assert.equal((await ask('POST', path(own), own.headers, { name: 'x', path: mounted })).status, 403)
    assert.equal(
      (await ask('POST', `/v1/organisations/${newId()}/mounted-folders`, admin, { name: 'x', path: mounted })).status,
      404,
    )
    for (const [folder, issue] of Object.entries({
      '/etc': 'folder_not_opened',
      [join(mounted, 'etc')]: 'folder_not_opened',
      [join(mounted, '..')]: 'folder_not_opened',
      [join(mounted, 'absent')]: 'no_such_folder',
      'relative/path': 'no_such_folder',
    })) {
      assert.equal(code(await open(own, 'x', folder)), issue, folder)
    }
    const made = await open(own, 'Recorder', join(mounted, 'a'))
    assert.deepEqual([made.status, made.body.protocol, made.body.path], [201, 'mounted', join(mounted, 'a')])
    const id = made.body.server_id
    assert.deepEqual((await ask('GET', `/v1/remote-servers/${id}`, own.headers)).body, made.body)
    for (const folder of ['a', 'a/inner', '.']) {
      const taken = await open(other, 'Theirs', join(mounted, folder))
      assert.deepEqual([taken.status, code(taken)], [409, 'folder_taken'], folder)
    }
    assert.equal((await open(other, 'Theirs', join(mounted, 'b'))).status, 201)
    assert.equal((await open(own, 'Inner', join(mounted, 'a', 'inner'))).status, 201)
    assert.equal(code(await change(id, { path: '/etc' })), 'invalid_request')
    assert.equal((await change(id, { name: 'Recordings' })).body.path, join(mounted, 'a'))
    assert.equal((await ask('GET', path(own), admin)).body.servers.length, 2)
    assert.equal((await ask('DELETE', `${path(other)}/${id}`, admin)).status, 404)
    assert.equal((await ask('DELETE', `${path(own)}/${id}`, admin)).status, 204)
    assert.deepEqual(
      (await auditOf(id)).map(({ actor, action }) => [actor.split(':')[0], action]),
      [
        ['admin', 'remote_server.create'],
        ['key', 'remote_server.change'],
        ['admin', 'remote_server.delete'],
      ],
    )
  })
})
