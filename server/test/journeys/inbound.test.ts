// Other systems send webhooks: calls and chats come in by them, challenges are answered, and whoever set a source up sees
// what came and what became of it.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { answered, ask, startSender } from '../inbound-sender.ts'
import { smallWav } from '../small-recordings.ts'

const callMapping = (more: object = {}) => ({
  reader: 'conversations',
  reader_settings: {
    kind: 'call',
    when: { '/event': ['call.ended', 'call.transferred'] },
    fields: {
      file_url: '/recording/url',
      interaction_id: '/id',
      agent_email: '/agent/email',
      date_of_call: '/started_at',
    },
    constants: { direction: 'outbound', tags: ['telephone'] },
    ...more,
  },
})

describe('webhooks of other systems', () => {
  let harness: Harness
  let customer: Customer
  const recordings = createServer((request, response) => {
    const number = Number(/(\d+)/.exec(request.url ?? '')?.[1])
    response.writeHead(200, { 'content-type': 'audio/wav' }).end(smallWav(number))
  })
  const recordingUrl = (number: number) =>
    `http://127.0.0.1:${(recordings.address() as AddressInfo).port}/call-${number}.wav`
  const ended = (number: number, more: object = {}) => ({
    event: 'call.ended',
    id: `c-${number}`,
    recording: { url: recordingUrl(number) },
    agent: { email: 'thandi@example.com' },
    started_at: '2026-03-02T08:30:00Z',
    ...more,
  })

  before(async () => {
    await new Promise<void>((resolve) => recordings.listen(0, '127.0.0.1', resolve))
    harness = await startHarness()
    customer = await harness.customer()
  })
  after(async () => {
    await harness?.stop()
    recordings.close()
  })

  test('a telephone system brings in a call by the address of its recording', async () => {
    const sender = await startSender(harness, customer, callMapping())
    const { status, body } = await sender.send(ended(1), { id: 'd-1' })
    assert.equal(status, 200)
    assert.equal(body.status, 'received')
    const message = await sender.settled(body.message_id)
    assert.deepEqual(
      [message.state, message.provider_id, message.attempts, message.result.outcome, message.reason],
      ['processed', 'd-1', 1, 'new', null],
    )
    assert.deepEqual(JSON.parse(message.body), ended(1))
    assert.equal(message.headers['x-id'], 'd-1')
    assert.ok(!('x-signature' in message.headers))
    const call = await harness.finished(customer, message.result.conversation_id)
    assert.deepEqual(
      [call.interaction_id ?? call.external_id, call.direction, call.tags],
      ['c-1', 'outbound', ['telephone']],
    )
    const { rows } = await sql<Json>`select c.started_at, r.size_bytes from conversations c
      join recordings r on r.conversation_id = c.id where c.id = ${call.id ?? message.result.conversation_id}`.execute(
      harness.app.db,
    )
    assert.equal(rows[0].started_at.toISOString(), '2026-03-02T08:30:00.000Z')
    assert.equal(rows[0].size_bytes, smallWav(1).length)
    assert.ok((await sender.api('GET')).body.last_received_at)
  })

  test('a chat system brings in a chat, as the official library of Standard Webhooks signs it', async () => {
    const sender = await startSender(harness, customer, {
      scheme: 'standard-webhooks',
      settings: {},
      reader: 'conversations',
      reader_settings: {
        kind: 'chat',
        fields: { messages: '/data/lines', session_id: '/data/session' },
        message_fields: { sender: '/by', message: '/said', timestamp: '/at' },
      },
    })
    const lines = [
      { by: 'customer', said: 'My parcel has not come.', at: '2026-03-02T08:30:00Z' },
      { by: 'agent', said: 'I am sorry. I will look at once.', at: '2026-03-02T08:31:00Z' },
    ]
    const text = JSON.stringify({ type: 'chat.closed', data: { session: 's-1', lines } })
    const at = new Date()
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(sender.secret).sign('msg_1', at, text),
    }
    const { body } = await answered(await fetch(sender.url, { method: 'POST', headers, body: text }))
    const message = await sender.settled(body.message_id)
    assert.deepEqual([message.state, message.kind], ['processed', 'chat.closed'])
    const chat = await harness.finished(customer, message.result.conversation_id)
    assert.deepEqual(
      chat.transcript.turns.map((turn: Json) => turn.text),
      lines.map(({ said }) => said),
    )
  })

  test('what is not wanted is ignored, what cannot be read fails, both say why; after a better mapping it is processed again', async () => {
    const sender = await startSender(harness, customer, callMapping())
    const stateOf = async (body: object | string) => {
      const message = await sender.settled((await sender.send(body)).body.message_id)
      return [message.state, message.error_code, message.reason, message.message_id]
    }
    assert.deepEqual((await stateOf(ended(2, { event: 'call.started' }))).slice(0, 3), [
      'ignored',
      null,
      'It is not wanted, by what stands at /event.',
    ])
    assert.deepEqual((await stateOf('[1, 2]')).slice(0, 2), ['failed', 'not_an_object'])
    assert.deepEqual((await stateOf(ended(2, { recording: { url: '/var/spool/x.wav' } }))).slice(0, 2), [
      'failed',
      'no_file_url',
    ])
    const other = ended(3, { recording: { wav: recordingUrl(3) } })
    const [state, code, reason, id] = await stateOf(other)
    assert.deepEqual([state, code], ['failed', 'no_file_url'])
    assert.match(reason, /file_url is not at its place/)
    const failed = await sender.api('GET', '/messages?state=failed')
    assert.deepEqual([failed.body.messages.length, failed.body.messages[0].message_id], [3, id])

    const fields = { ...callMapping().reader_settings.fields, file_url: '/recording/wav' }
    assert.equal((await sender.api('PATCH', '', callMapping({ fields }))).status, 200)
    const again = await sender.api('POST', `/messages/${id}/process`)
    assert.deepEqual([again.status, again.body.state], [202, 'received'])
    const message = await sender.settled(id)
    assert.deepEqual([message.state, message.result.outcome], ['processed', 'new'])
    await harness.finished(customer, message.result.conversation_id)
    await sender.api('POST', `/messages/${id}/process`)
    const twice = await sender.settled(id)
    assert.equal(twice.result.conversation_id, message.result.conversation_id, 'once more gives the same conversation')
  })

  test('forms are read as JSON is; without a reader messages are only kept', async () => {
    const sender = await startSender(harness, customer, {
      ...callMapping({ when: {}, fields: { file_url: '/RecordingUrl', interaction_id: '/CallSid' } }),
    })
    const form = new URLSearchParams({ RecordingUrl: recordingUrl(4), CallSid: 'CA4' }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const message = await sender.settled((await sender.send(form, { headers })).body.message_id)
    assert.equal(message.state, 'processed', message.reason)
    const silent = await startSender(harness, customer)
    const kept = await silent.settled((await silent.send({ any: 'thing' })).body.message_id)
    assert.deepEqual([kept.state, kept.result], ['ignored', null])
    assert.match(kept.reason, /no reader/)
  })

  test('challenges: Slack’s with its signature, Microsoft’s without, and a GET where it is set up', async () => {
    const slack = await startSender(harness, customer, {
      scheme: 'slack',
      settings: {},
      secret: '8f742231b10e8888abcd99yyyzzz85a5',
    })
    const text = JSON.stringify({ type: 'url_verification', challenge: 'c-42' })
    const time = String(Math.floor(Date.now() / 1000))
    const mac = createHmac('sha256', '8f742231b10e8888abcd99yyyzzz85a5').update(`v0:${time}:${text}`).digest('hex')
    const post = async (url: string, body: string, headers = {}) =>
      answered(await fetch(url, { method: 'POST', body, headers }))
    const signed = { 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${mac}` }
    assert.deepEqual(await post(slack.url, text, signed).then(({ status, body }) => [status, body]), [200, 'c-42'])
    assert.equal((await post(slack.url, text)).status, 401)
    assert.deepEqual((await slack.api('GET', '/messages')).body.messages, [])

    const graph = await startSender(harness, customer, { scheme: 'microsoft-graph', settings: {} })
    const asked = await post(`${graph.url}?validationToken=Validation%3A%20a%2Bb`, '')
    assert.deepEqual([asked.status, asked.body], [200, 'Validation: a+b'])
    assert.match(asked.headers.get('content-type') ?? '', /^text\/plain/)
    assert.equal(asked.headers.get('x-content-type-options'), 'nosniff')
    const told = JSON.stringify({ value: [{ clientState: graph.secret, changeType: 'created' }] })
    const [one, two] = await Promise.all([post(graph.url, told), post(graph.url, told)])
    assert.deepEqual([one.body.status, two.body.status], ['received', 'received'], 'two alike are two')

    const meta = await startSender(harness, customer, { settings: { challenge_parameter: 'hub.challenge' } })
    const got = await answered(await fetch(`${meta.url}?hub.mode=subscribe&hub.challenge=1158`))
    assert.deepEqual([got.status, got.body], [200, '1158'])
    const other = await startSender(harness, customer)
    assert.equal((await fetch(`${other.url}?hub.challenge=1`)).status, 405)
  })

  test('HubSpot signs the address: that of INDABA_PUBLIC_URL, or the one that the source names', async () => {
    const secret = '73e1b2f0-5d0c-4a39-8b1e-0c6a7d1f2e34'
    for (const base of [null, 'https://hooks.example.com/indaba']) {
      const settings = base ? { base_url: base } : {}
      const { url, api } = await startSender(harness, customer, { scheme: 'hubspot', settings, secret })
      const text = '[{"eventId":1,"subscriptionType":"contact.creation"}]'
      const time = String(Date.now())
      const path = new URL(url).pathname
      const shown = harness.app.routes.length > 0 ? (base ?? (await publicUrl())) : ''
      const mac = createHmac('sha256', secret).update(`POST${shown}${path}?a=%2Fb`.replace('%2F', '/')).update(text)
      const signature = mac.update(time).digest('base64')
      const headers = { 'x-hubspot-request-timestamp': time, 'x-hubspot-signature-v3': signature }
      const { status } = await answered(await fetch(`${url}?a=%2Fb`, { method: 'POST', body: text, headers }))
      assert.equal(status, 200, base ?? 'public')
      assert.equal((await api('GET', '/messages')).body.messages[0].kind, 'contact.creation')
    }
  })

  /** As the addresses of new sources begin. */
  async function publicUrl(): Promise<string> {
    const { body } = await ask(harness, customer, 'POST', '', { name: 'for its address', scheme: 'shared-secret' })
    return new URL(body.url).origin
  }
})
