// Rules over REST: made, tried out, changed, deleted; and what they must not be.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Customer, Json } from '../../../test/harness.ts'
import { person, startSideDoor } from '../../../test/side-door.ts'
import { declarationOf } from '../../events/catalog/catalog.ts'
import { type ConversationEvent, emit, takeSequence } from '../../events/index.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { openLog } from '../../platform/log.ts'
import { presets } from './default-rules.ts'
import { matchPage } from './match-events.ts'

const { indaba, door } = await startSideDoor()

describe('alert rules over REST', () => {
  let customer: Customer
  let owner: Principal
  const db = indaba.app.db
  before(async () => {
    customer = await indaba.customer()
    owner = person(customer.orgId, 'owner')
  })

  const ask = (method: string, path: string, body?: object) => door.ask(owner, method, `/v1/alert-rules${path}`, body)
  const plain = (more: object = {}) => ({ name: newId(), source: 'event', types: ['call.completed'], ...more })
  const make = async (more: object = {}): Promise<Json> => {
    const { status, body } = await ask('POST', '', plain(more))
    assert.equal(status, 201, JSON.stringify(body))
    return body
  }
  /** Calls that ended so many minutes ago, with these sentiments. */
  const tell = (sentiments: string[]) =>
    db.transaction().execute(async (tx) => {
      const seqs = await takeSequence(
        tx,
        sentiments.map(() => customer.orgId),
      )
      const { example } = declarationOf('call.completed')
      const events = sentiments.map((sentiment, index) => ({
        orgId: customer.orgId,
        seq: seqs[index],
        type: 'call.completed',
        conversationId: newId(),
        data: { ...example, sentiment },
      }))
      await emit(tx, events as unknown as ConversationEvent[])
    })
  const look = () => everyOrg(() => matchPage(db, customer.orgId, { now: new Date(), log: openLog('silent') }))

  test('an organisation finds the rules that it was given, in pages, and can pause and delete them', async () => {
    const first = await ask('GET', '?limit=4')
    const rest = await ask('GET', `?cursor=${first.body.next_cursor}`)
    const rules = [...first.body.rules, ...rest.body.rules]
    assert.deepEqual(rules.map(({ preset }: Json) => preset).sort(), presets.map(({ preset }) => preset).sort())
    assert.ok(
      rules.every(
        ({ source, types, mail_roles }: Json) => source === 'operation' && types === null && mail_roles[0] === 'owner',
      ),
    )
    const [{ id }] = rules
    const paused = await ask('PATCH', `/${id}`, { state: 'paused', threshold: 1000, mail_to: ['Ops@Example.com'] })
    assert.deepEqual(
      [paused.body.state, paused.body.threshold, paused.body.mail_to],
      ['paused', 1000, ['ops@example.com']],
    )
    assert.equal((await ask('DELETE', `/${id}`)).status, 204)
    assert.equal((await ask('GET', `/${id}`)).status, 404)
    assert.equal((await ask('GET', '')).body.rules.length, presets.length - 1)
    const { rows } = await sql<Json>`
      select action, data::text from audit_events where target = ${id} order by seq`.execute(db)
    assert.deepEqual(
      rows.map(({ action }) => action),
      ['alert_rule.change', 'alert_rule.delete'],
    )
    assert.doesNotMatch(rows[0].data, /example/)
  })

  test('tried out over the last events: as many alerts as there would have been, and nothing is written', async () => {
    const id = (await make({ state: 'paused', filter: 'sentiment = negative', group_by: 'sentiment', at_least: 2 })).id
    await tell(['negative', 'positive', 'negative', 'negative', 'neutral'])
    const tried = await ask('POST', `/${id}/test`, {})
    assert.equal(tried.status, 200, JSON.stringify(tried.body))
    const { groups, ...total } = tried.body
    assert.deepEqual(total, { events: tried.body.events, matched: 3, alerts: 1, reopened: 0 })
    assert.deepEqual([groups.length, groups[0].group, groups[0].matched, groups[0].alerts], [1, 'negative', 3, 1])
    const two = await ask('POST', `/${id}/test`, { events: 2 })
    assert.deepEqual([two.body.events, two.body.matched, two.body.alerts], [2, 1, 0])
    assert.deepEqual((await door.ask(owner, 'GET', '/v1/alerts')).body.alerts, [])
    const figure = await ask('POST', '', {
      name: 'Figure',
      source: 'operation',
      metric: 'dead_letters',
      comparison: '>',
      threshold: 0,
    })
    const now = await ask('POST', `/${figure.body.id}/test`, {})
    assert.deepEqual(now.body, { metric: 'dead_letters', value: null, is_beyond: false })
  })

  test('a rule that rested, or was changed, does not look back; one that is deleted ends its alerts', async () => {
    const { id } = await make({ state: 'paused' })
    const alerts = async (): Promise<Json[]> => (await door.ask(owner, 'GET', `/v1/alerts?rule_id=${id}`)).body.alerts
    await tell(['negative'])
    await ask('PATCH', `/${id}`, { state: 'active' })
    await look()
    assert.deepEqual(await alerts(), [])
    await tell(['negative'])
    await ask('PATCH', `/${id}`, { filter: 'sentiment = positive' })
    await look()
    assert.deepEqual(await alerts(), [])
    await tell(['positive'])
    await look()
    assert.equal((await alerts())[0]?.state, 'open')
    assert.equal((await ask('DELETE', `/${id}`)).status, 204)
    const [ended] = (await alerts()) as [Json]
    assert.deepEqual([ended.state, ended.resolved_by], ['resolved', owner.actor])
    const { body } = await door.ask(owner, 'GET', `/v1/alerts/${ended.id}`)
    assert.equal(body.history.at(-1).comment, 'The rule was deleted.')
  })

  test('what a rule must not be is refused with the field; names are there once; what is foreign is unknown', async () => {
    const refused: [body: object, why: RegExp][] = [
      [plain({ types: undefined }), /types/],
      [plain({ types: [] }), /types/],
      [plain({ types: ['call.complete'] }), /call\.complete/],
      [plain({ types: ['alert.opened'] }), /not opened about alerts/],
      [plain({ types: ['alert.*'] }), /not opened about alerts/],
      [plain({ filter: 'sentiment = ' }), /filter|position|value/i],
      [plain({ filter: `a = 1${' AND a = 1'.repeat(500)}` }), /filter|2000/],
      [plain({ group_by: 'caller_number' }), /group_by/],
      [plain({ at_least: 0 }), /at_least/],
      [plain({ at_least: 1e9 }), /at_least/],
      [plain({ cooldown_s: 1 }), /cooldown_s/],
      [plain({ metric: 'dead_letters' }), /metric/],
      [plain({ severity: 'huge' }), /severity/],
      [plain({ mail_to: ['nobody'] }), /mail/],
      [plain({ mail_to: Array.from({ length: 21 }, (_, n) => `a${n}@example.com`) }), /mail_to/],
      [plain({ mail_roles: ['agent'] }), /mail_roles/],
      [plain({ name: 'a\u0007b' }), /name/],
      [plain({ colour: 'red' }), /colour/],
      [{ name: 'x', source: 'operation', metric: 'dead_letters', comparison: '>' }, /threshold/],
      [{ name: 'x', source: 'operation', metric: 'moon', comparison: '>', threshold: 1 }, /metric/],
      [
        { name: 'x', source: 'operation', metric: 'dead_letters', comparison: '>', threshold: 1, types: ['*'] },
        /types/,
      ],
      [{ name: 'x', source: 'moon' }, /source/],
    ]
    for (const [body, why] of refused) {
      const answer = await ask('POST', '', body)
      assert.equal(answer.status, 400, JSON.stringify(body))
      assert.match(JSON.stringify(answer.body), why)
    }
    const { id, name } = await make()
    assert.equal((await ask('POST', '', plain({ name: name.toUpperCase() }))).status, 409)
    assert.equal((await ask('PATCH', `/${id}`, { source: 'operation' })).status, 400)
    const stranger = person((await indaba.customer()).orgId, 'owner')
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/test'],
    ] as const) {
      const body = method === 'GET' ? undefined : { events: 'many' }
      assert.equal((await door.ask(stranger, method, `/v1/alert-rules/${id}${path}`, body)).status, 404, method)
    }
  })
})
