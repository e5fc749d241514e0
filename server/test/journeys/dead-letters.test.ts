// A receiver answers 500 until a delivery is dead; its owner finds out why, edits it, sends it again, and it arrives.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { type ScriptedReceiver, startScriptedReceiver } from '../fakes/scripted-receiver.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'

describe('dead letters', () => {
  let indaba: Harness
  let customer: Customer
  let receiver: ScriptedReceiver
  let endpoint: Json
  let isWell = false
  before(async () => {
    indaba = await startHarness()
    customer = await indaba.customer()
    receiver = await startScriptedReceiver((response) =>
      isWell
        ? response.writeHead(200).end('{"status":"success"}')
        : response.writeHead(500).end('{"error":"no order 4711 of ann@example.com \u001b[31m"}'),
    )
    endpoint = await post('/v1/webhooks', {
      url: `${receiver.url}?token=of-ours`,
      events: ['chat.completed'],
      retry_waits_s: [],
      headers: { 'X-Api-Key': 'very-secret' },
    })
  })
  after(async () => {
    await indaba?.stop()
    await receiver?.close()
  })

  const send = (path: string, body?: object, by: Customer = customer) =>
    fetch(indaba.url + path, {
      method: body ? 'POST' : 'GET',
      headers: { ...by.headers, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  const get = (path: string) => indaba.json<Json>(path, { headers: customer.headers })
  const post = async (path: string, body: object) => {
    const response = await send(path, body)
    const text = await response.text()
    assert.ok(response.ok, `${path} ${response.status} ${text}`)
    return JSON.parse(text)
  }
  const refused = async (path: string, body: object, status: number, by?: Customer) => {
    const response = await send(path, body, by)
    const { error } = (await response.json()) as Json
    assert.equal(response.status, status, JSON.stringify(error))
    return error
  }
  const until = async <T>(read: () => Promise<T>, holds: (found: T) => boolean): Promise<T> => {
    for (let tries = 0; ; tries += 1) {
      const found = await read()
      if (holds(found)) return found
      if (tries > 200) throw new Error(`not so: ${JSON.stringify(found)}`)
      await delay(50)
    }
  }
  const chat = async () => {
    const made = await post('/v1/chats/upload', { messages: [{ sender: 'customer', message: 'Where is my order?' }] })
    return made.chat_id.replace('vela_chat_', '') as string
  }
  const letters = (count: number) =>
    until(
      () => get('/v1/dead-letters'),
      ({ dead_letters }) => dead_letters.length === count,
    )
  const calm = () =>
    sql`update delivery_lanes set breaker = 'closed', slots = 4, failures = 0, blocked_until = 'epoch'`.execute(
      indaba.app.db,
    )

  test('is found, understood, edited, sent again, and arrives under the same id', async () => {
    const conversationId = await chat()
    const { dead_letters } = await letters(1)
    const [letter] = dead_letters
    assert.equal(letter.fingerprint, 'http_500 error : no order # of # #')
    assert.equal(letter.endpoint_id, endpoint.webhook_id)

    const { groups } = await get('/v1/dead-letters/groups')
    assert.equal(groups.length, 1)
    assert.equal(groups[0].count, 1)
    assert.deepEqual(groups[0].example, {
      delivery_id: letter.delivery_id,
      error: 'the receiver answered 500',
      status_code: 500,
    })

    const read = await get(`/v1/dead-letters/${letter.delivery_id}`)
    const sent = receiver.received[0]
    assert.equal(read.request.body, sent?.text)
    assert.equal(read.request.body_bytes, read.attempts[0].request_bytes)
    assert.equal(read.request.method, 'POST')
    assert.deepEqual(read.request.headers, {
      'x-api-key': '***',
      'content-type': 'application/json',
      'webhook-id': letter.event_id,
      'webhook-timestamp': '***',
      'webhook-signature': '***',
    })
    assert.equal(read.attempts[0].response, '{"error":"no order 4711 of ann@example.com \ufffd[31m"}')
    assert.equal(JSON.stringify(read).includes('very-secret'), false)

    const path = `/v1/dead-letters/${letter.delivery_id}/replay`
    await refused(path, { data: { ...read.data, conversation_id: letter.event_id } }, 400)
    isWell = true
    await calm()
    const replayed = await post(path, { data: { ...read.data, summary: 'By hand.' } })
    assert.deepEqual(replayed.changed, ['summary'])
    assert.equal(replayed.event_id, letter.event_id)
    await receiver.count(2)
    const again = receiver.received[1] as (typeof receiver.received)[number]
    assert.equal(again.headers['webhook-id'], sent?.headers['webhook-id'])
    const body = new Webhook(endpoint.secret).verify(again.text, again.headers) as Json
    assert.equal(body.data.summary, 'By hand.')
    assert.equal(body.data.conversation_id, conversationId)

    const log = `/v1/webhooks/${endpoint.webhook_id}/deliveries/${letter.delivery_id}`
    const done = await until(
      () => get(log),
      ({ status }) => status === 'delivered',
    )
    assert.equal(done.is_edited, true)
    assert.match(done.replayed_by, /^key:/)
    assert.deepEqual(
      done.attempts.map((one: Json) => [one.attempt, one.status_code]),
      [
        [1, 500],
        [2, 200],
      ],
    )
    assert.equal((await get('/v1/dead-letters')).dead_letters.length, 0)
    assert.equal((await send(`/v1/dead-letters/${letter.delivery_id}`)).status, 404)
    assert.equal((await refused(path, {}, 409)).code, 'ALREADY_DELIVERED')
    await post(`${log}/replay`, { again: true })
    await receiver.count(3)
    const { rows } = await sql<{ data: Json }>`
      select data from audit_events where org_id = ${customer.orgId} and action = 'delivery.replay' order by seq`.execute(
      indaba.app.db,
    )
    assert.deepEqual(
      rows.map(({ data }) => [data.from, data.changed]),
      [
        ['dead', ['summary']],
        ['delivered', []],
      ],
    )
    assert.equal(JSON.stringify(rows).includes('By hand'), false)
  })

  test('the day of an endpoint in figures', async () => {
    const figures = await until(
      () => get(`/v1/webhooks/${endpoint.webhook_id}/figures`),
      ({ delivered }) => delivered === 1,
    )
    assert.equal(figures.success_share, 1)
    assert.equal(figures.is_sample, false)
    assert.equal(figures.waiting, 0)
  })

  test('a deleted conversation is not told of again, and what was edited is forgotten with it', async () => {
    isWell = false
    const id = await chat()
    const { dead_letters } = await letters(1)
    const path = `/v1/dead-letters/${dead_letters[0].delivery_id}`
    const { data } = await get(path)
    await post(`/v1/webhooks/${endpoint.webhook_id}/pause`, {})
    const held = await post(`${path}/replay`, { data: { ...data, summary: 'Edited, and personal.' } })
    assert.equal(held.status, 'held')
    assert.equal((await refused(`${path}/replay`, {}, 409)).code, 'ALREADY_WAITING')
    const gone = await fetch(`${indaba.url}/v1/conversations/${id}`, { method: 'DELETE', headers: customer.headers })
    assert.ok(gone.ok)
    await post(`/v1/webhooks/${endpoint.webhook_id}/resume`, {})
    const [letter] = (await letters(1)).dead_letters
    assert.equal(receiver.received.at(-1)?.text.includes('personal'), false)
    assert.equal((await get(path)).not_replayable, 'conversation_deleted')
    assert.equal((await refused(`${path}/replay`, {}, 409)).code, 'CONVERSATION_DELETED')
    assert.equal(letter.is_edited, false)
    await post(`${path}/discard`, { reason: 'It is gone.' })
    assert.equal((await refused(`${path}/discard`, { reason: 'Twice.' }, 409)).code, 'NOT_DEAD')
    const status = `/v1/webhooks/${endpoint.webhook_id}/deliveries?status=discarded`
    assert.equal((await get(status)).deliveries[0].discard_reason, 'It is gone.')
  })

  test('many are counted, sent again at a rate, and told of', async () => {
    await calm()
    for (let n = 0; n < 4; n += 1) {
      await chat()
      await letters(n + 1)
      await calm()
    }
    await refused('/v1/dead-letters/replay', {}, 400)
    await refused('/v1/dead-letters/discard', { all: true }, 400)
    const counted = await post('/v1/dead-letters/replay', { all: true, dry_run: true, rate_per_s: 2 })
    assert.deepEqual(counted, { dry_run: true, count: 4, expected_s: 2 })
    assert.equal((await post('/v1/dead-letters/replay', { event_type: 'call.*', dry_run: true })).count, 0)
    isWell = true
    const before = receiver.received.length
    const run = await post('/v1/dead-letters/replay', { endpoint_id: endpoint.webhook_id, rate_per_s: 4 })
    assert.equal(run.total, 4)
    await receiver.count(before + 4)
    const times = receiver.received.slice(before).map(({ at }) => at)
    assert.ok((times[3] as number) - (times[0] as number) > 700, `${times}`)
    const over = await until(
      () => get(`/v1/replays/${run.replay_id}`),
      ({ state }) => state === 'done',
    )
    assert.deepEqual([over.done, over.skipped, over.total], [4, 0, 4])
    assert.equal((await get('/v1/replays')).replays[0].replay_id, run.replay_id)
    assert.equal((await refused(`/v1/replays/${run.replay_id}/cancel`, {}, 409)).code, 'NOT_RUNNING')
  })

  test('nobody else finds or moves any of it', async () => {
    isWell = false
    await calm()
    await chat()
    const [letter] = (await letters(1)).dead_letters
    const other = await indaba.customer()
    const path = `/v1/dead-letters/${letter.delivery_id}`
    assert.equal((await send(path, undefined, other)).status, 404)
    await refused(`${path}/replay`, {}, 404, other)
    await refused(`${path}/discard`, { reason: 'Not mine.' }, 404, other)
    await refused(`/v1/webhooks/${endpoint.webhook_id}/deliveries/${letter.delivery_id}/replay`, {}, 404, other)
    const all = await send('/v1/dead-letters/replay', { all: true, dry_run: true }, other)
    assert.equal(((await all.json()) as Json).count, 0)
    const [run] = (await get('/v1/replays')).replays
    assert.equal((await send(`/v1/replays/${run.replay_id}`, undefined, other)).status, 404)
    await refused(`/v1/replays/${run.replay_id}/cancel`, {}, 404, other)
    const discarded = await post('/v1/dead-letters/discard', { fingerprint: letter.fingerprint, reason: 'Enough.' })
    await until(
      () => get(`/v1/replays/${discarded.replay_id}`),
      ({ state, done }) => state === 'done' && done === 1,
    )
    assert.equal((await get('/v1/dead-letters')).dead_letters.length, 0)
  })
})
