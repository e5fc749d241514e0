// A request as each scheme's publisher shows it, for the suite. Where no whole example is published, the signature was made
// with `openssl dgst -sha256 -hmac`.

import { schemeNamed } from '../schemes.ts'
import type { Facts, InboundRequest, InboundScheme, Settings } from '../shapes.ts'

export type Sample = {
  scheme: string
  /** Where it is published. */
  source: string
  secret: string
  settings: Settings
  method: string
  url: string
  headers: Record<string, string>
  body: string
  sentAtMs: number | null
  facts: Facts
  /** Headers that are neither signed nor part of the proof. */
  unsigned: string[]
}

const json = { 'content-type': 'application/json' }
const url = 'https://indaba.example.com/v1/inbound/inb_x'
const plain = { settings: {}, method: 'POST', url, unsigned: ['content-type'] }

export const samples: Sample[] = [
  {
    ...plain,
    scheme: 'standard-webhooks',
    source: 'docs.svix.com, "How to verify webhooks manually"',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    headers: {
      'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'svix-timestamp': '1614265330',
      'svix-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: '{"test": 2432232314}',
    sentAtMs: 1_614_265_330_000,
    facts: { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', kind: null },
  },
  {
    ...plain,
    scheme: 'slack',
    source: 'docs.slack.dev, "Verifying requests from Slack"',
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    sentAtMs: 1_531_420_618_000,
    facts: { id: '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c', kind: '/webhook-collect' },
  },
  {
    ...plain,
    scheme: 'hubspot',
    source: 'openssl',
    secret: '73e1b2f0-5d0c-4a39-8b1e-0c6a7d1f2e34',
    url: 'https://indaba.example.com/v1/inbound/inb_x?label=caf%C3%A9%2Fbar',
    headers: {
      ...json,
      'x-hubspot-request-timestamp': '1700000000123',
      'x-hubspot-signature-v3': 'gNABuNnveq0OtnaPBhxggfMDz7I+OsYxPIouvmahzLw=',
    },
    body: '[{"eventId":100,"subscriptionId":25,"objectId":123,"occurredAt":1700000000000,"subscriptionType":"contact.creation","attemptNumber":0}]',
    sentAtMs: 1_700_000_000_123,
    facts: { id: 'events:d6ef1ad7f49badee869df7b26a230cc2b57d68018bae71b6c4c21c2233082cec', kind: 'contact.creation' },
  },
  {
    ...plain,
    scheme: 'zendesk',
    source: 'openssl, with the secret that Zendesk publishes for tests',
    secret: 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
    headers: {
      ...json,
      'x-zendesk-webhook-signature': 'wyEYp7HGDk2RlnMu+CKTC5R+fySoh55b/7R8Lm/VY9I=',
      'x-zendesk-webhook-signature-timestamp': '2026-03-25T05:09:27Z',
      'x-zendesk-webhook-invocation-id': '01F1MDT7NSDDXJD1RQ3SE2K8WX',
    },
    body: '{"type":"zen:event-type:ticket.created","detail":{"id":"35436"}}',
    sentAtMs: Date.UTC(2026, 2, 25, 5, 9, 27),
    facts: { id: '01F1MDT7NSDDXJD1RQ3SE2K8WX', kind: 'zen:event-type:ticket.created' },
    unsigned: ['content-type', 'x-zendesk-webhook-invocation-id'],
  },
  {
    ...plain,
    scheme: 'microsoft-graph',
    source: 'learn.microsoft.com/graph, "changeNotificationCollection": its names, values of our own',
    secret: 'c3VwZXItc2VjcmV0LWNsaWVudC1zdGF0ZQ',
    headers: json,
    body: '{"value":[{"subscriptionId":"7f105c7d-2dc5-4530-97cd-4e7ae6534c07","changeType":"created","clientState":"c3VwZXItc2VjcmV0LWNsaWVudC1zdGF0ZQ","resource":"me/messages/AA"}]}',
    sentAtMs: null,
    facts: { id: null, kind: 'created' },
  },
  {
    ...plain,
    scheme: 'hmac-sha256',
    source: 'docs.github.com, "Validating webhook deliveries"',
    secret: "It's a Secret to Everybody",
    settings: { id_header: 'X-GitHub-Delivery', kind_header: 'X-GitHub-Event' },
    headers: {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-github-event': 'push',
    },
    body: 'Hello, World!',
    sentAtMs: null,
    facts: { id: '72d3162e-cc78-11e3-81ab-4c9367dc0958', kind: 'push' },
    unsigned: ['x-github-delivery', 'x-github-event'],
  },
  {
    ...plain,
    scheme: 'hmac-sha256',
    source: 'openssl: base64 over time, id and body',
    secret: 'telephone-system-secret',
    settings: {
      signature_header: 'X-Signature',
      encoding: 'base64',
      timestamp_header: 'X-Timestamp',
      timestamp_format: 'milliseconds',
      id_header: 'X-Id',
      signed: '{id}:{timestamp}:{body}',
      kind_pointer: '/event/type',
    },
    headers: {
      'x-signature': '8S8UXygNXvZcyxs1qrh2zO/q8oZkEohslvp8OAvVGHk=',
      'x-timestamp': '1700000000123',
      'x-id': 'c-1',
    },
    body: '{"event":{"type":"call.ended"}}',
    sentAtMs: 1_700_000_000_123,
    facts: { id: 'c-1', kind: 'call.ended' },
  },
  {
    ...plain,
    scheme: 'shared-secret',
    source: 'RFC 6750 §2.1: a bearer token',
    secret: 'mF_9.B5f-4.1JqM-and-some-more',
    settings: { prefix: 'Bearer ', id_pointer: '/id' },
    headers: { ...json, authorization: 'Bearer mF_9.B5f-4.1JqM-and-some-more' },
    body: '{"id":17}',
    sentAtMs: null,
    facts: { id: '17', kind: null },
  },
]

export const schemeOf = ({ scheme }: Sample): InboundScheme => {
  const found = schemeNamed(scheme)
  if (!found) throw new Error(`no scheme ${scheme}`)
  return found
}

export function requestOf(sample: Sample, change: Partial<Sample> & { bytes?: Buffer } = {}): InboundRequest {
  const { method, url, headers, body, bytes } = { ...sample, ...change }
  const given = bytes ?? Buffer.from(body)
  return {
    method,
    url,
    headers,
    query: Object.fromEntries(new URL(url).searchParams),
    body: given,
    json() {
      try {
        return JSON.parse(given.toString())
      } catch {
        return undefined
      }
    },
  }
}
