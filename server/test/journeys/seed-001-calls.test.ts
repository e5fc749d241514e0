// The call examples of seed 001 (Vela's data upload): an upload ticket in every encoding, and the upload itself as
// Python's requests and Node's request send it, with either signature, and with everything that can be wrong with it.

import assert from 'node:assert/strict'
import { after, before, describe, it, mock } from 'node:test'
import { type Customer, type Harness, startHarness } from '../harness.ts'
import { runExample, skipWithoutPython } from './client-program.ts'
import { monoCall, sampleCall } from './sample-call.ts'
import {
  allNames,
  askTicket,
  chosen,
  postParts,
  sampleFile,
  sigV2Names,
  sigV4Names,
  type Ticket,
} from './upload-ticket.ts'
import { type Part, postAsRequest } from './wire.ts'

// The sample has 672,058 bytes.
const uploadBytesMax = 700_000

describe('seed 001, calls', () => {
  let harness: Harness
  let customer: Customer

  before(async () => {
    harness = await startHarness({ env: { INDABA_UPLOAD_BYTES_MAX: String(uploadBytesMax) } })
    customer = await harness.customer()
  })

  after(() => harness?.stop())

  const ask = (metadata: object = {}) => askTicket(harness, customer, metadata)
  const totalCalls = async () => (await harness.json('/v1/calls', { headers: customer.headers })).total as number

  const assertTaken = async (ticket: Ticket) => {
    const call = await harness.finished(customer, ticket.call_id)
    assert.equal(call.status, 'completed', JSON.stringify(call.failure))
    assert.equal(call.duration_ms, 42_000)
  }

  const metadata = { email: 'sipho@example.com', date_of_call: '14/03/2024, 09:30' }

  /** Step 1 as JSON, urlencoded, multipart and GET query, with `metadata` as an object or as text, and flat. */
  const encodings: Record<string, (url: string) => Promise<Response>> = {
    JSON: (url) =>
      fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${customer.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ org_id: customer.orgId, metadata }),
      }),
    urlencoded: (url) =>
      fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${customer.key}` },
        body: new URLSearchParams({ org_id: customer.orgId, metadata: JSON.stringify(metadata) }),
      }),
    multipart: (url) => {
      const body = new FormData()
      body.set('org_id', customer.orgId)
      body.set('metadata', JSON.stringify(metadata))
      return fetch(url, { method: 'POST', headers: { authorization: `Bearer ${customer.key}` }, body })
    },
    'flat JSON': (url) =>
      fetch(url, {
        method: 'POST',
        headers: { 'x-api-key': customer.key, 'content-type': 'application/json' },
        body: JSON.stringify({ orgID: customer.orgId, ...metadata }),
      }),
    'a GET query': (url) => {
      const query = new URLSearchParams({ org_id: customer.orgId, metadata: JSON.stringify(metadata) })
      return fetch(`${url}?${query}`, { headers: { authorization: `Bearer ${customer.key}` } })
    },
  }

  for (const [name, request] of Object.entries(encodings)) {
    for (const prefix of ['', '/v1']) {
      it(`(a) gives a ticket to ${name} (${prefix || 'no prefix'})`, async () => {
        const response = await request(`${harness.url}${prefix}/asr/async/upload/vela`)
        assert.equal(response.status, 200)
        const ticket = (await response.json()) as Ticket
        assert.deepEqual(Object.keys(ticket.fields).sort(), [...allNames].sort())
        for (const value of Object.values(ticket.fields)) assert.ok(typeof value === 'string' && value.length > 0)
        assert.equal(ticket.url, `${harness.url}/uploads`)
        assert.equal(ticket.voice_id, 'not_enrolled')
        assert.deepEqual(ticket.minute_allocation, { used: 0, limit: null, status: 'ok' })
        const waiting = await harness.json(`/v1/conversations/${ticket.call_id}`, { headers: customer.headers })
        assert.equal(waiting.started_at, '2024-03-14T07:30:00.000Z')
        assert.equal(waiting.agent.email, 'sipho@example.com')
      })
    }
  }

  it('(b) takes the post of Python requests with the five names of SigV2', {
    skip: skipWithoutPython('requests'),
  }, async () => {
    const ticket = await ask()
    const sent = await runExample('presigned_upload.py', { harness, customer }, [JSON.stringify(ticket), sampleCall])
    assert.deepEqual(sent, { status: 204, text: '' })
    await assertTaken(ticket)
  })

  it("(c) takes the form of Node's request, its file an array of one stream", async () => {
    const ticket = await ask()
    const reply = await postAsRequest(ticket.url, [...chosen(ticket, sigV2Names), await sampleFile()])
    assert.equal(reply.status, 204)
    assert.equal(reply.text, '')
    await assertTaken(ticket)
  })

  const orders: Record<string, (fields: Part[], file: Part) => Part[]> = {
    'file last': (fields, file) => [...fields, file],
    'file first': (fields, file) => [file, ...fields],
  }
  const subsets = { 'all nine names': allNames, 'the names of SigV4': sigV4Names, 'the names of SigV2': sigV2Names }

  for (const [which, names] of Object.entries(subsets)) {
    for (const [order, arrange] of Object.entries(orders)) {
      it(`(d) takes ${which}, ${order}`, async () => {
        const ticket = await ask()
        const reply = await postParts(ticket.url, arrange(chosen(ticket, names), await sampleFile()))
        assert.equal(reply.status, 204, reply.text)
        await assertTaken(ticket)
      })
    }
  }

  it('(d) takes the ticket under /v1/uploads, in any case of the names', async () => {
    const ticket = await ask()
    const fields = chosen(ticket, allNames).map(([name, value]): Part => [name.toUpperCase(), value])
    const reply = await postParts(`${harness.url}/v1/uploads`, [...fields, await sampleFile()])
    assert.equal(reply.status, 204, reply.text)
    await assertTaken(ticket)
  })

  it('(d) answers with the status that was asked for', async () => {
    for (const status of [200, 201, 204, 999]) {
      const ticket = await ask()
      const parts = [
        ...chosen(ticket, sigV4Names),
        ['success_action_status', String(status)] as const,
        await sampleFile(),
      ]
      const reply = await postParts(ticket.url, parts)
      assert.equal(reply.status, status === 999 ? 204 : status)
      if (status === 201) {
        assert.match(String(reply.headers['content-type']), /xml/)
        assert.match(reply.text, /<PostResponse>.*<Key>/s)
        assert.ok(reply.text.includes(String(ticket.fields.key)))
      } else assert.equal(reply.text, '')
    }
  })

  const refused = async (parts: readonly Part[], status: number, code: string) => {
    const before = await totalCalls()
    const reply = await postParts(`${harness.url}/uploads`, parts)
    assert.equal(reply.status, status, reply.text)
    assert.match(String(reply.headers['content-type']), /xml/)
    assert.match(reply.text, new RegExp(`^<\\?xml .*<Error><Code>${code}</Code><Message>[^<]+</Message>`, 's'))
    assert.equal(await totalCalls(), before)
  }

  const changed = (ticket: Ticket, change: Record<string, string>, names = allNames): Part[] =>
    chosen({ ...ticket, fields: { ...ticket.fields, ...change } }, names)

  it('refuses a ticket that has expired', async () => {
    const ticket = await ask()
    const parts = [...chosen(ticket, allNames), await sampleFile()]
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_601_000 })
    try {
      await refused(parts, 403, 'AccessDenied')
    } finally {
      mock.timers.reset()
    }
    assert.equal((await postParts(ticket.url, parts)).status, 204)
  })

  it('refuses what was tampered with, wherever the file stands', async () => {
    const ticket = await ask()
    const other = await ask()
    const file = await sampleFile()
    const policy = JSON.parse(Buffer.from(ticket.fields.policy ?? '', 'base64').toString())
    const longer = { ...policy, expiration: '2099-01-01T00:00:00.000Z' }
    const tampered = Buffer.from(JSON.stringify(longer)).toString('base64')
    for (const arrange of Object.values(orders)) {
      for (const names of Object.values(subsets)) {
        await refused(arrange(changed(ticket, { policy: tampered }, names), file), 403, 'SignatureDoesNotMatch')
        await refused(arrange(changed(ticket, { key: String(other.fields.key) }, names), file), 403, 'AccessDenied')
      }
      const signatures = { signature: 'AAAA', 'x-amz-signature': '00' }
      await refused(arrange(changed(ticket, signatures), file), 403, 'SignatureDoesNotMatch')
      await refused(
        arrange(changed(ticket, { AWSAccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }), file),
        403,
        'InvalidAccessKeyId',
      )
      await refused(arrange([], file), 400, 'InvalidArgument')
    }
    const waiting = await harness.json(`/v1/calls/${ticket.call_id}`, { headers: customer.headers })
    assert.equal(waiting.status, 'awaiting_upload')
  })

  it('refuses a file that is too large, and a form without one', async () => {
    const ticket = await ask()
    const large: Part = ['file', { fileName: 'large.wav', bytes: Buffer.alloc(uploadBytesMax + 1) }]
    await refused([...chosen(ticket, allNames), large], 400, 'EntityTooLarge')
    await refused([large, ...chosen(ticket, allNames)], 400, 'EntityTooLarge')
    await refused(chosen(ticket, allNames), 400, 'InvalidArgument')
    assert.equal((await postParts(ticket.url, [...chosen(ticket, allNames), await sampleFile()])).status, 204)
  })

  it('takes a ticket once: a second post changes nothing', async () => {
    const ticket = await ask()
    const fields = chosen(ticket, allNames)
    assert.equal((await postParts(ticket.url, [...fields, await sampleFile()])).status, 204)
    await assertTaken(ticket)
    const before = await totalCalls()
    const other: Part = ['file', { fileName: 'other.wav', bytes: await monoCall(2) }]
    assert.equal((await postParts(ticket.url, [...fields, other])).status, 204)
    await assertTaken(ticket)
    assert.equal(await totalCalls(), before)
  })
})
