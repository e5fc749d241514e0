// The chat examples of seed 001 (Vela's data upload): JSON from Python's requests and from axios, the four keys of the
// answer, and what can be read of the chat afterwards, on every path that chats were ever sent to.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { runExample, skipWithoutPython } from './client-program.ts'
import { postAsAxios } from './wire.ts'

const payloadFor = (orgId: string, sessionId: string) => ({
  org_id: orgId,
  chat_data: {
    session_id: sessionId,
    agent_id: 'agent_001',
    customer_id: 'customer_789',
    start_time: '2024-01-15T10:30:00Z',
    end_time: '2024-01-15T10:45:00Z',
    messages: [
      { timestamp: '2024-01-15T10:30:00Z', sender: 'customer', content: 'My card was declined again, this is awful.' },
      { timestamp: '2024-01-15T10:30:15Z', sender: 'agent', content: "I'm sorry about that. Let me look at it." },
    ],
  },
  metadata: { channel: 'website', department: 'customer_support' },
})

const paths = ['/chat/upload/vela', '/chats/vela', '/chats/upload/vela', '/chat/upload', '/chats/upload', '/api/chats']

describe('seed 001, chats', () => {
  let harness: Harness
  let customer: Customer

  before(async () => {
    harness = await startHarness()
    customer = await harness.customer()
  })

  after(() => harness?.stop())

  const assertAnswer = (answer: Record<string, unknown>) => {
    assert.equal(answer.status, 'success')
    assert.equal(answer.message, 'Chat data uploaded successfully')
    assert.match(String(answer.chat_id), /^vela_chat_[0-9a-f-]{36}$/)
    assert.equal(answer.processing_status, 'queued')
  }

  const assertChat = async (chatId: string, sessionId: string) => {
    await harness.finished(customer, chatId)
    const chat = await harness.json(`/v1/chats/${chatId}`, { headers: customer.headers })
    assert.equal(chat.chat_id, chatId)
    assert.equal(chat.status, 'completed')
    assert.equal(chat.date, '2024-01-15T10:30:00.000Z')
    assert.equal(chat.agent.name, 'agent_001')
    assert.equal(chat.metadata.channel, 'website')
    assert.equal(chat.metadata.department, 'customer_support')
    assert.equal(chat.response_time, 15)
    assert.deepEqual(
      chat.messages.map(({ sender, timestamp }: Json) => [sender, timestamp]),
      [
        ['customer', '2024-01-15T10:30:00.000Z'],
        ['agent', '2024-01-15T10:30:15.000Z'],
      ],
    )
    const bare = chatId.replace('vela_chat_', '')
    const whole = await harness.json(`/v1/conversations/${bare}`, { headers: customer.headers })
    assert.equal(whole.external_id, sessionId)
    assert.equal(whole.customer.ref, 'customer_789')
    assert.equal(whole.ended_at, '2024-01-15T10:45:00.000Z')
    assert.ok(whole.warnings.some((text: string) => text.includes('agent_001')))
  }

  for (const prefix of ['', '/v1']) {
    it(`(e) takes the JSON of Python requests (${prefix || 'no prefix'})`, {
      skip: skipWithoutPython('requests'),
    }, async () => {
      const session = `chat_python${prefix}`
      const payload = JSON.stringify(payloadFor(customer.orgId, session))
      const answer = await runExample('chat_upload.py', { harness, customer, prefix }, [payload])
      assertAnswer(answer)
      await assertChat(answer.chat_id, session)
    })

    it(`(f) takes the JSON of axios (${prefix || 'no prefix'})`, async () => {
      const session = `chat_axios${prefix}`
      const url = `${harness.url}${prefix}/chat/upload/vela`
      const reply = await postAsAxios(url, payloadFor(customer.orgId, session), customer.key)
      assert.equal(reply.status, 200)
      assert.match(String(reply.headers['content-type']), /^application\/json/)
      assertAnswer(JSON.parse(reply.text))
      await assertChat(JSON.parse(reply.text).chat_id, session)
    })
  }

  it('tells axios what was wrong in `error.response.data`', async () => {
    const reply = await postAsAxios(`${harness.url}/chat/upload/vela`, { org_id: customer.orgId }, customer.key)
    assert.equal(reply.status, 400)
    const data = JSON.parse(reply.text)
    assert.equal(data.status, 'error')
    assert.match(data.message, /chat_data, chats, messages, conversation/)
    assert.equal(data.error.code, 'NO_CHAT')
    assert.equal(data.error.message, data.message)
    assert.equal(typeof data.request_id, 'string')
  })

  it('takes the same chat on every path, with and without /v1, in the words of that path', async () => {
    const ids = new Set<string>()
    for (const path of paths) {
      for (const prefix of ['', '/v1']) {
        const url = `${harness.url}${prefix}${path}`
        const reply = await postAsAxios(url, payloadFor(customer.orgId, 'chat_every_path'), customer.key)
        assert.equal(reply.status, 200, `${url}: ${reply.text}`)
        const answer = JSON.parse(reply.text)
        assert.equal(answer.id, answer.chat_id)
        assert.equal(answer.upload_id, answer.chat_id)
        assert.equal(answer.status, path === '/chats/upload' ? 'processing' : 'success')
        const isChatsVela = /^\/chats\/(upload\/)?vela$/.test(path)
        assert.equal(answer.message, isChatsVela ? 'Chat successfully created.' : 'Chat data uploaded successfully')
        ids.add(answer.chat_id)
      }
    }
    // One session of one organisation, always the same content: one chat.
    assert.equal(ids.size, 1)
  })
})
