// From an empty machine: organisations and keys by command, two servers that agree on them, and vBot's administrator.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freshDatabase } from '../database.ts'
import { adminToken, type Json } from '../harness.ts'
import { clientsDir, findPython, skipWithoutCurl, skipWithoutPython } from './client-program.ts'
import { type Installation, operate, type ServerProcess, startServer } from './program-process.ts'
import { sampleCall } from './sample-call.ts'

const run = promisify(execFile)
const keyForm = /^ind_(live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}\n$/
const withinMs = 1000

describe('the operator', () => {
  let at: Installation
  let drop: (() => Promise<void>) | undefined
  let servers: [ServerProcess, ServerProcess] | undefined
  let alias = ''
  let adminKey = ''

  before(async () => {
    const database = await freshDatabase()
    drop = database.drop
    at = { databaseUrl: database.url, dataDir: await mkdtemp(join(tmpdir(), 'indaba-operator-')) }
  })
  after(async () => {
    await Promise.all(servers?.map((one) => one.stop()) ?? [])
    await drop?.()
    await rm(at.dataDir, { recursive: true, force: true })
  })

  const statusOf = async (server: ServerProcess, path: string, key: string) =>
    (await fetch(`${server.url}${path}`, { headers: { 'x-api-key': key } })).status
  const both = () => servers ?? assert.fail('the servers did not start')
  const asAdmin = async (method: string, path: string, body?: object): Promise<{ status: number; body: Json }> => {
    const answer = await fetch(`${both()[0].url}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: answer.status, body: await answer.json() }
  }

  it('makes organisations and keys before there is a server', async () => {
    const made = await operate(at, 'org', 'create', '--name', 'Example', '--email', 'desk@example.com')
    assert.equal(made.code, 0, made.said)
    alias = /^(\d+) {2}[0-9a-f-]{36} {2}Example\n$/.exec(made.out)?.[1] ?? assert.fail(made.out)
    const listed = await operate(at, 'org', 'list')
    assert.match(listed.out, /Example/)
    const key = await operate(at, 'key', 'create', '--org', alias, '--name', 'admin', '--admin', '--expires-days', '90')
    assert.match(key.out, keyForm)
    assert.match(key.said, /manages customers/)
    adminKey = key.out.trim()
    const keys = await operate(at, 'key', 'list', '--org', alias)
    assert.equal(keys.out.includes(adminKey.slice(22)), false)
  })

  it('says in plain words what is wrong', async () => {
    const locked = { ...at, env: { INDABA_SECRET_KEY: Buffer.alloc(32, 8).toString('base64') } }
    for (const [where, message] of [
      [at, /^There is no organisation 999/],
      [locked, /INDABA_SECRET_KEY/],
    ] as const) {
      const { code, out, said } = await operate(where, 'key', 'create', '--org', '999', '--name', 'x')
      assert.match(said, message)
      assert.equal(said.includes('    at '), false, said)
      assert.deepEqual([code, out], [1, ''])
    }
  })

  it('what it changes is known on two servers within a second', async () => {
    servers = [await startServer(at, 'start'), await startServer(at)]
    const made = await operate(at, 'key', 'create', '--org', alias, '--name', 'phones', '--scopes', 'calls:read')
    const key = made.out.trim()
    const id = key.slice(9, 21)
    for (const server of servers) {
      assert.equal(await statusOf(server, '/v1/calls', key), 200)
      assert.equal(await statusOf(server, '/v1/webhooks', key), 403)
    }
    // Long enough that it is remembered because changes are heard.
    await delay(1500)
    for (const server of servers) assert.equal(await statusOf(server, '/v1/calls', key), 200)

    const rotated = await operate(at, 'key', 'rotate', id)
    assert.match(rotated.out, keyForm)
    for (const server of servers)
      for (const one of [key, rotated.out.trim()]) assert.equal(await statusOf(server, '/v1/calls', one), 200)

    const revoked = await operate(at, 'key', 'revoke', key)
    const revokedAt = performance.now()
    assert.match(revoked.said, /is revoked/)
    for (const server of servers) {
      while ((await statusOf(server, '/v1/calls', key)) !== 401) {
        assert.ok(performance.now() - revokedAt < withinMs, 'works after a second')
        await delay(10)
      }
    }
    assert.match((await operate(at, 'key', 'revoke', id)).said, /was revoked before/)
    assert.match((await operate(at, 'key', 'rotate', id)).said, /was revoked and stays so/)
  })

  it('a customer that one server switches off is out on the other within a second', async () => {
    const [, there] = both()
    const { body: made } = await asAdmin('POST', '/api/customers', { name: 'Switched' })
    for (let n = 0; n < 3; n++) {
      assert.equal(await statusOf(there, '/v1/calls', made.api_key), 200)
      await asAdmin('PUT', `/api/customers/${made.id}`, { is_active: false })
      const offAt = performance.now()
      while ((await statusOf(there, '/v1/calls', made.api_key)) !== 401) {
        assert.ok(performance.now() - offAt < withinMs, 'in after a second')
        await delay(10)
      }
      await asAdmin('PUT', `/api/customers/${made.id}`, { is_active: true })
      await delay(100)
    }
  })

  for (const [holder, keyOf] of [
    ['the admin token', () => adminToken],
    ['an admin key', () => adminKey],
  ] as const) {
    it(`vBot's administrator does all with ${holder}`, { skip: skipWithoutPython('requests') }, async () => {
      const python = findPython('requests') ?? assert.fail('no Python')
      const [, there] = both()
      const env = { PATH: process.env.PATH, BASE_URL: there.url, API_KEY: keyOf() }
      const { stdout } = await run(python, [join(clientsDir, 'vbot_admin.py')], { env, timeout: 30_000 })
      const { created, listed, updated, deleted, gone, refused } = JSON.parse(stdout) as Record<string, Json>
      const documented = ['id', 'name', 'company_name', 'email', 'api_key', 'is_active', 'created_at', 'updated_at']
      assert.equal(created.status, 200)
      assert.deepEqual(Object.keys(created.body).slice(0, 8), documented)
      assert.match(`${created.body.api_key}\n`, keyForm)
      const { api_key: shown } = listed.body.customers.find(({ id }: Json) => id === created.body.id)
      assert.equal(shown, `${created.body.api_key.slice(0, 4)}…${created.body.api_key.slice(-4)}`)
      assert.deepEqual(
        [updated.status, updated.body.name, updated.body.email, updated.body.api_key],
        [200, 'Updated Name', 'updated@example.com', shown],
      )
      assert.deepEqual(deleted, {
        status: 200,
        body: { status: 'success', message: 'Customer deleted successfully' },
      })
      assert.deepEqual([gone.status, gone.body.message], [404, 'Resource not found'])
      assert.deepEqual([refused.status, refused.body.message], [401, 'Invalid API key'], 'its customer is gone')
    })
  }

  it('lists by curl with an admin key in either header, and no conversation', { skip: skipWithoutCurl() }, async () => {
    const [server] = both()
    const curl = async (header: string, path: string) => {
      const { stdout } = await run('curl', ['-s', '-w', '\n%{http_code}', '-H', header, `${server.url}${path}`])
      const [body = '', status = ''] = stdout.split('\n')
      return { status: Number(status), body: JSON.parse(body) as Json }
    }
    for (const header of [`Authorization: Bearer ${adminKey}`, `X-API-Key: ${adminKey}`]) {
      const { status, body } = await curl(header, '/api/customers')
      assert.deepEqual([status, Array.isArray(body.customers)], [200, true])
      assert.equal((await curl(header, '/v1/calls')).status, 403)
      assert.equal((await curl(header, '/v1/api-keys')).status, 403)
    }
    const { body: customer } = await asAdmin('POST', '/api/customers', { name: 'Curious' })
    const { status, body } = await curl(`X-API-Key: ${customer.api_key}`, '/api/customers')
    assert.deepEqual([status, body.status, body.message], [403, 'error', 'Insufficient permissions'])
  })

  it('rotates a customer’s key: shown once, the one before works on', async () => {
    const [server, there] = both()
    const { body: made } = await asAdmin('POST', '/api/customers', { name: 'Rotating' })
    const rotated = await asAdmin('POST', `/api/customers/${made.id}/rotate-key`)
    assert.equal(rotated.status, 200, JSON.stringify(rotated.body))
    assert.match(`${rotated.body.api_key}\n`, keyForm)
    assert.notEqual(rotated.body.api_key, made.api_key)
    assert.ok(Math.abs(Date.parse(rotated.body.previous_key_valid_until) - Date.now() - 86_400_000) < 60_000)
    for (const one of [made.api_key, rotated.body.api_key])
      for (const node of [server, there]) assert.equal(await statusOf(node, '/v1/calls', one), 200)
    const at0 = await asAdmin('POST', `/api/customers/${made.id}/rotate-key`, { overlap_hours: 0 })
    assert.equal(await statusOf(server, '/v1/calls', rotated.body.api_key), 401)
    assert.equal(await statusOf(server, '/v1/calls', made.api_key), 401, 'all before it stop')
    assert.equal(await statusOf(server, '/v1/calls', at0.body.api_key), 200)
    const bad = await asAdmin('POST', `/api/customers/${made.id}/rotate-key`, { overlap_hours: 'long' })
    assert.deepEqual([bad.status, bad.body.message], [400, 'Invalid request parameters'])
    assert.equal((await asAdmin('POST', '/api/customers/999999/rotate-key')).status, 404)
  })

  it('does not delete a customer under legal hold, says why, and removes its files afterwards by a job', async () => {
    const [server] = both()
    const { body: made } = await asAdmin('POST', '/api/customers', { name: 'Held' })
    const body = new FormData()
    body.set('file', new Blob([await readFile(sampleCall)]), 'call.wav')
    const sent = await fetch(`${server.url}/api/process-call`, {
      method: 'POST',
      headers: { 'x-api-key': made.api_key },
      body,
    })
    assert.equal(sent.status, 200)
    const folder = join(at.dataDir, 'store', 'org', made.org_id)
    const filesLeft = async () =>
      existsSync(folder)
        ? (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile()).length
        : 0
    assert.equal(await filesLeft(), 1)

    await asAdmin('PUT', `/api/customers/${made.id}`, { settings: { legal_hold: 'case 7' } })
    const refused = await asAdmin('DELETE', `/api/customers/${made.id}`)
    assert.deepEqual([refused.status, refused.body.status, refused.body.code], [409, 'error', 'legal_hold'])
    assert.match(refused.body.details.reason, /case 7/)
    assert.equal(await statusOf(server, '/v1/calls', made.api_key), 200)
    assert.equal(await filesLeft(), 1)

    await asAdmin('PUT', `/api/customers/${made.id}`, { settings: { legal_hold: false } })
    assert.equal((await asAdmin('DELETE', `/api/customers/${made.id}`)).status, 200)
    assert.equal(await statusOf(server, '/v1/calls', made.api_key), 401)
    for (const until = Date.now() + 20_000; (await filesLeft()) > 0; await delay(100))
      assert.ok(Date.now() < until, 'its file is still there')
  })
})

it('the operator works with the embedded database, with and without a server beside it', async () => {
  const at: Installation = { dataDir: await mkdtemp(join(tmpdir(), 'indaba-embedded-')) }
  let server: ServerProcess | undefined
  try {
    const made = await operate(at, 'org', 'create', '--name', 'Alone')
    assert.equal(made.code, 0, made.said)
    assert.match(made.out, /^1 {2}\S+ {2}Alone\n$/)
    server = await startServer(at)
    const key = await operate(at, 'key', 'create', '--org', '1', '--name', 'beside')
    assert.match(key.out, keyForm, key.said)
    const answer = await fetch(`${server.url}/v1/calls`, { headers: { 'x-api-key': key.out.trim() } })
    assert.equal(answer.status, 200)
  } finally {
    await server?.stop()
    await rm(at.dataDir, { recursive: true, force: true })
  }
})
