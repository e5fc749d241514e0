// A remote folder from its setting up to conversations: what is taken, what waits, what is left alone, and what is done
// afterwards. On a folder of this machine; the protocols have tests of their own.

import assert from 'node:assert/strict'
import { mkdtemp, readdir, realpath, rename, rm, unlink, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Harness, type Json, startHarness } from '../harness.ts'
import { folderClient } from '../remote-folder-client.ts'
import { smallWav } from '../small-recordings.ts'

const atOnce = { complete_when: { rule: 'at_once' }, options: { unknown_people: 'leave' } }
const namesOf = (files: Json[]) => files.map(({ path }) => path)
const filesIn = async (root: string) =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(root.length + 1))
    .sort()

describe('a remote folder', () => {
  let harness: Harness
  let disk = ''
  let number = 0
  const newFolder = (settings: object = {}) => folderClient(harness, join(disk, `f${number++}`), settings)
  let wavs = 0
  const wav = () => smallWav(++wavs)

  before(async () => {
    disk = await realpath(await mkdtemp(join(tmpdir(), 'indaba-sync-')))
    harness = await startHarness({ env: { INDABA_MOUNTED_FOLDERS: disk } })
  })
  after(async () => {
    await harness?.stop()
    await rm(disk, { recursive: true, force: true })
  })

  test('what names tell, which files are left alone and why, and nothing is taken twice', async () => {
    const folder = await newFolder({
      ...atOnce,
      depth: 2,
      pattern: '{team}/{agent}_{date:YYYYMMDD-HHmmss}_{number}.wav',
    })
    await folder.put('Sales/anna_20240115-103000_+27110000001.wav', wav())
    await folder.put('Sales/ben_20240116-080000_+27110000002.WAV', wav())
    await folder.put('Sales/notes.txt', 'no call')
    await folder.put('Sales/cleo_20240117-080000_1.wav.part', wav())
    await folder.put('Sales/.cleo_20240117-080000_1.wav.Xa1', wav())
    await folder.put('Sales/dora_20240118-080000_1.wav', '')
    await folder.sync()
    const seen = await folder.taken()
    assert.deepEqual(seen.files, { watching: 2, queued: 0, taken: 2, failed: 0, gone: 0, ignored: 2 })
    assert.equal(seen.last_job.counts.ok, 2)
    const reasons = Object.fromEntries(
      [...(await folder.files('ignored')), ...(await folder.files('watching'))].map((one: Json) => [
        one.path,
        one.code,
      ]),
    )
    assert.deepEqual(reasons, {
      'Sales/.cleo_20240117-080000_1.wav.Xa1': 'hidden',
      'Sales/notes.txt': 'pattern',
      'Sales/cleo_20240117-080000_1.wav.part': 'temporary_name',
      'Sales/dora_20240118-080000_1.wav': 'empty',
    })
    const [anna, ben] = await folder.conversations()
    assert.equal(anna.customer_ref, '+27110000001')
    assert.equal(anna.source, 'remote_folder')
    // In the zone of the organisation, two hours ahead.
    assert.equal(anna.started_at.toISOString(), '2024-01-15T08:30:00.000Z')
    assert.equal(ben.file_name, 'ben_20240116-080000_+27110000002.WAV')

    const again = await folder.sync()
    assert.equal(again.last_job_id, seen.last_job_id, 'a sync with nothing new makes no job')
    // An old date hides nothing; a new name for an old file is a new file with known content.
    await folder.put('Sales/old_19990101-000000_3.wav', wav())
    await utimes(join(folder.root, 'Sales/old_19990101-000000_3.wav'), new Date('1999-01-01'), new Date('1999-01-01'))
    await rename(
      join(folder.root, 'Sales/ben_20240116-080000_+27110000002.WAV'),
      join(folder.root, 'Sales/eve_20240116-080000_4.wav'),
    )
    await folder.sync()
    const third = await folder.taken()
    assert.deepEqual(
      { ok: third.last_job.counts.ok, duplicate: third.last_job.counts.duplicate },
      { ok: 1, duplicate: 1 },
    )
    assert.equal((await folder.conversations()).length, 3)
    // The same name with other content.
    await folder.put('Sales/anna_20240115-103000_+27110000001.wav', smallWav(++wavs, 900))
    await folder.sync()
    await folder.taken()
    assert.equal((await folder.conversations()).length, 4)
  })

  test('files from before a time are left alone, and taken when that time is put earlier', async () => {
    const folder = await newFolder({ ...atOnce, since: '2020-01-01T00:00:00+02:00' })
    for (const name of ['old.wav', 'new.wav']) await folder.put(name, wav())
    await utimes(join(folder.root, 'old.wav'), new Date('2019-12-31T21:59:59Z'), new Date('2019-12-31T21:59:59Z'))
    await folder.sync()
    await folder.taken()
    assert.deepEqual(namesOf(await folder.files('taken')), ['new.wav'])
    assert.equal((await folder.files('ignored'))[0].code, 'too_old')
    await folder.change({ since: null })
    await folder.sync()
    await folder.taken()
    assert.deepEqual(namesOf(await folder.files('taken')), ['new.wav', 'old.wav'])
  })

  test('what is still being written waits: until it is the same at two looks, or its marker is there', async () => {
    const folder = await newFolder({ complete_when: { rule: 'steady', steady_seconds: 1 } })
    const whole = wav()
    await folder.put('slow.wav', whole.subarray(0, 500))
    await folder.sync()
    const [waiting] = await folder.files('watching')
    assert.match(waiting.reason, /stay the same for 1 s/)
    await delay(1100)
    await folder.put('slow.wav', whole)
    await folder.sync()
    assert.equal((await folder.read()).files.watching, 1)
    // Nobody asks: the second look is made by itself.
    await delay(1100)
    await until(async () => (await folder.read()).files.taken === 1)
    assert.deepEqual(namesOf(await folder.files('taken')), ['slow.wav'])
    assert.equal((await folder.conversations()).length, 1)

    const marked = await newFolder({ complete_when: { rule: 'marker' }, afterwards: { rule: 'delete' } })
    await marked.put('a.wav', wav())
    await marked.put('b.wav', wav())
    await marked.put('c.wav', wav())
    await marked.put('a.wav.done', '')
    await marked.put('b.DONE', '')
    await marked.sync()
    await marked.taken()
    assert.deepEqual(namesOf(await marked.files('taken')), ['a.wav', 'b.wav'])
    assert.deepEqual(await filesIn(marked.root), ['c.wav'], 'markers go with their recordings')
  })

  test('side-cars: read, counted more than the name, waited for where they are required', async () => {
    const folder = await newFolder({ ...atOnce, pattern: '{agent}_{number}.wav', sidecars: 'required' })
    await folder.put('x_1.wav', wav())
    await folder.put('x_1.wav.json', JSON.stringify({ agent_email: 'thandi@example.com', metadata: { 'Order No': 7 } }))
    await folder.put('x_2.wav', wav())
    await folder.put('x_2.csv', 'Interaction ID;Call Date\r\nABC;2024-02-03 10:00\r\n')
    await folder.put('x_3.wav', wav())
    await folder.put('x_4.wav', wav())
    await folder.put('x_4.json', '{"agent": ')
    await folder.put('x_5.wav', wav())
    await folder.put('metadata.csv', `filename,agent_name,team\n"x_5.WAV",Zoë,Sales\n`)
    await folder.sync()
    await folder.taken()
    const calls = await folder.conversations()
    assert.deepEqual(
      calls.map(({ file_name }) => file_name),
      ['x_1.wav', 'x_2.wav', 'x_5.wav'],
    )
    assert.equal(calls[0].agent_given.email, 'thandi@example.com')
    assert.equal(calls[0].customer_ref, '1')
    assert.equal(calls[0].metadata['Order No'], 7)
    assert.equal(calls[1].external_id, 'ABC')
    assert.equal(calls[1].started_at.toISOString(), '2024-02-03T08:00:00.000Z')
    assert.equal(calls[2].agent_given.name, 'Zoë')
    const waiting = new Map((await folder.files('watching')).map((one: Json) => [one.path, one]))
    assert.equal(waiting.get('x_3.wav').code, 'no_sidecar')
    assert.equal(waiting.get('x_4.wav').code, 'sidecar_unreadable')
    assert.match(waiting.get('x_4.wav').reason, /x_4\.json is not valid JSON/)
  })

  test('afterwards: moved by date, failed ones apart; what was missed is done by the next sync', async () => {
    const folder = await newFolder({
      ...atOnce,
      depth: 5,
      afterwards: { rule: 'move', to: 'done/{date:YYYY/MM}', failed_to: 'bad' },
    })
    await folder.put('in/a.wav', wav())
    await folder.put('in/a.json', '{"direction": "inbound"}')
    await folder.put('in/b.wav', 'this is no recording at all, whatever its name says')
    await folder.sync()
    const seen = await folder.taken()
    const month = new Date().toISOString().slice(0, 7).replace('-', '/')
    assert.deepEqual(await filesIn(folder.root), ['bad/in/b.wav', `done/${month}/in/a.json`, `done/${month}/in/a.wav`])
    assert.deepEqual(namesOf(await folder.files('failed')), ['in/b.wav'])
    assert.equal((await folder.sync()).last_job_id, seen.last_job_id, 'what was moved is not seen again')
    assert.equal((await folder.conversations()).length, 1)
  })

  test('what cannot be done afterwards: taken in all the same, a warning, and done when it can be', async () => {
    const folder = await newFolder({ ...atOnce, pattern: '*.wav', afterwards: { rule: 'move', to: 'done' } })
    await folder.put('done', 'a file where the folder should be')
    for (const name of ['a.wav', 'b.wav']) await folder.put(name, wav())
    await folder.sync()
    assert.equal((await folder.taken()).last_job.counts.ok, 2)
    const warned = await folder.sync()
    assert.match(warned.health.warnings.join(), /^Files are not moved to done afterwards: /)
    assert.equal(warned.health.state, 'ok')
    await unlink(join(folder.root, 'done'))
    const mended = await folder.sync()
    assert.deepEqual(mended.health.warnings, [])
    assert.deepEqual(await filesIn(folder.root), ['done/a.wav', 'done/b.wav'])
    assert.equal((await folder.conversations()).length, 2)
  })

  test('more than one sync takes: the rest follows by itself, oldest first', async () => {
    const folder = await newFolder({ ...atOnce, files_per_sync: 2, is_active: false })
    for (const [name, day] of [
      ['c', 3],
      ['a', 1],
      ['e', 5],
      ['b', 2],
      ['d', 4],
    ] as const) {
      await folder.put(`${name}.wav`, wav())
      await utimes(join(folder.root, `${name}.wav`), new Date(2020, 1, day), new Date(2020, 1, day))
    }
    await folder.change({ is_active: true })
    await until(async () => (await folder.read()).files.taken === 5, 30_000)
    const jobs = await harness.json('/v1/ingest-jobs?source=remote_folder', { headers: folder.customer.headers })
    const names = jobs.jobs.map((one: Json) => one.name).sort()
    assert.deepEqual(names, ['Calls: 1 file', 'Calls: 2 files', 'Calls: 2 files'])
    const first = await harness.json(`/v1/ingest-jobs/${jobs.jobs.at(-1).job_id}/items`, {
      headers: folder.customer.headers,
    })
    assert.deepEqual(
      first.items.map((one: Json) => one.name),
      ['a.wav', 'b.wav'],
    )
  })

  test('a file that is gone or has changed when its turn comes is no loss and no half', async () => {
    const folder = await newFolder({ ...atOnce, is_active: false })
    for (const name of ['changed.wav', 'gone.wav', 'same.wav']) await folder.put(name, wav())
    // The load is not due yet: the files change after they were listed and before they are read.
    const { db } = harness.app
    await sql`create function not_yet() returns trigger language plpgsql
      as $$ begin new.start_after := now() + interval '1 hour'; return new; end $$`.execute(db)
    await sql`create trigger not_yet before insert on pgboss.job for each row
      when (new.name = 'ingest.run') execute function not_yet()`.execute(db)
    await folder.change({ is_active: true })
    await until(async () => (await folder.read()).files.queued === 3)
    await sql`drop trigger not_yet on pgboss.job`.execute(db)
    await unlink(join(folder.root, 'gone.wav'))
    await folder.put('changed.wav', smallWav(++wavs, 1000))
    await sql`update pgboss.job set start_after = now() where name = 'ingest.run'`.execute(db)
    await folder.taken()
    await folder.sync()
    const seen = await folder.taken()
    assert.deepEqual(namesOf(await folder.files('taken')), ['changed.wav', 'same.wav'])
    assert.equal(seen.files.failed, 0)
    const names = (await folder.conversations()).map(({ file_name }) => file_name)
    assert.ok(names.includes('changed.wav') && names.includes('same.wav'))
    const { size_bytes } = (await folder.files('taken'))[0]
    assert.equal(size_bytes, smallWav(1, 1000).length)
  })
})

async function until(isSo: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await isSo()); await delay(30)) {
    if (Date.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${isSo}`)
  }
}
