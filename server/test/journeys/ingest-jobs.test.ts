// Bulk loads through the whole server: what was sent comes in, each item with its outcome, its reason and its retry.

import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { allScopes } from '../../src/access/permissions.ts'
import { readCsv } from '../../src/platform/csv.ts'
import { zipOf } from '../batch-archive.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { chats, formOf, type IngestClient, ingestClient, toneWav } from '../ingest-client.ts'
import { startWorker } from './worker-process.ts'

const counted = (job: Json) => Object.fromEntries(Object.entries(job.counts).filter(([, count]) => count !== 0))

describe('ingest jobs', () => {
  let harness: Harness
  let customer: Customer
  let client: IngestClient
  before(async () => {
    harness = await startHarness()
    customer = await harness.customer({}, allScopes)
    client = ingestClient(harness, customer)
  })
  after(() => harness?.stop())

  const newClient = async () => ingestClient(harness, await harness.customer({}, allScopes))
  const conversation = (id: string) => client.must(200, 'GET', `/v1/conversations/${id}`)
  const archives = async (orgId: string) => {
    const folder = join(harness.dataDir, 'store', 'org', orgId, 'batch')
    const all = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
    return all.filter((entry) => entry.isFile()).length
  }

  test('a ZIP with its metadata: what is good is in, the same twice is a duplicate, the rest says why', async () => {
    const metadata = [
      'filename,agent_name,direction,tags',
      'one.wav,Ann Example,inbound,"a;b"',
      'TWO.WAV,Ann Example,sideways,',
      'three.wav,,outbound,',
      'missing.wav,Ann Example,inbound,',
    ].join('\r\n')
    const zip = await zipOf({
      'calls/metadata.csv': `\ufeff${metadata}`,
      'calls/one.wav': toneWav(440),
      'calls/two.wav': toneWav(550),
      'calls/three.wav': toneWav(660),
      'calls/again.wav': toneWav(660),
      'calls/page.wav': '<html>not a recording</html>',
    })
    const job = await client.make(formOf(zip, 'march.zip', { unknown_people: 'leave' }))
    const done = await client.ended(job)
    assert.equal(done.state, 'partial', JSON.stringify(done))
    assert.deepEqual(counted(done), { total: 6, ok: 2, duplicate: 1, failed: 3 })
    assert.deepEqual(done.progress, { share: 1, items_per_second: null, estimated_end: null })
    const items: Json[] = await client.items(job)
    const named = (name: string) => items.find((one) => one.name.endsWith(name)) ?? assert.fail(name)
    const twins = [named('three.wav'), named('again.wav')]
    assert.deepEqual(twins.map(({ state }) => state).sort(), ['duplicate', 'ok'])
    assert.equal(new Set(twins.map(({ conversation_id }) => conversation_id)).size, 1)
    assert.equal(named('two.wav').code, 'invalid_direction')
    assert.match(named('missing.wav').reason, /metadata\.csv line 5/)
    assert.equal(named('page.wav').state, 'failed')
    const call = await conversation(named('one.wav').conversation_id)
    assert.deepEqual(call.tags, ['a', 'b'])
    assert.equal(call.direction, 'inbound')
    assert.deepEqual(
      (await client.items(job, '?state=failed&limit=1')).map((one: Json) => one.state),
      ['failed'],
    )
    const csv = await client.must(200, 'GET', job.links.errors)
    const { header, rows } = readCsv(Buffer.from(csv), { rowsMax: 10 })
    assert.equal(rows.length, 3)
    const two = rows.find(({ values }) => values.includes('invalid_direction'))?.values ?? []
    assert.equal(two[header.indexOf('direction')], 'sideways')
    assert.equal(two[header.indexOf('agent_name')], 'Ann Example')
  })

  test('a dry run tells what would happen and takes nothing in; started with other names, it is done', async () => {
    const own = await newClient()
    await own.must(201, 'POST', '/v1/agents', { name: 'Jane Smith', email: 'jane@example.org' })
    const before = await own.must(200, 'GET', '/v1/conversations')
    const zip = await zipOf({
      'metadata.csv': 'filename,agent_name\na.wav,Jane Smyth\nb.wav,Jane Smyth\n',
      'a.wav': toneWav(300),
      'b.wav': toneWav(300),
      'notes.txt': 'not for us',
    })
    const job = await own.make(formOf(zip, 'plan.zip', { dry_run: 'true' }))
    const planned = await own.ended(job)
    assert.equal(planned.state, 'planned', JSON.stringify(planned))
    assert.equal(planned.counts.total, 2)
    assert.deepEqual(planned.findings.agents, [{ name: 'Jane Smyth', items: 2, similar: ['Jane Smith'] }])
    assert.deepEqual(await own.must(200, 'GET', '/v1/conversations'), before)
    const started = await own.must(202, 'POST', `${job.links.self}/start`, {
      people: { agents: { 'Jane Smyth': 'Jane Smith' } },
    })
    assert.deepEqual([started.state, started.is_dry_run, started.counts.waiting], ['expanded', false, 2])
    const done = await own.ended(job)
    assert.deepEqual(counted(done), { total: 2, ok: 1, duplicate: 1 })
    const [item] = await own.items(job)
    const call = await own.must(200, 'GET', `/v1/conversations/${item.conversation_id}`)
    assert.equal(call.agent.name, 'Jane Smith')
    assert.equal((await own.ask('POST', `${job.links.self}/start`)).status, 409)
  })

  test('what failed for a reason that is mended is tried again: one, by code, and all', async () => {
    const own = await newClient()
    const items = chats(4, 'Retry').map((chat) => ({ ...chat, agent_name: 'Late Comer' }))
    const job = await own.make({ items, unknown_people: 'refuse' })
    const refused = await own.ended(job)
    assert.deepEqual(counted(refused), { total: 4, failed: 4 })
    const code = (await own.items(job))[0].code
    await own.must(201, 'POST', '/v1/agents', { name: 'Late Comer', email: 'late@example.org' })
    const one = await own.must(202, 'POST', `${job.links.self}/items/2/retry`)
    assert.equal(one.retried, 1)
    assert.deepEqual(counted(await own.ended(job)), { total: 4, ok: 1, failed: 3 })
    assert.equal((await own.ask('POST', `${job.links.self}/retry`, { codes: ['other'] })).status, 409)
    assert.equal((await own.must(202, 'POST', `${job.links.self}/retry`, { codes: [code] })).retried, 3)
    const done = await own.ended(job)
    assert.equal(done.state, 'done')
    assert.deepEqual(counted(done), { total: 4, ok: 4 })
    assert.ok((await own.items(job)).every((item: Json) => item.attempt === 2 && item.code === null))
    const other = await own.make({ items: [{ ...items[0], agent_name: 'Stranger' }], unknown_people: 'refuse' })
    assert.equal((await own.ended(other)).counts.failed, 1)
    await own.must(202, 'POST', `${other.links.self}/retry`, { unknown_people: 'leave', allow_duplicates: true })
    assert.deepEqual(counted(await own.ended(other)), { total: 1, ok: 1 })
  })

  test('hundreds in one body; the same again are duplicates, unless they are wanted', async () => {
    const own = await newClient()
    const items = chats(600)
    assert.deepEqual(counted(await own.ended(await own.make({ items }))), { total: 600, ok: 600 })
    const few = items.slice(0, 50)
    assert.deepEqual(counted(await own.ended(await own.make({ items: few }))), { total: 50, duplicate: 50 })
    const wanted = await own.make({ items: few, allow_duplicates: true })
    assert.deepEqual(counted(await own.ended(wanted)), { total: 50, ok: 50 })
  })

  test('cancelled in the middle: what is in stays in, what waits does not come', async () => {
    const mine = await harness.customer({}, allScopes)
    const own = ingestClient(harness, mine)
    const count = 4000
    const job = await own.make({ items: chats(count, 'Cancel') })
    let isCancelled = false
    for await (const { event, data } of own.events(job)) {
      if (event !== 'progress' || isCancelled || JSON.parse(data).counts.ok === 0) continue
      isCancelled = true
      await own.must(200, 'POST', `${job.links.self}/cancel`)
    }
    const { state, counts } = await own.read(job)
    assert.equal(state, 'cancelled')
    assert.ok(counts.ok > 0 && counts.cancelled > 0, JSON.stringify(counts))
    assert.equal(counts.ok + counts.cancelled, count)
    await delay(500)
    const { n } = await harness.app.db
      .selectFrom('conversations')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('org_id', '=', mine.orgId)
      .executeTakeFirstOrThrow()
    assert.equal(n, counts.ok)
    assert.deepEqual((await own.read(job)).counts, counts)
    assert.equal(await archives(mine.orgId), 0)
    await own.must(204, 'DELETE', job.links.self)
    assert.equal((await own.ask('GET', job.links.self)).status, 404)
  })

  describe('by its address', () => {
    let site: Server
    let url: string
    let bytes: Buffer | null = null
    before(async () => {
      site = createServer((_request, response) => {
        response.statusCode = bytes ? 200 : 404
        response.end(bytes ?? 'nothing here')
      })
      await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
      url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/calls.zip`
    })
    after(() => site?.close())

    test('what cannot be fetched says so, and is fetched when it is there', async () => {
      const job = await client.make({ file_url: url })
      const failed = await client.ended(job)
      assert.equal(failed.state, 'failed')
      assert.ok(failed.failure.code && failed.failure.reason, JSON.stringify(failed.failure))
      bytes = await zipOf({ 'x.wav': toneWav(333) })
      assert.equal((await client.must(202, 'POST', `${job.links.self}/retry`)).state, 'uploading')
      const done = await client.ended(job)
      assert.deepEqual([done.state, done.failure, counted(done)], ['done', null, { total: 1, ok: 1 }])
    })
  })

  test('an archive that cannot be read fails as a whole, with a reason', async () => {
    const broken = (await zipOf({ 'x.wav': toneWav(777) })).subarray(0, 9000)
    const done = await client.ended(await client.make(formOf(broken, 'broken.zip')))
    assert.equal(done.state, 'failed')
    assert.ok(done.failure.reason.length > 10, JSON.stringify(done.failure))
    assert.equal(done.counts.total, 0)
  })
})

describe('an ingest job whose worker is killed', () => {
  test('every item once, and the client that follows sees it to its end', { timeout: 180_000 }, async () => {
    const harness = await startHarness({ roles: { serve: true, work: false } })
    try {
      const customer = await harness.customer({}, allScopes)
      const client = ingestClient(harness, customer)
      const count = 1500
      const job = await client.make({ items: chats(count, 'Kill') })
      let worker = await startWorker(harness)
      let seen = 0
      for await (const { event, data } of client.events(job)) {
        const { ok } = JSON.parse(data).counts
        if (event === 'progress' && seen === 0 && ok >= 200) {
          seen = ok
          await worker.kill()
          worker = await startWorker(harness)
        }
      }
      await worker.stop()
      assert.ok(seen > 0 && seen < count, `killed after ${seen}`)
      assert.deepEqual(counted(await client.read(job)), { total: count, ok: count })
      const taken = await harness.app.db
        .selectFrom('conversations')
        .select(({ fn }) => [
          fn.countAll<number>().as('all'),
          fn.count<number>('content_hash').distinct().as('different'),
        ])
        .where('org_id', '=', customer.orgId)
        .executeTakeFirstOrThrow()
      assert.deepEqual(taken, { all: count, different: count })
    } finally {
      await harness.stop()
    }
  })
})
