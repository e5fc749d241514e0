// The examples of seed 002 (Vela APIs): the presigned upload of Python's requests, and the chat form with its four
// isiZulu messages, two of which bear the same minute.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { runExample, skipWithoutPython } from './client-program.ts'
import { sampleCall } from './sample-call.ts'
import { askTicket } from './upload-ticket.ts'

const chatsFile = resolve(import.meta.dirname, '../../../samples/chat-isizulu.json')
const skip = skipWithoutPython('requests')

describe('seed 002', () => {
  let harness: Harness
  let customer: Customer

  before(async () => {
    harness = await startHarness()
    customer = await harness.customer()
  })

  after(() => harness?.stop())

  it('(a) takes the presigned upload of Python requests', { skip }, async () => {
    const ticket = await askTicket(harness, customer, { email: 'a@example.com', date_of_call: '06/08/2024, 09:15' })
    const sent = await runExample('presigned_upload.py', { harness, customer }, [JSON.stringify(ticket), sampleCall])
    assert.deepEqual(sent, { status: 204, text: '' })
    const call = await harness.finished(customer, ticket.call_id)
    assert.equal(call.status, 'completed')
    assert.equal(call.started_at, '2024-08-06T07:15:00.000Z')
  })

  for (const path of ['/chats/upload/vela', '/chats/vela', '/v1/chats/upload/vela']) {
    it(`(b) takes the four isiZulu messages as a form at ${path}`, { skip }, async () => {
      const sender = await harness.customer()
      const answer = await runExample('chat_form_upload.py', { harness, customer: sender }, [path, chatsFile])
      assert.equal(answer.message, 'Chat successfully created.')
      assert.equal(answer.status, 'success')
      await harness.finished(sender, answer.id)

      const sent = JSON.parse(await readFile(chatsFile, 'utf8'))
      const chat = await harness.json(`/v1/chats/${answer.id}`, { headers: sender.headers })
      assert.equal(chat.status, 'completed')
      assert.equal(chat.date, '2024-08-06T07:15:00.000Z')
      assert.deepEqual(
        chat.messages.map(({ message, sender, language, timestamp }: Json) => ({
          message,
          sender,
          language,
          timestamp,
        })),
        sent.map(({ message, sender, language, time }: Json) => ({
          message,
          sender,
          language,
          timestamp: `2024-08-06T07:${time.slice(-2)}:00.000Z`,
        })),
      )
    })
  }

  it('(b) reads the chat of the older sender words, with metadata as text', async () => {
    const body = new URLSearchParams({
      org_id: customer.orgId,
      chats: JSON.stringify([
        { message: 'Hello', time: '06/08/2024, 09:15', sender: 'User' },
        { message: 'Good morning', time: '06/08/2024, 09:16', sender: 'Agent' },
      ]),
      metadata: JSON.stringify({ agent: 'nomsa@example.com', date: '06/08/2024, 09:10' }),
    })
    const answer = await harness.json('/chats/vela', {
      method: 'POST',
      headers: { authorization: `Bearer ${customer.key}` },
      body,
    })
    await harness.finished(customer, answer.id)
    const chat = await harness.json(`/v1/chats/${answer.id}`, { headers: customer.headers })
    assert.equal(chat.date, '2024-08-06T07:10:00.000Z')
    assert.equal(chat.agent.email, 'nomsa@example.com')
    assert.deepEqual(
      chat.messages.map(({ sender, role }: Json) => [sender, role]),
      [
        ['User', 'customer'],
        ['Agent', 'agent'],
      ],
    )
    assert.equal(chat.response_time, 60)
  })
})
