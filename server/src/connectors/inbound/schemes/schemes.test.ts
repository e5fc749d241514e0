// What is each scheme's own: challenges, several signatures, settings, and which deliveries are the same.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { hmacSha256 } from './hmac-sha256.ts'
import { hubspot } from './hubspot.ts'
import { microsoftGraph } from './microsoft-graph.ts'
import { requestOf, type Sample, samples } from './samples.ts'
import { slack } from './slack.ts'
import { standardWebhooks } from './standard-webhooks.ts'

const sampleOf = (scheme: string) => samples.find((one) => one.scheme === scheme) as Sample
const ask = (scheme: string, change: Parameters<typeof requestOf>[1]) => requestOf(sampleOf(scheme), change)

test('Standard Webhooks: what the official library signs is taken, under both sets of names, with several signatures', () => {
  const secret = standardWebhooks.newSecret?.() as string
  standardWebhooks.checkSecret?.(secret)
  const at = new Date(1_700_000_000_000)
  const body = '{"type":"call.ended"}'
  const signature = new Webhook(secret).sign('msg_1', at, body)
  for (const prefix of ['webhook', 'svix']) {
    const headers = {
      [`${prefix}-id`]: 'msg_1',
      [`${prefix}-timestamp`]: '1700000000',
      [`${prefix}-signature`]: `v1,AAAA v1a,BBBB ${signature}`,
    }
    const request = ask('standard-webhooks', { headers, body })
    assert.equal(standardWebhooks.isProven(request, secret, {}), true)
    assert.deepEqual(standardWebhooks.facts(request, {}), { id: 'msg_1', kind: 'call.ended' })
    const many = { ...headers, [`${prefix}-signature`]: `${'v1,x '.repeat(30)}${signature}` }
    assert.equal(standardWebhooks.isProven(ask('standard-webhooks', { headers: many, body }), secret, {}), false)
  }
  for (const bad of ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'!'.repeat(40)}`]) {
    assert.throws(() => standardWebhooks.checkSecret?.(bad), { code: 'invalid_secret' })
  }
})

test('Slack: url_verification is answered with its challenge; events have the id of the event, buttons that of the trigger', () => {
  const body = JSON.stringify({ type: 'url_verification', challenge: '3eZbrw1aB' })
  assert.equal(slack.answerProven?.(ask('slack', { body }))?.body, '3eZbrw1aB')
  assert.equal(slack.answerProven?.(ask('slack', { body: '{"type":"url_verification","challenge":7}' })), null)
  const event = JSON.stringify({ type: 'event_callback', event_id: 'Ev08', event: { type: 'app_mention' } })
  assert.equal(slack.answerProven?.(ask('slack', { body: event })), null)
  assert.deepEqual(slack.facts(ask('slack', { body: event }), {}), { id: 'Ev08', kind: 'app_mention' })
  const button = `payload=${encodeURIComponent('{"type":"block_actions","trigger_id":"12.9"}')}`
  assert.deepEqual(slack.facts(ask('slack', { body: button }), {}), { id: '12.9', kind: 'block_actions' })
  assert.deepEqual(slack.facts(ask('slack', { body: 'payload=%7Bx' }), {}), { id: null, kind: null })
})

test('HubSpot: the same events sent again are the same delivery, in any order and at any attempt', () => {
  const event = (eventId: number, attemptNumber = 0) => ({ eventId, subscriptionId: 1, occurredAt: 5, attemptNumber })
  const idOf = (events: object[]) => hubspot.facts(ask('hubspot', { body: JSON.stringify(events) }), {}).id
  assert.equal(idOf([event(1), event(2)]), idOf([event(2, 3), event(1, 3)]))
  assert.notEqual(idOf([event(1)]), idOf([event(1), event(2)]))
  assert.equal(idOf([{ objectId: 3 }]), null)
})

test('Microsoft Graph: the validation token is answered unread, as text; every notification must carry the state', () => {
  const url = 'https://indaba.example.com/v1/inbound/inb_x?validationToken=Validation%3A+Testing%20%3Cscript%3E'
  const answer = microsoftGraph.answerUnproven?.(ask('microsoft-graph', { url, body: '' }), {})
  assert.equal(answer?.body, 'Validation: Testing <script>')
  assert.match(String(answer?.headers?.['Content-Type']), /^text\/plain/)
  assert.equal(microsoftGraph.answerUnproven?.(ask('microsoft-graph', { url, method: 'GET' }), {}), null)
  const { secret } = sampleOf('microsoft-graph')
  const proven = (value: unknown) =>
    microsoftGraph.isProven(ask('microsoft-graph', { body: JSON.stringify({ value }) }), secret, {})
  assert.equal(proven([{ clientState: secret }, { clientState: secret }]), true)
  for (const value of [[], null, [{ clientState: secret }, {}], [{ clientState: [secret] }], [secret], secret]) {
    assert.equal(proven(value), false, JSON.stringify(value))
  }
  const ids = (value: object[]) =>
    microsoftGraph.facts(ask('microsoft-graph', { body: JSON.stringify({ value }) }), {}).id
  assert.equal(ids([{ id: 'n1' }]), 'n1')
  assert.match(ids([{ id: 'n1' }, { id: 'n2' }]) ?? '', /^ids:[0-9a-f]{64}$/)
  assert.equal(ids([{ id: 'n1' }, {}]), null)
})

test('hmac-sha256: settings that would prove nothing are refused; a GET challenge is answered where it is asked for', () => {
  for (const settings of [
    { signed: '{timestamp}' },
    { signed: '{body}{time}' },
    { signed: '{body}{body}' },
    { timestamp_header: 'x-time', signed: '{body}' },
    { signed: '{timestamp}.{body}' },
    { signed: '{id}{body}' },
  ]) {
    assert.throws(() => hmacSha256.checkSettings?.(settings), { code: 'invalid_settings' }, JSON.stringify(settings))
  }
  hmacSha256.checkSettings?.({ timestamp_header: 'x-time', id_header: 'x-id', signed: 'v1:{id}{timestamp}{body}' })
  const url = 'https://indaba.example.com/v1/inbound/inb_x?hub.challenge=1158201444'
  const settings = { challenge_parameter: 'hub.challenge' }
  const get = ask('hmac-sha256', { url, method: 'GET' })
  assert.equal(hmacSha256.answerUnproven?.(get, settings)?.body, '1158201444')
  assert.equal(hmacSha256.answerUnproven?.(get, {}), null)
  assert.equal(hmacSha256.answerUnproven?.(ask('hmac-sha256', { url }), settings), null)
})

test('hmac-sha256: as a ServiceNow script signs it, base64 over time and body', () => {
  const settings = {
    signature_header: 'X-Indaba-Signature',
    encoding: 'base64',
    timestamp_header: 'X-Time',
    signed: '{timestamp}{body}',
  }
  hmacSha256.checkSettings?.(settings)
  const body = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])
  const mac = createHmac('sha256', 'of-the-instance').update('1700000000').update(body).digest('base64')
  const headers = { 'x-indaba-signature': mac, 'x-time': '1700000000' }
  const request = ask('hmac-sha256', { headers, bytes: body })
  assert.equal(hmacSha256.isProven(request, 'of-the-instance', settings), true)
  assert.equal(hmacSha256.sentAtMs(request, settings), 1_700_000_000_000)
  assert.ok(!hmacSha256.keptHeaders(settings).includes('x-indaba-signature'))
})
