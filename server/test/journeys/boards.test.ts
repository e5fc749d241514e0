// Saved boards over REST, with sessions: what is always there, one's own, what is shared with whom, two people at one board.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Json } from '../harness.ts'
import { startPeople } from './people.ts'

const widget = (fields: object = {}) => ({
  id: 'mood',
  metrics: ['sentiment_customer'],
  chart: 'line',
  group_by: ['day'],
  size: { w: 6, h: 4 },
  position: { x: 0, y: 0 },
  ...fields,
})

describe('boards', () => {
  type People = Awaited<ReturnType<typeof startPeople>>
  type Owner = Awaited<ReturnType<People['newOwner']>>
  let people: People
  let owner: Owner
  before(async () => {
    people = await startPeople()
    owner = await people.newOwner()
  })
  after(() => people.stop())

  const boardsOf = async (person: Pick<Owner, 'send'>): Promise<Json[]> =>
    (await person.send('GET', '/v1/boards')).body.boards
  const make = async (person: Pick<Owner, 'send'>, fields: object = {}): Promise<Json> => {
    const made = await person.send('POST', '/v1/boards', { name: 'Mood', widgets: [widget()], ...fields })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    return made.body
  }

  test('a newcomer finds boards, and one of them opens first', async () => {
    const boards = await boardsOf(owner)
    assert.deepEqual(
      boards.map(({ id }) => id),
      ['overview', 'agents-and-teams', 'customer-mood', 'languages-and-topics', 'calls'],
    )
    assert.deepEqual(
      boards.filter(({ is_home }) => is_home).map(({ id }) => id),
      ['overview'],
    )
    const home = await owner.send('GET', '/v1/boards/home')
    assert.equal(home.body.id, 'overview')
    assert.ok(home.body.widgets.length > 5)
    const refused = await owner.send('PATCH', '/v1/boards/overview', { name: 'Mine' })
    assert.deepEqual([refused.status, refused.code], [403, 'not_yours'])
    assert.equal((await owner.send('DELETE', '/v1/boards/overview')).status, 403)
    const copy = await owner.send('POST', '/v1/boards/overview/duplicate', {})
    assert.equal(copy.status, 201)
    assert.deepEqual(copy.body.widgets, home.body.widgets)
    assert.deepEqual([copy.body.kind, copy.body.may_change, copy.body.name], ['own', true, 'Copy of Overview'])
  })

  test('one is made, changed, put in its place, set as home and deleted', async () => {
    const person = await people.newOwner()
    const made = await make(person)
    assert.deepEqual([made.period, made.compare, made.filters, made.sharing], ['last_30_days', true, {}, 'private'])
    const change = { name: 'Mood of March', period: { from: '2026-03-01', to: '2026-03-31' }, widgets: [] }
    const changed = await person.send('PATCH', `/v1/boards/${made.id}`, change)
    assert.deepEqual([changed.body.name, changed.body.period, changed.body.widgets], Object.values(change))
    assert.equal(changed.headers.get('etag'), '"2"')

    assert.equal((await person.send('PUT', '/v1/boards/home', { board_id: made.id })).status, 200)
    assert.equal((await person.send('GET', '/v1/boards/home')).body.id, made.id)
    const order = [made.id, 'calls', 'no-such-board', 'calls']
    assert.equal((await person.send('PUT', '/v1/boards/order', { board_ids: order })).status, 204)
    const ids = (await boardsOf(person)).map(({ id }) => id)
    assert.deepEqual(ids.slice(0, 3), [made.id, 'calls', 'overview'])

    assert.equal((await person.send('DELETE', `/v1/boards/${made.id}`)).status, 204)
    assert.equal((await person.send('GET', `/v1/boards/${made.id}`)).status, 404)
    assert.equal((await person.send('GET', '/v1/boards/home')).body.id, 'overview', 'home is never nowhere')
  })

  test('what makes no sense is refused with what is wrong', async () => {
    const post = (fields: object) => owner.send('POST', '/v1/boards', { name: 'Mood', ...fields })
    const unknown = await post({ widgets: [widget({ metrics: ['sentiment_customer', 'happiness'] })] })
    assert.deepEqual([unknown.status, unknown.code], [400, 'unknown_metric'])
    assert.match(unknown.detail ?? '', /shows happiness, .*There are: .*sentiment_customer/)
    const many = Array.from({ length: 1000 }, (_, n) => widget({ id: `w${n}` }))
    const tooMany = await post({ widgets: many })
    assert.deepEqual([tooMany.status, tooMany.code], [400, 'too_many_widgets'])
    assert.match(tooMany.detail ?? '', /at most 50 widgets, and this one has 1000/)
    for (const [fields, says] of [
      [{ widgets: [widget(), widget()] }, /Two widgets have the id mood/],
      [{ widgets: [widget({ position: { x: 8, y: 0 } })] }, /beyond the 12 columns/],
      [{ widgets: [widget({ chart: 'pyramid' })] }, /card, line, bar/],
      [{ widgets: [widget({ script: 'x' })] }, /script|additional/],
      [{ period: { from: '2026-02-30', to: '2026-03-01' } }, /no day/],
      [{ period: { from: '2026-03-02', to: '2026-03-01' } }, /ends before/],
      [{ period: { from: '0001-01-01', to: '9999-12-31' } }, /more than 3660 days/],
      [{ filters: { filter: 'sentiment = ' } }, /filter|value/i],
      [{ filters: { org_id: 'x' } }, /org_id|additional/],
      [{ widgets: [widget({ group_by: ['day', 'team', 'tag'] })] }, /group_by/],
      [{ name: ' ' }, /name/],
      [{ owner: 'user:somebody' }, /owner/],
    ] as const) {
      const refused = await post(fields)
      assert.equal(refused.status, 400, JSON.stringify(fields))
      assert.match(refused.detail ?? '', says)
    }
    const name = '<script>alert(1)</script>'
    assert.equal((await make(owner, { name })).name, name, 'text stays text')
  })

  test('two people at one board: the second one is told', async () => {
    const board = await make(owner)
    const tag = (await owner.send('GET', `/v1/boards/${board.id}`)).headers.get('etag') ?? ''
    const change = (name: string) => owner.send('PATCH', `/v1/boards/${board.id}`, { name }, { 'if-match': tag })
    assert.equal((await change('First')).status, 200)
    const late = await change('Second')
    assert.deepEqual([late.status, late.code], [409, 'changed_meanwhile'])
    assert.equal((await owner.send('GET', `/v1/boards/${board.id}`)).body.name, 'First')
  })

  test('shared boards are seen by whom they are shared with, and changed by their owner', async () => {
    const boss = await people.newOwner()
    await boss.send('POST', '/v1/departments', { name: 'Care', teams: ['Billing'] })
    await boss.send('POST', '/v1/departments', { name: 'Shop', teams: ['Sales'] })
    const { teams } = (await boss.send('GET', '/v1/teams')).body
    const idOf = (name: string) =>
      teams.find((one: Json) => one.name === name)?.team_id ?? assert.fail(JSON.stringify(teams))
    const billing = await people.newMember(boss, { role: 'supervisor', level: 'team', teams: ['Billing'] })
    const sales = await people.newMember(boss, { role: 'supervisor', level: 'team', teams: ['Sales'] })
    const lead = await people.newMember(boss, { role: 'analyst', level: 'department', departments: ['Care'] })

    const forAll = await make(boss, { name: 'For all', sharing: 'organisation' })
    const forBilling = await make(boss, { name: 'For billing', sharing: 'teams', team_ids: [idOf('Billing')] })
    const alone = await make(boss, { name: 'Alone' })
    const shared = async (person: Pick<Owner, 'send'>) =>
      (await boardsOf(person)).filter(({ kind }) => kind === 'shared').map(({ name }) => name)
    assert.deepEqual(await shared(billing), ['For all', 'For billing'])
    assert.deepEqual(await shared(sales), ['For all'])
    assert.deepEqual(await shared(lead), ['For all', 'For billing'])
    assert.equal((await sales.send('GET', `/v1/boards/${forBilling.id}`)).status, 404)
    assert.equal((await billing.send('GET', `/v1/boards/${alone.id}`)).status, 404)
    assert.equal((await billing.send('PATCH', `/v1/boards/${forAll.id}`, { name: 'Mine' })).status, 403)
    assert.equal((await billing.send('DELETE', `/v1/boards/${forAll.id}`)).status, 403)

    const mine = await make(billing, { name: 'Of billing' })
    const share = (fields: object) => billing.send('PATCH', `/v1/boards/${mine.id}`, fields)
    assert.equal((await share({ sharing: 'organisation' })).code, 'beyond_reach')
    assert.equal((await share({ sharing: 'teams', team_ids: [idOf('Sales')] })).code, 'beyond_reach')
    assert.equal((await share({ sharing: 'teams', team_ids: [] })).status, 400)
    assert.equal((await share({ sharing: 'teams', team_ids: [boss.id] })).code, 'unknown_team')
    assert.equal((await share({ sharing: 'teams', team_ids: [idOf('Billing')] })).status, 200)
    assert.ok((await shared(boss)).includes('Of billing'))
    assert.equal((await boss.send('DELETE', `/v1/boards/${mine.id}`)).status, 204, 'who manages all may clear up')

    const stranger = await people.newOwner()
    for (const { id } of [forAll, forBilling, alone]) {
      for (const [method, path, body] of [
        ['GET', `/v1/boards/${id}`, undefined],
        ['PATCH', `/v1/boards/${id}`, { name: 'x' }],
        ['DELETE', `/v1/boards/${id}`, undefined],
        ['POST', `/v1/boards/${id}/duplicate`, {}],
      ] as const) {
        assert.equal((await stranger.send(method, path, body)).status, 404, `${method} ${path}`)
      }
      assert.equal((await stranger.send('PUT', '/v1/boards/home', { board_id: id })).status, 404)
    }
  })

  test('strangers have no boards; a page of another site makes none', async () => {
    assert.equal((await people.browser().send('GET', '/v1/boards')).status, 401)
    const foreign = { origin: 'https://evil.example' }
    assert.equal((await owner.send('POST', '/v1/boards', { name: 'x' }, foreign)).status, 403)
  })

  test('nobody has more than a hundred of their own', async () => {
    const person = await people.newOwner()
    const statuses = []
    for (let n = 0; n < 101; n++) statuses.push((await person.send('POST', '/v1/boards', { name: `${n}` })).status)
    assert.deepEqual([...new Set(statuses.slice(0, 100)), statuses[100]], [201, 409])
  })
})
