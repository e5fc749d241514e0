// Limits as clients meet them: by plan, in buckets apart, with headers; and by address for those who are not known.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { adminToken, type Customer, type Harness, startHarness } from '../harness.ts'

describe('limits', () => {
  let harness: Harness
  before(async () => {
    harness = await startHarness({
      env: {
        ...{ INDABA_RATE_LIMIT_PER_MINUTE: '1000', INDABA_STRANGERS_PER_SECOND: '4', INDABA_FAILURES_PER_MINUTE: '10' },
        ...{ INDABA_TRUSTED_PROXIES: '127.0.0.0/8', INDABA_CORS_ORIGINS: 'https://crm.example.org' },
      },
    })
  })
  after(() => harness?.stop())

  const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${harness.url}${path}`, { headers })
  const statuses = async (count: number, path: string, headers: Record<string, string>) =>
    (await Promise.all(Array.from({ length: count }, () => ask(path, headers)))).map(({ status }) => status)
  const countOf = (all: number[], status: number) => all.filter((one) => one === status).length
  const from = (address: string) => ({ 'x-forwarded-for': address })

  it('follow the plan, or a number of its own, and a change of either within two seconds', async () => {
    const seen = async ({ headers }: Customer) => (await ask('/v1/calls', headers)).headers.get('x-ratelimit-limit')
    for (const [plan, limit] of [
      ['standard', '100'],
      ['professional', '500'],
      ['enterprise', '1000'],
    ] as const) {
      assert.equal(await seen(await harness.customer({ settings: { plan } })), limit)
    }
    const customer = await harness.customer({ settings: { plan: 'standard', requests_per_minute: 7 } })
    assert.equal(await seen(customer), '7')
    await harness.json(`/api/customers/${customer.id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ settings: { requests_per_minute: 0 } }),
    })
    const until = Date.now() + 2000
    while ((await seen(customer)) !== null) {
      assert.ok(Date.now() < until)
      await delay(50)
    }
  })

  it('tell in both dialects what is left, refusals too, and browsers may read it', async () => {
    const customer = await harness.customer({ settings: { requests_per_minute: 3 } })
    const first = await ask('/v1/calls', { ...customer.headers, origin: 'https://crm.example.org' })
    assert.equal(first.headers.get('ratelimit-policy'), '"plan";q=3;w=60')
    assert.equal(first.headers.get('ratelimit'), '"plan";r=2;t=20')
    assert.equal(first.headers.get('x-ratelimit-remaining'), '2')
    const exposed = first.headers.get('access-control-expose-headers') ?? ''
    for (const name of ['RateLimit', 'RateLimit-Policy', 'X-RateLimit-Remaining', 'Retry-After']) {
      assert.ok(exposed.split(', ').includes(name), `${name} among ${exposed}`)
    }
    await ask('/v1/calls', customer.headers)
    await ask('/v1/calls', customer.headers)
    const refused = await ask('/v1/calls', customer.headers)
    assert.equal(refused.status, 429)
    assert.equal(refused.headers.get('ratelimit-policy'), '"plan";q=3;w=60')
    assert.match(refused.headers.get('ratelimit') ?? '', /^"plan";r=0;t=\d+$/)
    const retryAfterS = Number(refused.headers.get('retry-after'))
    assert.ok(retryAfterS >= 15 && retryAfterS <= 20, String(retryAfterS))
    assert.equal(((await refused.json()) as { error: { code: string } }).error.code, 'RATE_LIMIT_EXCEEDED')
  })

  it('keep uploads, analytics and other requests apart, and one key from another', async () => {
    const customer = await harness.customer({ settings: { requests_per_minute: 5 } })
    assert.equal(countOf(await statuses(10, '/v1/calls', customer.headers), 200), 5)
    const uploads = await ask('/asr/async/upload/vela', customer.headers)
    assert.equal(uploads.status, 200)
    assert.equal(uploads.headers.get('ratelimit-policy'), '"uploads";q=5;w=60')
    assert.equal((await ask('/v1/usage', customer.headers)).headers.get('ratelimit-policy'), '"search";q=5;w=60')
    assert.equal((await ask('/api/calls/x', customer.headers)).headers.get('ratelimit-policy'), '"vbot";q=5;w=60')
    assert.equal((await ask('/v1/calls', (await harness.customer()).headers)).status, 200)
  })

  it('let a stranger ask so often a second from one address, and others as before', async () => {
    const all = await statuses(40, '/health', from('192.0.2.1'))
    assert.equal(countOf(all, 429) + countOf(all, 200), 40)
    // Four a second, for five seconds at once.
    assert.ok(countOf(all, 200) >= 20 && countOf(all, 200) <= 28, `${countOf(all, 200)} passed`)
    const refused = await ask('/health', from('192.0.2.1'))
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers.get('retry-after')) >= 1)
    assert.equal((await ask('/health', from('192.0.2.2'))).status, 200)
    // Of IPv6, a whole /64 is one address.
    await statuses(40, '/health', from('2001:db8:1:1::1'))
    assert.equal((await ask('/health', from('2001:db8:1:1:ffff::2'))).status, 429)
    assert.equal((await ask('/health', from('2001:db8:1:2::1'))).status, 200)
  })

  it('refuse the eleventh wrong credential of a minute, and never a right one', async () => {
    const { headers } = await harness.customer()
    const wrong = { ...from('192.0.2.3'), 'x-api-key': 'wrong' }
    for (let n = 0; n < 10; n++) assert.equal((await ask('/v1/calls', wrong)).status, 401)
    const refused = await ask('/v1/calls', wrong)
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers.get('retry-after')) >= 1)
    assert.equal((await ask('/v1/calls', { ...from('192.0.2.3'), authorization: 'Bearer guess' })).status, 429)
    assert.equal(countOf(await statuses(50, '/v1/calls', { ...from('192.0.2.3'), ...headers }), 200), 50)
    assert.equal((await ask('/v1/calls', { ...from('192.0.2.4'), 'x-api-key': 'wrong' })).status, 401)
    // Without any credential it is no guess.
    assert.equal((await ask('/v1/calls', from('192.0.2.3'))).status, 401)
  })

  it('believe a proxy only as far as it is trusted', async () => {
    // The nearest address that is not a trusted proxy's is the client; what it claims beyond that is its own word.
    const claims = (name: string) => ({ 'x-forwarded-for': `${name}, 192.0.2.5` })
    for (let n = 0; n < 40; n++) await ask('/health', claims(`10.9.9.${n}`))
    assert.equal((await ask('/health', claims('10.1.1.1'))).status, 429)
    assert.equal((await ask('/health', from('not an address'))).status, 200)
  })
})

describe('without trusted proxies', () => {
  let harness: Harness
  before(async () => {
    harness = await startHarness({ env: { INDABA_STRANGERS_PER_SECOND: '2' } })
  })
  after(() => harness?.stop())

  it('a header does not change who the client is', async () => {
    let refused = 0
    for (let n = 0; n < 15; n++) {
      const answer = await fetch(`${harness.url}/health`, { headers: { 'x-forwarded-for': `192.0.2.${n}` } })
      if (answer.status === 429) refused += 1
    }
    assert.ok(refused >= 3, `${refused} refused`)
  })
})
