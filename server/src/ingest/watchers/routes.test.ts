// Watchers over REST, and what is told of one that falls silent.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type Customer, type Harness, type Json, startHarness } from '../../../test/harness.ts'
import { tellSilence } from '../index.ts'

describe('watchers', () => {
  let indaba: Harness
  let customer: Customer
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
    customer = await indaba.customer()
  })
  after(() => indaba.stop())

  const contact = { host: 'pbx', folder: '/srv/calls', version: '0.1.0', waiting: 3, sent: 10, refused: 1 }
  const send = (method: string, path: string, body?: object, by = customer) =>
    fetch(`${indaba.url}/v1/watchers${path}`, {
      method,
      headers: { ...by.headers, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  const say = async (name: string, more: object = {}, by = customer): Promise<Json> => {
    const response = await send('PUT', `/${encodeURIComponent(name)}`, { ...contact, ...more }, by)
    assert.equal(response.status, 200)
    return response.json()
  }
  const list = async (query = '', by = customer): Promise<Json> => (await send('GET', query, undefined, by)).json()
  const told = async () => {
    const { rows } = await sql<Json>`select data from events where type = 'watcher.silent' order by seq`.execute(
      indaba.app.db,
    )
    return rows.map(({ data }) => data)
  }
  const audited = async () => {
    const { rows } = await sql<Json>`select action from audit_events where action like 'watcher.%'`.execute(
      indaba.app.db,
    )
    return rows.map(({ action }) => action)
  }
  const hush = (name: string, minutes: number) =>
    sql`update watchers set last_contact_at = now() - make_interval(mins => ${minutes}) where name = ${name}`.execute(
      indaba.app.db,
    )

  test('one that speaks is known from then on, under one id, and says how it is', async () => {
    const first = await say('pbx /srv/calls', { oldest_waiting_s: 60, last_error: 'The server is away.' })
    assert.deepEqual([first.state, first.waiting, first.sent, first.refused], ['failing', 3, 10, 1])
    assert.ok(Math.abs(Date.now() - 60_000 - Date.parse(first.oldest_waiting_at)) < 5000)
    const second = await say('pbx /srv/calls', { waiting: 0 })
    assert.deepEqual(
      [second.watcher_id, second.state, second.last_error, second.oldest_waiting_at],
      [first.watcher_id, 'ok', null, null],
    )
    const twice = await Promise.all(['new one', 'new one'].map((name) => say(name)))
    assert.equal(twice[0].watcher_id, twice[1].watcher_id)
    assert.deepEqual(await audited(), ['watcher.create', 'watcher.create'], 'not each contact')
    assert.equal((await (await send('GET', '/new%20one')).json()).name, 'new one')
  })

  test('listed by name, in pages, each organisation its own', async () => {
    for (const name of ['b', 'a', 'c']) await say(name)
    const page = await list('?limit=2')
    assert.deepEqual(
      page.watchers.map(({ name }: Json) => name),
      ['a', 'b'],
    )
    const next = await list(`?limit=2&cursor=${page.next_cursor}`)
    assert.equal(next.watchers[0].name, 'c')
    const other = await indaba.customer()
    assert.deepEqual((await list('', other)).watchers, [])
    assert.equal((await send('DELETE', '/a', undefined, other)).status, 404)
    await say('a', {}, other)
    assert.equal((await list()).watchers.length, 5)
  })

  test('silence is told once, until it speaks again; not of one that runs to an end, nor of one that was deleted', async () => {
    await say('silent', { waiting: 7 })
    await say('from a timetable', { once: true })
    await say('deleted')
    for (const name of ['silent', 'from a timetable', 'deleted']) await hush(name, 16)
    await hush('a', 14)
    assert.equal((await send('DELETE', '/deleted')).status, 204)
    assert.equal((await send('DELETE', '/deleted')).status, 404)
    await Promise.all([tellSilence(indaba.app.db), tellSilence(indaba.app.db)])
    await tellSilence(indaba.app.db)
    const [event, ...more] = await told()
    assert.deepEqual(
      [event.name, event.waiting, event.links.self, more.length],
      ['silent', 7, '/v1/watchers/silent', 0],
    )
    const states = new Map((await list()).watchers.map(({ name, state }: Json) => [name, state]))
    assert.deepEqual([states.get('silent'), states.get('from a timetable'), states.get('a')], ['silent', 'ok', 'ok'])
    assert.equal((await say('silent')).state, 'ok')
    await tellSilence(indaba.app.db)
    assert.equal((await told()).length, 1)
    await hush('silent', 60)
    await tellSilence(indaba.app.db)
    assert.equal((await told()).length, 2)
  })

  test('what a contact must not be, and who may not', async () => {
    const refused = async (path: string, body: object) => (await send('PUT', path, body)).status
    assert.equal(await refused('/x', {}), 400)
    assert.equal(await refused('/x', { ...contact, waiting: -1 }), 400)
    assert.equal(await refused('/x', { ...contact, sent: 1e12 }), 400)
    assert.equal(await refused('/x', { ...contact, is_admin: true }), 400)
    assert.equal(await refused(`/${'n'.repeat(201)}`, contact), 400)
    assert.equal(await refused('/a%0Ab', contact), 400)
    assert.equal(await refused('/%20', contact), 400)
    const reader = await indaba.customer({}, ['calls:read'])
    assert.equal((await send('PUT', '/x', contact, reader)).status, 403)
    assert.deepEqual((await list('', reader)).watchers, [])
    const writer = await indaba.customer({}, ['calls:write'])
    assert.equal((await send('GET', '', undefined, writer)).status, 403)
    await sql`insert into watchers (org_id, id, name, host, folder, version)
      select ${writer.orgId}, gen_random_uuid(), 'w' || n, 'h', 'f', 'v' from generate_series(1, 1000) n`.execute(
      indaba.app.db,
    )
    assert.equal((await send('PUT', '/one-more', contact, writer)).status, 409)
    assert.equal((await send('PUT', '/w7', contact, writer)).status, 200)
  })
})
