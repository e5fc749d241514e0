// Every route against requests that are wrong, huge, slow, cut off or meant to do harm: each is refused with a reason in
// the shape of its API, never with 500; nothing is written; the server goes on.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { allScopes } from '../../src/access/permissions.ts'
import type { Route } from '../../src/platform/http/route.ts'
import { pathsOf } from '../../src/platform/http/server.ts'
import { newId } from '../../src/platform/ids.ts'
import { superuser } from '../database.ts'
import { adminToken, type Customer, type Harness, startHarness } from '../harness.ts'
import { storedFiles } from '../stored-files.ts'
import { assertRefusal } from './dialect.ts'
import { compressedBody, harmlessBodies, refusedBodies } from './hostile-bodies.ts'
import { nowhere, oddIds, oddValues } from './hostile-words.ts'
import { type Reply, type Shot, shooter, talk } from './wire.ts'

const bodyBytesMax = 256 * 1024
const bearer = { authorization: `Bearer ${adminToken}` }

let harness: Harness
let own: Customer
let database: pg.Client
let shots: ReturnType<typeof shooter>
let refused = 0

const doors = (): { route: Route; path: string }[] =>
  harness.app.routes.flatMap((route) => pathsOf(route).map((path) => ({ route, path })))
const fill = (path: string, id: string) => path.replace(/:\w+/g, id)
const credentials = (route: Route): Record<string, string> =>
  isOfInstallation(route) ? bearer : route.auth === 'open' ? {} : own.headers
const takesBody = ({ method }: Route) => method === 'POST' || method === 'PUT' || method === 'PATCH'

/** The header by which the path is this route's. */
const ownHeader = (route: Route | null): Record<string, string> =>
  route?.onlyWithHeader ? { [route.onlyWithHeader]: '1.0.0' } : {}

async function expectRefusal(route: Route | null, given: Shot, about: string, status?: number): Promise<Reply> {
  const shot = { ...given, headers: { ...ownHeader(route), ...given.headers } }
  const what = `${shot.method} ${shot.path.slice(0, 120)}: ${about}`
  const reply = await shots.shoot(shot).catch((error) => assert.fail(`${what}: no answer: ${error.message}`))
  assertRefusal(reply, route, what)
  if (status) assert.equal(reply.status, status, `${what}: ${reply.text}`)
  refused += 1
  return reply
}

/** Not a failure of ours; a refusal must still have its shape. */
async function expectSense(route: Route, given: Shot, about: string): Promise<void> {
  const shot = { ...given, headers: { ...ownHeader(route), ...given.headers } }
  const what = `${shot.method} ${shot.path.slice(0, 120)}: ${about}`
  const reply = await shots.shoot(shot).catch((error) => assert.fail(`${what}: no answer: ${error.message}`))
  assert.ok(reply.status < 500, `${what}: ${reply.status} ${reply.text}`)
  if (reply.status < 400) return
  assertRefusal(reply, route, what)
  refused += 1
}

/** All but the audit, where refusals are recorded, and the counts of what keys are used for and how often they ask. */
async function written(): Promise<string> {
  await everyOrgIsUpToDate()
  const tables = await database.query(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like 'audit%'
       and table_name not in ('api_key_usage', 'rate_buckets', 'rate_nodes') order by 1`,
  )
  const counts: Record<string, number> = {}
  for (const { name } of tables.rows)
    counts[name] = Number((await database.query(`select count(*) as n from "${name}"`)).rows[0].n)
  assert.ok(Object.keys(counts).length > 10)
  return JSON.stringify({ counts, files: await storedFiles(harness.dataDir) })
}

/** What the program writes by itself some seconds after an organisation changed, whatever is asked meanwhile. */
async function everyOrgIsUpToDate(): Promise<void> {
  const behind = `
    select from orgs o where not exists (select from alert_cursors k where k.org_id = o.id)
    union all
    select from event_counters c cross join (values ('facts', 0), ('search', 1)) f (follower, least)
    where c.seq >= f.least and not exists (
      select from insight_cursors k where k.org_id = c.org_id and k.follower = f.follower and k.seq >= c.seq)`
  while ((await database.query(behind)).rows.length > 0) await delay(100)
}

async function alive(): Promise<void> {
  const { text } = await shots.shoot({ method: 'GET', path: '/healthz' })
  assert.deepEqual(JSON.parse(text), { status: 'ok' })
}

/** Those are the administrator's and the operators'. */
const isOfInstallation = ({ auth }: Pick<Route, 'auth'>) => auth === 'admin' || auth.startsWith('operations:')

describe('hostile requests', () => {
  before(async () => {
    const most = String(bodyBytesMax)
    const env = { INDABA_JSON_BYTES_MAX: most, INDABA_UPLOAD_BYTES_MAX: most, INDABA_BATCH_BYTES_MAX: most }
    harness = await startHarness({ env })
    own = await harness.customer({}, allScopes)
    database = await superuser(harness.databaseUrl)
    shots = shooter(harness.url)
  })

  after(async () => {
    if (shots)
      console.log(`hostile requests: ${shots.count()} made over HTTP clients, ${refused} refused as they should be`)
    shots?.stop()
    await database?.end()
    await harness?.stop()
  })

  test('credentials: missing, wrong, mistyped, in the address, of the wrong kind', async () => {
    const earlier = await written()
    const mistyped = own.key.slice(0, -1) + (own.key.endsWith('a') ? 'b' : 'a')
    const body = Buffer.alloc(100_000, 0x20)
    for (const { route, path } of doors().filter(({ route }) => route.auth !== 'open')) {
      const shot = { method: route.method, path: fill(path, newId()), ...(takesBody(route) ? { body } : {}) }
      const wrong: [string, Record<string, string | string[]>][] = [
        ['no key', {}],
        ['empty key', { 'x-api-key': '' }],
        ['wrong key', { 'x-api-key': 'ind_live_nobody' }],
        ['mistyped key', { 'x-api-key': mistyped }],
        ['mistyped bearer', { authorization: `Bearer ${mistyped}` }],
        ['key with white space inside', { authorization: `Bearer ${own.key.slice(0, 20)} ${own.key.slice(20)}` }],
        ['basic', { authorization: `Basic ${Buffer.from(`${own.key}:`).toString('base64')}` }],
        ['two keys', { 'x-api-key': [own.key, own.key] }],
        ['key of 40 kB', { 'x-api-key': own.key.repeat(600) }],
        ['key in latin1', { 'x-api-key': 'ind_live_\u00e9\u00ff' }],
        ['prefix of the admin token', { authorization: `Bearer ${adminToken.slice(0, -1)}` }],
      ]
      for (const [about, headers] of wrong) await expectRefusal(route, { ...shot, headers }, about, 401)
      for (const name of ['api_key', 'apikey', 'X-API-Key', 'access_token', 'token']) {
        const path = `${shot.path}?${name}=${own.key}`
        await expectRefusal(route, { ...shot, path, headers: credentials(route) }, 'key in the address', 400)
      }
      const other = isOfInstallation(route) ? own.headers : bearer
      await expectRefusal(route, { ...shot, headers: other }, 'the wrong kind of key', 403)
    }
    assert.equal(await written(), earlier)
  })

  test('ids: unknown ones, other organisations’ ones and what is no id at all are answered alike', async () => {
    const other = await harness.customer({}, allScopes)
    const headers = { ...other.headers, 'content-type': 'application/json' }
    const post = (path: string, body: object) =>
      harness.json(path, { method: 'POST', headers, body: JSON.stringify(body) })
    const chat = await post('/v1/chats/upload', { messages: [{ sender: 'customer', message: 'Hello' }] })
    const agent = await post('/v1/agents', { name: 'Agent' })
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(2000)]), 'call.wav')
    const call = await harness.json('/api/process-call', { method: 'POST', headers: other.headers, body: form })
    await harness.finished(other, call.call_id)
    await harness.finished(other, chat.chat_id.replace('vela_chat_', ''))
    // Last, so that there is nothing to tell it.
    const webhook = await post('/v1/webhooks', { url: `${harness.url}/healthz`, events: ['*'] })
    const foreign = [
      chat.chat_id,
      chat.chat_id.replace('vela_chat_', ''),
      call.call_id,
      agent.agent_id,
      webhook.webhook_id,
      other.orgId,
    ]
    const earlier = await written()
    for (const { route, path } of doors().filter(({ route, path }) => route.auth !== 'open' && path.includes(':id'))) {
      const shape = (reply: Reply) => ({
        status: reply.status,
        body: reply.text.replaceAll(/"request_id":"[^"]*"/g, ''),
      })
      const headers = { ...credentials(route), 'content-type': 'application/json' }
      // What a body says is looked at before whom it is about: one that the route takes shows that the id is unknown.
      const bodies = takesBody(route) ? ['{"name":"x"}', '{}', '{"reason":"to listen","decision":"keep"}'] : [undefined]
      let name: Omit<Shot, 'path'> = { method: route.method, headers }
      let unknown: ReturnType<typeof shape> = { status: 0, body: '' }
      for (const body of bodies) {
        name = { method: route.method, headers, ...(body === undefined ? {} : { body }) }
        unknown = shape(await expectRefusal(route, { ...name, path: fill(path, newId()) }, 'unknown id'))
        if (unknown.status === 404) break
      }
      assert.equal(unknown.status, takesBody(route) && unknown.status === 400 ? 400 : 404, `${path}: ${unknown.body}`)
      for (const id of isOfInstallation(route) ? oddIds.filter((id) => id !== '1') : [...foreign, ...oddIds]) {
        assert.deepEqual(
          shape(await expectRefusal(route, { ...name, path: fill(path, id) }, `id ${id}`)),
          unknown,
          `${path} ${id}`,
        )
      }
      await expectRefusal(route, { ...name, path: fill(path, 'x'.repeat(5000)) }, 'long id')
    }
    assert.equal(await written(), earlier)
  })

  test('bodies that cannot be read, or hold too much', async () => {
    const earlier = await written()
    const bodies = refusedBodies(bodyBytesMax)
    for (const { route, path } of doors().filter(({ route }) => takesBody(route))) {
      for (const { name, type, body } of bodies) {
        const headers = { ...credentials(route), 'content-type': type }
        await expectRefusal(route, { method: route.method, path: fill(path, newId()), headers, body }, name)
      }
      for (const encoding of compressedBody.encodings) {
        const headers = { ...credentials(route), 'content-type': 'application/json', 'content-encoding': encoding }
        await expectRefusal(
          route,
          { method: route.method, path: fill(path, newId()), headers, body: compressedBody.body },
          encoding,
          400,
        )
      }
    }
    await alive()
    assert.equal(await written(), earlier)
  })

  test('addresses: numbers out of range, floods, NUL, what is no UTF-8', async () => {
    const earlier = await written()
    for (const { route, path } of doors()) {
      const shot = {
        method: route.method,
        headers: { ...credentials(route), 'content-type': 'application/json' },
        ...(takesBody(route) ? { body: '[]' } : {}),
      }
      const base = fill(path, newId())
      const names = Object.keys((route.query as { properties?: object })?.properties ?? {})
      // Asking for a ticket by query takes whatever else is said as metadata; asking for an export makes a file.
      const makesSomething = route.method === 'GET' && /\/(upload|export)\/vela$/.test(path)
      for (const name of [...names, 'other']) {
        for (const value of makesSomething ? [] : oddValues)
          await expectSense(route, { ...shot, path: `${base}?${name}=${value}` }, name)
        await expectRefusal(route, { ...shot, path: `${base}?${name}=a%00b` }, 'NUL', 400)
      }
      for (const [name, value] of [
        ['limit', '-1'],
        ['limit', '1e400'],
        ['offset', '1e30'],
        ['offset', '-1'],
        ['after_seq', '-5'],
      ]) {
        if (names.includes(name as string))
          await expectRefusal(route, { ...shot, path: `${base}?${name}=${value}` }, 'number', 400)
      }
      if (names.includes('limit')) {
        assert.equal((await shots.shoot({ ...shot, path: `${base}?limit=99999999` })).status < 500, true)
      }
      await expectRefusal(route, { ...shot, path: `${base}?${'a=1&'.repeat(100)}b=1` }, '101 parameters', 400)
      await expectRefusal(route, { ...shot, path: `${base}?${'&'.repeat(20_000)}` }, 'a flood of parameters', 400)
      await expectRefusal(null, { ...shot, path: `${base}?${'a'.repeat(100_000)}` }, 'an endless address', 431)
      await expectRefusal(
        null,
        { ...shot, path: base, headers: { ...shot.headers, 'x-long': 'h'.repeat(100_000) } },
        '100 KB of headers',
        431,
      )
    }
    assert.equal(await written(), earlier)
  })

  test('methods: 405 with Allow, HEAD as GET, OPTIONS everywhere', async () => {
    const served = Map.groupBy(doors(), ({ path }) => path)
    for (const [path, found] of served) {
      const methods = found.map(({ route }) => route.method as string)
      const route = found[0]?.route as Route
      const target = fill(path, newId())
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !methods.includes(one))) {
        const reply = await expectRefusal(route, { method, path: target, headers: credentials(route) }, 'method', 405)
        for (const one of methods)
          assert.ok(reply.headers.allow?.split(', ').includes(one), `${path}: ${reply.headers.allow}`)
      }
      await expectRefusal(null, { method: 'PROPFIND', path: target }, 'a method of WebDAV', 404)
      assert.equal((await shots.shoot({ method: 'OPTIONS', path: target })).status, 204, path)
      const get = found.find((one) => one.route.method === 'GET')?.route
      if (!get) continue
      const shot = { path: target, headers: credentials(get) }
      const [seen, head] = [
        await shots.shoot({ ...shot, method: 'GET' }),
        await shots.shoot({ ...shot, method: 'HEAD' }),
      ]
      assert.equal(head.status, seen.status, `HEAD ${path}`)
      assert.equal(head.text, '')
      assert.equal(head.headers['content-type'], seen.headers['content-type'], `HEAD ${path}`)
    }
  })

  test('bodies that are odd, but that some client really sends: no failure of ours', async () => {
    for (const { route, path } of doors().filter(({ route }) => takesBody(route))) {
      for (const { name, type, body } of harmlessBodies) {
        const headers = { ...credentials(route), 'content-type': type }
        await expectSense(route, { method: route.method, path: fill(path, newId()), headers, body }, name)
      }
    }
    await alive()
  })

  test('bytes on the wire: tricks with paths, garbage, half requests, expectations', async () => {
    const get = (target: string, headers = '') =>
      `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`
    const head = (path: string, more: string) =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: ${own.key}\r\n${more}\r\n`
    const one = async (pieces: (string | Buffer)[], status: number | number[], options = {}) => {
      const about = String(pieces[0]).slice(0, 120)
      const replies = await talk(harness.url, pieces, options)
      const last = replies.at(-1)
      assert.ok(last, `no answer to ${about}`)
      assert.ok([status].flat().includes(last.status), `${about}: ${last.status} ${last.text}`)
      assertRefusal(last, null, about)
      refused += 1
      return replies
    }
    const earlier = await written()
    for (const target of nowhere) {
      await one([get(target)], 404)
    }
    await one([get('/%00')], 400)
    await one([get(`/v1/calls/${'a'.repeat(20_000)}`)], 401)
    await one([get('/v1/calls/%ff')], 400)
    await one([get('/%')], [400, 404])
    await one(['GET /healthz HTTP/1.1\r\n\r\n'], 400)
    await one(['BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n'], 400)
    await one(['GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n'], 400)
    await one([Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])], 400)
    await one(['\0\0\0\0\0\0\0\0\r\n\r\n'], 400)
    await one([get('/healthz', 'X-A: a\0b\r\n')], 400)
    await one([get('/healthz', 'X-A: 1\r\n'.repeat(20_000))], 431)
    await one([head('/v1/chats/upload', 'Content-Length: 5\r\nContent-Length: 6\r\n'), 'hello'], 400)
    await one([head('/v1/chats/upload', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'), 'hello'], 400)
    await one([head('/v1/chats/upload', 'Content-Length: -1\r\n')], 400)
    await one([head('/v1/chats/upload', 'Transfer-Encoding: chunked\r\n'), 'zz\r\nhello'], 400)
    await one(
      [
        head('/v1/chats/upload', 'Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n'),
        '5\r\n--b\r\n\r\nzz\r\n',
      ],
      400,
    )
    // Answered in turn, the garbage last.
    const pipelined = await one(
      [`${get('/healthz')}${get('/readyz')}GARBAGE\r\n\r\n`.replaceAll('Connection: close', 'X: y')],
      400,
    )
    assert.deepEqual(
      pipelined.map(({ status }) => status),
      [200, 200, 400],
    )
    // A client that asks first is refused before it sends anything, and told to go on when it may.
    const expecting = (key: string) =>
      `POST /v1/chats/upload HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n`
    await one([expecting('nope')], 401)
    await one([expecting(own.key), 'null'], 400, { pauseMs: 100 })
    await one([get('/nothing', 'Expect: the-unexpected\r\n')], 404)
    // A body byte by byte is read as any other.
    await one(
      [head('/v1/chats/upload', 'Content-Type: application/json\r\nContent-Length: 12\r\n'), ...'{"a":1,"b":}'],
      400,
      { pauseMs: 5 },
    )
    for (const type of ['application/json', 'multipart/form-data; boundary=b', 'multipart/form-data']) {
      const start = head('/api/process-call', `Content-Type: ${type}\r\nContent-Length: 100000\r\n`)
      const part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF'
      assert.deepEqual(await talk(harness.url, [start, part], { cut: true }), [], 'cut in mid body')
    }
    // Connections that never say what they want do not keep others from being answered.
    const idle = Array.from({ length: 200 }, () =>
      talk(harness.url, ['GET /healthz HTTP/1.1\r\nX-Slow: '], { silenceMs: 500 }),
    )
    await alive()
    assert.deepEqual((await Promise.all(idle)).flat(), [])
    await alive()
    assert.equal(await written(), earlier)
  })
})
