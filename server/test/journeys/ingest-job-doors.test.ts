// Making ingest jobs and looking at them, over HTTP; nobody works them off here, so that each stays as it was made.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { allScopes } from '../../src/access/permissions.ts'
import type { ServerEvent } from '../event-stream.ts'
import { type Harness, type Json, startHarness } from '../harness.ts'
import { formOf, type IngestClient, ingestClient } from '../ingest-client.ts'
import { storedFiles } from '../stored-files.ts'

const zipBytes = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)])
const list = 'file_url,agent_name\r\nhttps://example.org/a.wav,Zoë\r\n'
const chat = { messages: [{ sender: 'customer', message: 'Hello' }] }

describe('doors of ingest jobs', () => {
  let harness: Harness
  let client: IngestClient
  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    client = ingestClient(harness, await harness.customer({}, allScopes))
  })
  after(() => harness?.stop())

  const create = (body: object, headers: Record<string, string> = {}) =>
    client.ask('POST', '/v1/ingest-jobs', body, headers)
  const stored = () => storedFiles(harness.dataDir)
  test('a list in the body, with every option, and where to find the job', async () => {
    const job = await create({
      items: [chat, { file_url: 'https://example.org/a.wav', tags: ['a'] }],
      name: 'March',
      dry_run: true,
      unknown_people: 'leave',
      allow_duplicates: true,
      defaults: { direction: 'inbound', tags: ['imported'] },
      notify_emails: ['Boss@Example.org'],
    })
    assert.equal(job.status, 202, JSON.stringify(job.body))
    const { body } = job
    assert.equal(job.headers.get('location'), `/v1/ingest-jobs/${body.job_id}`)
    assert.deepEqual(await client.ask('GET', body.links.self).then((one) => one.body), body)
    assert.equal(body.name, 'March')
    assert.equal(body.source, 'list')
    assert.equal(body.state, 'received')
    assert.equal(body.is_dry_run, true)
    assert.equal(body.sent_by.split(':')[0], 'key')
    assert.deepEqual(body.counts, { total: 0, ok: 0, failed: 0, duplicate: 0, waiting: 0, cancelled: 0 })
    assert.deepEqual(body.progress, { share: null, items_per_second: null, estimated_end: null })
    assert.deepEqual(body.options, {
      unknown_people: 'leave',
      people: {},
      allow_duplicates: true,
      defaults: { direction: 'inbound', tags: ['imported'] },
      notify_emails: ['boss@example.org'],
    })
    assert.deepEqual((await client.ask('GET', body.links.items)).body, { items: [], next_cursor: null })
    assert.match((await client.ask('GET', body.links.errors)).body, /^\ufeff?error_position,/)
  })

  test('a file is what its first bytes say; what is neither ZIP nor list is refused and not kept', async () => {
    const zip = await client.make(formOf(zipBytes, 'calls.csv', { dry_run: 'true' }))
    assert.deepEqual([zip.source, zip.name, zip.is_dry_run, zip.size_bytes], ['zip', 'calls.csv', true, 22])
    const table = await client.make(formOf(list, 'calls.zip', { name: 'Named', people: '{}' }))
    assert.deepEqual([table.source, table.name], ['list', 'Named'])
    const earlier = await stored()
    const wav = Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1')
    for (const [body, code, detail] of [
      [formOf(wav, 'calls.zip'), 'SINGLE_RECORDING', /WAV recording.*\/v1\/calls\/upload/],
      [formOf(Buffer.from('Rar!\x1a\x07\0', 'latin1'), 'calls.zip'), 'UNSUPPORTED_ARCHIVE', /RAR/],
      [formOf('', 'calls.zip'), 'EMPTY_FILE', /empty/],
      [formOf(zipBytes, 'a.zip', { surprise: '1' }), 'INVALID_REQUEST', /^surprise: is not known here/],
      [formOf(zipBytes, 'a.zip', { dry_run: 'perhaps' }), 'INVALID_REQUEST', /^dry_run/],
      [formOf(zipBytes, 'a.zip', { defaults: '{"direction":"sideways"}' }), 'INVALID_DEFAULTS', /direction is neither/],
      [formOf(zipBytes, 'a.zip', { defaults: '{"date_of_call":"soon"}' }), 'INVALID_DEFAULTS', /could not be read/],
      [formOf(zipBytes, 'a.zip', { defaults: '{"org_id":"999"}' }), 'ORGANISATION_NOT_FOUND', /Organisation not found/],
      [
        formOf(zipBytes, 'a.zip', { people: '{"agents":{"x":"Nobody"}}' }),
        'INVALID_REQUEST',
        /no agent named "Nobody"/,
      ],
      [formOf(zipBytes, 'a.zip', { people: '{"teams":{"x":"None"}}' }), 'INVALID_REQUEST', /no team named "None"/],
      [formOf(zipBytes, 'a.zip', { notify_emails: 'not one' }), 'INVALID_REQUEST', /"not one" is no e-mail address/],
    ] as const) {
      const refused = await create(body)
      assert.ok(refused.status === 400 || refused.status === 404, JSON.stringify(refused.body))
      assert.equal(refused.body.error.code, code)
      assert.match(refused.body.message, detail)
    }
    const two = formOf(zipBytes, 'a.zip')
    two.append('file', new Blob([zipBytes]), 'b.zip')
    assert.equal((await create(two)).body.error.code, 'SEVERAL_FILES')
    assert.equal(await stored(), earlier)
  })

  test('ten thousand in one body, and not one more', async () => {
    const items = Array.from({ length: 10_001 }, (_, index) => ({ file_url: `https://example.org/${index}.wav` }))
    const refused = await create({ items })
    assert.equal(refused.status, 400)
    assert.match(refused.body.message, /^items: must not have more than 10000 items/)
    assert.equal((await client.make({ items: items.slice(1) })).name, '10000 items')
  })

  test('people of other names are known ones', async () => {
    const agent = await client.ask('POST', '/v1/agents', { name: 'Jane Smith', email: 'jane@example.org' })
    assert.equal(agent.status, 201)
    const people = { agents: { ' J Smith ': 'Jane Smith', Jane: 'JANE@example.org' } }
    const { options } = await client.make({ items: [chat], people })
    assert.deepEqual(options.people, { agents: { 'j smith': 'Jane Smith', jane: 'JANE@example.org' } })
  })

  test('the same request twice under a key is one job and one file; another under the same key is refused', async () => {
    const key = { 'idempotency-key': 'march' }
    const earlier = await stored()
    const first = await create(formOf(zipBytes, 'a.zip'), key)
    const second = await create(formOf(zipBytes, 'a.zip'), key)
    assert.deepEqual(second.body, first.body)
    assert.equal(second.headers.get('location'), first.headers.get('location'))
    assert.equal(second.headers.get('idempotency-replayed'), 'true')
    assert.equal((await create(formOf(list, 'a.zip'), key)).status, 409)
    assert.equal((await create({ open: true }, key)).status, 409)
    assert.equal(await stored(), earlier + 1)
  })

  test('a promised file comes by the form that it was promised with, once', async () => {
    const job = await client.make({ upload: { file_name: 'calls.csv' }, name: 'Promised' })
    assert.deepEqual([job.state, job.source], ['uploading', 'list'])
    assert.match(job.upload.tus_url, /\/v1\/uploads$/)
    const post = () => fetch(job.upload.url, { method: 'POST', body: formOf(zipBytes, 'calls.csv', job.upload.fields) })
    assert.equal((await post()).status, 204)
    const here = (await client.ask('GET', job.links.self)).body
    assert.deepEqual([here.state, here.source, here.size_bytes], ['received', 'zip', 22])
    const earlier = await stored()
    assert.equal((await post()).status, 204)
    assert.equal(await stored(), earlier)
  })

  test('an address is looked at at once, and no secret of it is shown', async () => {
    for (const [file_url, detail] of [
      ['gopher://example.org/a.zip', /must start with/],
      ['C:\\calls.zip', /no address/],
      ['x'.repeat(3000), /file_url/],
    ] as const) {
      const refused = await create({ file_url })
      assert.equal(refused.status, 400, JSON.stringify(refused.body))
      assert.match(refused.body.message, detail)
    }
    const job = await client.make({ file_url: 'https://user:secret@example.org/x/calls.zip?signature=secret#secret' })
    assert.deepEqual([job.state, job.name], ['uploading', 'calls.zip'])
    assert.equal(job.file_url, 'https://example.org/x/calls.zip')
  })

  test('the list: newest first, page by page, by state, source and time', async () => {
    const own = ingestClient(harness, await harness.customer())
    const ids: string[] = []
    for (const body of [{ items: [chat] }, { open: true }, { open: true }]) {
      ids.unshift((await own.make(body)).job_id)
    }
    const listed = async (query: string) => {
      const { status, body } = await own.ask('GET', `/v1/ingest-jobs${query}`)
      assert.equal(status, 200, JSON.stringify(body))
      return body
    }
    const idsOf = async (query: string) => (await listed(query)).jobs.map((job: Json) => job.job_id)
    assert.deepEqual(await idsOf(''), ids)
    const first = await listed('?limit=2')
    assert.deepEqual(await idsOf(`?limit=2&cursor=${first.next_cursor}`), ids.slice(2))
    assert.deepEqual(await idsOf('?state=open'), ids.slice(0, 2))
    assert.deepEqual(await idsOf('?source=list'), ids.slice(2))
    // Days are those of the organisation's zone, which may be others than here.
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
    assert.deepEqual(await idsOf(`?from=${day(-1)}&to=${day(1)}`), ids)
    assert.deepEqual(await idsOf(`?from=${day(2)}`), [])
    assert.deepEqual(await idsOf('?to=2020-01-01'), [])
    assert.deepEqual(await idsOf('?source_id=0198c1a0-0000-7000-8000-000000000000'), [])
    for (const query of ['?state=lost', '?from=soon', '?source_id=1', '?surprise=1', '?cursor=x']) {
      assert.equal((await own.ask('GET', `/v1/ingest-jobs${query}`)).status, 400, query)
    }
  })

  test('an open job is followed as it is closed, and a client that was told of the end is sent away', async () => {
    assert.equal((await create({ open: true, watcher_id: '0198c1a0-0000-7000-8000-000000000000' })).status, 404)
    const job = await client.make({ open: true, name: 'One by one' })
    const seen: ServerEvent[] = []
    for await (const event of client.events(job)) {
      seen.push(event)
      if (seen.length === 1) assert.equal((await client.ask('POST', `${job.links.self}/close`)).status, 200)
    }
    assert.deepEqual(
      seen.map(({ event }) => event),
      ['progress', 'progress', 'ended'],
    )
    const final = JSON.parse(seen[2]?.data ?? '')
    assert.deepEqual(final, (await client.ask('GET', job.links.self)).body)
    assert.equal(final.state, 'done')
    const again = await client.ask('GET', job.links.progress, undefined, { 'last-event-id': 'ended' })
    assert.equal(again.status, 204)
    assert.equal((await client.ask('POST', `${job.links.self}/close`)).status, 409)
    assert.equal((await client.ask('DELETE', job.links.self)).status, 204)
    assert.equal((await client.ask('GET', job.links.progress)).status, 404)
  })

  test('every change is in the audit', async () => {
    const job = await client.make({ items: [chat] })
    await client.ask('POST', `${job.links.self}/cancel`)
    await client.ask('DELETE', job.links.self)
    const { body } = await client.ask('GET', `/v1/audit?target=${job.job_id}`)
    assert.deepEqual(
      body.entries.map((entry: Json) => entry.action),
      ['ingest_job.delete', 'ingest_job.cancel', 'ingest_job.end', 'ingest_job.create'],
    )
  })
})
