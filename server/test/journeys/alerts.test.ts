// A bad call comes in; the owner has a mail about it, other systems are told, and people take care of it. Through the
// whole program, with a mail server that speaks SMTP and a worker that is killed on the way.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Json } from '../harness.ts'
import { startPeople } from './people.ts'
import { startWebhookReceiver } from './webhook-receiver.ts'
import { startWorker } from './worker-process.ts'

describe('alerts', () => {
  let people: Awaited<ReturnType<typeof startPeople>>
  before(async () => {
    people = await startPeople()
  })
  after(() => people.stop())

  /** Waits until this holds. */
  async function until<T>(
    what: string,
    look: () => Promise<T | null | undefined | false>,
    timeoutMs = 20_000,
  ): Promise<T> {
    const end = Date.now() + timeoutMs
    for (;;) {
      const found = await look()
      if (found) return found
      if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`)
      await delay(100)
    }
  }
  const sad = (n: number) => ({
    session_id: `sad-${n}`,
    messages: [
      {
        sender: 'customer',
        message: `This is terrible, awful service. I am very angry and disappointed. Worst ever! ${n}`,
      },
      { sender: 'agent', message: 'I am sorry.' },
      { sender: 'customer', message: 'I hate this. Horrible, useless, a disgrace.' },
    ],
  })

  test('a conversation with negative sentiment: alert, mail, webhook; acknowledged, resolved', async () => {
    const owner = await people.newOwner()
    const receiver = await startWebhookReceiver()
    try {
      await owner.send('POST', '/v1/webhooks', { url: receiver.url, events: ['alert.*'] })
      const rule = await owner.send('POST', '/v1/alert-rules', {
        name: 'Unhappy customers',
        source: 'event',
        types: ['call.completed', 'chat.completed'],
        filter: 'sentiment = negative',
        severity: 'high',
        mail_roles: ['owner'],
      })
      assert.equal(rule.status, 201, JSON.stringify(rule.body))
      const sent = await owner.send('POST', '/v1/chats/upload', sad(1))
      assert.equal(sent.status, 200, JSON.stringify(sent.body))
      const mail = await people.smtp.next(owner.email, 30_000)
      assert.match(mail.headers, /Subject: Indaba: Unhappy customers/)
      assert.match(mail.text, /chat\.completed/)
      const id = /\/v1\/alerts\/([0-9a-f-]{36})/.exec(mail.text)?.[1]
      const read = await owner.send('GET', `/v1/alerts/${id}`)
      assert.deepEqual([read.body.state, read.body.count, read.body.severity], ['open', 1, 'high'])
      const conversation = await owner.send('GET', read.body.links.conversation)
      assert.match(JSON.stringify(conversation.body.findings?.sentiment ?? conversation.body.sentiment), /negative/)
      const acknowledged = await owner.send('POST', `/v1/alerts/${id}/acknowledge`, { comment: 'I call them back.' })
      assert.deepEqual(
        [acknowledged.body.state, acknowledged.body.acknowledged_by],
        ['acknowledged', `user:${owner.id}`],
      )
      const resolved = await owner.send('POST', `/v1/alerts/${id}/resolve`)
      assert.deepEqual(
        resolved.body.history.map(({ action, actor }: Json) => [action, actor]),
        [
          ['open', 'program'],
          ['acknowledge', `user:${owner.id}`],
          ['resolve', `user:${owner.id}`],
        ],
      )
      const told = await until('webhooks', async () => {
        const alerts = receiver.deliveries.filter(({ body }) => body.type.startsWith('alert.'))
        return alerts.length >= 3 && alerts
      })
      assert.deepEqual(told.map(({ body }) => body.type).sort(), [
        'alert.acknowledged',
        'alert.opened',
        'alert.resolved',
      ])
    } finally {
      receiver.close()
    }
  })

  test('whoever is given an alert is told', async () => {
    const owner = await people.newOwner()
    const member = await people.newMember(owner, { role: 'supervisor' })
    await owner.send('POST', '/v1/alert-rules', { name: 'All', source: 'event', types: ['chat.completed'] })
    await owner.send('POST', '/v1/chats/upload', sad(2))
    const alert = await until('an alert', async () => (await owner.send('GET', '/v1/alerts')).body.alerts[0])
    const assigned = await owner.send('POST', `/v1/alerts/${alert.id}/assign`, { user_id: member.id })
    assert.deepEqual([assigned.body.state, assigned.body.owner_id], ['assigned', member.id])
    assert.match((await people.smtp.next(member.email, 10_000)).text, /given to you/)
    const mine = await member.send('GET', `/v1/alerts?owner_id=${member.id}&state=assigned`)
    assert.equal(mine.body.alerts.length, 1)
  })

  test('workers that are killed again and again: every conversation counts once', async () => {
    const owner = await people.newOwner()
    await owner.send('POST', '/v1/alert-rules', { name: 'Count', source: 'event', types: ['chat.received'] })
    const killed = (async () => {
      for (let n = 0; n < 2; n += 1) {
        const worker = await startWorker(people.app)
        await delay(500)
        await worker.kill()
      }
    })()
    for (let n = 0; n < 60; n += 1) await owner.send('POST', '/v1/chats/upload', sad(100 + n))
    await killed
    const alert = await until('all of them', async () => {
      const [found] = (await owner.send('GET', '/v1/alerts')).body.alerts
      return found?.count >= 60 && found
    })
    await delay(2500)
    const { rows } = await sql<{ count: number }>`select count from alerts where id = ${alert.id}`.execute(
      people.app.app.db,
    )
    assert.deepEqual(rows, [{ count: 60 }])
  })
})
