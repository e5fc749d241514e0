// Single uploads that belong to an open ingest job, by every door: each has its place there, with what became of it.

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { ask, begin, patch, sendByTus } from './tus-client.ts'
import { allNames, chosen, postParts } from './upload-ticket.ts'

describe('single uploads that name an open job', () => {
  let harness: Harness
  let own: Customer
  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    own = await harness.customer()
  })
  after(() => harness?.stop())

  const post = async (path: string, body: object | FormData, headers: Record<string, string> = {}, by = own) => {
    const isForm = body instanceof FormData
    const answer = await fetch(`${harness.url}${path}`, {
      method: 'POST',
      headers: { ...by.headers, ...(isForm ? {} : { 'content-type': 'application/json' }), ...headers },
      body: isForm ? body : JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as Json }
  }
  const open = async (by = own): Promise<string> => (await post('/v1/ingest-jobs', { open: true }, {}, by)).body.job_id
  const items = async (job: string): Promise<Json[]> =>
    (await harness.json(`/v1/ingest-jobs/${job}/items`, { headers: own.headers })).items
  const states = async (job: string) => (await items(job)).map(({ name, state, code }) => [name, state, code])
  const form = (job: string, fields: Record<string, string> = {}, bytes = randomBytes(2000)) => {
    const made = new FormData()
    for (const [name, value] of Object.entries({ ingest_job_id: job, ...fields })) made.set(name, value)
    made.set('file', new Blob([new Uint8Array(bytes)]), 'call.wav')
    return made
  }
  const chat = (said: object) => ({ messages: [{ sender: 'customer', message: randomUUID() }], ...said })

  test('by each door: taken in, under the name that was given or that of the file', async () => {
    const job = await open()
    const named = { ingest_job_id: job }
    assert.equal((await post('/api/process-call', form(job, { item_name: 'a/1.wav' }))).status, 200)
    assert.equal((await post('/v1/calls/upload', form(job))).status, 200)
    assert.equal((await post('/v1/chats/upload', chat({ ...named, item_name: 'chat 1' }))).status, 200)
    const inMetadata = { ...named, item_name: 'chat 2', channel: 'web' }
    const second = await post('/chat/upload/vela', chat({ metadata: inMetadata }))
    assert.equal(second.status, 200)
    const metadata = { filename: 'b.wav', item_name: 'by tus', ...named }
    const sent = await sendByTus(harness.url, own, randomBytes(5000), { metadata })
    const shown = await items(job)
    assert.deepEqual(await states(job), [
      ['a/1.wav', 'ok', null],
      ['call.wav', 'ok', null],
      ['chat 1', 'ok', null],
      ['chat 2', 'ok', null],
      ['by tus', 'ok', null],
    ])
    assert.equal(shown[4]?.conversation_id, sent.headers['X-Conversation-Id'])
    const id = second.body.chat_id.replace('vela_chat_', '')
    const kept: Json = await harness.json(`/v1/conversations/${id}`, { headers: own.headers })
    assert.deepEqual(kept.metadata, { channel: 'web' }, 'what is about the job is no field of the chat')
  })

  test('a ticket waits until it is redeemed', async () => {
    const job = await open()
    const { body } = await post('/asr/async/upload/vela', {
      file_name: 'later.wav',
      metadata: { ingest_job_id: job, item_name: 'later' },
    })
    assert.deepEqual(await states(job), [['later', 'waiting', null]])
    const bytes = randomBytes(3000)
    const parts = [...chosen(body, allNames), ['file', { fileName: 'later.wav', bytes }] as const]
    assert.equal((await postParts(body.url, parts)).status, 204)
    assert.deepEqual(await states(job), [['later', 'ok', null]])
    assert.equal((await postParts(body.url, parts)).status, 204, 'twice')
    assert.equal((await items(job)).length, 1)
    const local = await post('/v1/calls/upload', { file_url: 'C:\\calls\\x.wav', ingest_job_id: job, item_name: 'x' })
    assert.equal(local.body.status, 'awaiting_upload')
    assert.deepEqual(await states(job), [
      ['later', 'ok', null],
      ['x', 'waiting', null],
    ])
  })

  test('what is refused fails its item with the reason; the same name is another try', async () => {
    const job = await open()
    const said = { ingest_job_id: job, item_name: 'one' }
    const strict = { ...said, validate_metadata: 'true', team: 'None' }
    assert.equal((await post('/api/process-call', form(job, strict))).status, 400)
    assert.deepEqual(await states(job), [['one', 'failed', 'invalid_metadata']])
    assert.match((await items(job))[0].reason, /Team not found/)
    const refused = await begin(harness.url, own, 10, { filename: 'two.wav', ...strict, item_name: 'two' })
    assert.equal(refused.status, 400)
    assert.equal((await post('/v1/chats/upload', { ...said, item_name: 'three' })).status, 400)
    assert.deepEqual(await states(job), [
      ['one', 'failed', 'invalid_metadata'],
      ['two', 'failed', 'invalid_metadata'],
      ['three', 'failed', (await items(job))[2].code],
    ])
    const bytes = randomBytes(2000)
    assert.equal((await post('/api/process-call', form(job, said, bytes))).status, 200)
    assert.deepEqual((await states(job))[0], ['one', 'ok', null])
    assert.equal((await post('/api/process-call', form(job, { item_name: 'copy' }, bytes))).status, 200)
    assert.deepEqual((await states(job)).at(-1)?.slice(0, 2), ['copy', 'duplicate'])
  })

  test('a request that is repeated under its Idempotency-Key is no other try', async () => {
    const job = await open()
    const body = chat({ ingest_job_id: job, item_name: 'once' })
    const key = { 'idempotency-key': randomUUID() }
    const first = await post('/v1/chats/upload', body, key)
    const again = await post('/v1/chats/upload', body, key)
    assert.equal(again.body.chat_id, first.body.chat_id)
    assert.deepEqual(await states(job), [['once', 'ok', null]])
  })

  test('a job of others, an unknown one, a closed one', async () => {
    const other = await harness.customer()
    const [theirs, closed] = [await open(other), await open()]
    await post(`/v1/ingest-jobs/${closed}/close`, {})
    for (const [job, status] of [
      [theirs, 404],
      [randomUUID(), 404],
      ['no-id', 404],
      [closed, 409],
    ] as const) {
      assert.equal((await post('/api/process-call', form(job))).status, status)
      assert.equal((await post('/v1/chats/upload', chat({ ingest_job_id: job }))).status, status)
      assert.equal((await post('/asr/async/upload/vela', { metadata: { ingest_job_id: job } })).status, status)
      assert.equal((await begin(harness.url, own, 9, { filename: 'a.wav', ingest_job_id: job })).status, status)
    }
  })

  test('refused at its end, it is tried again by the next request, with the bytes that are here', async () => {
    const job = await open()
    const { url } = await begin(harness.url, own, 10, { filename: 'a.wav', ingest_job_id: job })
    const limit = async (text: string) => {
      await sql`update orgs set settings = settings || ${text}::jsonb where id = ${own.orgId}`.execute(harness.app.db)
      // What is known of an organisation is believed for a second.
      await delay(1100)
    }
    await limit('{"minutes_per_month":0}')
    const refused = await patch(url, own, 0, randomBytes(10))
    assert.equal(JSON.parse(refused.text).error.code, 'ALLOCATION_EXCEEDED')
    assert.deepEqual(await states(job), [['a.wav', 'failed', 'allocation_exceeded']])
    assert.equal((await ask('HEAD', url, own)).status, 400)
    assert.equal((await begin(harness.url, own, 10, { filename: 'b.wav' })).status, 400)
    await limit('{"minutes_per_month":null}')
    const taken = await patch(url, own, 10, Buffer.alloc(0))
    assert.equal(taken.status, 204, taken.text)
    assert.ok(taken.headers.get('x-conversation-id'))
    assert.deepEqual(await states(job), [['a.wav', 'ok', null]])
  })

  test('closed while it is on its way: the recording is refused, and its bytes are kept until it expires', async () => {
    const job = await open()
    const { url } = await begin(harness.url, own, 10, { filename: 'a.wav', ingest_job_id: job })
    await post(`/v1/ingest-jobs/${job}/close`, {})
    assert.equal((await patch(url, own, 0, Buffer.from('0123456789'))).status, 409)
    assert.equal((await ask('GET', url, own)).status, 409)
    assert.equal((await ask('DELETE', url, own)).status, 204)
  })
})
