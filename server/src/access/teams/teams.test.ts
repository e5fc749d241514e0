// Departments and teams against a whole app: names, colours, levels, and that a new name changes nobody's access.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { arrive } from '../../../test/arrivals.ts'
import type { Json } from '../../../test/harness.ts'
import { person, startSideDoor } from '../../../test/side-door.ts'
import type { Reach } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { colours, readName } from './names.ts'

describe('names of departments and teams', () => {
  test('are one to thirty characters of what the hosted service allows, in any script', () => {
    for (const good of ['Billing', 'R&D', 'Line 2_b-c', 'Kundendienst Süd', '销售', 'İstanbul', 'ก่'])
      assert.equal(readName('team', ` ${good}  `), good)
    for (const bad of ['', ' ', 'a'.repeat(31), 'a/b', 'a.b', "a'b", '=1+1', 'a\u0000b', '<b>', 'a,b', '\u202eevil'])
      assert.throws(
        () => readName('team', bad),
        (error) => error instanceof Problem && error.code === 'invalid_name',
        bad,
      )
    assert.equal(readName('team', '𝒜'.repeat(30)).length, 60)
  })

  test('are read to the same again', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40, unit: 'grapheme' }), (given) => {
        try {
          const name = readName('department', given)
          assert.equal(readName('department', name), name)
        } catch (error) {
          assert.ok(error instanceof Problem)
        }
      }),
    )
  })
})

const { indaba, door } = await startSideDoor()

describe('departments and teams', () => {
  const adminOf = (orgId: string, reach: Reach = 'all') => person(orgId, 'admin', reach)

  async function organisation(departments: Record<string, string[]>) {
    const { orgId } = await indaba.customer()
    const all = adminOf(orgId)
    const ids: Record<string, string> = {}
    for (const [name, teams] of Object.entries(departments)) {
      const { status, body } = await door.ask(all, 'POST', '/v1/departments', { name, teams })
      assert.equal(status, 201, JSON.stringify(body))
      ids[name] = body.department_id
      for (const one of body.teams) ids[one.name] = one.team_id
    }
    return { orgId, all, ids, idOf: (name: string) => ids[name] as string }
  }

  test('each has a colour of its own, until all fourteen are in use', async () => {
    const { all } = await organisation({})
    const made: Json[] = []
    for (let n = 1; n <= 15; n += 1) {
      const { body } = await door.ask(all, 'POST', '/v1/departments', { name: `D${n}`, teams: [`T${n}`] })
      made.push(body)
    }
    assert.deepEqual(
      made.map(({ colour }) => colour),
      [...colours, null],
    )
    const taken = await door.ask(all, 'PATCH', `/v1/departments/${made[14].department_id}`, { colour: colours[3] })
    assert.deepEqual(
      [taken.status, taken.body.type?.includes('colour') || JSON.stringify(taken.body).includes(colours[3])],
      [409, true],
    )
    const first = await door.ask(all, 'GET', '/v1/departments?limit=10')
    assert.equal(first.body.departments.length, 10)
    const rest = await door.ask(all, 'GET', `/v1/departments?limit=10&cursor=${first.body.next_cursor}`)
    assert.deepEqual(
      [...first.body.departments, ...rest.body.departments].map((one) => one.name),
      made.map(({ name }) => name),
    )
    assert.equal(rest.body.next_cursor, null)
  })

  test('names are there once, without regard to case; unknown fields and foreign ids are refused', async () => {
    const { all, idOf } = await organisation({ Service: ['Billing'], Sales: ['Outbound'] })
    const other = await organisation({ Foreign: ['Elsewhere'] })
    const status = async (method: string, path: string, body?: object) =>
      (await door.ask(all, method, path, body)).status
    assert.equal(await status('POST', '/v1/departments', { name: 'SERVICE', teams: ['X'] }), 409)
    assert.equal(await status('POST', '/v1/departments', { name: 'New', teams: ['billing'] }), 409)
    assert.equal(await status('POST', '/v1/departments', { name: 'New', teams: [] }), 400)
    assert.equal(await status('POST', '/v1/departments', { name: 'New' }), 400)
    assert.equal(await status('POST', '/v1/departments', { name: 'New', teams: ['X'], org_id: other.orgId }), 400)
    assert.equal(await status('POST', '/v1/departments', { name: 'New', teams: ['X'], colour: 'red' }), 400)
    assert.equal(await status('PATCH', `/v1/teams/${idOf('Billing')}`, { name: 'outbound' }), 409)
    assert.equal(await status('PATCH', `/v1/departments/${idOf('Sales')}`, { name: 'service' }), 409)
    assert.equal(await status('POST', '/v1/teams', { name: 'X', department_id: other.ids.Foreign }), 404)
    assert.equal(await status('PATCH', `/v1/teams/${idOf('Billing')}`, { department_id: other.ids.Foreign }), 404)
    for (const path of [`departments/${other.ids.Foreign}`, `teams/${other.ids.Elsewhere}`, 'teams/nope']) {
      assert.equal(await status('GET', `/v1/${path}`), 404)
      assert.equal(await status('PATCH', `/v1/${path}`, { name: 'Mine' }), 404)
      assert.equal(await status('DELETE', `/v1/${path}`), 404)
    }
    const { body } = await door.ask(all, 'GET', '/v1/departments')
    assert.deepEqual(
      body.departments.map((one: Json) => [one.name, one.teams.map((team: Json) => team.name)]),
      [
        ['Service', ['Billing']],
        ['Sales', ['Outbound']],
      ],
    )
  })

  test('a new name is shown everywhere at once, and access by the old one becomes access by the new', async () => {
    const { orgId, all, idOf } = await organisation({ Service: ['Billing', 'Support'], Sales: ['Outbound'] })
    const { db } = indaba.app
    const agent = await door.ask(all, 'POST', '/v1/agents', { name: 'Ann', team: 'billing' })
    assert.deepEqual([agent.body.team, agent.body.department], ['Billing', 'Service'])
    const [mine, other] = await arrive(db, orgId, [
      { agent_id: agent.body.agent_id, team: 'BILLING', department: 'Service' },
      { team: 'Support', department: 'Service' },
    ])
    assert.ok(mine && other)
    const members = [
      { level: 'team', teams: ['Support', 'billing'], departments: [] },
      { level: 'department', teams: [], departments: ['Service'] },
    ].map((one) => ({ ...one, org_id: orgId, user_id: newId(), role: 'supervisor', state: 'active' }))
    for (const one of members) {
      await db
        .insertInto('users')
        .values({ id: one.user_id, email: `${one.user_id}@example.com` })
        .execute()
      await db.insertInto('memberships').values(one).execute()
    }
    const renamed = await door.ask(all, 'PATCH', `/v1/teams/${idOf('Billing')}`, { name: 'Accounts & Bills' })
    assert.equal(renamed.body.name, 'Accounts & Bills')
    await door.ask(all, 'PATCH', `/v1/departments/${idOf('Service')}`, { name: 'Care' })
    const stored = async (user: string | undefined) =>
      db
        .selectFrom('memberships')
        .select(['teams', 'departments'])
        .where('user_id', '=', user ?? '')
        .execute()
    assert.deepEqual(await stored(members[0]?.user_id), [{ teams: ['Support', 'Accounts & Bills'], departments: [] }])
    assert.deepEqual(await stored(members[1]?.user_id), [{ teams: [], departments: ['Care'] }])
    const seen = async (reach: Reach) =>
      (await door.ask(adminOf(orgId, reach), 'GET', '/v1/conversations')).body.conversations
        .map((one: Json) => one.id)
        .sort()
    assert.deepEqual(await seen({ column: 'team', values: ['Accounts & Bills'] }), [mine.id])
    assert.deepEqual(await seen({ column: 'team', values: ['Billing'] }), [])
    assert.deepEqual(await seen({ column: 'department', values: ['Care'] }), [mine.id, other.id].sort())
    const shown = await door.ask(all, 'GET', `/v1/conversations/${mine.id}`)
    assert.deepEqual([shown.body.agent.team, shown.body.agent.department], ['Accounts & Bills', 'Care'])
    const { body } = await door.ask(all, 'GET', '/v1/agents?team_id=accounts%20%26%20bills')
    assert.deepEqual([body.total, body.agents[0].department], [1, 'Care'])
    const audit = await db
      .selectFrom('audit_events')
      .select('data')
      .where('org_id', '=', orgId)
      .where('action', '=', 'team.change')
      .execute()
    assert.deepEqual(audit[0]?.data, {
      before: { name: 'Billing', department: 'Service' },
      after: { name: 'Accounts & Bills', department: 'Service' },
    })
  })

  test('a team moves with its agents; conversations stay in the department that they came to', async () => {
    const { orgId, all, idOf } = await organisation({ Service: ['Billing', 'Support'], Sales: ['Outbound'] })
    const agent = await door.ask(all, 'POST', '/v1/agents', { name: 'Ann', team: 'Billing' })
    const [made] = await arrive(indaba.app.db, orgId, [
      { agent_id: agent.body.agent_id, team: 'Billing', department: 'Service' },
    ])
    const moved = await door.ask(all, 'PATCH', `/v1/teams/${idOf('Billing')}`, { department_id: idOf('Sales') })
    assert.equal(moved.body.department, 'Sales')
    assert.equal((await door.ask(all, 'GET', `/v1/agents/${agent.body.agent_id}`)).body.department, 'Sales')
    const { body } = await door.ask(all, 'GET', `/v1/conversations/${made?.id}`)
    assert.deepEqual([body.agent.team, body.agent.department], ['Billing', 'Service'])
    const last = await door.ask(all, 'PATCH', `/v1/teams/${idOf('Support')}`, { department_id: idOf('Sales') })
    assert.equal(last.status, 409)
  })

  test('deleting asks for empty groups, and takes the name from whose access named it', async () => {
    const { orgId, all, idOf } = await organisation({ Service: ['Billing', 'Support'], Sales: ['Outbound'] })
    const { db } = indaba.app
    const user = newId()
    await db
      .insertInto('users')
      .values({ id: user, email: `${user}@example.com` })
      .execute()
    const level = { role: 'supervisor', level: 'team', state: 'active', teams: ['Billing', 'Outbound'] }
    await db
      .insertInto('memberships')
      .values({ org_id: orgId, user_id: user, ...level })
      .execute()
    const agent = (await door.ask(all, 'POST', '/v1/agents', { name: 'Ann', team: 'Billing' })).body.agent_id
    const remove = async (path: string) => (await door.ask(all, 'DELETE', path)).status
    assert.equal(await remove(`/v1/teams/${idOf('Billing')}`), 409)
    assert.equal(await remove(`/v1/departments/${idOf('Service')}`), 409)
    assert.equal(await remove(`/v1/teams/${idOf('Outbound')}`), 409)
    assert.equal(await remove(`/v1/agents/${agent}`), 204)
    assert.equal(await remove(`/v1/teams/${idOf('Billing')}`), 204)
    assert.equal(await remove(`/v1/departments/${idOf('Sales')}`), 204)
    const row = await db.selectFrom('memberships').select('teams').where('user_id', '=', user).executeTakeFirst()
    assert.deepEqual(row?.teams, [])
    assert.equal((await door.ask(all, 'GET', '/v1/teams')).body.teams.length, 1)
  })

  test('nobody overwrites what somebody else changed since they read it', async () => {
    const { all, idOf } = await organisation({ Service: ['Billing', 'Support'], Sales: ['Outbound'] })
    const lists = { departments: 'department_id', teams: 'team_id' }
    const changes = {
      departments: [{ name: 'Care' }, { colour: colours[12] }],
      teams: [{ name: 'Accounts' }, { department_id: idOf('Sales') }],
    }
    for (const kind of ['departments', 'teams'] as const) {
      const path = `/v1/${kind}/${idOf(kind === 'teams' ? 'Billing' : 'Service')}`
      const read = await door.ask(all, 'GET', path)
      const listed = (await door.ask(all, 'GET', `/v1/${kind}`)).body[kind]
      const inList = listed.find((one: Json) => path.endsWith(one[lists[kind]]))
      assert.deepEqual([read.headers.get('etag'), inList.etag], [`"${read.body.etag}"`, read.body.etag])
      const patch = (body: object, etag: string) => door.ask(all, 'PATCH', path, body, { 'if-match': etag })
      const both = await Promise.all(changes[kind].map((body) => patch(body, read.body.etag)))
      const [won, lost] = both.sort((one, other) => one.status - other.status)
      assert.deepEqual([won?.status, lost?.status], [200, 409])
      assert.equal(lost?.body.error.code, 'CHANGED_MEANWHILE')
      assert.deepEqual(lost?.body.error.details, { etag: won?.body.etag })
      assert.deepEqual((await door.ask(all, 'GET', path)).body, won?.body)
      for (const body of changes[kind]) {
        assert.equal(
          (await patch(body, `"other", ${(await door.ask(all, 'GET', path)).headers.get('etag')}`)).status,
          200,
        )
      }
      const after = await door.ask(all, 'GET', path)
      assert.equal(
        (await patch({}, after.body.etag)).body.etag,
        after.body.etag,
        'what changes nothing is no new state',
      )
    }
    const department = `/v1/departments/${idOf('Service')}`
    const { etag } = (await door.ask(all, 'GET', department)).body
    await door.ask(all, 'POST', '/v1/teams', { name: 'New', department_id: idOf('Service') })
    const beside = await door.ask(all, 'PATCH', department, { name: 'Help' }, { 'if-match': etag })
    assert.equal(beside.status, 200, 'a team that came meanwhile overwrites nothing')
  })

  test('levels: only the whole organisation makes departments; who leads a team manages that one', async () => {
    const { orgId, idOf } = await organisation({ Service: ['Billing', 'Support'], Sales: ['Outbound', 'Inbound'] })
    const department = adminOf(orgId, { column: 'department', values: ['Service'] })
    const team = adminOf(orgId, { column: 'team', values: ['Billing'] })
    const own = adminOf(orgId, { column: 'agent_id', values: [] })
    const expected: [string, string, object | undefined, number, number, number][] = [
      ['POST', '/v1/departments', { name: 'New', teams: ['N1'] }, 403, 403, 403],
      ['GET', `/v1/departments/${idOf('Service')}`, undefined, 200, 200, 404],
      ['GET', `/v1/departments/${idOf('Sales')}`, undefined, 404, 404, 404],
      ['PATCH', `/v1/departments/${idOf('Service')}`, { colour: colours[9] }, 200, 403, 404],
      ['PATCH', `/v1/departments/${idOf('Sales')}`, { colour: colours[8] }, 404, 404, 404],
      ['DELETE', `/v1/departments/${idOf('Sales')}`, undefined, 403, 403, 403],
      ['POST', '/v1/teams', { name: 'N2', department_id: idOf('Service') }, 201, 403, 404],
      ['POST', '/v1/teams', { name: 'N3', department_id: idOf('Sales') }, 404, 404, 404],
      ['GET', `/v1/teams/${idOf('Support')}`, undefined, 200, 404, 404],
      ['PATCH', `/v1/teams/${idOf('Support')}`, { name: 'Support' }, 200, 404, 404],
      ['PATCH', `/v1/teams/${idOf('Billing')}`, { name: 'Billing' }, 200, 200, 404],
      ['PATCH', `/v1/teams/${idOf('Billing')}`, { department_id: idOf('Sales') }, 404, 404, 404],
      ['PATCH', `/v1/teams/${idOf('Outbound')}`, { name: 'Mine' }, 404, 404, 404],
      ['DELETE', `/v1/teams/${idOf('Inbound')}`, undefined, 404, 404, 404],
      ['DELETE', `/v1/teams/${idOf('Billing')}`, undefined, 204, 403, 404],
    ]
    // The one with the widest level last: what it deletes is gone.
    for (const [index, by] of [
      [5, own],
      [4, team],
      [3, department],
    ] as const) {
      for (const line of expected) {
        const [method, path, body] = line
        const { status } = await door.ask(by, method, path, body)
        assert.equal(status, line[index], `${JSON.stringify(by.reach)}: ${method} ${path}`)
      }
    }
    assert.deepEqual(
      (await door.ask(team, 'GET', '/v1/teams')).body.teams.map((one: Json) => one.name),
      [],
    )
    const listed = (await door.ask(department, 'GET', '/v1/teams')).body.teams.map((one: Json) => one.name)
    assert.deepEqual(listed, ['Support', 'N2'])
  })
})
