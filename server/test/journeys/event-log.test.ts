// The event log as its readers meet it: with a key, as a person who sees masks, by a link, and in the shape of others.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openSecrets } from '../../src/access/index.ts'
import { roleScopes } from '../../src/access/permissions.ts'
import { declarationOf } from '../../src/events/catalog/catalog.ts'
import { payloadLink } from '../../src/events/log/payload-link.ts'
import { emit, takeSequence } from '../../src/events/outbox.ts'
import type { Principal } from '../../src/platform/http/route.ts'
import { localKeyWrapper } from '../../src/platform/key-wrapper.ts'
import { keyedHash, type Secrets } from '../../src/platform/secrets.ts'
import { type Customer, type Harness, type Json, secretKey, startHarness } from '../harness.ts'
import { openSideDoor, person, type SideDoor } from '../side-door.ts'

describe('the event log over REST', () => {
  let indaba: Harness
  let customer: Customer
  let other: Customer
  let door: SideDoor & { close(): Promise<void> }
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
    ;[customer, other] = [await indaba.customer(), await indaba.customer()]
    door = await openSideDoor(indaba)
  })
  after(async () => {
    await door?.close()
    await indaba?.stop()
  })

  const get = async (path: string, headers: Record<string, string> = customer.headers) => {
    const answer = await fetch(indaba.url + path, { headers })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, text, body: text ? (JSON.parse(text) as Json) : null }
  }
  const chat = async () => {
    const { chat_id } = await indaba.json<Json>('/v1/chats/upload', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ sender: 'customer', message: 'hello' }], agent_email: 'ann@example.com' }),
    })
    return chat_id.replace('vela_chat_', '') as string
  }
  const tellCall = (orgId: string, conversationId: string, change: object = {}) =>
    indaba.app.db.transaction().execute(async (tx) => {
      const [seq = 0] = await takeSequence(tx, [orgId])
      const data = { ...declarationOf('call.completed').example, conversation_id: conversationId, ...change }
      await emit(tx, [{ orgId, seq, type: 'call.completed', conversationId, data: data as never }])
      return seq
    })

  test('a reader finds what happened, goes on where it ended, and hears of the next as soon as it comes', async () => {
    const id = await chat()
    const first = await get('/v1/events?limit=1')
    assert.equal(first.status, 200)
    const [event] = first.body.events
    assert.deepEqual([event.type, event.event, event.event_type], ['chat.received', 'chat.received', 'chat_received'])
    assert.deepEqual([event.org_id, event.data.conversation_id, event.previous_seq], [customer.orgId, id, 0])
    assert.deepEqual((await get(`/v1/events/${event.id}`)).body, event)

    const { next_after } = (await get('/events')).body
    const waiting = get(`/v1/events?after=${next_after}&wait_s=30`)
    await delay(300)
    const next = await chat()
    const { events, has_more } = (await waiting).body
    assert.deepEqual([events.length, events[0].data.conversation_id, has_more], [1, next, false])
    assert.equal(events[0].previous_seq, event.seq)
    const over = await get(`/v1/events?after=${events[0].seq}&wait_s=0.3`)
    assert.deepEqual([over.status, over.body.events], [200, []])
  })

  test('nobody reads what is another’s, or what they may not', async () => {
    await chat()
    assert.deepEqual((await get('/v1/events', other.headers)).body.events, [])
    const [event] = (await get('/v1/events')).body.events
    assert.equal((await get(`/v1/events/${event.id}`, other.headers)).status, 404)
    assert.equal((await get('/v1/events', {})).status, 401)
    const narrow = await indaba.customer({}, ['calls:read'])
    assert.equal((await get('/v1/events', narrow.headers)).status, 403)
    const ofOneTeam = person(customer.orgId, 'owner', { column: 'team', values: ['A'] })
    assert.equal((await door.ask(ofOneTeam, 'GET', '/v1/events')).body.error.code, 'BEYOND_REACH')
  })

  test('people see masks, and cannot find what they do not see', async () => {
    const id = await chat()
    const numbers = { caller_number: '+27821234567', called_number: '27110000000', agent_email: 'ann@example.com' }
    const failure = { code: 'x', message: 'The file 27821234567.wav of bob@example.com cannot be read.' }
    const seq = await tellCall(customer.orgId, id, { ...numbers, agent: 'ann@example.com', failure })
    const masked = { ...person(customer.orgId, 'integration'), reveals: false }
    assert.ok(roleScopes.integration.includes('events:read'))
    const told = async (by: Principal, query = '') =>
      (await door.ask(by, 'GET', `/v1/events?after=${seq - 1}&types=call.completed${query}`)).body.events
    const [seen] = await told(masked)
    const text = JSON.stringify(seen)
    for (const secret of ['27821234567', '27110000000', 'ann@', 'bob@']) assert.ok(!text.includes(secret), text)
    assert.equal(seen.data.caller_number, '[PHONE_NUMBER]')
    assert.equal(seen.data.failure.message, 'The file [PHONE_NUMBER].wav of [EMAIL_ADDRESS] cannot be read.')
    const one = (await door.ask(masked, 'GET', `/v1/events/${seen.id}`)).body
    assert.deepEqual(one, seen)
    const cloud = (await door.ask(masked, 'GET', `/v1/events/${seen.id}?format=cloudevents`)).body
    assert.equal(cloud.data.caller_number, '[PHONE_NUMBER]')

    const filter = `&filter=${encodeURIComponent('caller_number = "+27821234567"')}`
    assert.deepEqual(await told(masked, filter), [])
    const clear = person(customer.orgId, 'owner')
    const [plain] = await told(clear, filter)
    assert.deepEqual([plain.data.caller_number, plain.data.agent], ['+27821234567', 'ann@example.com'])
    const reason = { reason: 'A complaint is looked into.' }
    const revealed = { ...masked, scopes: [...masked.scopes, 'redactions:reveal'] }
    const { status } = await door.ask(revealed, 'POST', `/v1/conversations/${id}/reveal`, reason)
    assert.ok(status < 300, String(status))
    assert.equal((await told(masked))[0].data.caller_number, '+27821234567')
  })

  test('as CloudEvents: a batch, with where to go on in headers', async () => {
    await chat()
    const plain = (await get('/v1/events?limit=2')).body
    const batch = await get('/v1/events?limit=2&format=cloudevents')
    assert.equal(batch.headers.get('content-type'), 'application/cloudevents-batch+json; charset=utf-8')
    assert.equal(batch.headers.get('x-next-after'), String(plain.next_after))
    assert.equal(batch.headers.get('x-has-more'), String(plain.has_more))
    assert.deepEqual(
      batch.body.map(({ id, type, data }: Json) => ({ id, type, data })),
      plain.events.map(({ id, type, data }: Json) => ({ id, type, data })),
    )
    const one = await get(`/v1/events/${plain.events[0].id}?format=cloudevents`)
    assert.equal(one.headers.get('content-type'), 'application/cloudevents+json; charset=utf-8')
    assert.equal(one.body.specversion, '1.0')
  })

  test('a link to a payload works without a key, and only as it was made', async () => {
    const id = await chat()
    const summary = 'é'.repeat(200_000)
    const seq = await tellCall(customer.orgId, id, { summary })
    const [event] = (await get(`/v1/events?after=${seq - 1}&limit=1`)).body.events
    const secrets = await openSecrets({
      db: indaba.app.db,
      wrappers: [localKeyWrapper(secretKey, 'INDABA_SECRET_KEY')],
      formerKeys: [secretKey],
      columns: [],
    })
    const told = { orgId: customer.orgId, id: event.id }
    const link = payloadLink(secrets, told)
    const { status, body, headers } = await get(link, {})
    assert.equal(status, 200)
    assert.equal(headers.get('cache-control'), 'private, no-store')
    assert.deepEqual([body.type, body.call_id, body.data.summary], ['call.completed', event.data.call_id, summary])
    assert.equal((await get(link.replace(customer.orgId, other.orgId), {})).status, 403)
    assert.equal((await get(link.replace(/expires=\d/, 'expires=9'), {})).status, 403)
    assert.equal((await get(payloadLink({ hash: keyedHash(Buffer.alloc(32)) } as Secrets, told), {})).status, 403)
    const old = payloadLink(secrets, told, new Date(Date.now() - 25 * 3600_000))
    assert.deepEqual([(await get(old, {})).status, (await get(old, {})).body.error.code], [410, 'LINK_EXPIRED'])
    const gone = payloadLink(secrets, { ...told, id: customer.orgId })
    assert.equal((await get(gone, {})).status, 404)
  })

  test('what cannot be asked is refused in words, what is gone with 410', async () => {
    const codeOf = async (query: string) => {
      const { status, body } = await get(`/v1/events?${query}`)
      return [status, body.error.code]
    }
    const { highest_seq } = (await get('/v1/events')).body
    assert.deepEqual(await codeOf('types=sms.*'), [400, 'UNKNOWN_EVENT'])
    assert.deepEqual(await codeOf('filter=status+%3D'), [400, 'INVALID_FILTER'])
    assert.deepEqual(await codeOf(`filter=${'('.repeat(5000)}`), [400, 'INVALID_FILTER'])
    assert.deepEqual(await codeOf('after=999999'), [400, 'UNKNOWN_SEQ'])
    for (const bad of [
      'after=-1',
      'after=x',
      'after=1.5',
      'after=99999999999999999999',
      'limit=0',
      'wait_s=31',
      'format=xml',
    ]) {
      assert.equal((await get(`/v1/events?${bad}`)).status, 400, bad)
    }
    assert.equal((await get('/v1/events?conversation_id=x')).status, 404)
    assert.equal((await get('/v1/events/x')).status, 404)
    assert.equal((await get('/v1/events/x/payload')).status, 400)
    await indaba.app.db
      .deleteFrom('events')
      .where('org_id', '=', customer.orgId)
      .where('seq', '<', highest_seq)
      .execute()
    const expired = await get('/v1/events?after=0')
    assert.deepEqual([expired.status, expired.body.error.code], [410, 'EVENTS_EXPIRED'])
    const { resume_after } = expired.body.error.details
    assert.equal((await get(`/v1/events?after=${resume_after}`)).body.events.length, 1)
  })

  test('the document of the events is served', async () => {
    const { status, body } = await get('/asyncapi.json', {})
    assert.deepEqual([status, body.asyncapi], [200, '3.0.0'])
    assert.ok(body.components.messages['call.completed'])
  })
})
