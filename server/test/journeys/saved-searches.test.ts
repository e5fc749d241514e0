// Searches that people keep: their own and shared ones, changed by two people at once, and by whom they may be.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Principal } from '../../src/platform/http/route.ts'
import type { Customer, Json } from '../harness.ts'
import { person, startSideDoor } from '../side-door.ts'

const { indaba, door } = await startSideDoor()
const path = '/v1/saved-searches'

describe('saved searches', () => {
  let customer: Customer
  let ann: Principal
  let ben: Principal
  let owner: Principal

  before(async () => {
    customer = await indaba.customer()
    ann = person(customer.orgId, 'analyst')
    ben = person(customer.orgId, 'analyst')
    owner = person(customer.orgId, 'owner')
  })

  const names = async (by: Principal) =>
    (await door.ask(by, 'GET', path)).body.saved_searches.map((one: Json) => one.name).sort()

  test('one’s own are seen by nobody else; shared ones by all, and changed by their owner or an administrator', async () => {
    const own = await door.ask(ann, 'POST', path, { name: 'Mine', q: 'cancel', filter: 'duration > 60' })
    assert.equal(own.status, 201, JSON.stringify(own.body))
    assert.deepEqual([own.body.is_own, own.body.may_change, own.body.revision], [true, true, 1])
    const all = await door.ask(ann, 'POST', path, {
      name: 'Ours',
      q: '"late payment"',
      sort: '-duration_ms',
      is_shared: true,
      columns: ['agent', 'dead_air_time'],
    })
    assert.equal(all.status, 201)
    assert.deepEqual(await names(ann), ['Mine', 'Ours'])
    assert.deepEqual(await names(ben), ['Ours'])
    for (const method of ['GET', 'PATCH', 'DELETE'])
      assert.equal(
        (await door.ask(ben, method, `${path}/${own.body.id}`, method === 'PATCH' ? { name: 'x' } : undefined)).status,
        404,
      )
    const seen = await door.ask(ben, 'GET', `${path}/${all.body.id}`)
    assert.deepEqual(
      [seen.body.is_own, seen.body.may_change, seen.body.columns],
      [false, false, ['agent', 'dead_air_time']],
    )
    assert.equal((await door.ask(ben, 'PATCH', `${path}/${all.body.id}`, { q: 'x' })).status, 403)
    assert.equal((await door.ask(ben, 'DELETE', `${path}/${all.body.id}`)).status, 403)
    assert.equal((await door.ask(owner, 'PATCH', `${path}/${all.body.id}`, { q: 'refund' })).body.q, 'refund')
    assert.equal((await door.ask(owner, 'DELETE', `${path}/${own.body.id}`)).status, 404)
  })

  test('of two who change one, the second is told', async () => {
    const made = await door.ask(ann, 'POST', path, { name: 'Two', is_shared: true })
    const one = `${path}/${made.body.id}`
    const match = { 'if-match': made.headers.get('etag') ?? '' }
    const first = await door.ask(ann, 'PATCH', one, { q: 'a', sort: null }, match)
    assert.deepEqual([first.status, first.headers.get('etag')], [200, '"2"'])
    assert.equal((await door.ask(owner, 'PATCH', one, { q: 'b' }, match)).status, 409)
    assert.equal((await door.ask(owner, 'DELETE', one, undefined, match)).status, 409)
    assert.equal((await door.ask(ann, 'GET', one)).body.q, 'a')
    assert.equal((await door.ask(ann, 'DELETE', one, undefined, { 'if-match': '"2"' })).status, 204)
    assert.equal((await door.ask(ann, 'GET', one)).status, 404)
  })

  test('what cannot be searched for is not kept; names are once each', async () => {
    const bodies: object[] = [
      { name: 'x', q: '"open' },
      { name: 'x', filter: 'nothing = 1' },
      { name: 'x', sort: 'nothing' },
      { name: ' ' },
      { name: 'x', owner: 'user:1' },
      { name: 'x'.repeat(101) },
      { name: 'x', columns: Array.from({ length: 61 }, () => 'a') },
    ]
    for (const body of bodies) assert.equal((await door.ask(ben, 'POST', path, body)).status, 400, JSON.stringify(body))
    const script = '<script>alert(1)</script>'
    assert.equal((await door.ask(ben, 'POST', path, { name: script })).body.name, script)
    assert.equal((await door.ask(ben, 'POST', path, { name: script.toUpperCase() })).status, 409)
    assert.equal((await door.ask(ann, 'POST', path, { name: script })).status, 201)
  })
})
