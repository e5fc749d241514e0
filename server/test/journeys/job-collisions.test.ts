// What happens to an ingest job from two sides at once, or twice: requests that are repeated, files that are sent to one
// job, people who name the jobs of others.

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Customer, type Harness, startHarness } from '../harness.ts'
import { chats, formOf, type IngestClient, ingestClient } from '../ingest-client.ts'
import { openSideDoor, person } from '../side-door.ts'
import { ask, begin, patch } from './tus-client.ts'
import { allNames, chosen, postParts } from './upload-ticket.ts'

const rar = Buffer.concat([Buffer.from('Rar!\x1a\x07\x00', 'latin1'), randomBytes(100)])
const list = Buffer.from(JSON.stringify(chats(3)))
const chat = (more: object) => ({ messages: [{ sender: 'customer', message: randomUUID() }], ...more })

describe('ingest jobs, from two sides', () => {
  let harness: Harness
  let own: Customer
  let client: IngestClient
  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    own = await harness.customer()
    client = ingestClient(harness, own)
  })
  after(() => harness?.stop())

  const open = () => client.make({ open: true })
  const send = (body: object, headers: Record<string, string> = {}) =>
    client.ask('POST', '/v1/chats/upload', body, headers)
  const limit = async (settings: string) => {
    await sql`update orgs set settings = settings || ${settings}::jsonb where id = ${own.orgId}`.execute(harness.app.db)
    // What is known of an organisation is believed for a second.
    await delay(1100)
  }

  test('an open job is named by whoever sees it', async () => {
    const door = await openSideDoor(harness)
    const lead = person(own.orgId, 'supervisor', { column: 'team', values: ['A'] })
    const mine = await door.ask(lead, 'POST', '/v1/ingest-jobs', { open: true })
    const theirs = await open()
    const sent = (job: string) =>
      door.ask(lead, 'POST', '/v1/chats/upload', chat({ ingest_job_id: job, item_name: 'x', team: 'A' }))
    const statuses = [(await sent(mine.body.job_id)).status, (await sent(theirs.job_id)).status]
    await door.close()
    assert.deepEqual(statuses, [200, 404])
    assert.deepEqual(await client.items(theirs), [])
  })

  test('a name of an item may be of any length, in any language', async () => {
    const job = await open()
    const many = Array.from({ length: 3000 }, () => String.fromCharCode(0x4e00 + Math.floor(Math.random() * 20_000)))
    for (const name of [many.join(''), `a${'😀'.repeat(900)}`, 'a\ud83d']) {
      const said = await send(chat({ ingest_job_id: job.job_id, item_name: name }))
      assert.equal(said.status, 200, JSON.stringify(said.body))
      assert.equal((await send(chat({ ingest_job_id: job.job_id, item_name: name }))).status, 200)
    }
    const items = await client.items(job)
    assert.deepEqual(
      items.map(({ state, name }: { state: string; name: string }) => [state, name.isWellFormed(), name.length > 600]),
      [
        ['ok', true, true],
        ['ok', true, true],
        ['ok', true, false],
      ],
    )
  })

  for (const name of [{}, { item_name: 'one' }]) {
    test(`repeated at once under one Idempotency-Key, ${'item_name' in name ? 'with' : 'without'} a name, it is one item`, async () => {
      for (let round = 0; round < 4; round++) {
        const job = await open()
        const body = chat({ ingest_job_id: job.job_id, ...name })
        const key = { 'idempotency-key': randomUUID() }
        const answers = await Promise.all(Array.from({ length: 8 }, () => send(body, key)))
        const statuses = answers.map(({ status }) => status)
        assert.deepEqual([...new Set(statuses)], [200])
        assert.equal(new Set(answers.map((one) => one.body.chat_id)).size, 1)
        const items = await client.items(job)
        assert.deepEqual(
          items.map(({ state }: { state: string }) => state),
          ['ok'],
        )
        assert.ok(items[0].conversation_id)
      }
    })
  }

  test('a ticket of a job that was refused once is redeemed by the next post', async () => {
    const job = await open()
    const metadata = { ingest_job_id: job.job_id, item_name: 'later' }
    const ticket = await client.must(200, 'POST', '/asr/async/upload/vela', { metadata })
    const post = () =>
      postParts(ticket.url, [...chosen(ticket, allNames), ['file', { fileName: 'a.wav', bytes: randomBytes(3000) }]])
    await limit('{"minutes_per_month":0}')
    assert.equal((await post()).status, 400)
    assert.equal((await client.items(job))[0].code, 'allocation_exceeded')
    await limit('{"minutes_per_month":null}')
    assert.equal((await post()).status, 204)
    assert.equal((await client.items(job))[0].state, 'ok')
  })

  test('the ticket of a job that failed takes no other file, and says so; that of one that was filled is spent', async () => {
    const job = await client.make({ upload: { file_name: 'a.zip' } })
    const post = (to: typeof job, bytes: Buffer) =>
      postParts(to.upload.url, [...chosen(to.upload, allNames), ['file', { fileName: 'a.zip', bytes }]])
    assert.equal((await post(job, rar)).status, 400)
    assert.equal((await client.read(job)).state, 'failed')
    assert.equal((await post(job, list)).status, 409)
    const filled = await client.make({ upload: {} })
    assert.deepEqual([(await post(filled, list)).status, (await post(filled, list)).status], [204, 204])
    await client.must(200, 'POST', `${filled.links.self}/cancel`, {})
    assert.equal((await post(filled, list)).status, 409)
    await client.must(204, 'DELETE', filled.links.self)
    assert.equal((await post(filled, list)).status, 404)
  })

  test('a job that has its file is not failed by a second one that is no archive', async () => {
    const job = await client.make({ upload: {} })
    const said = { filename: 'a.zip', ingest_job_id: job.job_id }
    const good = await begin(harness.url, own, list.length, said)
    const bad = await begin(harness.url, own, rar.length, said)
    assert.equal((await patch(good.url, own, 0, list)).status, 204)
    assert.equal((await patch(bad.url, own, 0, rar)).status, 400)
    assert.equal((await client.read(job)).state, 'received')
  })

  test('nor when the upload that it was announced with is given up', async () => {
    const first = await begin(harness.url, own, list.length, { filename: 'a.json' })
    const id = (await ask('HEAD', first.url, own)).headers.get('x-ingest-job-id') ?? ''
    const second = await begin(harness.url, own, list.length, { filename: 'a.json', ingest_job_id: id })
    assert.equal((await patch(second.url, own, 0, list)).status, 204)
    assert.equal((await ask('DELETE', first.url, own)).status, 204)
    assert.equal((await client.must(200, 'GET', `/v1/ingest-jobs/${id}`)).state, 'received')
  })

  test('what is no archive is refused by its beginning, while the rest is still to come', async () => {
    const { port } = new URL(harness.url)
    const socket = connect(Number(port), '127.0.0.1')
    const head = [
      'POST /v1/ingest-jobs HTTP/1.1',
      'Host: localhost',
      `X-Api-Key: ${own.key}`,
      'Content-Type: multipart/form-data; boundary=x',
      'Content-Length: 3000000000',
      '',
      '--x',
      'Content-Disposition: form-data; name="file"; filename="a.zip"',
      '',
      '',
    ]
    socket.setTimeout(10_000, () => socket.destroy())
    socket.write(head.join('\r\n'))
    socket.write(Buffer.concat([rar, randomBytes(100_000)]))
    let answer = ''
    for await (const chunk of socket) if (/RAR archive/.test((answer += chunk))) break
    assert.match(answer, /^HTTP\/1\.1 400 /)
    for (const bytes of [list.subarray(0, 1), list, Buffer.concat([list, Buffer.alloc(9000, ' ')])])
      assert.equal((await client.ask('POST', '/v1/ingest-jobs', formOf(bytes, 'a.json'))).status, 202)
    const empty = await client.ask('POST', '/v1/ingest-jobs', formOf('', 'a.json'))
    assert.equal(empty.body.error.code, 'EMPTY_FILE')
  })
})
