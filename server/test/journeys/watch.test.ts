// `indaba watch` beside a recorder, against a whole server: what it sends, what the server shows of it, and what it does
// when files, keys or the server are not as they should be.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { distinct, monoCall } from './sample-call.ts'
import { type WatchedFolder, watchedFolder } from './watch-process.ts'

describe('indaba watch', () => {
  let indaba: Harness
  let customer: Customer
  let at: WatchedFolder
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
  })
  after(() => indaba.stop())
  beforeEach(async () => {
    customer = await indaba.customer()
    at = await watchedFolder()
  })
  afterEach(() => at.remove())

  const start = (...args: string[]) => at.start(['--url', indaba.url, ...args], { INDABA_API_KEY: customer.key })
  const put = async (name: string, bytes?: Buffer) => writeFile(join(at.folder, name), bytes ?? (await monoCall(1)))
  const get = (path: string): Promise<Json> => indaba.json(path, { headers: customer.headers })
  const calls = async (): Promise<Json[]> => {
    const { rows } = await sql<Json>`
      select c.id, c.status, c.external_id, c.agent_given, c.team, c.started_at, c.caller_number, c.customer_ref, c.metadata,
        c.content_hash, r.file_name, r.size_bytes
      from conversations c left join recordings r on r.org_id = c.org_id and r.conversation_id = c.id
      where c.org_id = ${customer.orgId} order by r.file_name`.execute(indaba.app.db)
    return rows
  }
  const items = async (): Promise<Json[]> => {
    const { jobs } = await get('/v1/ingest-jobs')
    const lists = await Promise.all(jobs.map(({ job_id }: Json) => get(`/v1/ingest-jobs/${job_id}/items`)))
    return lists.flatMap((list) => list.items)
  }
  const onlyWatcher = async (): Promise<Json> => {
    const { watchers } = await get('/v1/watchers')
    assert.equal(watchers.length, 1)
    return watchers[0]
  }

  test('with a folder, an address and a key: every recording once, small and large, told by their names', async () => {
    await put('anna_20260103-101500_+27215550101.wav')
    // Larger than what is sent in one go.
    await put(
      'ben_20260104-101500_+27215550102.wav',
      distinct(Buffer.concat([await monoCall(1), randomBytes(9 * 2 ** 20)])),
    )
    await put('notes.txt', Buffer.from('no recording'))
    const pattern = ['--pattern', '{agent}_{date:YYYYMMDD-HHmmss}_{number}.wav', '--metadata', '{"team":"Sales"}']
    const first = start('--once', ...pattern)
    assert.equal(await first.ended, 0, first.output())
    const [anna, ben, ...more] = await calls()
    assert.equal(more.length, 0)
    assert.deepEqual(
      [anna, ben].map(({ status, file_name, agent_given, team, external_id }) => [
        status,
        file_name,
        agent_given.id,
        team,
        external_id,
      ]),
      [
        ['queued', 'anna_20260103-101500_+27215550101.wav', 'anna', 'Sales', null],
        ['queued', 'ben_20260104-101500_+27215550102.wav', 'ben', 'Sales', null],
      ],
    )
    assert.equal(anna.started_at.toISOString(), '2026-01-03T08:15:00.000Z', 'in the time zone of the server')
    assert.ok(ben.size_bytes > 9 * 2 ** 20)
    const { jobs } = await get('/v1/ingest-jobs')
    assert.deepEqual([jobs.length, jobs[0].source, jobs[0].state], [1, 'watch', 'done'])
    assert.deepEqual(
      (await items()).map(({ name, state }) => [name, state]).sort(),
      [anna, ben].map(({ file_name }) => [file_name, 'ok']),
    )
    const known = await onlyWatcher()
    assert.deepEqual([known.state, known.sent, known.waiting, known.once], ['ok', 2, 0, true])

    // Renamed, copied, touched: the same content is not sent again, and a new one is.
    await rename(join(at.folder, anna.file_name), join(at.folder, 'renamed.wav'))
    await put('copy.wav', await readFile(join(at.folder, 'renamed.wav')))
    await utimes(join(at.folder, ben.file_name), new Date(), new Date())
    await put('carla_20260105-101500_1.wav')
    const second = start('--once', ...pattern)
    assert.equal(await second.ended, 0, second.output())
    assert.match(second.output(), /renamed\.wav has the content of (anna_|copy)/)
    assert.equal((await calls()).length, 3)
    const third = start('--once', ...pattern)
    assert.equal(await third.ended, 0, third.output())
    assert.equal((await calls()).length, 3)
    assert.equal((await get('/v1/ingest-jobs')).jobs.length, 2, 'a run that sends nothing opens no job')
  })

  test('a file is sent when it is complete: written slowly, under another name first, with its marker and side-car', async () => {
    const watch = start('--marker', '.done', '--sidecar', '--after', `move:${join(at.folder, 'sent')}`)
    await watch.said(/first start/)
    const bytes = await monoCall(1)
    for (let part = 1; part <= 4; part++) {
      await put('slow.wav', bytes.subarray(0, (bytes.length * part) / 4))
      await delay(200)
    }
    await put('half.wav.part', bytes.subarray(0, 1000))
    await delay(1500)
    assert.equal((await calls()).length, 0)
    await put('slow.json', Buffer.from('{"agent":"Thandi Nkosi","interaction_id":"call-77","campaign":"spring"}'))
    await put('slow.done', Buffer.from(''))
    await watch.said(/slow\.wav was moved/)
    const [call, ...more] = await calls()
    assert.equal(more.length, 0)
    assert.deepEqual(
      [call.external_id, call.agent_given.name, call.metadata.campaign],
      ['call-77', 'Thandi Nkosi', 'spring'],
    )
    assert.equal(call.size_bytes, bytes.length, 'whole')
    assert.deepEqual(await readdir(at.folder), ['half.wav.part', 'sent'])
    assert.deepEqual((await readdir(join(at.folder, 'sent'))).sort(), ['slow.done', 'slow.json', 'slow.wav'])
    await rename(join(at.folder, 'half.wav.part'), join(at.folder, 'half.wav'))
    await put('half.wav.done', Buffer.from(''))
    await put('half.json', Buffer.from('{}'))
    await watch.said(/half\.wav was moved/)
    assert.equal(await watch.stop(), 0)
    assert.match(watch.output(), /2 sent, 0 refused, 0 waiting/)
  })

  test('what the server will not have is set aside with its reason, and the others go on', async () => {
    const watch = start('--metadata', '{"validate_metadata":true}', '--pattern', '{agent_email}_*.wav')
    await sql`insert into agents (org_id, id, email) values (${customer.orgId}, gen_random_uuid(), 'known@example.com')`.execute(
      indaba.app.db,
    )
    await put('nobody@example.com_1.wav')
    await put('known@example.com_2.wav')
    await watch.said(/Sent known@example\.com_2\.wav/)
    await watch.said(/REFUSED nobody@example\.com_1\.wav: Could not find agent with the provided metadata/)
    await watch.stop()
    assert.equal((await calls()).length, 1)
    assert.match(
      await readFile(at.journal, 'utf8'),
      /"state":"refused","code":"invalid_metadata","reason":"Could not find/,
    )
    const failed = (await items()).find(({ state }) => state === 'failed')
    assert.equal(failed.name, 'nobody@example.com_1.wav')
    // Not by itself, but when it is asked to.
    const again = start('--once')
    assert.equal(await again.ended, 0)
    assert.equal((await calls()).length, 1)
    const retried = start('--once', '--retry-refused')
    assert.equal(await retried.ended, 0, retried.output())
    assert.equal((await calls()).length, 2)
  })

  test('a key that is not good: it says so, and goes on when the key is renewed', async () => {
    const keyFile = join(at.folder, '.key')
    await writeFile(keyFile, 'ind_live_wrong\n')
    await put('a.wav')
    const watch = at.start(['--url', indaba.url, '--key-file', keyFile, '--json'])
    await watch.said(/"event":"unheard"[^\n]*does not know the key/)
    await watch.said(/"event":"wait"[^\n]*"code":"\w+"/)
    assert.equal((await calls()).length, 0)
    await watch.kill()
    await writeFile(keyFile, `${customer.key}\n`)
    const renewed = at.start(['--url', indaba.url, '--key-file', keyFile])
    await renewed.said(/Sent a\.wav/)
    await renewed.stop()
    assert.ok(!(watch.output() + renewed.output()).includes(customer.key))
  })

  test('a server that is away, busy, or not Indaba at all: everything waits and nothing is lost', async () => {
    let mode = 'portal'
    const between: Server = createServer(async (request, response) => {
      if (mode === 'portal') return void response.writeHead(400, { 'content-type': 'text/html' }).end('<html>Sign in')
      if (mode === 'busy') return void response.writeHead(503, { 'retry-after': '1' }).end('{}')
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { host: _, connection: __, ...headers } = request.headers as Record<string, string>
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}
      const answer = await fetch(`${indaba.url}${request.url}`, { method: request.method as string, headers, ...body })
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()))
    })
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(between.address() as AddressInfo).port}`
    await put('a.wav')
    await put('b.wav')
    const watch = at.start(['--url', url], { INDABA_API_KEY: customer.key })
    await watch.said(/is not Indaba: it said 400\. Is --url right\? Everything waits/)
    mode = 'busy'
    await watch.said(/is not at work/)
    mode = 'open'
    await watch.said(/takes recordings again/)
    await watch.said(/Sent a\.wav/)
    await watch.said(/Sent b\.wav/)
    await watch.stop()
    between.closeAllConnections()
    between.close()
    assert.equal((await calls()).length, 2)
    assert.doesNotMatch(watch.output(), /^REFUSED/m)
  })

  test('a proxy that keeps a recording to itself and says that all is well: it is not sent, and not deleted', async () => {
    let isKept = true
    const between: Server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      if (isKept && request.url === '/uploads') return void response.writeHead(200).end('<html>It is being scanned.')
      const { host: _, connection: __, ...headers } = request.headers as Record<string, string>
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}
      const answer = await fetch(`${indaba.url}${request.url}`, { method: request.method as string, headers, ...body })
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()))
    })
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(between.address() as AddressInfo).port}`
    await put('a.wav')
    const watch = at.start(['--url', url, '--after', 'delete'], { INDABA_API_KEY: customer.key })
    await watch.said(/is not Indaba: it said 200/)
    assert.deepEqual(await readdir(at.folder), ['a.wav'])
    isKept = false
    await watch.said(/Sent a\.wav/)
    await watch.said(/deleted/)
    assert.equal((await calls()).length, 1)
    await watch.stop()
    between.close()
  })

  test('what may go better in a while ends with 1, so that systemd starts it again', async () => {
    await writeFile(join(at.folder, 'state'), 'a file where the folder of the journal should be')
    const watch = start('--journal', join(at.folder, 'state', 'journal'))
    assert.equal(await watch.ended, 1)
    assert.match(watch.output(), /The journal .* cannot be written/)
  })

  test('files of before, on request, are left alone; a dry run sends nothing; two watchers share no journal', async () => {
    await put('old.wav')
    await utimes(join(at.folder, 'old.wav'), new Date('2026-01-01'), new Date('2026-01-01'))
    await put('new.wav')
    const dry = start('--dry-run', '--since', '2026-02-01')
    assert.equal(await dry.ended, 0)
    assert.match(dry.output(), /Would send new\.wav/)
    assert.doesNotMatch(dry.output(), /old\.wav/)
    assert.equal((await calls()).length, 0)
    const watch = start('--since', '2026-02-01')
    await watch.said(/Sent new\.wav/)
    const other = start()
    assert.equal(await other.ended, 2)
    assert.match(other.output(), /Another watcher keeps the journal/)
    await watch.stop()
    await rm(join(at.folder, 'new.wav'))
    // What was left alone stays so, whatever the next start says.
    const later = start('--once', '--since', 'all')
    assert.equal(await later.ended, 0, later.output())
    assert.equal((await calls()).length, 1)
    for (const [args, why] of [
      [['--after', 'burn'], /leave, delete or move/],
      [['--pattern', '{agnet}.wav'], /\{agnet\}, which is not known/],
    ] as const) {
      const wrong = start(...args)
      assert.equal(await wrong.ended, 2)
      assert.match(wrong.output(), why)
    }
  })
})
