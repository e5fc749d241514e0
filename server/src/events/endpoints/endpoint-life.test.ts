import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { type ScriptedReceiver, startScriptedReceiver } from '../../../test/fakes/scripted-receiver.ts'
import type { Json } from '../../../test/harness.ts'
import { type EndpointClient, endpointClient } from './endpoint-client.ts'

describe('the life of a webhook endpoint', () => {
  let client: EndpointClient
  let receiver: ScriptedReceiver
  let answer: (response: ServerResponse, body: Json) => unknown
  before(async () => {
    client = await endpointClient()
    receiver = await startScriptedReceiver((response, index) =>
      answer(response, JSON.parse(receiver.received[index]?.text ?? '{}')),
    )
  })
  after(async () => {
    await receiver?.close()
    await client?.stop()
  })
  const fine = (response: ServerResponse) => response.writeHead(204).end()
  const genuine = (secret: string, { headers, text }: { headers: Record<string, string>; text: string }) => {
    try {
      new Webhook(secret).verify(text, headers)
      return true
    } catch {
      return false
    }
  }
  async function made(body: object = {}): Promise<{ id: string; path: string; secret: string; body: Json }> {
    answer = fine
    receiver.received.length = 0
    const reply = await client.create({ url: receiver.url, ...body })
    assert.equal(reply.status, 200, JSON.stringify(reply.body))
    const { webhook_id: id, secret } = reply.body
    return { id, path: `/v1/webhooks/${id}`, secret, body: reply.body }
  }
  async function read(path: string, holds: (endpoint: Json) => boolean): Promise<Json> {
    for (const until = Date.now() + 10_000; ; await delay(20)) {
      const { body } = await client.call('GET', path)
      if (holds(body)) return body
      assert.ok(Date.now() < until, JSON.stringify(body))
    }
  }

  test('a rotated secret signs beside the former ones until they end; five at most; each shown once', async () => {
    const { path, secret: first } = await made()
    const rotate = (body: object, headers: object = {}) => client.call('POST', `${path}/secrets`, body, headers)
    const key = { 'idempotency-key': 'rotate-1' }
    const rotated = await rotate({ overlap_hours: 2 }, key)
    assert.equal(rotated.status, 201)
    const { secret: second, former } = rotated.body
    assert.deepEqual((await rotate({ overlap_hours: 2 }, key)).body, rotated.body)
    assert.equal(former.length, 1)
    const hours = (Date.parse(former[0].expires_at) - Date.now()) / 3_600_000
    assert.ok(hours > 1.9 && hours <= 2)
    await client.chat()
    await receiver.count(1)
    const [delivery] = receiver.received as [(typeof receiver.received)[0]]
    assert.equal(delivery.headers['webhook-signature']?.split(' ').length, 2)
    assert.ok(genuine(first, delivery) && genuine(second, delivery))

    const own = await rotate({ secret: 'chosen by the receiver', overlap_hours: 0 })
    assert.equal(own.body.secret, 'chosen by the receiver')
    assert.match(own.body.warnings[0], /short: 22 bytes/)
    const listed = await client.call('GET', `${path}/secrets`)
    assert.equal(listed.body.former.length, 1, 'with overlap 0 the present one ends at once')
    assert.ok(!JSON.stringify(listed.body).includes('whsec_'))
    for (let n = 0; n < 3; n += 1) assert.equal((await rotate({})).status, 201)
    const tooMany = await rotate({})
    assert.equal(tooMany.status, 409)
    assert.match(tooMany.body.message, /5 secrets sign already/)

    const ended = await client.call('DELETE', `${path}/secrets/${former[0].secret_id}`)
    assert.equal(ended.status, 204)
    assert.equal((await client.call('DELETE', `${path}/secrets/${former[0].secret_id}`)).status, 404)
    await client.chat()
    await receiver.count(2)
    const [, later] = receiver.received as [unknown, (typeof receiver.received)[0]]
    assert.equal(later.headers['webhook-signature']?.split(' ').length, 4)
    assert.ok(!genuine(first, later) && !genuine(second, later))
    for (const wrong of [{ overlap_hours: 169 }, { overlap_hours: -1 }, { secret: '' }, { more: 1 }]) {
      assert.equal((await rotate(wrong)).status, 400, JSON.stringify(wrong))
    }
    await client.call('DELETE', path)
  })

  test('what comes for a paused endpoint is held, and sent or discarded when it is resumed', async () => {
    const { id, path } = await made()
    const paused = await client.call('POST', `${path}/pause`, { reason: 'The CRM moves.' })
    assert.deepEqual([paused.status, paused.body.status, paused.body.status_reason], [200, 'paused', 'The CRM moves.'])
    await client.chat()
    await client.chat()
    await read(path, ({ health }) => health.held === 2 && health.waiting === 0)
    const since = new Date().toISOString()
    await client.chat()
    await delay(100)
    assert.equal(receiver.received.length, 0)
    const resumed = await client.call(
      'POST',
      `${path}/resume`,
      { held: 'send', since },
      { 'idempotency-key': 'resume' },
    )
    assert.equal(resumed.status, 200, JSON.stringify(resumed.body))
    assert.deepEqual([resumed.body.status, resumed.body.held, resumed.body.discarded], ['active', 1, 2])
    await receiver.count(1)
    await read(path, ({ health }) => health.waiting === 0)
    assert.equal(receiver.received.length, 1)
    const again = await client.call('POST', `${path}/resume`, { held: 'send', since }, { 'idempotency-key': 'resume' })
    assert.deepEqual([again.status, again.body.held, again.body.discarded], [200, 1, 2])
    assert.equal((await client.call('POST', `${path}/resume`, {})).status, 409)
    const { rows } = await sql<{ state: string; discard_reason: string | null; discarded_by: string | null }>`
      select state, discard_reason, discarded_by from delivery_log where endpoint_id = ${id} order by event_seq`.execute(
      client.harness.app.db,
    )
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['discarded', 'discarded', 'delivered'],
    )
    assert.match(rows[0]?.discarded_by ?? '', /^key:/)
    assert.equal(rows[0]?.discard_reason, `Held before ${since}.`)

    await client.call('POST', `${path}/pause`, {})
    await client.chat()
    const discarded = await client.call('POST', `${path}/resume`, { held: 'discard' })
    assert.deepEqual([discarded.body.held, discarded.body.discarded], [0, 1])
    for (const wrong of [{ held: 'keep' }, { since: 'yesterday' }, { held: 'discard', since }]) {
      assert.equal((await client.call('POST', `${path}/resume`, wrong)).status, 400, JSON.stringify(wrong))
    }
    await client.call('DELETE', path)
  })

  test('what has failed already is tried at once when the endpoint is switched on again', async () => {
    const { path } = await made({ retry_waits_s: [3600] })
    answer = (response) => response.writeHead(410).end()
    await client.chat()
    const disabled = await read(path, ({ status }) => status === 'disabled')
    assert.match(disabled.status_reason, /410/)
    assert.equal(disabled.health.held, 1)
    assert.equal((await client.call('POST', `${path}/pause`, {})).status, 409)
    answer = fine
    const enabled = await client.call('POST', `${path}/enable`, {})
    assert.deepEqual([enabled.status, enabled.body.status, enabled.body.held], [200, 'active', 1])
    await receiver.count(2)
    await client.call('DELETE', path)
  })

  test('an endpoint that is deleted takes what waits for it along', async () => {
    const { id, path } = await made()
    await client.call('POST', `${path}/pause`, {})
    await client.chat()
    await read(path, ({ health }) => health.held === 1)
    assert.equal((await client.call('DELETE', path)).status, 204)
    const { rows } = await sql`
      select id from deliveries where endpoint_id = ${id} union all
      select endpoint_id from delivery_lanes where endpoint_id = ${id}`.execute(client.harness.app.db)
    assert.equal(rows.length, 0)
  })

  test('a test is signed, answered at once with what came of it, and in no log', async () => {
    const { path, secret, id } = await made({ headers: { 'x-api-key': 'k' }, signature: ['v1', 'v1a'] })
    await client.call('POST', `${path}/pause`, {})
    answer = (response) => response.writeHead(500, { 'retry-after': '9' }).end('x'.repeat(20_000))
    const failed = await client.call('POST', `${path}/test`)
    assert.equal(failed.status, 200)
    const { ok, status_code, error, response, timings, event_id } = failed.body
    assert.deepEqual([ok, status_code, error, response.length], [false, 500, 'the receiver answered 500', 2000])
    assert.ok(timings.total_ms >= 0)
    const [got] = receiver.received as [(typeof receiver.received)[0]]
    assert.ok(genuine(secret, got))
    assert.equal(got.headers['webhook-id'], event_id)
    assert.equal(got.headers['x-api-key'], 'k')
    const body = JSON.parse(got.text)
    assert.deepEqual([body.type, body.event, body.data.endpoint_id], ['webhook.test', 'webhook.test', id])
    answer = fine
    const fineReply = await client.call('POST', `${path}/test`)
    assert.deepEqual([fineReply.body.ok, fineReply.body.status_code, fineReply.body.error], [true, 204, null])
    assert.deepEqual((await client.call('GET', `${path}/deliveries`)).body.deliveries, [])
    assert.equal((await client.call('GET', path)).body.health.failures, 0)
    const replies = []
    for (let n = 0; n < 6; n += 1) replies.push((await client.call('POST', `${path}/test`)).status)
    assert.ok(replies.includes(429), replies.join())
    await client.call('DELETE', path)
  })

  test('an endpoint that must be verified is sent nothing before it has answered the challenge', async () => {
    answer = (response) => response.writeHead(200).end('fine, thanks')
    receiver.received.length = 0
    const { body } = await client.create({ url: receiver.url, verify: true })
    assert.equal(body.status, 'unverified')
    assert.equal(body.verification.ok, false)
    assert.match(body.verification.reason, /did not answer it/)
    const path = `/v1/webhooks/${body.webhook_id}`
    await client.chat()
    await read(path, ({ health }) => health.held === 1)
    assert.equal((await client.call('POST', `${path}/resume`, {})).status, 409, 'resuming is no way around it')
    const wrong: [(sent: Json) => string, number][] = [
      [() => '{"challenge": "other"}', 200],
      [(sent) => JSON.stringify({ challenge: sent.data.challenge }), 403],
      [(sent) => JSON.stringify(sent), 200],
      [() => '', 200],
    ]
    for (const [say, status] of wrong) {
      answer = (response, sent) => response.writeHead(status).end(say(sent))
      const { verification } = (await client.call('POST', `${path}/verify`)).body
      assert.equal(verification.ok, false, say.toString())
    }
    answer = (response, sent) =>
      sent.type === 'webhook.verify' ? response.end(`${sent.data.challenge}\n`) : response.writeHead(204).end()
    const verified = await client.call('POST', `${path}/verify`)
    assert.deepEqual([verified.body.status, verified.body.verification], ['active', { ok: true, reason: null }])
    assert.ok(verified.body.verified_at)
    await read(path, ({ health }) => health.waiting === 0)
    const told = receiver.received.map(({ text }) => JSON.parse(text).type)
    assert.deepEqual(
      told.filter((type) => type !== 'webhook.verify'),
      ['chat.received'],
    )

    const first = await client.create({ url: receiver.url, verify: true })
    assert.deepEqual([first.body.status, first.body.verification.ok], ['active', true])
    for (const id of [body.webhook_id, first.body.webhook_id]) await client.call('DELETE', `/v1/webhooks/${id}`)
  })

  test('an organisation can ask it of every new address', async () => {
    await sql`update orgs set settings = settings || '{"verify_webhooks": true}' where id = ${client.customer.orgId}`.execute(
      client.harness.app.db,
    )
    const echo = (response: ServerResponse, sent: Json) => response.end(JSON.stringify({ challenge: sent.challenge }))
    answer = echo
    const { body } = await client.create({ url: receiver.url })
    assert.deepEqual([body.status, body.verification.ok], ['active', true])
    const path = `/v1/webhooks/${body.webhook_id}`
    answer = fine
    const renamed = await client.call('PATCH', path, { name: 'same address', url: receiver.url })
    assert.deepEqual([renamed.body.status, renamed.body.verification], ['active', undefined])
    const moved = await client.call('PATCH', path, { url: `${receiver.url}/2` })
    assert.deepEqual([moved.body.status, moved.body.verification.ok], ['unverified', false])
    assert.equal(moved.body.verified_at, null)
    answer = echo
    const back = await client.call('PATCH', path, { url: `${receiver.url}/3` })
    assert.deepEqual([back.body.status, back.body.verification.ok], ['active', true])
    await client.call('DELETE', path)
    await sql`update orgs set settings = settings - 'verify_webhooks' where id = ${client.customer.orgId}`.execute(
      client.harness.app.db,
    )
  })
})
