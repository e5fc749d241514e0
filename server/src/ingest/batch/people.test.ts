import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { freshDatabase } from '../../../test/database.ts'
import { createDepartment, createOrg, insertTeam, listDepartments } from '../../access/index.ts'
import { createAgent } from '../../conversations/index.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { defaultOptions } from '../jobs/jobs.ts'
import type { IngestJob, JobOptions, PeopleSaid } from '../jobs/shapes.ts'
import { openPeople } from './people.ts'
import { unknownNames } from './unknown-names.ts'

describe('people and teams of a bulk load', () => {
  let db: Db
  let drop: () => Promise<void>
  before(async () => {
    const database = await freshDatabase()
    db = openDb({ url: database.url, connectionsMax: 8, as: 'owner' })
    drop = database.drop
  })
  after(async () => {
    await db?.destroy()
    await drop?.()
  })

  const manager = { actor: 'key:1', scopes: ['calls:write', 'agents:manage', 'teams:manage'], reach: 'all' as const }
  type Sender = Pick<Principal, 'actor' | 'scopes' | 'reach'>

  /** With Retail > Sales, and Jane Doe in it. */
  async function organisation() {
    const { id: orgId } = await createOrg(db, { name: 'Test' })
    const by: Principal = { ...manager, orgId, isAdmin: false }
    await db.transaction().execute(async (tx) => {
      const { id } = await createDepartment(tx, by, { name: 'Retail' })
      await insertTeam(tx, orgId, 'Sales', id)
      await createAgent(tx, orgId, { name: 'Jane Doe', email: 'jane@a.example', team: 'Sales', department: 'Retail' })
    })
    const job = (options: Partial<JobOptions> = {}, sent_by: Sender = manager, isDry = false) =>
      ({
        org_id: orgId,
        id: newId(),
        options: { ...defaultOptions, unknown_people: 'create', ...options },
        sent_by,
        request_id: 'test',
        is_dry_run: isDry,
      }) as unknown as IngestJob
    const groups = async () =>
      (await listDepartments(db, by, { limit: 100 })).map(
        ({ name, teams }) => `${name}: ${teams.map((one) => one.name)}`,
      )
    return { orgId, by, job, groups }
  }
  const said = (name: string | null, team: string | null = null, department: string | null = null): PeopleSaid => ({
    agent: name === null ? null : { name },
    team,
    department,
  })
  const failure = (settled: object) =>
    'failure' in settled ? (settled.failure as { code: string; reason: string }) : null

  test('who is known is told by the known names, whatever the case', async () => {
    const { job } = await organisation()
    const settle = openPeople(db, job({ unknown_people: 'refuse' }))
    assert.deepEqual(await settle(said('JANE doe', 'SALES')), {
      agent: { name: 'JANE doe' },
      team: 'Sales',
      department: 'Retail',
      createsAgent: false,
      warnings: [],
    })
    const moved = await settle(said(null, 'sales', 'Wholesale'))
    assert.match(
      String('warnings' in moved && moved.warnings),
      /The team 'Sales' belongs to 'Retail', not to 'Wholesale'/,
    )
  })

  test('refuse names who is not known; leave takes in without, and says so', async () => {
    const { job, groups } = await organisation()
    const refuse = openPeople(db, job({ unknown_people: 'refuse' }))
    assert.deepEqual(failure(await refuse(said('Nobody'))), {
      code: 'unknown_agent',
      reason: "No agent is known as 'Nobody'.",
    })
    assert.equal(failure(await refuse(said(null, 'X')))?.code, 'unknown_team')
    assert.equal(failure(await refuse(said(null, null, 'X')))?.code, 'unknown_department')
    const leave = openPeople(db, job({ unknown_people: 'leave' }))
    assert.deepEqual(await leave(said('Nobody', 'X', 'Y')), {
      agent: { name: 'Nobody' },
      team: null,
      department: null,
      createsAgent: false,
      warnings: [
        "There is no team 'X': taken in without a team.",
        "There is no department 'Y': taken in without a department.",
      ],
    })
    assert.deepEqual(await groups(), ['Retail: Sales'])
  })

  test('unless something else is said, what cannot be created is left out, and the warning says why', async () => {
    const { job, groups } = await organisation()
    const { unknown_people } = defaultOptions
    const lesser = { actor: 'key:k', scopes: ['calls:write'], reach: 'all' as const }
    const settle = openPeople(db, job({ unknown_people }, lesser))
    assert.deepEqual(await settle(said('Nobody', 'X', 'Y')), {
      agent: { name: 'Nobody' },
      team: null,
      department: null,
      createsAgent: false,
      warnings: [
        "You are trying to create a new department but you don't have permissions to do that: it needs the scope teams:manage.",
        "There is no team 'X': taken in without a team.",
        "There is no department 'Y', and one that is new needs a team: taken in without a department.",
      ],
    })
    assert.deepEqual(await groups(), ['Retail: Sales'])
    const able = openPeople(db, job({ unknown_people }))
    const made = await able(said('Nobody', 'X', 'Y'))
    assert.ok('createsAgent' in made && made.createsAgent && made.team === 'X')
    const alone = await able(said('Somebody else'))
    assert.ok('createsAgent' in alone && !alone.createsAgent)
  })

  test('create makes departments and teams once, also from two loads at the same moment', async () => {
    const { job, groups } = await organisation()
    const loads = [openPeople(db, job()), openPeople(db, job())]
    const settled = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        loads[index % 2]?.(said(`A${index % 5}`, index % 3 ? 'New One' : 'new two', 'Fresh')),
      ),
    )
    for (const one of settled) assert.ok(one && 'createsAgent' in one && one.createsAgent && one.department === 'Fresh')
    assert.deepEqual(
      (await groups()).map((one) =>
        one
          .split(/[:,] ?/)
          .sort()
          .join(),
      ),
      ['Retail,Sales', 'Fresh,New One,new two'],
    )
  })

  test('a dry run answers the same, and makes nothing', async () => {
    const { job, groups } = await organisation()
    const settle = openPeople(db, job({}, manager, true))
    const settled = await settle(said('New', 'Team', 'Dept'))
    assert.deepEqual(settled, {
      agent: { name: 'New' },
      team: 'Team',
      department: 'Dept',
      createsAgent: true,
      warnings: [],
    })
    assert.deepEqual(await groups(), ['Retail: Sales'])
  })

  test('what cannot be created fails with the hosted service’s own texts', async () => {
    const { job, groups } = await organisation()
    const settle = openPeople(db, job())
    const reasons = async (...all: PeopleSaid[]) =>
      Promise.all(all.map(async (one) => failure(await settle(one))?.reason))
    assert.deepEqual(
      await reasons(
        said('X Y'),
        said('Z', 'New'),
        said('Z', 'T', 'D'.repeat(31)),
        said('Z', 'T!', 'Retail'),
        said('Z', 'T', '(D)'),
      ),
      [
        "Agent 'X Y' cannot be created without a team",
        'Team New cannot be without a department.',
        `Department name '${'D'.repeat(31)}' exceeds the maximum length of 30 characters.`,
        "Team name 'T!' contains invalid characters: use letters, digits, spaces, hyphens, underscores and ampersands.",
        "Department name '(D)' contains invalid characters: use letters, digits, spaces, hyphens, underscores and ampersands.",
      ].map((text, index) => (index === 0 ? `${text}.` : text)),
    )
    const writer = { ...manager, scopes: ['calls:write'] }
    const mayNot = openPeople(db, job({}, writer))
    assert.match(
      String(failure(await mayNot(said(null, 'T', 'New')))?.reason),
      /^You are trying to create a new department but you don't have permissions to do that/,
    )
    assert.match(
      String(failure(await mayNot(said(null, 'T', 'Retail')))?.reason),
      /^You are trying to create a new team but/,
    )
    assert.match(
      String(failure(await mayNot(said('New', 'Sales')))?.reason),
      /^You are trying to create a new agent but/,
    )
    const inRetail = { ...manager, reach: { column: 'department' as const, values: ['Retail'] } }
    const partly = openPeople(db, job({}, inRetail))
    assert.equal(failure(await partly(said(null, 'Own', 'retail'))), null)
    assert.match(String(failure(await partly(said(null, 'T', 'Other')))?.reason), /new department/)
    assert.deepEqual(await groups(), ['Retail: Sales,Own'])
  })

  test('names that stand for known ones', async () => {
    const { job } = await organisation()
    const people = { agents: { 'j. d.': 'Jane Doe' }, teams: { sls: 'Sales' }, departments: { shops: 'Retail' } }
    const settle = openPeople(db, job({ unknown_people: 'refuse', people }))
    const settled = await settle(said(' J. D.', 'SLS', 'Shops'))
    assert.deepEqual(settled, {
      agent: { name: 'Jane Doe' },
      team: 'Sales',
      department: 'Retail',
      createsAgent: false,
      warnings: [],
    })
    assert.equal(failure(await settle(said('constructor')))?.code, 'unknown_agent')
  })

  test('unknown names are counted, with known ones that are like them', async () => {
    const { job } = await organisation()
    const all = [
      ...Array.from({ length: 3 }, () => said('Jane Do', 'Sale')),
      said('jane do', 'sales', 'Retial'),
      said('Jane Doe', 'SALES', 'retail'),
      said('Short', null, 'Mapped'),
      { agent: { email: 'JANE@a.example' }, team: null, department: null },
    ]
    const found = await unknownNames(
      db,
      job({ people: { departments: { mapped: 'Retail' }, agents: { short: 'Jane Doe' } } }),
      all,
    )
    assert.deepEqual(found, {
      agents: [{ name: 'Jane Do', items: 4, similar: ['Jane Doe'] }],
      teams: [{ name: 'Sale', items: 3, similar: ['Sales'] }],
      departments: [{ name: 'Retial', items: 1, similar: [] }],
    })
    assert.deepEqual(await unknownNames(db, job(), []), {})
  })
})
