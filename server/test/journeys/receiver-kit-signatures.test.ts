// What the server itself signs, as the receiver kit and the standard's library see it: made and chosen secrets, a change of
// secrets, Ed25519.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { skipWithoutPython } from './client-program.ts'
import { inPython, inTypeScript, skipWithoutEd25519 } from './receiver-kit-languages.ts'
import { type Message, numbers, spoil } from './receiver-kit-messages.ts'
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts'

const alteredCount = 1000

describe('what the server signs', { skip: skipWithoutPython('flask') }, () => {
  let harness: Harness
  let customer: Customer
  let receiver: WebhookReceiver

  before(async () => {
    harness = await startHarness()
    customer = await harness.customer()
    receiver = await startWebhookReceiver()
  })

  after(async () => {
    await harness?.stop()
    receiver?.close()
  })

  const post = (path: string, body: unknown) =>
    harness.json(path, {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  /** What the endpoint is sent of a new chat. */
  async function delivered(endpoint: Json, secrets: string | string[]): Promise<Message> {
    const from = receiver.deliveries.length
    const text = `Ngiyabonga, 世界 😀 ${randomUUID()}`
    await post('/v1/chats/upload', { session_id: randomUUID(), messages: [{ sender: 'customer', message: text }] })
    const path = `/${endpoint.webhook_id}`
    const { headers, text: body } = await receiver.find(
      (one) => receiver.deliveries.indexOf(one) >= from && one.headers['x-endpoint'] === path,
    )
    return { body: Buffer.from(body), headers, secrets, now: Math.floor(Date.now() / 1000) }
  }

  async function endpoint(fields: object): Promise<Json> {
    const made = await post('/v1/webhooks', { url: receiver.url, events: ['chat.received'], ...fields })
    // So that we can tell whose delivery it is.
    const path = `/v1/webhooks/${made.webhook_id}`
    await harness.json(path, {
      method: 'PATCH',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ headers: { 'X-Endpoint': `/${made.webhook_id}` } }),
    })
    return made
  }

  function assertTaken(message: Message): void {
    const id = message.headers['webhook-id']
    assert.deepEqual(inTypeScript(message), { id })
    assert.deepEqual(inPython([message]), [{ id }])
  }

  function assertRefused(messages: Message[]): void {
    const inBoth = inPython(messages)
    messages.forEach((one, index) => {
      const verdict = inTypeScript(one)
      assert.ok('refused' in verdict, JSON.stringify(one.headers))
      assert.deepEqual(inBoth[index], verdict)
    })
  }

  it('fits a secret that it made, and one that was chosen', async () => {
    const made = await endpoint({})
    const message = await delivered(made, made.secret)
    assertTaken(message)
    new Webhook(made.secret).verify(message.body.toString(), message.headers as Record<string, string>)
    const random = numbers(3)
    assertRefused(Array.from({ length: alteredCount }, () => spoil(message, random)))

    const chosen = 'pässwörd of the receiver, 密'
    assertTaken(await delivered(await endpoint({ secret: chosen }), chosen))
  })

  it('fits the old and the new secret while they change, and no other', async () => {
    const made = await endpoint({})
    const { secret } = await post(`/v1/webhooks/${made.webhook_id}/secrets`, { overlap_hours: 24 })
    const message = await delivered(made, secret)
    assert.equal(String(message.headers['webhook-signature']).split(' ').length, 2)
    for (const secrets of [secret, made.secret, [made.secret, secret]]) assertTaken({ ...message, secrets })
    assertRefused([{ ...message, secrets: `whsec_${Buffer.alloc(32).toString('base64')}` }])
  })

  it('fits the public key where Ed25519 was asked for', { skip: skipWithoutEd25519() }, async () => {
    const made = await endpoint({ signature: ['v1', 'v1a'] })
    assert.match(made.public_key, /^whpk_/)
    const message = await delivered(made, made.public_key)
    assertTaken(message)
    assertTaken({ ...message, secrets: made.secret })
    const [, alone = ''] = String(message.headers['webhook-signature']).split(' ')
    const one = { ...message, headers: { ...message.headers, 'webhook-signature': alone } }
    assertTaken(one)
    const random = numbers(4)
    assertRefused(Array.from({ length: alteredCount }, () => spoil(one, random)))
  })
})
