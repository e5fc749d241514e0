// Scenario "CRM update" of the receiver kit: each call is logged in the CRM once, the customer's profile shows the last one,
// and what is deleted here is blank there.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { type Customer, type Harness, startHarness } from '../harness.ts'
import { sharedData, skipWithout } from '../shared-data.ts'
import { languages, type Receiver, receiver, skipFor, until } from './receiver-kit-programs.ts'
import { type Crm, startCrm, token } from './receiver-kit-vendors.ts'
import { distinctCall } from './sample-call.ts'
import { type SpeechServer, startSpeechServer } from './speech-server.ts'

const complaint = 'this is terrible I am very angry and I want a refund for your awful service'
const phone = '+27215550100'

for (const language of languages) {
  describe(`CRM update in ${language}`, { skip: skipFor(language) }, () => {
    let harness: Harness
    let customer: Customer
    let speech: SpeechServer
    let crm: Crm
    let program: Receiver

    before(async () => {
      speech = await startSpeechServer(complaint)
      harness = await startHarness({ env: speech.env })
      customer = await harness.customer({ settings: { creates_agents: true } })
      crm = await startCrm()
      const secret = 'a-text-that-was-chosen'
      program = await receiver(language, 'crm-update', {
        INDABA_WEBHOOK_SECRETS: secret,
        INDABA_URL: harness.url,
        INDABA_API_KEY: customer.key,
        HUBSPOT_URL: crm.url,
        HUBSPOT_TOKEN: token,
      })
      await program.start()
      await harness.json('/v1/webhooks', {
        method: 'POST',
        headers: { ...customer.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ url: program.url, events: ['call.*'], secret }),
      })
    })

    after(async () => {
      await harness?.stop()
      await program?.remove()
      crm?.close()
      speech?.close()
    })

    async function call(date: string, fields: Record<string, string> = { caller_number: phone }): Promise<string> {
      const form = new FormData()
      const all = { call_date: date, agent_email: 'thandi@example.com', direction: 'inbound', ...fields }
      for (const [name, value] of Object.entries(all)) form.set(name, value)
      form.set('file', new Blob([new Uint8Array(await distinctCall())]), 'call.wav')
      const { call_id } = await harness.json('/v1/calls/upload', {
        method: 'POST',
        headers: customer.headers,
        body: form,
      })
      assert.equal((await harness.finished(customer, call_id)).status, 'completed')
      return call_id
    }
    const logged = (id: string) => crm.calls.get(id)?.properties
    const profile = () => crm.contacts.get(phone)?.properties

    it('logs the call, updates the profile, and links the two', async () => {
      crm.busy.push({ status: 503, retryAfterS: 0 }, { status: 429, retryAfterS: 1 })
      const id = await call('2024-05-08T10:00:00Z')
      await until(() => crm.links.size === 1, 'the link')
      assert.match(logged(id).hs_call_body, /Sentiment: negative/)
      assert.equal(logged(id).hs_call_from_number, phone)
      assert.equal(logged(id).hs_timestamp, '2024-05-08T10:00:00.000Z')
      assert.equal(profile().indaba_last_sentiment, 'negative')
      assert.match(profile().indaba_last_issues, /refund/)
      assert.deepEqual([...crm.links], ['calls-1 contacts-1'])
      assert.deepEqual(crm.refused, [])
    })

    it('logs an earlier call that comes later, and leaves the profile as it is', async () => {
      const earlier = await call('2024-05-07T10:00:00Z')
      const later = await call('2024-05-09T10:00:00Z')
      await until(() => profile().indaba_last_call_at === '2024-05-09T10:00:00.000Z', 'the later call')
      assert.equal(logged(earlier).hs_timestamp, '2024-05-07T10:00:00.000Z')
      assert.ok(logged(later))
      assert.equal(crm.contacts.size, 1)
      assert.deepEqual(crm.refused, [])
    })

    it('takes the number that was called as the customer’s when we have called', async () => {
      const fields = { caller_number: '+27215550199', called_number: phone, direction: 'outbound' }
      const id = await call('2024-05-10T10:00:00Z', fields)
      await until(() => profile().indaba_last_call_at === '2024-05-10T10:00:00.000Z', 'the profile')
      assert.equal(logged(id).hs_call_direction, 'OUTBOUND')
      assert.equal(crm.contacts.size, 1)
    })

    it('logs a call of nobody without a profile', async () => {
      const id = await call('2024-05-11T10:00:00Z', {})
      await until(() => logged(id) !== undefined, 'the call')
      assert.equal(crm.contacts.size, 1)
    })

    it('blanks what was deleted, and says nothing of it again after a restart', async () => {
      const id = await call('2024-05-12T10:00:00Z')
      await until(() => logged(id) !== undefined, 'the call')
      const answer = await fetch(`${harness.url}/v1/conversations/${id}`, {
        method: 'DELETE',
        headers: customer.headers,
      })
      assert.equal(answer.status, 204, await answer.text())
      await until(() => logged(id).hs_call_title === 'Deleted', 'the blank call')
      assert.equal(logged(id).hs_call_body, '')
      await program.kill()
      await program.start()
      const next = await call('2024-05-13T10:00:00Z')
      await until(() => logged(next) !== undefined, 'the next call')
      assert.equal(logged(id).hs_call_title, 'Deleted')
      assert.deepEqual(crm.refused, [])
    })
  })
}

describe('the stand-in for the CRM', { skip: skipWithout(sharedData('contracts', 'hubspot.openapi.json')) }, () => {
  it('refuses what the vendor would refuse', async () => {
    const crm = await startCrm()
    const headers = { authorization: `Bearer ${token}` }
    const send = async (body: object) => {
      const url = `${crm.url}/crm/objects/2026-09/calls/batch/upsert`
      return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status
    }
    const right = { idProperty: 'indaba_call_id', id: randomUUID(), properties: { hs_call_direction: 'INBOUND' } }
    assert.equal(await send({ inputs: [right] }), 200)
    assert.equal(await send({ inputs: [{ ...right, properties: { hs_call_direction: 'inbound' } }] }), 422)
    assert.equal(await send({ inputs: [{ ...right, properties: { unknown: 'x' } }] }), 422)
    assert.equal(await send({ inputs: [] }), 422)
    assert.equal(await send(right), 422)
    crm.close()
  })
})
