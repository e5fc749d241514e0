import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { type ScriptedReceiver, startScriptedReceiver } from '../../test/fakes/scripted-receiver.ts'
import { type Customer, type Harness, startHarness } from '../../test/harness.ts'
import { sampleCall } from '../../test/journeys/sample-call.ts'
import { closeConversation } from './closing.ts'
import { lockConversation, requireConversation } from './conversations.ts'
import { wholeOrg } from './reach.ts'

// biome-ignore lint/suspicious/noExplicitAny: whatever was told; the assertions tell what it must be
type Told = { event: string; seq: number; data: any; chat_id?: string }

const callKeys = ['call_id', 'caller_number', 'called_number']
const chatKeys = ['chat_id', 'response_time']

describe('what the world is told', () => {
  let harness: Harness
  let customer: Customer
  let receiver: ScriptedReceiver
  let webhook: Webhook
  before(async () => {
    harness = await startHarness()
    customer = await harness.customer()
    receiver = await startScriptedReceiver()
    const made = await harness.json('/v1/webhooks', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ url: receiver.url, events: ['*'] }),
    })
    webhook = new Webhook(made.secret)
  })
  after(async () => {
    await harness?.stop()
    await receiver?.close()
  })

  /** The events of one conversation in their order, as soon as there are so many. */
  const toldOf = async (id: string, count: number): Promise<Told[]> => {
    for (;;) {
      const came = receiver.received.length
      const all = receiver.received.map(({ text, headers }) => webhook.verify(text, headers) as Told)
      const own = all.filter(({ data }) => data.conversation_id === id).sort((a, b) => a.seq - b.seq)
      if (own.length >= count) return own
      await receiver.count(came + 1)
    }
  }
  const names = (told: Told[]) => told.map(({ event }) => event)
  const sendCall = (file: Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}) => {
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) body.set(name, value)
    body.set('file', new Blob([file]), 'call.wav')
    return harness.json('/v1/calls/upload', { method: 'POST', headers: customer.headers, body })
  }
  const sendChat = (messages: object[], fields: object = {}) =>
    harness.json('/v1/chats/upload', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ session_id: 'chat-1', messages, ...fields }),
    })
  const remove = async (id: string) => {
    const response = await fetch(`${harness.url}/v1/conversations/${id}`, {
      method: 'DELETE',
      headers: customer.headers,
    })
    assert.equal(response.status, 204)
  }
  const assertShape = (told: Told[], own: string[], foreign: string[]) => {
    for (const { event, data } of told) {
      assert.deepEqual(Object.keys(data), Object.keys(told[0]?.data), event)
      for (const key of own) assert.ok(key in data, `${event} ${key}`)
      for (const key of foreign) assert.ok(!(key in data), `${event} ${key}`)
    }
  }

  test('a call: received, updated, completed, deleted, with the id that the APIs show', async () => {
    const wav = new Uint8Array(await readFile(sampleCall))
    const fields = { external_id: 'ext-1', caller_number: '+27110000000', agent_email: 'agent@example.com' }
    const sent = await sendCall(wav, fields)
    const id = sent.call_id as string
    await harness.finished(customer, id)
    const first = await toldOf(id, 2)
    assert.deepEqual(names(first), ['call.received', 'call.completed'])
    assert.equal(first[0]?.data.status, 'queued')

    // The same key with another recording: a new version of the same call.
    assert.equal((await sendCall(wav.slice(0, 160_000), fields)).call_id, id)
    const told = await toldOf(id, 4)
    assert.deepEqual(names(told), ['call.received', 'call.completed', 'call.updated', 'call.completed'])

    const shown = await harness.json(`/v1/calls/${id}`, { headers: customer.headers })
    const { data } = told.at(-1) as Told
    assert.equal(data.call_id, shown.call_id)
    assert.equal(data.status, 'completed')
    assert.equal(data.caller_number, '+27110000000')
    assert.equal(data.agent, shown.agent.name)
    assert.equal(data.duration, shown.call_details.duration)
    // What only a player asks for is not told.
    const { playback: _playback, waveform: _waveform, ...links } = shown.links
    assert.deepEqual(data.links, links)
    for (const path of [data.links.self, data.links.recording, data.links.transcript].filter(Boolean)) {
      const answer = await fetch(harness.url + path, { headers: customer.headers })
      assert.equal(answer.status, 200, path)
      await answer.body?.cancel()
    }

    await remove(id)
    const all = await toldOf(id, 5)
    assertShape(all, callKeys, chatKeys)
    const last = all.at(-1) as Told
    assert.deepEqual([last.data.call_id, last.data.status], [id, 'deleted'])
    assert.deepEqual([last.data.caller_number, last.data.agent, last.data.agent_email], [null, null, null])
    const kept = await harness.app.db.selectFrom('events').select('data').where('conversation_id', '=', id).execute()
    assert.equal(kept.length, 5)
    assert.ok(!JSON.stringify(kept).includes('+27110000000') && !JSON.stringify(kept).includes('agent@example.com'))
  })

  test('a recording that is none: failed, with the reason', async () => {
    const sent = await sendCall(new TextEncoder().encode('This is no recording. '.repeat(50)))
    const shown = await harness.finished(customer, sent.call_id)
    assert.equal(shown.status, 'failed')
    const told = await toldOf(sent.call_id, 2)
    assert.deepEqual(names(told), ['call.received', 'call.failed'])
    assert.equal(told[1]?.data.status, 'failed')
    assert.ok(told[1]?.data.failure.code)
    assert.ok(told[1]?.data.failure.message.length > 20)
    assertShape(told, callKeys, chatKeys)
  })

  test('a chat: received, completed, updated, completed, failed, deleted, with the id that the chat routes show', async () => {
    const question = { sender: 'customer', message: 'Where is my parcel?', timestamp: '2026-01-05T09:00:00Z' }
    const reply = { sender: 'agent', message: 'It comes tomorrow, thank you!', timestamp: '2026-01-05T09:00:30Z' }
    const sent = await sendChat([question, reply])
    const chatId = sent.chat_id as string
    const id = chatId.replace('vela_chat_', '')
    const first = await toldOf(id, 2)
    assert.deepEqual(names(first), ['chat.received', 'chat.completed'])
    for (const { chat_id, data } of first) assert.deepEqual([chat_id, data.chat_id], [chatId, chatId])
    const { data } = first[1] as Told
    const shown = await harness.json(`/v1/chats/${chatId}`, { headers: customer.headers })
    assert.equal(shown.chat_id, chatId)
    assert.equal(data.sentiment, shown.chat_details.sentiment)
    assert.equal(data.response_time, shown.response_time)
    assert.equal(data.response_time, 30)
    assert.deepEqual(data.keywords, shown.analytics.keywords)
    assert.ok(data.keywords.length > 0)

    await sendChat([question, reply, { ...question, message: 'Good.', timestamp: '2026-01-05T09:01:00Z' }])
    await toldOf(id, 4)
    const { db } = harness.app
    // No chat fails by itself: as when a stage gives up.
    await db.transaction().execute(async (tx) => {
      const conversation = await requireConversation(tx, wholeOrg(customer.orgId), id)
      await lockConversation(tx, conversation)
      const failure = { code: 'stage_failed', reason: 'The stage gave up.', stage: 'analyse' }
      await closeConversation(tx, conversation, { status: 'failed', failure })
    })
    // What has not been sent when a conversation is deleted loses its details.
    await toldOf(id, 5)
    await remove(chatId)
    const told = await toldOf(id, 6)
    const types = ['received', 'completed', 'updated', 'completed', 'failed', 'deleted'].map((type) => `chat.${type}`)
    assert.deepEqual(names(told), types)
    assert.deepEqual(told[4]?.data.failure, { code: 'stage_failed', message: 'The stage gave up.' })
    assertShape(told, chatKeys, callKeys)
    assert.equal(told.at(-1)?.data.chat_id, chatId)
  })
})
