import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Customer, type Harness, type Json, startHarness } from '../../test/harness.ts'
import { openSideDoor, person } from '../../test/side-door.ts'

describe('the organisation', () => {
  let indaba: Harness
  let customer: Customer
  let owner: Customer
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
    customer = await indaba.customer()
    owner = await indaba.customer({}, ['organisation:manage', 'users:read'])
  })
  after(() => indaba.stop())

  const ask = async (method: string, headers: Record<string, string>, body?: unknown) => {
    const answer = await fetch(`${indaba.url}/v1/organisation`, {
      method,
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: answer.status, body: (await answer.json()) as Json, etag: answer.headers.get('etag') }
  }

  test('is read and changed; settings that are not named stay', async () => {
    assert.equal((await ask('PATCH', owner.headers, { settings: { time_zone: 'Africa/Maputo' } })).status, 200)
    const { body } = await ask('PATCH', owner.headers, { name: 'Renamed', settings: { agents_hear_own: true } })
    assert.deepEqual([body.name, body.settings], ['Renamed', { time_zone: 'Africa/Maputo', agents_hear_own: true }])
    assert.deepEqual((await ask('GET', owner.headers)).body, body)
    assert.equal(body.organisation_id, owner.orgId)
  })

  test('refuses what is no setting, a wrong value, and what is not its own to set', async () => {
    const before = (await ask('GET', owner.headers)).body
    const refused: [unknown, number][] = [
      [{ settings: { colour: 'red' } }, 400],
      [{ settings: { time_zone: 'Mars/Olympus' } }, 400],
      [{ settings: { sign_up_domains: ['example.com'] } }, 403],
      [{ settings: [] }, 400],
      [{ is_active: false }, 400],
      [{ id: owner.orgId, alias: 1 }, 400],
      [{ name: ' ' }, 400],
      [{ settings: { minutes_per_month: 1_000_000 } }, 403],
      [{ settings: { requests_per_minute: 0 } }, 403],
    ]
    for (const [body, status] of refused) {
      assert.equal((await ask('PATCH', owner.headers, body)).status, status, JSON.stringify(body))
    }
    assert.deepEqual((await ask('GET', owner.headers)).body, before)
    assert.equal((await ask('PATCH', customer.headers, { name: 'x' })).status, 403)
  })

  test('is not overwritten by who read it before somebody else changed it', async () => {
    const read = await ask('GET', owner.headers)
    assert.equal(read.etag, `"${read.body.etag}"`)
    const { headers } = owner
    const same = await Promise.all(
      [1, 2, 3, 4].map((n) => ask('PATCH', { ...headers, 'if-match': read.etag ?? '' }, { name: `Of ${n}` })),
    )
    assert.deepEqual(same.map(({ status }) => status).sort(), [200, 409, 409, 409])
    const now = await ask('GET', headers)
    assert.equal(now.body.name, same.find(({ status }) => status === 200)?.body.name)
    assert.notEqual(now.etag, read.etag)
    for (const { status, body } of same) {
      if (status === 409)
        assert.deepEqual([body.error.code, body.error.details], ['CHANGED_MEANWHILE', { etag: now.body.etag }])
    }
    const settings = await ask('PATCH', { ...headers, 'if-match': now.body.etag }, { settings: { bio: 'We listen' } })
    assert.deepEqual([settings.status, settings.etag === now.etag], [200, false])
    assert.equal(
      (await ask('PATCH', { ...headers, 'if-match': now.etag ?? '' }, { email: 'a@example.org' })).status,
      409,
    )
    assert.equal(
      (await ask('PATCH', headers, { email: 'a@example.org' })).status,
      200,
      'whoever does not ask overwrites',
    )
  })

  test('tells who sees a part of it the time zone alone, and no sign of the rest', async () => {
    const { close, ...door } = await openSideDoor(indaba)
    try {
      const part = person(owner.orgId, 'admin', { column: 'team', values: ['Billing'] })
      const before = await door.ask(part, 'GET', '/v1/organisation')
      await ask('PATCH', owner.headers, { settings: { legal_hold: 'A case' } })
      const after = await door.ask(part, 'GET', '/v1/organisation')
      const { updated_at: _, ...shown } = before.body
      const { updated_at: _at, ...then } = after.body
      assert.deepEqual(then, shown)
      assert.deepEqual(Object.keys(shown.settings), ['time_zone'])
    } finally {
      await close()
      await ask('PATCH', owner.headers, { settings: { legal_hold: false } })
    }
  })
})
