// How agents change: one by one, many at once, and merged.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { arrive } from '../../../test/arrivals.ts'
import type { Json } from '../../../test/harness.ts'
import { person, startSideDoor } from '../../../test/side-door.ts'
import { closeConversation, getConversation, wholeOrg } from '../../conversations/index.ts'
import type { Reach } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'

const { indaba, door } = await startSideDoor()

describe('agents change', () => {
  const adminOf = (orgId: string, reach: Reach = 'all') => person(orgId, 'admin', reach)

  async function organisation() {
    const { orgId } = await indaba.customer()
    const all = adminOf(orgId)
    for (const [name, teams] of Object.entries({ Service: ['Billing', 'Support'], Sales: ['Outbound'] })) {
      assert.equal((await door.ask(all, 'POST', '/v1/departments', { name, teams })).status, 201)
    }
    const agent = async (fields: object): Promise<string> => {
      const { status, body } = await door.ask(all, 'POST', '/v1/agents', fields)
      assert.equal(status, 201, JSON.stringify(body))
      return body.agent_id
    }
    const read = async (id: string): Promise<Json> => (await door.ask(all, 'GET', `/v1/agents/${id}`)).body
    return { orgId, all, agent, read }
  }

  test('e-mail addresses are addresses, and come in one spelling', async () => {
    const { all, agent, read } = await organisation()
    for (const email of ['nope', 'a@b', '@example.com', 'a b@example.com', 'раypal@example.com', 'x'.repeat(300)])
      assert.equal((await door.ask(all, 'POST', '/v1/agents', { email })).status, 400, email)
    const id = await agent({ email: ' Ann@EXAMPLE.com ' })
    assert.equal((await read(id)).email, 'ann@example.com')
    assert.equal((await door.ask(all, 'PATCH', `/v1/agents/${id}`, { email: 'nope' })).status, 400)
  })

  test('leaving is not losing: who is deactivated comes back with all that was theirs', async () => {
    const { orgId, all, agent, read } = await organisation()
    const id = await agent({ name: 'Ann', email: 'ann@example.com', team: 'Billing' })
    await arrive(indaba.app.db, orgId, [{ agent_id: id }])
    assert.equal((await door.ask(all, 'DELETE', `/v1/agents/${id}`)).status, 204)
    assert.equal((await read(id)).active, false)
    assert.equal((await door.ask(all, 'POST', '/v1/agents', { email: 'ann@example.com' })).status, 409)
    const back = await door.ask(all, 'PATCH', `/v1/agents/${id}`, { active: true, name: null })
    assert.deepEqual([back.status, back.body.active, back.body.team, back.body.name], [200, true, 'Billing', null])
    assert.equal((await door.ask(all, 'GET', `/v1/calls?agent_id=${id}`)).body.total, 1)
    for (const bad of [{ email: null }, { org_id: newId() }, { active: 'yes' }, { name: 7 }, { merged_into: newId() }])
      assert.equal((await door.ask(all, 'PATCH', `/v1/agents/${id}`, bad)).status, 400, JSON.stringify(bad))
  })

  test('a new name brings the conversations that had named it; a team brings its department', async () => {
    const { orgId, all, agent } = await organisation()
    const id = await agent({ name: 'Ann' })
    await arrive(indaba.app.db, orgId, [{ agent_given: { email: 'ann@example.com' } }])
    const { body } = await door.ask(all, 'PATCH', `/v1/agents/${id}`, { email: 'ann@example.com', team: 'outbound' })
    assert.deepEqual([body.linked_conversations, body.team, body.department], [1, 'Outbound', 'Sales'])
    const wrong = await door.ask(all, 'PATCH', `/v1/agents/${id}`, { team: 'Billing', department: 'Sales' })
    assert.equal(wrong.status, 400)
    const left = await door.ask(all, 'PATCH', `/v1/agents/${id}`, { team: null, department: null })
    assert.deepEqual([left.body.team, left.body.department], [null, null])
  })

  test('many move at once, all or none; past conversations stay', async () => {
    const { orgId, all, agent, read } = await organisation()
    const ids = [await agent({ name: 'A', team: 'Billing' }), await agent({ name: 'B', team: 'Support' })]
    const [call] = await arrive(indaba.app.db, orgId, [
      { agent_id: ids[0] ?? null, team: 'Billing', department: 'Service' },
    ])
    const move = (agent_ids: string[], team = 'Outbound', by = all) =>
      door.ask(by, 'POST', '/v1/agents/move', { agent_ids, team })
    assert.equal((await move([...ids, newId()])).status, 404)
    assert.equal((await move(ids, 'Nowhere')).status, 404)
    assert.equal((await move([])).status, 400)
    assert.equal((await move(['nope'])).status, 400)
    const leader = adminOf(orgId, { column: 'team', values: ['Billing'] })
    assert.equal((await move([ids[0] ?? ''], 'Outbound', leader)).status, 403)
    assert.equal((await move([ids[1] ?? ''], 'Billing', leader)).status, 404)
    assert.deepEqual((await move(ids)).body, { moved: 2, team: 'Outbound', department: 'Sales' })
    for (const id of ids) assert.equal((await read(id)).department, 'Sales')
    const { body } = await door.ask(all, 'GET', `/v1/conversations/${call?.id}`)
    assert.deepEqual([body.agent.team, body.agent.department], ['Billing', 'Service'])
  })

  test('who leads a team puts agents there and nowhere else', async () => {
    const { orgId, agent } = await organisation()
    const other = await agent({ name: 'Other', team: 'Support' })
    const leader = adminOf(orgId, { column: 'team', values: ['billing'] })
    const status = async (method: string, path: string, body: object) =>
      (await door.ask(leader, method, path, body)).status
    assert.equal(await status('POST', '/v1/agents', { name: 'X' }), 403)
    assert.equal(await status('POST', '/v1/agents', { name: 'X', team: 'Support' }), 403)
    assert.equal(await status('POST', '/v1/agents', { name: 'X', team: 'Unheard of' }), 403)
    const { status: made, body } = await door.ask(leader, 'POST', '/v1/agents', { name: 'X', team: 'Billing' })
    assert.equal(made, 201)
    assert.equal(await status('PATCH', `/v1/agents/${body.agent_id}`, { team: 'Support' }), 403)
    assert.equal(await status('PATCH', `/v1/agents/${body.agent_id}`, { team: null }), 403)
    assert.equal(await status('PATCH', `/v1/agents/${other}`, { team: 'Billing' }), 404)
    assert.equal(await status('POST', `/v1/agents/${body.agent_id}/merge`, { duplicates: [other] }), 404)
  })

  test('merged duplicates: conversations follow with a new seq, all old names lead to the one that stays', async () => {
    const { orgId, all, agent, read } = await organisation()
    const { db } = indaba.app
    const kept = await agent({ name: 'Ann' })
    const [second, third] = [
      await agent({ email: 'ann@example.com', external_id: 'A-1', team: 'Billing' }),
      await agent({ email: 'ann2@example.com', name: 'Ann Two' }),
    ]
    const arrived = await arrive(db, orgId, [
      { agent_id: second, external_id: 'b' },
      { agent_id: third, external_id: 'a' },
      { agent_id: kept },
      { agent_id: third, channel: 'chat' },
    ])
    const last = arrived.at(-1)?.seq ?? 0
    const user = newId()
    await db
      .insertInto('users')
      .values({ id: user, email: `${user}@example.com` })
      .execute()
    await db
      .insertInto('memberships')
      .values({ org_id: orgId, user_id: user, role: 'agent', level: 'own', state: 'active', agent_id: third })
      .execute()
    const merge = (id: string, duplicates: string[]) => door.ask(all, 'POST', `/v1/agents/${id}/merge`, { duplicates })
    assert.equal((await merge(kept, [kept])).status, 400)
    assert.equal((await merge(kept, [second, second])).status, 400)
    assert.equal((await merge(kept, [newId()])).status, 404)
    const { status, body } = await merge(kept, [second, third])
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.relinked_conversations, 3)
    const { name, email, external_id, team, department } = body
    assert.deepEqual(
      [name, email, external_id, team, department],
      ['Ann', 'ann@example.com', 'A-1', 'Billing', 'Service'],
    )

    for (const word of [second, third, second.toUpperCase(), 'ann@example.com', 'ann2@example.com', 'a-1', 'ann two'])
      assert.equal((await read(encodeURIComponent(word))).agent_id, kept, word)
    const changed = await door.ask(all, 'GET', `/v1/conversations?after_seq=${last}`)
    assert.deepEqual(
      changed.body.conversations.map((one: Json) => [one.seq, one.agent.agent_id]).sort(),
      [1, 2, 3].map((n) => [last + n, kept]),
    )
    assert.equal((await door.ask(all, 'GET', `/v1/conversations?agent_id=${third}`)).body.total, 4)
    assert.equal((await door.ask(all, 'GET', '/v1/agents')).body.total, 1)
    const row = await db.selectFrom('memberships').select('agent_id').where('user_id', '=', user).executeTakeFirst()
    assert.equal(row?.agent_id, kept)

    // One that arrives for a duplicate is the staying agent's when it ends, and new ones at once.
    const [late] = await arrive(db, orgId, [{ agent_id: second }])
    await db.transaction().execute(async (tx) => {
      const conversation = await getConversation(tx, wholeOrg(orgId), late?.id ?? '')
      assert.ok(conversation)
      await closeConversation(tx, conversation, { status: 'failed', failure: { code: 'x', reason: 'X.', stage: null } })
    })
    await door.ask(all, 'POST', '/v1/chats/upload', {
      agent_email: 'ann2@example.com',
      messages: [{ sender: 'user', message: 'Hello', timestamp: '2025-01-01T10:00:00Z' }],
    })
    assert.equal((await door.ask(all, 'GET', `/v1/conversations?agent_id=${kept}`)).body.total, 6)

    assert.equal((await merge(second, [kept])).status, 409)
    assert.equal((await door.ask(all, 'PATCH', `/v1/agents/${third}`, { active: true })).status, 409)
    // A chain ends at its end.
    const newest = await agent({ name: 'Ann Again' })
    assert.equal((await merge(newest, [kept])).status, 200)
    assert.equal((await read(third)).agent_id, newest)
    const audit = await db
      .selectFrom('audit_events')
      .select(['target', 'data'])
      .where('org_id', '=', orgId)
      .where('action', '=', 'agent.merge')
      .execute()
    assert.deepEqual(audit[0], { target: kept, data: { duplicates: [second, third], relinked: 3 } })
  })
})
