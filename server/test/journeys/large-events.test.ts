// An event that is too large to be sent: the receiver gets what fits, and finds the whole of it by the link.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { declarationOf } from '../../src/events/catalog/catalog.ts'
import { emit, takeSequence } from '../../src/events/outbox.ts'
import { newId } from '../../src/platform/ids.ts'
import { type ScriptedReceiver, startScriptedReceiver } from '../fakes/scripted-receiver.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'

const summary = 'The customer asks, and asks again. '.repeat(10_000)

describe('large events', () => {
  let indaba: Harness
  let customer: Customer
  let receiver: ScriptedReceiver
  before(async () => {
    indaba = await startHarness()
    customer = await indaba.customer()
    receiver = await startScriptedReceiver()
  })
  after(async () => {
    await receiver?.close()
    await indaba?.stop()
  })

  test('each style carries what fits, and the link has the rest', async () => {
    const { app, url, json } = indaba
    const endpoint = async (fields: object) => {
      const { webhook_id } = await json<Json>('/v1/webhooks', {
        method: 'POST',
        headers: { ...customer.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ url: receiver.url, events: ['call.completed'], ...fields }),
      })
      return webhook_id as string
    }
    await endpoint({})
    await endpoint({ format: 'cloudevents' })
    const conversationId = newId()
    const data = { ...declarationOf('call.completed').example, conversation_id: conversationId, summary } as Json
    await app.db.transaction().execute(async (tx) => {
      const [seq = 0] = await takeSequence(tx, [customer.orgId])
      await emit(tx, [{ orgId: customer.orgId, seq, type: 'call.completed', conversationId, data }])
    })
    await receiver.count(2)
    for (const { headers, text } of receiver.received) {
      assert.ok(Buffer.byteLength(text) < 10_000)
      const isCloud = headers['ce-type'] === 'call.completed'
      const told = isCloud ? JSON.parse(text) : JSON.parse(text).data
      assert.deepEqual([told.omitted, told.summary], [['summary'], undefined])
      const answer = await fetch(new URL(told.links.payload, url))
      assert.equal(answer.status, 200)
      const whole = (await answer.json()) as Json
      assert.deepEqual([whole.id, whole.data], [headers['webhook-id'], data])
    }
    assert.deepEqual(receiver.received.map(({ headers }) => headers['ce-specversion']).sort(), ['1.0', undefined])
  })
})
