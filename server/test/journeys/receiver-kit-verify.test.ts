// The receiver kit's verification, in TypeScript and in Python, against the standard's own library: what that signs is
// taken for genuine, and nothing that was altered.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { verifyWebhook, WebhookError } from '../../../sdk/src/index.ts'
import { skipWithoutPython } from './client-program.ts'
import { inPython, inTypeScript, skipWithoutEd25519 } from './receiver-kit-languages.ts'
import {
  badMessages,
  eventBody,
  type Message,
  message,
  nowS,
  numbers,
  otherSecret,
  publicKey,
  secret,
  signV1,
  signV1a,
  spoil,
} from './receiver-kit-messages.ts'

const skip = skipWithoutPython('flask')
const skipEd25519 = skipWithoutEd25519()

/** The standard's library knows `v1` alone, and no other time than now. */
function byTheStandard({ body, headers, secrets, now }: Message): boolean {
  const realNow = Date.now
  Date.now = () => now * 1000
  try {
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    new Webhook(String(secrets)).verify(body, flat)
    return true
  } catch {
    return false
  } finally {
    Date.now = realNow
  }
}

const alteredCount = 5000

const good: Record<string, Message> = {
  'a v1 signature': message('v1'),
  'the tolerance, behind': message('v1', 'evt_1', nowS - 300),
  'the tolerance, ahead': message('v1', 'evt_1', nowS + 300),
  'several secrets, one of which fits': { ...message('v1'), secrets: [otherSecret, secret] },
  'several signatures, one of which fits': {
    ...message('v1'),
    headers: {
      'Webhook-Id': 'evt_1',
      'Webhook-Timestamp': String(nowS),
      'Webhook-Signature': `v1,${Buffer.alloc(32).toString('base64')} ${signV1('evt_1', nowS, eventBody)}`,
    },
  },
  'names in capitals, values in lists': {
    ...message('v1'),
    headers: {
      'WEBHOOK-ID': ['evt_1'],
      'WEBHOOK-TIMESTAMP': [String(nowS)],
      'WEBHOOK-SIGNATURE': [signV1a('evt_1', nowS, eventBody), signV1('evt_1', nowS, eventBody)],
    },
  },
  'the id of an event': message('v1', '0199b1f2-1111-7abc-8def-000000000001'),
}

describe('verification of webhooks', () => {
  it('takes what the standard’s library signs, in TypeScript and in Python', { skip }, () => {
    const inBoth = inPython(Object.values(good))
    Object.entries(good).forEach(([what, one], index) => {
      const id = Object.entries(one.headers).find(([name]) => name.toLowerCase() === 'webhook-id')?.[1]
      assert.deepEqual(inTypeScript(one), { id: String(id) }, what)
      assert.deepEqual(inBoth[index], { id: String(id) }, `Python: ${what}`)
    })
  })

  it('takes headers as Node, fetch and lists of pairs have them, and a body as text', () => {
    const { headers, secrets, body } = message('v1')
    const flat = headers as Record<string, string>
    const now = new Date(nowS * 1000)
    for (const one of [flat, new Headers(flat), Object.entries(flat), new Map(Object.entries(flat))]) {
      assert.equal(verifyWebhook(body.toString(), one, secrets, { now }).event.type, 'call.completed')
    }
    assert.throws(
      () => verifyWebhook(JSON.parse(body.toString()), flat, secrets, { now }),
      (error) => error instanceof WebhookError && error.reason === 'body',
    )
    assert.throws(() => verifyWebhook(body, flat, secrets, { now, toleranceS: Number.NaN }), WebhookError)
  })

  for (const version of ['v1', 'v1a'] as const) {
    const skipHere = version === 'v1a' ? skipEd25519 : skip

    it(`refuses ${alteredCount} altered messages (${version}), each in both languages for the same reason`, {
      skip: skipHere,
    }, () => {
      const random = numbers(version === 'v1' ? 1 : 2)
      const original = message(version)
      const altered = Array.from({ length: alteredCount }, () => spoil(original, random))
      const inBoth = inPython([original, ...altered])
      assert.deepEqual(inBoth[0], { id: 'evt_1' })
      assert.deepEqual(inTypeScript(original), { id: 'evt_1' })
      altered.forEach((one, index) => {
        const verdict = inTypeScript(one)
        const what = JSON.stringify({ headers: one.headers, body: one.body.toString() })
        assert.ok('refused' in verdict, what)
        assert.deepEqual(inBoth[index + 1], verdict, what)
        if (version === 'v1') assert.equal(byTheStandard(one), false, what)
      })
    })

    it(`refuses what is missing, twice, stale, ill-formed or confused (${version})`, { skip: skipHere }, () => {
      const bad = badMessages(version)
      const inBoth = inPython(Object.values(bad))
      Object.entries(bad).forEach(([what, one], index) => {
        const verdict = inTypeScript(one)
        assert.ok('refused' in verdict, what)
        assert.deepEqual(inBoth[index], verdict, `Python: ${what}`)
      })
    })
  }

  it('takes either signature of a message that has both, and never the one for the other', {
    skip: skipEd25519,
  }, () => {
    const { body, headers, now } = message('v1')
    const both = `${signV1('evt_1', nowS, eventBody)} ${signV1a('evt_1', nowS, eventBody)}`
    const [v1 = '', v1a = ''] = both.split(' ')
    const swapped = `v1a,${v1.slice(3)} v1,${v1a.slice(4)}`
    const of = (signature: string, secrets: string | string[]): Message => {
      return { body, now, secrets, headers: { ...headers, 'webhook-signature': signature } }
    }
    const taken = [
      of(both, secret),
      of(both, publicKey),
      of(both, [otherSecret, publicKey]),
      of(v1a, [secret, publicKey]),
    ]
    const refused = [of(swapped, [secret, publicKey]), of(v1, publicKey), of(v1a, secret), of(both, otherSecret)]
    for (const verdicts of [[...taken, ...refused].map(inTypeScript), inPython([...taken, ...refused])]) {
      assert.deepEqual(verdicts.slice(0, 4), Array(4).fill({ id: 'evt_1' }))
      assert.deepEqual(verdicts.slice(4), Array(4).fill({ refused: 'signature' }))
    }
  })

  it('reads secrets as the server does: base64 behind whsec_, any other text as it stands', { skip }, () => {
    const texts = [
      's3cret',
      'a b',
      'pässwörd 密',
      'whsec_not base64!',
      'whsec_',
      'whsec_abc',
      'whsec_YQ',
      'your_secret',
    ]
    const messages = texts.map((text): Message => {
      const signature = new Webhook(Buffer.from(text), { format: 'raw' }).sign(
        'evt_1',
        new Date(nowS * 1000),
        eventBody,
      )
      return { ...message('v1'), secrets: text, headers: { ...message('v1').headers, 'webhook-signature': signature } }
    })
    for (const verdicts of [messages.map(inTypeScript), inPython(messages)]) {
      assert.deepEqual(verdicts, Array(texts.length).fill({ id: 'evt_1' }))
    }
  })

  it('in Python, a public key without the package cryptography is a mistake of the set-up, and v1 goes on', {
    skip,
  }, () => {
    // -S leaves out installed packages; -I would leave out our own folder as well.
    const [withKey, withSecret] = inPython([message('v1a'), message('v1')], ['-S'])
    assert.deepEqual(withKey, { refused: 'secret' })
    assert.deepEqual(withSecret, { id: 'evt_1' })
  })
})
