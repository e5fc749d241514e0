// Scenario "alert to ticket" of the receiver kit: one ticket for each conversation that went badly, by what is true when it
// is made, however often and in whatever order the sender tells of it, and however busy the help desk is.

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Customer, type Harness, startHarness } from '../harness.ts'
import { signV1 } from './receiver-kit-messages.ts'
import { languages, type Receiver, receiver, skipFor, until } from './receiver-kit-programs.ts'
import { startTickets, type Tickets, token } from './receiver-kit-vendors.ts'

const complaint = 'this is terrible I am very angry and I want to complain about your awful service'

for (const language of languages) {
  describe(`alert to ticket in ${language}`, { skip: skipFor(language) }, () => {
    let harness: Harness
    let customer: Customer
    let desk: Tickets
    let program: Receiver
    const secret = `whsec_${randomBytes(32).toString('base64')}`

    before(async () => {
      harness = await startHarness()
      customer = await harness.customer()
      desk = await startTickets()
      program = await receiver(language, 'alert-to-ticket', {
        INDABA_WEBHOOK_SECRETS: secret,
        INDABA_URL: harness.url,
        INDABA_API_KEY: customer.key,
        ZENDESK_URL: desk.url,
        ZENDESK_TOKEN: token,
      })
      await program.start()
      await post('/v1/webhooks', { url: program.url, events: ['*'], secret })
    })

    after(async () => {
      await harness?.stop()
      await program?.remove()
      desk?.close()
    })

    const post = (path: string, body: unknown) =>
      harness.json(path, {
        method: 'POST',
        headers: { ...customer.headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })

    async function chat(message: string): Promise<string> {
      const { chat_id } = await post('/v1/chats/upload', {
        session_id: randomUUID(),
        messages: [
          { sender: 'customer', message },
          { sender: 'agent', message: 'I will look into it.' },
        ],
      })
      const id = chat_id.replace('vela_chat_', '')
      await harness.finished(customer, id)
      return id
    }

    const tell = async (id: string, more: object = {}) => {
      const nowS = Math.floor(Date.now() / 1000)
      const body = JSON.stringify({
        type: 'chat.completed',
        seq: 1,
        data: { conversation_id: id, sentiment: 'negative', links: { self: `/v1/conversations/${id}` } },
        ...more,
      })
      const webhookId = randomUUID()
      const headers = {
        'webhook-id': webhookId,
        'webhook-timestamp': String(nowS),
        'webhook-signature': signV1(webhookId, nowS, Buffer.from(body), secret),
      }
      return fetch(program.url, { method: 'POST', body, headers })
    }
    const ticketsOf = (id: string) =>
      desk.tickets.filter(({ external_id }) => external_id === `indaba:/v1/conversations/${id}`).length

    it('opens a ticket for a complaint and none for praise, also when the help desk is busy', async () => {
      desk.busy.push({ status: 429, retryAfterS: 1 }, { status: 503, retryAfterS: 0 })
      const praise = await chat('this is wonderful, thank you so much, I am very happy')
      const angry = await chat(complaint)
      await until(() => ticketsOf(angry) === 1, 'the ticket')
      const [ticket] = desk.tickets
      assert.equal(ticket.priority, 'high')
      assert.match(ticket.comment.body, new RegExp(angry))
      assert.equal(ticket.comment.public, false)
      assert.equal(ticketsOf(praise), 0)
      assert.deepEqual(desk.refused, [])
    })

    it('goes by what is true now, not by what an event says', async () => {
      const praise = await chat('this is wonderful, thank you so much, I am very happy')
      assert.equal((await tell(praise)).status, 204)
      assert.equal((await tell(randomUUID())).status, 204)
      const angry = await chat(complaint)
      await until(() => ticketsOf(angry) === 1, 'the ticket behind them')
      assert.equal(ticketsOf(praise), 0)
    })

    it('does not take its key to another server', async () => {
      const away = await tell(randomUUID(), {
        seq: 2,
        data: { links: { self: 'http://127.0.0.1:9/v1/conversations/x' } },
      })
      assert.equal(away.status, 204)
      await until(() => program.complaints().includes('leads away'), 'the complaint')
    })

    it('opens no second ticket when an answer is lost, it is killed, or the event is sent anew', async () => {
      desk.losesAnswers = true
      const angry = await chat(complaint)
      await until(() => ticketsOf(angry) === 1, 'the ticket')
      await program.kill()
      desk.losesAnswers = false
      await program.start()
      for (let again = 0; again < 3; again++) await tell(angry)
      const next = await chat(complaint)
      await until(() => ticketsOf(next) === 1, 'the next ticket')
      await delay(1500)
      assert.equal(ticketsOf(angry), 1)
      assert.deepEqual(desk.refused, [])
    })

    it('opens a ticket for an alert, with the urgency of its rule', async () => {
      const rule = { name: 'Refunds', source: 'event', types: ['chat.received'], severity: 'critical' }
      await post('/v1/alert-rules', rule)
      await chat('hello')
      const ofAlerts = () => desk.tickets.filter(({ external_id }) => external_id.startsWith('indaba:/v1/alerts/'))
      await until(() => ofAlerts().length > 0, 'the ticket')
      await chat('hello again')
      const [ticket, ...others] = ofAlerts()
      assert.deepEqual([ticket.priority, others.length], ['urgent', 0])
      assert.match(ticket.subject, /\w/)
      assert.deepEqual(desk.refused, [])
    })
  })
}
