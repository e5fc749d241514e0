// Agents by file: what becomes of each row, ten thousand of them, and of hostile ones.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Value } from 'typebox/value'
import { arrive } from '../../../test/arrivals.ts'
import type { Json } from '../../../test/harness.ts'
import { person, startSideDoor } from '../../../test/side-door.ts'
import { roleScopes } from '../../access/permissions.ts'
import { importRowsMax } from '../../conversations/agent-import.ts'
import type { Reach } from '../../platform/http/route.ts'
import { importAnswer } from './answers.ts'

const { indaba, door } = await startSideDoor()

describe('import of agents', () => {
  async function organisation(role: 'admin' | 'integration' = 'admin', reach: Reach = 'all') {
    const { orgId } = await indaba.customer()
    const admin = person(orgId, 'admin')
    await door.ask(admin, 'POST', '/v1/departments', { name: 'Service', teams: ['Billing', 'Support'] })
    const by = { ...admin, scopes: roleScopes[role], reach }
    return {
      orgId,
      admin,
      by,
      send: (csv: string, options: object = {}) => door.ask(by, 'POST', '/v1/agents/import', { csv, ...options }),
    }
  }
  const outcomes = (body: Json) => body.rows.map((one: Json) => one.outcome)

  test('creates, moves, leaves alone, and says what it did with each row', async () => {
    const { orgId, admin, send } = await organisation()
    const ann = (await door.ask(admin, 'POST', '/v1/agents', { name: 'Ann', email: 'ann@example.com' })).body.agent_id
    const cat = (await door.ask(admin, 'POST', '/v1/agents', { name: 'Cat', team: 'Support' })).body.agent_id
    const gone = (await door.ask(admin, 'POST', '/v1/agents', { name: 'Gone' })).body.agent_id
    await door.ask(admin, 'DELETE', `/v1/agents/${gone}`)
    await arrive(indaba.app.db, orgId, [{ agent_given: { email: 'ben@example.com' } }])
    const csv = [
      '\ufeffName;EMAIL;department;team;hobby',
      'Ann;ANN@example.com;service;billing;x',
      '"Ben; the second";ben@example.com;;Support',
      'cat;;Service;Support',
      '',
      'Gone;;;Billing',
      'Twice;ann@example.com;;Billing',
      'No place;np@example.com;;',
      'Bad;nope;;Billing',
      ';;;Billing',
      'Elsewhere;e@example.com;Sales;Billing',
    ].join('\r\n')
    const { status, body } = await send(csv)
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual([...Value.Errors(importAnswer, body)], [])
    assert.deepEqual(outcomes(body), [
      'updated',
      'created',
      'updated',
      'skipped',
      'refused',
      'created',
      'refused',
      'refused',
      'refused',
    ])
    assert.deepEqual(
      body.rows.map((one: Json) => one.line),
      [2, 3, 4, 6, 7, 8, 9, 10, 11],
    )
    assert.deepEqual([body.applied, body.linked_conversations, body.rows[0].agent_id], [true, 1, ann])
    assert.match(body.warnings[0], /hobby/)
    assert.match(body.rows[4].reason, /line 2/)
    const { body: listed } = await door.ask(admin, 'GET', '/v1/agents?active=true')
    assert.deepEqual(listed.agents.map((one: Json) => [one.name, one.email, one.team, one.department]).sort(), [
      ['Ann', 'ann@example.com', 'Billing', 'Service'],
      ['Ben; the second', 'ben@example.com', 'Support', 'Service'],
      ['No place', 'np@example.com', null, null],
      ['cat', null, 'Support', 'Service'],
    ])
    assert.equal(listed.agents.find((one: Json) => one.name === 'cat').agent_id, cat)
    const again = await send(csv)
    assert.deepEqual(again.body.counts, { created: 0, updated: 0, unchanged: 4, skipped: 1, refused: 4 })
  })

  test('a dry run changes nothing, and names what was probably meant', async () => {
    const { orgId, admin, send } = await organisation()
    await door.ask(admin, 'POST', '/v1/agents', { name: 'Nomsa Dlamini' })
    const csv =
      'name,email,department,team\nNomsa Dlaminni,n@example.com,Servise,Biling\nZed,z@example.com,Service,Support'
    const { body } = await send(csv, { dry_run: true, unmatched: 'create' })
    assert.deepEqual([body.dry_run, body.applied, outcomes(body)], [true, false, ['created', 'created']])
    assert.deepEqual([body.departments_created, body.teams_created], [['Servise'], ['Biling']])
    assert.deepEqual(body.rows[0].similar, { agents: ['Nomsa Dlamini'], teams: ['Billing'], departments: ['Service'] })
    assert.equal(body.rows[1].similar, undefined)
    const rows = await indaba.app.db.selectFrom('agents').select('name').where('org_id', '=', orgId).execute()
    assert.equal(rows.length, 1)
  })

  test('unknown teams: refused as a whole, skipped by row, or created by who may', async () => {
    const csv = [
      'name,email,department,team',
      'A,a@example.com,Service,New one',
      'B,b@example.com,Fresh,New two',
      'C,c@example.com,,New three',
      'D,d@example.com,Fresher,',
      'E,e@example.com,Fresh,<script>',
      'F,f@example.com,,Billing',
    ].join('\n')
    const refused = await (await organisation()).send(csv)
    assert.deepEqual([refused.body.applied, refused.body.counts.refused, refused.body.counts.created], [false, 5, 1])
    const { send: skip, admin } = await organisation()
    const skipped = await skip(csv, { unmatched: 'skip' })
    assert.deepEqual(outcomes(skipped.body), ['skipped', 'skipped', 'skipped', 'skipped', 'skipped', 'created'])
    assert.equal((await door.ask(admin, 'GET', '/v1/agents')).body.total, 1)
    const { send: create, admin: owner } = await organisation()
    const created = await create(csv, { unmatched: 'create' })
    assert.deepEqual(outcomes(created.body), ['created', 'created', 'refused', 'refused', 'refused', 'created'])
    assert.deepEqual(
      [created.body.departments_created, created.body.teams_created],
      [['Fresh'], ['New one', 'New two']],
    )
    const { body } = await door.ask(owner, 'GET', '/v1/teams')
    assert.deepEqual(body.teams.map((one: Json) => `${one.department}/${one.name}`).sort(), [
      'Fresh/New two',
      'Service/Billing',
      'Service/New one',
      'Service/Support',
    ])
    for (const [role, reach, expected] of [
      ['integration', 'all', ['refused', 'refused', 'refused', 'refused', 'refused', 'created']],
      [
        'admin',
        { column: 'department', values: ['Service'] },
        ['created', 'refused', 'refused', 'refused', 'refused', 'created'],
      ],
      [
        'admin',
        { column: 'team', values: ['Support'] },
        ['refused', 'refused', 'refused', 'refused', 'refused', 'refused'],
      ],
    ] as ['admin' | 'integration', Reach, string[]][]) {
      const { body: narrow } = await (await organisation(role, reach)).send(csv, { unmatched: 'create' })
      assert.deepEqual(outcomes(narrow), expected, JSON.stringify(reach))
    }
  })

  test('ten thousand rows at once, and not one more', async () => {
    const { orgId, admin, send, by } = await organisation()
    const row = (n: number) => `Agent ${n},agent${n}@example.com,Team dept ${n % 40},Team ${n % 40}`
    const csv = ['name,email,department,team', ...Array.from({ length: importRowsMax }, (_, n) => row(n))].join('\n')
    const started = performance.now()
    const dry = await send(csv, { unmatched: 'create', dry_run: true })
    const planned = performance.now()
    assert.equal(dry.body.counts.created, importRowsMax)
    const form = new FormData()
    form.set('unmatched', 'create')
    form.set('dry_run', 'false')
    form.set('file', new Blob([csv]), 'agents.csv')
    const done = await door.ask(by, 'POST', '/v1/agents/import', form)
    const ended = performance.now()
    console.log(
      `import of 10,000 rows: dry ${Math.round(planned - started)} ms, real ${Math.round(ended - planned)} ms`,
    )
    assert.deepEqual([done.status, done.body.counts.created], [200, importRowsMax])
    assert.equal((await door.ask(admin, 'GET', '/v1/agents')).body.total, importRowsMax)
    const { n } = await indaba.app.db
      .selectFrom('audit_events')
      .select((select) => select.fn.countAll<number>().as('n'))
      .where('org_id', '=', orgId)
      .where('action', '=', 'agent.create')
      .executeTakeFirstOrThrow()
    assert.equal(n, importRowsMax)
    assert.equal((await send(`${csv}\nOne,more@example.com,,`)).status, 400)
    assert.ok(ended - started < 60_000)
  })

  test('broken and hostile files are refused with a reason, and change nothing', async () => {
    const { admin, send, by } = await organisation()
    const file = async (bytes: Uint8Array<ArrayBuffer>) => {
      const form = new FormData()
      form.set('file', new Blob([bytes]), '../../etc/passwd')
      return door.ask(by, 'POST', '/v1/agents/import', form)
    }
    for (const csv of [
      '',
      '\n\n',
      'team,department\nA,B',
      'name,name\nA,B',
      'name,email\n"never closed',
      'name,email\n"a"b,c',
      `name\n${'x'.repeat(70_000)}`,
      `${'a,'.repeat(200)}\n`,
    ]) {
      const { status, body } = await send(csv)
      assert.equal(status, 400, JSON.stringify([csv.slice(0, 40), body]))
    }
    assert.equal((await file(Buffer.from([0x6e, 0x61, 0x6d, 0x65, 0x0a, 0xe9, 0x0a]))).status, 400)
    assert.equal((await file(Buffer.from('name\nA\0B'))).status, 400)
    assert.equal((await file(Buffer.alloc(5 * 1024 * 1024, 'a'))).status, 413)
    assert.equal((await send('name\nA', { unmatched: 'perhaps' })).status, 400)
    assert.equal((await send('name\nA', { org_id: 'x' })).status, 400)
    assert.equal((await door.ask(by, 'POST', '/v1/agents/import', {})).status, 400)
    const odd = await send(['name,email', `${'n'.repeat(201)},`, '"line\nbreak",', 'bell\u0007,'].join('\n'))
    assert.deepEqual(outcomes(odd.body), ['refused', 'created', 'refused'])
    const utf16 = Buffer.from('\ufeffname,email\nZoë,zoe@example.com\n', 'utf16le')
    assert.deepEqual(outcomes((await file(Buffer.from(utf16))).body), ['created'])
    const { body } = await door.ask(admin, 'GET', '/v1/agents')
    assert.deepEqual(body.agents.map((one: Json) => one.name).sort(), ['Zoë', 'line break'])
  })

  test('what a spreadsheet would run goes out harmless, and comes back as it was', async () => {
    const { admin, send } = await organisation()
    const names = ['=HYPERLINK("http://example.com")', '+1', '-1', '@SUM(A1)', '＝1', 'Plain, "quoted"']
    const csv = ['name', ...names.map((name) => `"${name.replaceAll('"', '""')}"`)].join('\n')
    assert.equal((await send(csv)).body.counts.created, names.length)
    const { body, headers } = await door.ask(admin, 'GET', '/v1/agents/export')
    assert.match(headers.get('content-disposition') ?? '', /attachment/)
    const cells = body.split('\r\n').slice(1, -1)
    assert.equal(cells.length, names.length)
    for (const cell of cells) assert.doesNotMatch(cell, /^"?[=+\-@＝]/)
    const back = await send(body)
    assert.deepEqual(
      outcomes(back.body),
      names.map(() => 'unchanged'),
    )
  })
})
