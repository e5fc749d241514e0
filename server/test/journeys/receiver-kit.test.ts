// The receiver kit's handlers on Express and on Flask, as processes, told by a running server: each event is worked on once,
// whatever the network, the sender and the receiver's own machine do.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openInbox } from '../../../sdk/examples/express/inbox.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { otherSecret, signV1 } from './receiver-kit-messages.ts'
import { languages, type Receiver, receiver, skipFor, until } from './receiver-kit-programs.ts'

const secret = 'chosen-by-the-receiver'

for (const language of languages) {
  describe(`the receiver in ${language}`, { skip: skipFor(language) }, () => {
    let harness: Harness
    let customer: Customer
    let program: Receiver
    let endpoint: Json

    before(async () => {
      harness = await startHarness()
      customer = await harness.customer()
      program = await receiver(language, 'receiver', { INDABA_WEBHOOK_SECRETS: `${otherSecret} ${secret}` })
      await program.start()
      endpoint = await post('/v1/webhooks', { url: program.url, events: ['chat.*'], secret, verify: true })
    })

    after(async () => {
      await harness?.stop()
      await program?.remove()
    })

    const post = (path: string, body: unknown) =>
      harness.json(path, {
        method: 'POST',
        headers: { ...customer.headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })

    const chat = (session: string) =>
      post('/v1/chats/upload', { session_id: session, messages: [{ sender: 'customer', message: 'Ngiyabonga, 世界' }] })

    /** As the server sends it, of our own making. */
    const send = (id: string, body: string, change: { timestampS?: number; headers?: Record<string, string> } = {}) => {
      const { timestampS = Math.floor(Date.now() / 1000) } = change
      const key = `whsec_${Buffer.from(secret).toString('base64')}`
      return fetch(program.url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          'webhook-signature': signV1(id, timestampS, Buffer.from(body), key),
          ...change.headers,
        },
      })
    }
    const event = (seq: number, more: object = {}) =>
      JSON.stringify({ type: 'chat.received', seq, data: { links: { self: `/v1/conversations/${seq}` } }, ...more })
    const worked = (seq: number) => program.lines.filter((line) => line.seq === seq).length

    it('works on what the server sends, in order', async () => {
      const { chat_id } = await chat('first')
      const id = chat_id.replace('vela_chat_', '')
      await harness.finished(customer, id)
      await until(() => program.lines.length === 2, 'two events')
      assert.deepEqual(
        program.lines.map(({ type }) => type),
        ['chat.received', 'chat.completed'],
      )
      assert.equal(program.lines[1].about, `/v1/conversations/${id}`)
    })

    it('proves that it is ours when it is asked to', async () => {
      assert.deepEqual(endpoint.verification, { ok: true, reason: null })
      assert.equal(endpoint.status, 'active')
      const challenge = randomUUID()
      const answer = await send('ask', JSON.stringify({ type: 'webhook.verify', data: { challenge } }))
      assert.equal(answer.status, 200)
      assert.deepEqual(await answer.json(), { challenge })
      const forged = await send('ask', JSON.stringify({ type: 'webhook.verify', data: { challenge } }), {
        headers: { 'webhook-signature': 'v1,AAAA' },
      })
      assert.equal(forged.status, 401)
      assert.ok(!(await forged.text()).includes(challenge))
    })

    it('works once on what comes again, at once and much later', async () => {
      const id = randomUUID()
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(id, event(1_000_001))))
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [204])
      await until(() => worked(1_000_001) === 1, 'the event')
      await program.kill()
      await program.start()
      assert.equal((await send(id, event(1_000_001))).status, 204)
      assert.equal((await send(randomUUID(), event(1_000_002))).status, 204)
      await until(() => worked(1_000_002) === 1, 'the event after it')
      assert.equal(worked(1_000_001), 1)
    })

    it('refuses what is altered, stale, unsigned or too large, and does nothing', async () => {
      const before = program.lines.length
      const nowS = Math.floor(Date.now() / 1000)
      const id = randomUUID()
      const unsigned = { 'content-type': 'application/json' }
      const refusals = [
        send(id, event(9), { headers: { 'webhook-id': randomUUID() } }),
        send(id, event(9), { headers: { 'webhook-timestamp': String(nowS + 1) } }),
        send(id, event(9), { timestampS: nowS - 400 }),
        send(id, event(9), { timestampS: nowS + 400 }),
        send(id, 'not JSON'),
        fetch(program.url, { method: 'POST', body: event(9), headers: unsigned }),
        fetch(program.url, { method: 'POST' }),
      ]
      for (const { status } of await Promise.all(refusals)) assert.equal(status, 401)
      assert.equal((await send(id, event(9, { more: 'x'.repeat(2 ** 20) }))).status, 413)
      assert.equal((await fetch(program.url)).status >= 400, true)
      await delay(300)
      assert.equal(program.lines.length, before)
      assert.equal((await send(id, event(9))).status, 204)
      await until(() => worked(9) === 1, 'the genuine one')
    })

    it('loses nothing of what it has said yes to when it is killed', async () => {
      const seqs = Array.from({ length: 60 }, (_, index) => 2_000_000 + index)
      const accepted = new Set<number>()
      // The sender's part: whatever was not answered 2xx comes again, under the same id.
      const deliver = async (seq: number) => {
        for (;;) {
          const answer = await send(`kill-${seq}`, event(seq)).catch(() => null)
          if (answer?.status === 204) return void accepted.add(seq)
          await delay(50)
        }
      }
      const deliveries = Promise.all(seqs.map(async (seq, index) => delay(index * 15).then(() => deliver(seq))))
      for (let kills = 0; kills < 3; kills++) {
        await delay(200)
        await program.kill()
        await program.start()
      }
      await deliveries
      assert.equal(accepted.size, seqs.length)
      await until(() => seqs.every((seq) => worked(seq) > 0), 'all of them')
      const repeated = seqs.filter((seq) => worked(seq) > 1)
      // Work that a kill has cut off is done again: at most the one event that was under way.
      assert.ok(repeated.length <= 3, `${repeated.length} were worked on twice`)
    })

    it('takes a test of the endpoint like any event', async () => {
      const { ok, status_code } = await post(`/v1/webhooks/${endpoint.webhook_id}/test`, {})
      assert.deepEqual([ok, status_code], [true, 204])
      await until(() => program.lines.some(({ type }) => type === 'webhook.test'), 'the test')
    })

    it('works in the order of seq on what waits, whatever the order it came in', async () => {
      await program.kill()
      const inbox = openInbox(join(program.dir, 'inbox.sqlite'))
      const seqs = Array.from({ length: 50 }, (_, index) => 3_000_000 + ((index * 7) % 50))
      for (const seq of seqs) inbox.add({ id: `order-${seq}`, timestampS: 0, event: JSON.parse(event(seq)) })
      inbox.close()
      await program.start()
      const of = () => program.lines.map(({ seq }) => seq).filter((seq) => seq >= 3_000_000)
      await until(() => of().length === 50, 'all of them')
      assert.deepEqual(of(), seqs.toSorted())
    })

    it('is told again by the server what it missed while it was away', async () => {
      await program.kill()
      const { chat_id } = await chat('while away')
      const about = `/v1/conversations/${chat_id.replace('vela_chat_', '')}`
      await delay(300)
      await program.start()
      const types = () => program.lines.filter((line) => line.about === about).map(({ type }) => type)
      await until(() => types().length >= 2, 'the events of that chat', 40_000)
      assert.deepEqual(types().sort(), ['chat.completed', 'chat.received'])
    })
  })
}
