import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Customer, type Harness, type Json, startHarness } from '../../test/harness.ts'

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
    return { status: answer.status, body: (await answer.json()) as Json }
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
})
