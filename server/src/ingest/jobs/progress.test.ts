import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readEvents, type ServerEvent } from '../../../test/event-stream.ts'
import { type Jobs, openJobs } from '../../../test/ingest-jobs.ts'
import { inScope } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import { endJob } from './end-job.ts'
import { failItem, settleItems } from './items.ts'
import { type Progresses, progresses } from './progress.ts'
import type { IngestJob } from './shapes.ts'

describe('the progress of a job, as events', () => {
  let root: string
  let jobs: Jobs
  let progress: Progresses
  let by: Principal
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'indaba-progress-'))
    jobs = await openJobs(root)
    progress = progresses(jobs.db)
    by = await jobs.by()
  })
  after(async () => {
    progress?.stop()
    await jobs?.close()
    await rm(root, { recursive: true, force: true })
  })

  const open = (job: IngestJob, { lastEventId = null as string | null, signal = new AbortController().signal } = {}) =>
    inScope([by.orgId], () => progress.open({ orgId: by.orgId, jobId: job.id }, { lastEventId, signal }))
  const place = (job: IngestJob, position: number) => ({ orgId: by.orgId, jobId: job.id, position })
  const ok = (job: IngestJob, position: number) =>
    inScope([by.orgId], () =>
      settleItems(jobs.db, [
        { ...place(job, position), state: 'ok', conversation_id: null, code: null, reason: null, warnings: [] },
      ]),
    )
  const fail = (job: IngestJob, position: number) =>
    inScope([by.orgId], () =>
      failItem(jobs.db, by.orgId, { jobId: job.id, position }, { code: 'late', reason: 'It came\nlate.' }),
    )
  const end = (job: IngestJob) => jobs.write(by.orgId, (tx) => endJob(tx, job, async () => undefined))
  const kinds = (events: ServerEvent[]) => events.map(({ event }) => event)
  const data = (event: ServerEvent | undefined) => JSON.parse(event?.data ?? 'null')

  test('counts when they change, each failure once, and the end', async () => {
    const job = await jobs.job(by, {}, ['a.wav', 'b.wav', 'c.wav!'])
    const seen: ServerEvent[] = []
    for await (const event of readEvents(open(job))) {
      seen.push(event)
      if (seen.length === 2) await ok(job, 0)
      if (seen.length === 3) await fail(job, 1).then(() => end(job))
    }
    assert.deepEqual(kinds(seen), ['progress', 'item', 'progress', 'progress', 'item', 'ended'])
    assert.deepEqual(data(seen[0]).counts, { total: 3, ok: 0, failed: 1, duplicate: 0, waiting: 2, cancelled: 0 })
    assert.equal(data(seen[0]).progress.share, 0.3333)
    assert.equal(data(seen[1]).name, 'c.wav!')
    assert.equal(data(seen[2]).counts.ok, 1)
    assert.deepEqual(data(seen[4]), {
      position: 1,
      name: 'b.wav',
      state: 'failed',
      code: 'late',
      reason: 'It came\nlate.',
      attempt: 1,
    })
    assert.equal(data(seen[5]).state, 'partial')
    assert.equal(seen[5]?.id, 'ended')
    assert.ok(Number(seen[4]?.id) > 0)
  })

  test('many failures at one moment come all, and resuming goes on from there', async () => {
    const names = Array.from({ length: 450 }, (_, index) => `${index}!`)
    const job = await jobs.job(by, {}, names)
    await end(job)
    const all = await Array.fromAsync(readEvents(open(job)))
    assert.equal(new Set(all.filter(({ event }) => event === 'item').map((one) => data(one).position)).size, 450)
    assert.equal(all.length, 452)
    const later = String(Number(all.at(-2)?.id) + 60_000)
    assert.deepEqual(kinds(await Array.fromAsync(readEvents(open(job, { lastEventId: later })))), ['progress', 'ended'])
    for (const lastEventId of ['nonsense', '-1', '9'.repeat(400), 'ended']) {
      assert.equal((await Array.fromAsync(readEvents(open(job, { lastEventId })))).length, 452, lastEventId)
    }
  })

  test('it stops when the client leaves, when the job is deleted, and when the server stops', async () => {
    const job = await jobs.job(by, {}, ['a.wav'])
    const leaving = new AbortController()
    for await (const _ of readEvents(open(job, { signal: leaving.signal }))) leaving.abort()
    const deleted = await jobs.job(by, {}, ['a.wav'])
    for await (const _ of readEvents(open(deleted)))
      await jobs.write(by.orgId, (tx) => tx.deleteFrom('ingest_jobs').where('id', '=', deleted.id).execute())
    const own = progresses(jobs.db)
    const key = { orgId: by.orgId, jobId: job.id }
    const stream = inScope([by.orgId], () => own.open(key, { lastEventId: null, signal: new AbortController().signal }))
    for await (const _ of readEvents(stream)) own.stop()
  })

  test('another organisation sees nothing of it, and too many streams are refused until some end', async () => {
    const job = await jobs.job(by, {}, ['a.wav'])
    const other = await jobs.by()
    const asked = { lastEventId: null, signal: new AbortController().signal }
    const foreign = inScope([other.orgId], () => progress.open({ orgId: by.orgId, jobId: job.id }, asked))
    assert.deepEqual(await Array.fromAsync(readEvents(foreign)), [])
    const streams = Array.from({ length: 20 }, () => open(job))
    assert.throws(
      () => open(job),
      (err) => err instanceof Problem && err.kind === 'limited',
    )
    await Promise.all(streams.map((stream) => new Promise((resolve) => stream.once('close', resolve).destroy())))
    open(job).destroy()
  })
})
