// The limits of seed 003 (vBot): a hundred requests a minute for each key, ten calls of a customer at once.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { monoCall } from './sample-call.ts'
import { type SpeechServer, startSpeechServer } from './speech-server.ts'

describe('seed 003 (g), requests a minute', () => {
  let harness: Harness
  before(async () => {
    harness = await startHarness({ env: { INDABA_RATE_LIMIT_PER_MINUTE: '1000' } })
  })
  after(() => harness?.stop())

  it('refuses the request after the hundredth with 429, and says when to come back', async () => {
    const [busy, quiet] = [await harness.customer(), await harness.customer()]
    const ask = (path: string, customer: Customer) => fetch(`${harness.url}${path}`, { headers: customer.headers })
    const startedAt = performance.now()
    const answers = await Promise.all(Array.from({ length: 101 }, () => ask('/api/calls/x', busy)))
    // A bucket fills while it is emptied, by a token each 0.6 s.
    let passed = answers.filter(({ status }) => status === 404).length
    let refused = answers.find(({ status }) => status === 429)
    for (; !refused; passed += 1) {
      const answer = await ask('/api/calls/x', busy)
      if (answer.status === 429) refused = answer
    }
    const refilled = ((performance.now() - startedAt) / 60_000) * 100
    assert.ok(passed >= 100 && passed <= 101 + refilled, `${passed} passed, ${refilled} came back`)
    const retryAfterS = Number(refused.headers.get('retry-after'))
    assert.ok(Number.isInteger(retryAfterS) && retryAfterS >= 1 && retryAfterS <= 60, `Retry-After ${retryAfterS}`)
    const body = (await refused.json()) as Record<string, Json>
    assert.equal(body.status, 'error')
    assert.equal(body.message, 'Rate limit exceeded')
    assert.equal(body.details.limit, 100)

    const other = await ask('/api/calls/x', quiet)
    assert.equal(other.status, 404)
    assert.equal(other.headers.get('x-ratelimit-limit'), '100')
    assert.equal(other.headers.get('x-ratelimit-remaining'), '99')
    assert.equal((await ask('/v1/calls', busy)).status, 200)
    assert.equal((await ask('/health', busy)).status, 200)

    await delay(retryAfterS * 1000)
    assert.equal((await ask('/api/calls/x', busy)).status, 404)
  })
})

describe('seed 003 (h), calls at once', () => {
  let harness: Harness
  let speech: SpeechServer
  before(async () => {
    speech = await startSpeechServer('hello', { isHolding: true })
    harness = await startHarness({ env: { ...speech.env, INDABA_WORKERS: '16' } })
  })
  after(async () => {
    speech?.release()
    await harness?.stop()
    speech?.close()
  })

  it('takes the eleventh, works on ten, and lets nobody else wait for it', async () => {
    const [busy, quiet] = [await harness.customer(), await harness.customer()]
    const send = async (customer: Customer): Promise<string> => {
      const body = new FormData()
      body.set('file', new Blob([new Uint8Array(await monoCall(8))]), 'call.wav')
      const init = { method: 'POST', headers: customer.headers, body }
      return (await harness.json('/api/process-call', init)).call_id
    }
    const ids = await Promise.all(Array.from({ length: 12 }, () => send(busy)))
    const inProgress = async () =>
      (await harness.json('/v1/calls?status=processing', { headers: busy.headers })).total as number
    const untilHeld = async (count: number) => {
      for (const until = Date.now() + 20_000; speech.held() < count; await delay(50)) {
        assert.ok((await inProgress()) <= 10)
        assert.ok(Date.now() < until, `${speech.held()} of ${count} calls are with the speech engine`)
      }
    }
    await untilHeld(10)
    const theirs = await send(quiet)
    await untilHeld(11)
    await delay(1000)
    assert.equal(speech.heldMax(), 11)
    assert.equal(await inProgress(), 10)
    speech.release()
    for (const id of ids) assert.equal((await harness.finished(busy, id)).status, 'completed')
    assert.equal((await harness.finished(quiet, theirs)).status, 'completed')
  })
})
