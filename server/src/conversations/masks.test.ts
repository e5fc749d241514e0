// What is hidden from whom, and for how long it is shown to who asked.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { arrive } from '../../test/arrivals.ts'
import type { Json } from '../../test/harness.ts'
import { startSideDoor } from '../../test/side-door.ts'
import { type Role, roleScopes } from '../access/permissions.ts'
import { revealsOf } from '../access/users/users.ts'
import type { Principal } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import { forgetReveals } from './reveals.ts'

const secrets = ['+27821234567', '27821234567', '+27110000000', 'CUST-4711', 'ann@example.com', 'other@example.org']

const { indaba, door } = await startSideDoor()

describe('masks', () => {
  let orgId: string
  let call: string
  let chat: string

  before(async () => {
    orgId = (await indaba.customer()).orgId
    const agent = await door.ask(person('owner', true), 'POST', '/v1/agents', { email: 'ann@example.com' })
    const personal = {
      agent_id: agent.body.agent_id,
      agent_given: { email: 'ann@example.com', id: 'ann@example.com' },
      caller_number: '+27821234567',
      called_number: '+27110000000',
      customer_ref: 'CUST-4711',
    }
    const [one, two] = await arrive(indaba.app.db, orgId, [
      {
        ...personal,
        external_id: 'rec-27821234567-1',
        tags: ['vip', 'CUST-4711'],
        warnings: ['No agent is known as other@example.org.'],
        metadata: { contact: 27821234567, note: 'call +27821234567 or other@example.org', deep: [{ 'CUST-4711': 1 }] },
      },
      { ...personal, channel: 'chat' },
    ])
    call = one?.id ?? ''
    chat = two?.id ?? ''
  })
  const person = (role: Role, viewRedactions: boolean, id = newId()): Principal => ({
    actor: `user:${id}`,
    orgId,
    isAdmin: false,
    scopes: roleScopes[role],
    reach: 'all',
    reveals: revealsOf({ role, view_redactions: viewRedactions }),
  })
  const pages = () => [
    '/v1/calls',
    '/v1/conversations',
    `/v1/calls/${call}`,
    `/v1/conversations/${call}`,
    `/v1/chats/${chat}`,
    `/api/calls/${call}`,
  ]
  const leaks = (body: Json) => secrets.filter((secret) => JSON.stringify(body).includes(secret))

  test('people see placeholders at every door, unless their role and flag say otherwise', async () => {
    for (const [role, flag, isClear] of [
      ['analyst', false, false],
      ['supervisor', false, false],
      ['agent', false, false],
      ['supervisor', true, true],
      ['analyst', true, true],
      ['admin', false, true],
      ['owner', false, true],
    ] as const) {
      const by = person(role, flag)
      for (const path of pages()) {
        const { status, body } = await door.ask(by, 'GET', path)
        assert.equal(status, 200, path)
        if (!isClear) assert.deepEqual(leaks(body), [], `${role} ${flag} ${path}`)
      }
      const { body } = await door.ask(by, 'GET', `/v1/conversations/${call}`)
      const { caller_number, called_number, customer, agent } = body
      assert.deepEqual(
        [caller_number, called_number, customer.ref, agent.email],
        isClear
          ? ['+27821234567', '+27110000000', 'CUST-4711', 'ann@example.com']
          : ['[PHONE_NUMBER]', '[PHONE_NUMBER]', '[CUSTOMER]', '[EMAIL_ADDRESS]'],
      )
      assert.deepEqual(body.tags, ['vip', isClear ? 'CUST-4711' : '[CUSTOMER]'])
      if (!by.scopes.includes('agents:read')) continue
      for (const path of ['/v1/agents', '/v1/agents/ann@example.com', '/v1/agents/ann@example.com/performance'])
        assert.equal(leaks((await door.ask(by, 'GET', path)).body).length, isClear ? 1 : 0, `${role} ${path}`)
      assert.equal((await door.ask(by, 'GET', '/v1/agents/export')).body.includes('ann@'), isClear)
    }
  })

  test('programs see everything; a principal of which nothing is said does not', async () => {
    const { reveals: _, ...unsaid } = person('analyst', true)
    for (const [actor, isClear] of [
      ['key:a', true],
      ['client:a', true],
      ['token:a', true],
      ['user:a', false],
      ['somebody', false],
    ] as const) {
      const { body } = await door.ask({ ...unsaid, actor }, 'GET', `/v1/conversations/${call}`)
      assert.equal(body.caller_number, isClear ? '+27821234567' : '[PHONE_NUMBER]', actor)
    }
  })

  test('a reveal shows one conversation to who asked, for a day, and is in the audit with its reason', async () => {
    const by = person('supervisor', false)
    const colleague = person('supervisor', false)
    const path = `/v1/conversations/${call}/reveal`
    const reason = '  The customer asks\nfor a call back  '
    const numberFor = async (who: Principal, id = call) =>
      (await door.ask(who, 'GET', `/v1/conversations/${id}`)).body.caller_number
    assert.equal((await door.ask(person('analyst', false), 'POST', path, { reason })).status, 403)
    assert.equal((await door.ask(person('agent', false), 'POST', path, { reason })).status, 403)
    for (const bad of [{}, { reason: '' }, { reason: ' '.repeat(30) }, { reason: 'x'.repeat(501) }, { reason: 7 }])
      assert.equal((await door.ask(by, 'POST', path, bad)).status, 400, JSON.stringify(bad))
    assert.equal((await door.ask(by, 'POST', path, { reason, until: '2099-01-01' })).status, 400)
    assert.equal((await door.ask(by, 'POST', `/v1/conversations/${newId()}/reveal`, { reason })).status, 404)
    const narrow = { ...by, reach: { column: 'team' as const, values: ['Nowhere'] } }
    assert.equal((await door.ask(narrow, 'POST', path, { reason })).status, 404)
    assert.equal(await numberFor(by), '[PHONE_NUMBER]')

    const { status, body } = await door.ask(by, 'POST', path, { reason })
    assert.equal(status, 200)
    const hours = (Date.parse(body.until) - Date.now()) / 3600_000
    assert.ok(hours > 23.9 && hours <= 24, String(hours))
    assert.equal(await numberFor(by), '+27821234567')
    assert.equal(await numberFor(by, chat), '[PHONE_NUMBER]')
    assert.equal(await numberFor(colleague), '[PHONE_NUMBER]')
    const listed = (await door.ask(by, 'GET', '/v1/conversations')).body.conversations
    assert.deepEqual(
      new Map(listed.map((one: Json) => [one.id, [one.caller_number, one.agent.email]])),
      new Map([
        [call, ['+27821234567', 'ann@example.com']],
        [chat, ['[PHONE_NUMBER]', '[EMAIL_ADDRESS]']],
      ]),
    )
    const { db } = indaba.app
    const audit = await db.selectFrom('audit_events').selectAll().where('action', '=', 'conversation.reveal').execute()
    assert.deepEqual(
      audit.map(({ actor, target, data }) => [actor, target, (data as Json).reason]),
      [[by.actor, call, 'The customer asks for a call back']],
    )

    await db
      .updateTable('reveals')
      .set({ until: new Date(Date.now() - 1) })
      .execute()
    assert.equal(await numberFor(by), '[PHONE_NUMBER]')
    await forgetReveals(db)
    assert.deepEqual(await db.selectFrom('reveals').selectAll().execute(), [])
  })

  test('the same key of two people does not let one into what the other asked for', async () => {
    const [first, second] = [person('supervisor', false), person('supervisor', false)]
    const ask = (by: Principal) =>
      door.ask(by, 'POST', `/v1/conversations/${chat}/reveal`, { reason: 'a complaint' }, { 'idempotency-key': 'one' })
    assert.equal((await ask(first)).status, 200)
    assert.equal((await ask(second)).status, 409)
    assert.equal((await door.ask(second, 'GET', `/v1/chats/${chat}`)).body.agent.email, '[EMAIL_ADDRESS]')
  })

  test('who changes an agent whose address is masked does not write the mask', async () => {
    const by = person('supervisor', false)
    const changed = await door.ask(by, 'PATCH', '/v1/agents/ann@example.com', { name: 'Ann' })
    assert.equal(changed.status, 404)
    const { body } = await door.ask(by, 'GET', '/v1/agents/ann@example.com')
    const { status, body: after } = await door.ask(by, 'PATCH', `/v1/agents/${body.agent_id}`, { name: 'Ann' })
    assert.deepEqual([status, after.email], [200, '[EMAIL_ADDRESS]'])
    const row = await indaba.app.db.selectFrom('agents').select(['name', 'email']).executeTakeFirst()
    assert.deepEqual(row, { name: 'Ann', email: 'ann@example.com' })
  })
})
