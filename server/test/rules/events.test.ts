// What the program tells the world is what the catalogue says, and its numbers tell a reader of everything that nothing
// was lost. Every database of a test is asked the same when it is dropped (told-events.ts).

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { catalog } from '../../src/events/catalog/catalog.ts'
import { superuser } from '../database.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { faultsOf, wrongEvents } from '../told-events.ts'

describe('events', () => {
  let indaba: Harness
  let customer: Customer
  before(async () => {
    indaba = await startHarness()
    customer = await indaba.customer()
  })
  after(() => indaba?.stop())

  const chat = (message: string, more: object = {}) =>
    indaba.json<Json>('/v1/chats/upload', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ sender: 'customer', message }], agent_email: 'ann@example.com', ...more }),
    })

  test('those of calls and chats, from the door to their deletion', async () => {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(2000)]), 'a.wav')
    const call = await indaba.json('/api/process-call', { method: 'POST', headers: customer.headers, body: form })
    const first = await chat('I want my money back.')
    const id = first.chat_id.replace('vela_chat_', '')
    await indaba.finished(customer, call.call_id)
    await indaba.finished(customer, id)
    for (const path of [call.call_id, id].map((one) => `/v1/conversations/${one}`)) {
      const { status } = await fetch(indaba.url + path, { method: 'DELETE', headers: customer.headers })
      assert.ok(status < 300, `${path} ${status}`)
    }
    const database = await superuser(indaba.databaseUrl)
    try {
      assert.deepEqual(await wrongEvents(database), [])
      const { rows } = await database.query(
        'select type, seq::int, previous_seq::int from events where org_id = $1 order by seq',
        [customer.orgId],
      )
      // The audit may sign its head meanwhile, and tells of that.
      assert.deepEqual(
        rows
          .map(({ type }) => type)
          .filter((type) => !type.startsWith('audit.'))
          .sort(),
        ['call.deleted', 'call.failed', 'call.received', 'chat.completed', 'chat.deleted', 'chat.received'],
      )
      let before = 0
      for (const { type, seq, previous_seq } of rows) {
        assert.equal(previous_seq, before, `${type} ${seq}`)
        before = seq
      }
    } finally {
      await database.end()
    }
  })

  test('what is not as its schema says is noticed, in every field of every event', () => {
    let tried = 0
    for (const { type, scope, example } of catalog) {
      if (scope === 'endpoint') continue
      assert.deepEqual(faultsOf(type, example), [], type)
      assert.notDeepEqual(faultsOf(type, { ...example, extra: 1 }), [], type)
      for (const name of Object.keys(example)) {
        const { [name]: _, ...rest } = example as Record<string, unknown>
        assert.notDeepEqual(faultsOf(type, rest), [], `${type} without ${name}`)
        assert.notDeepEqual(faultsOf(type, { ...example, [name]: Symbol }), [], `${type} with another ${name}`)
        tried += 1
      }
    }
    assert.ok(tried > 200)
    assert.notDeepEqual(faultsOf('call.answered', {}), [])
    assert.notDeepEqual(faultsOf('webhook.test', {}), [])
  })
})
