// The allocation of a month: what is used, what is told of it, and what happens when there is no more.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { adminToken, type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { monoCall } from './sample-call.ts'
import { allNames, askTicket, chosen, postParts } from './upload-ticket.ts'
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts'

describe('the allocation of a month', () => {
  let harness: Harness
  let receiver: WebhookReceiver
  before(async () => {
    harness = await startHarness()
    receiver = await startWebhookReceiver()
  })
  after(async () => {
    await harness?.stop()
    receiver?.close()
  })

  const post = async (path: string, body: object | FormData, { headers }: Customer) => {
    const isForm = body instanceof FormData
    const answer = await fetch(`${harness.url}${path}`, {
      method: 'POST',
      headers: isForm ? headers : { ...headers, 'content-type': 'application/json' },
      body: isForm ? body : JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as Json }
  }
  const sendChat = (customer: Customer, text = 'hello') =>
    post(
      '/v1/chats/upload',
      { messages: [{ sender: 'customer', message: text, timestamp: '2024-01-15T10:30:00Z' }] },
      customer,
    )
  const sendCall = (customer: Customer, audio: Uint8Array) => {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(audio)]), 'call.wav')
    return post('/api/process-call', form, customer)
  }
  const usage = ({ headers }: Customer) => harness.json('/v1/usage', { headers })
  const set = (customer: Customer, settings: object) =>
    harness.json(`/api/customers/${customer.id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ settings }),
    })
  const settled = async (customer: Customer) => {
    for (const until = Date.now() + 20_000; Date.now() < until; await delay(50)) {
      const now = await usage(customer)
      if (now.minutes.reserved === 0 && now.chats.reserved === 0) return now
    }
    throw new Error(`not settled: ${JSON.stringify(await usage(customer))}`)
  }

  it('tells of each threshold once, and refuses what is beyond the last', async () => {
    const customer = await harness.customer({ settings: { chats_per_month: 10 } })
    const hook = { url: receiver.url, events: ['usage.*'] }
    await harness.json('/v1/webhooks', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify(hook),
    })
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => sendChat(customer, `hello ${index}`)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 10)
    const refused = answers.filter(({ status }) => status === 400)
    assert.equal(refused.length, 20)
    for (const { body } of refused) {
      assert.equal(body.error.code, 'ALLOCATION_EXCEEDED')
      assert.deepEqual(body.error.details, { used: 10, limit: 10 })
    }
    const now = await settled(customer)
    assert.deepEqual(now.chats, { used: 10, reserved: 0, limit: 10, percent: 100 })
    assert.equal(now.on_allocation_exceeded, 'halt')
    await receiver.find(({ body }) => body.data.percent === 100)
    await delay(300)
    const told = receiver.deliveries.filter(({ body }) => body.org_id === customer.orgId)
    assert.deepEqual(
      told.map(({ body }) => body.data.percent).sort((a, b) => a - b),
      [50, 60, 70, 75, 80, 90, 100],
    )
    const last = told.find(({ body }) => body.data.percent === 100)?.body
    assert.ok(last)
    assert.equal(last.type, 'usage.threshold_reached')
    assert.deepEqual(last.data, {
      ...{ kind: 'chats', percent: 100, used: 10, limit: 10, month: now.month },
      links: { self: '/v1/usage' },
    })
  })

  it('goes on where the organisation chose so, and counts on', async () => {
    const customer = await harness.customer({ settings: { chats_per_month: 2, on_allocation_exceeded: 'continue' } })
    for (let n = 0; n < 4; n++) assert.equal((await sendChat(customer, `hello ${n}`)).status, 200)
    assert.deepEqual((await settled(customer)).chats, { used: 4, reserved: 0, limit: 2, percent: 200 })
    await set(customer, { on_allocation_exceeded: 'halt' })
    await delay(1100)
    assert.equal((await sendChat(customer, 'one more')).status, 400)
  })

  it('counts the real length of a call that is done, and nothing of one that failed', async () => {
    const customer = await harness.customer({ settings: { minutes_per_month: 10 } })
    const { body } = await sendCall(customer, await monoCall(30))
    await harness.finished(customer, body.call_id)
    const broken = await sendCall(customer, Buffer.from('this is no recording at all'))
    assert.equal(broken.status, 200)
    assert.equal((await harness.finished(customer, broken.body.call_id)).status, 'failed')
    assert.deepEqual((await settled(customer)).minutes, { used: 0.5, reserved: 0, limit: 10, percent: 5 })
    const gone = await fetch(`${harness.url}/v1/conversations/${body.call_id}`, {
      method: 'DELETE',
      headers: customer.headers,
    })
    assert.equal(gone.status, 204)
    assert.equal((await usage(customer)).minutes.used, 0.5)
  })

  it('refuses a recording that a ticket promised when nothing is left by then, and keeps the ticket', async () => {
    const customer = await harness.customer({ settings: { minutes_per_month: 1 } })
    const ticket = await askTicket(harness, customer)
    assert.deepEqual(ticket.minute_allocation, { used: 0, limit: 1, status: 'ok' })
    const { body } = await sendCall(customer, await monoCall(40))
    await harness.finished(customer, body.call_id)
    const second = await sendCall(customer, await monoCall(41))
    await harness.finished(customer, second.body.call_id)
    const parts = [...chosen(ticket, allNames), ['file', { fileName: 'call.wav', bytes: await monoCall(5) }] as const]
    const refused = await postParts(ticket.url, parts)
    assert.equal(refused.status, 400)
    assert.match(refused.text, /<Message>Allocation exceeded<\/Message>/)
    await set(customer, { minutes_per_month: 100 })
    await delay(1100)
    assert.equal((await postParts(ticket.url, parts)).status, 204)
    assert.equal((await harness.finished(customer, ticket.call_id)).status, 'completed')
  })

  it("is nobody else's to see, and unlimited where nothing is set", async () => {
    const customer = await harness.customer()
    assert.equal((await sendChat(customer)).status, 200)
    const now = await settled(customer)
    assert.deepEqual(now.chats, { used: 1, reserved: 0, limit: null, percent: null })
    assert.deepEqual(now.minutes, { used: 0, reserved: 0, limit: null, percent: null })
  })
})

describe('a server that does not work on anything', () => {
  let harness: Harness
  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
  })
  after(() => harness?.stop())

  it('holds what a call needs until it ends, and lets go when it is deleted', async () => {
    const customer = await harness.customer({ settings: { minutes_per_month: 10 } })
    const { headers } = customer
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(await monoCall(30))]), 'call.wav')
    const { call_id } = await harness.json('/api/process-call', { method: 'POST', headers, body: form })
    const { minutes } = await harness.json('/v1/usage', { headers })
    assert.deepEqual(minutes, { used: 0, reserved: 0.5, limit: 10, percent: 0 })
    await fetch(`${harness.url}/v1/conversations/${call_id}`, { method: 'DELETE', headers })
    assert.equal((await harness.json('/v1/usage', { headers })).minutes.reserved, 0)
  })
})
