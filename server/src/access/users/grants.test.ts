import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { createOrg } from '../orgs.ts'
import { coherentStanding, requireMayGrant } from './grants.ts'
import { listMembers } from './memberships.ts'
import { createUser, principalOf, type Standing } from './users.ts'

let db: Db
let database: Awaited<ReturnType<typeof freshDatabase>>
let orgId: string
const agents: Record<string, string> = {}

// Sales: Durban and Pretoria. Service: Night.
before(async () => {
  database = await freshDatabase()
  db = openDb({ url: database.url, connectionsMax: 4 })
  await everyOrg(async () => {
    orgId = (await createOrg(db, { name: 'Kwena' })).id
    for (const [department, teams] of Object.entries({ Sales: ['Durban', 'Pretoria'], Service: ['Night'] })) {
      const id = newId()
      await sql`insert into departments (org_id, id, name) values (${orgId}, ${id}, ${department})`.execute(db)
      for (const team of teams) {
        await sql`insert into teams (org_id, id, department_id, name) values (${orgId}, ${newId()}, ${id}, ${team})`.execute(
          db,
        )
        const agent = (agents[team] = newId())
        await sql`insert into agents (org_id, id, name, department, team)
          values (${orgId}, ${agent}, ${`Agent ${team}`}, ${department}, ${team})`.execute(db)
      }
    }
  })
})
after(async () => {
  await db.destroy()
  await database.drop()
})

const standing = (fields: Partial<Standing>): Standing =>
  coherentStanding({
    role: 'analyst',
    level: 'organisation',
    departments: [],
    teams: [],
    agent_id: null,
    view_redactions: false,
    ...fields,
  })
const caller = (fields: Partial<Standing>): Principal =>
  principalOf({ id: newId() }, { org_id: orgId, org_settings: {}, ...standing(fields) })
const grants = async (by: Principal, fields: Partial<Standing>) => {
  try {
    await everyOrg(() => requireMayGrant(db, by, standing(fields)))
    return true
  } catch (problem) {
    assert.equal((problem as { code: string }).code, 'more_than_held')
    return false
  }
}

test('sight is granted downwards only', async () => {
  type Part = Partial<Standing>
  const sales: Part = { level: 'department', departments: ['Sales'] }
  const service: Part = { level: 'department', departments: ['Service'] }
  const team = (...teams: string[]): Part => ({ level: 'team', teams })
  const own = (name: string): Part => ({ role: 'agent', level: 'own', agent_id: agents[name] ?? null })

  const all = caller({ role: 'admin' })
  for (const one of [{}, sales, team('Night'), own('Durban')]) assert.equal(await grants(all, one), true)

  const ofSales = caller({ role: 'admin', ...sales })
  for (const one of [sales, team('Durban'), team('durban'), team('Pretoria'), own('Pretoria')])
    assert.equal(await grants(ofSales, one), true, JSON.stringify(one))
  const both: Part = { level: 'department', departments: ['Sales', 'Service'] }
  for (const one of [{}, service, team('Night'), own('Night'), both])
    assert.equal(await grants(ofSales, one), false, JSON.stringify(one))

  const ofDurban = caller({ role: 'admin', ...team('Durban') })
  for (const one of [team('Durban'), own('Durban')]) assert.equal(await grants(ofDurban, one), true)
  for (const one of [{}, sales, team('Pretoria'), own('Pretoria'), team('Durban', 'Night')])
    assert.equal(await grants(ofDurban, one), false, JSON.stringify(one))
})

test('what may be done is granted downwards only, and unmasked sight by who has it', async () => {
  const supervisor = {
    ...caller({ role: 'supervisor' }),
    scopes: [...caller({ role: 'supervisor' }).scopes, 'users:manage'],
  }
  assert.equal(await grants(supervisor, { role: 'analyst' }), true)
  for (const role of ['admin', 'owner', 'auditor'] as const)
    assert.equal(await grants(supervisor, { role }), false, role)
  assert.equal(await grants(supervisor, { role: 'analyst', view_redactions: true }), false)
  assert.equal(await grants({ ...supervisor, reveals: true }, { role: 'analyst', view_redactions: true }), true)
  assert.equal(await grants(caller({ role: 'admin' }), { role: 'owner' }), false, 'an admin makes no owner')
})

test('what is named must exist, and what contradicts itself is refused', async () => {
  const by = caller({ role: 'admin' })
  const unknown = async (fields: Partial<Standing>, code: string) =>
    assert.rejects(
      everyOrg(() => requireMayGrant(db, by, standing(fields))),
      { code },
    )
  await unknown({ level: 'team', teams: ['Nowhere'] }, 'unknown_teams')
  await unknown({ level: 'department', departments: ['Nowhere'] }, 'unknown_departments')
  await unknown({ role: 'agent', level: 'own', agent_id: newId() }, 'unknown_agent_id')
  for (const wrong of [
    { level: 'team' },
    { level: 'department' },
    { level: 'own' },
    { role: 'agent' },
    { role: 'owner', level: 'team', teams: ['Durban'] },
    { role: 'integration' },
  ])
    assert.throws(() => standing(wrong as Partial<Standing>), { code: 'invalid_request' }, JSON.stringify(wrong))
  assert.deepEqual(standing({ teams: ['Durban'] }).teams, [], 'nothing is kept that would not count')
})

test('who sees a part of the organisation sees the people of that part', async () => {
  const people: Record<string, Partial<Standing>> = {
    all: {},
    sales: { level: 'department', departments: ['Sales'] },
    both: { level: 'department', departments: ['Sales', 'Service'] },
    durban: { level: 'team', teams: ['DURBAN'] },
    night: { level: 'team', teams: ['Night'] },
    own: { role: 'agent', level: 'own', agent_id: agents.Pretoria ?? null },
  }
  const ids: Record<string, string> = {}
  await everyOrg(async () => {
    for (const [name, fields] of Object.entries(people)) {
      const user = await createUser(db, { email: `${name}@example.org`, name })
      ids[name] = user.id
      const row = { org_id: orgId, user_id: user.id, state: 'active', accepted_at: new Date(), ...standing(fields) }
      await db.insertInto('memberships').values(row).execute()
    }
  })
  const seenBy = async (by: Principal) =>
    (await everyOrg(() => listMembers(db, by, 100, {}))).map(({ name }) => name).sort()
  assert.equal((await seenBy(caller({ role: 'admin' }))).length, 6)
  assert.deepEqual(await seenBy(caller({ level: 'department', departments: ['sales'] })), ['durban', 'own', 'sales'])
  assert.deepEqual(await seenBy(caller({ level: 'team', teams: ['Durban'] })), ['durban'])
  const self = {
    ...caller({ role: 'agent', level: 'own', agent_id: agents.Night ?? null }),
    actor: `user:${ids.night}`,
  }
  assert.deepEqual(await seenBy(self), ['night'], 'themselves')
})
