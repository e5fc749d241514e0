import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Jobs, openJobs } from '../../../test/ingest-jobs.ts'
import { inScope } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { storeKey } from '../../storage/index.ts'
import { endJob } from './end-job.ts'
import { countItems, listItems } from './items.ts'
import { jobChanges } from './job-changes.ts'
import { changeJob, getJob } from './jobs.ts'
import type { IngestJob, JobState } from './shapes.ts'

describe('what people do to ingest jobs', () => {
  let root: string
  let jobs: Jobs
  let changes: ReturnType<typeof jobChanges>
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'indaba-changes-'))
    jobs = await openJobs(root)
    changes = jobChanges(jobs.effects)
  })
  after(async () => {
    await jobs?.close()
    await rm(root, { recursive: true, force: true })
  })

  const parts = (by: Principal) => [{ store_key: storeKey(by.orgId, 'batch', newId()), size_bytes: 9 }]
  const end = (job: IngestJob) => jobs.write(job.org_id, (tx) => endJob(tx, job, async () => assert.fail('not over')))
  const now = ({ org_id, id }: IngestJob) =>
    inScope([org_id], async () => ({
      job: await getJob(jobs.db, org_id, id),
      counts: await countItems(jobs.db, { orgId: org_id, jobId: id }),
    }))
  const toState = (job: IngestJob, state: JobState) => jobs.write(job.org_id, (tx) => changeJob(tx, job, { state }))
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (err) => (err instanceof Problem ? err.code : assert.fail(err)),
    )
  const start = (by: Principal, { id }: IngestJob, options = {}) =>
    jobs.write(by.orgId, (tx) => changes.start(tx, by, id, options))
  const cancel = (by: Principal, { id }: IngestJob) => jobs.write(by.orgId, (tx) => changes.cancel(tx, by, id))
  const retry = (by: Principal, { id }: IngestJob, which = {}) =>
    jobs.write(by.orgId, (tx) => changes.retry(tx, by, id, which))
  const close = (by: Principal, { id }: IngestJob) => jobs.write(by.orgId, (tx) => changes.close(tx, by, id))
  const remove = (by: Principal, { id }: IngestJob) => jobs.write(by.orgId, (tx) => changes.remove(tx, by, id))

  test('a planned job starts once, with what was changed, and tries all that can be read', async () => {
    const by = await jobs.by()
    const people = { agents: { a: 'A' }, teams: { t: 'T' } }
    const given = { is_dry_run: true, parts: parts(by), options: { people } }
    const job = await jobs.job(by, given, ['a!', 'b!', 'c?'])
    await end(job)
    assert.equal((await now(job)).job?.state, 'planned')
    const other = { ...by, actor: 'user:other' }
    const twice = await Promise.all([1, 2].map(() => codeOf(start(other, job, { people: { agents: { b: 'B' } } }))))
    assert.deepEqual(twice.sort(), ['done', 'not_planned'])
    const { job: started, counts } = await now(job)
    assert.equal(started?.state, 'expanded')
    assert.equal(started?.is_dry_run, false)
    assert.equal(started?.counts, null)
    assert.equal(started?.ended_at, null)
    assert.deepEqual([started?.sent_by.actor, started?.made_by], ['user:other', by.actor])
    assert.deepEqual(started?.options.people, { agents: { a: 'A', b: 'B' }, teams: { t: 'T' } })
    assert.deepEqual({ waiting: counts.waiting, failed: counts.failed }, { waiting: 2, failed: 1 })
    assert.deepEqual(await jobs.waiting(by.orgId), { runs: 1, removals: 0 })
  })

  test('retry: all, by code, or one; never what could not be read, and never without its source', async () => {
    const by = await jobs.by()
    const job = await jobs.job(by, { parts: parts(by) }, ['a!', 'b!', 'c?'])
    await end(job)
    assert.equal(await codeOf(retry(by, job, { codes: ['other'] })), 'nothing_to_retry')
    assert.equal(await codeOf(retry(by, job, { position: 2 })), 'nothing_to_retry')
    assert.equal(await codeOf(retry(by, job, { position: 99 })), 'not_found')
    assert.equal(await retry(by, job, { position: 1 }), 1)
    assert.equal(await codeOf(retry(by, job, { position: 1 })), 'item_not_failed')
    assert.equal((await now(job)).job?.state, 'expanded')
    assert.equal(await retry(by, job, { codes: ['bad'] }), 1)
    assert.equal(await codeOf(retry(by, job)), 'nothing_to_retry')
    assert.deepEqual((await now(job)).counts, { total: 3, ok: 0, duplicate: 0, cancelled: 0, waiting: 2, failed: 1 })

    const gone = await jobs.job(by, {}, ['a!'])
    await end(gone)
    assert.equal(await codeOf(retry(by, gone)), 'source_gone')
    assert.equal((await now(gone)).counts.failed, 1)
    const remote = await jobs.job(by, { source: 'remote_folder', source_id: newId() }, ['a!'])
    await end(remote)
    assert.equal(await retry(by, remote), 1)
    const single = await jobs.job(by, { source: 'api', state: 'open' }, ['a!'])
    assert.equal(await codeOf(retry(by, single)), 'source_gone')
  })

  test('a job that could not be read at all is read anew, from what was sent or fetched once more', async () => {
    const by = await jobs.by()
    for (const [given, expected] of [
      [{ parts: parts(by), state: 'failed' as const }, 'received'],
      [{ file_url: 'https://example.org/a.zip', state: 'failed' as const }, 'uploading'],
    ] as const) {
      const job = await jobs.job(by, given)
      assert.equal(await retry(by, job), 0)
      assert.equal((await now(job)).job?.state, expected)
    }
    const lost = await jobs.job(by, { state: 'failed' })
    assert.equal(await codeOf(retry(by, lost)), 'source_gone')
    assert.deepEqual(await jobs.waiting(by.orgId), { runs: 2, removals: 0 })
  })

  test('cancel: what waits is cancelled, the archive goes, and that is the end of it', async () => {
    const by = await jobs.by()
    const job = await jobs.job(by, { parts: parts(by) }, ['a', 'b!', 'c'])
    await cancel(by, job)
    const { job: cancelled, counts } = await now(job)
    assert.equal(cancelled?.state, 'cancelled')
    assert.deepEqual(cancelled?.parts, [])
    assert.deepEqual(cancelled?.counts, counts)
    assert.deepEqual({ cancelled: counts.cancelled, failed: counts.failed }, { cancelled: 2, failed: 1 })
    assert.equal((await jobs.waiting(by.orgId))?.removals, 1)
    assert.equal(await codeOf(cancel(by, job)), 'job_ended')
    assert.equal(await codeOf(retry(by, job)), 'not_retryable')
    for (const state of ['open', 'uploading', 'received', 'planned'] as const) {
      const another = await jobs.job(by, { state })
      await cancel(by, another)
      assert.equal((await now(another)).job?.state, 'cancelled', state)
    }
  })

  test('close: what was announced and never came has failed', async () => {
    const by = await jobs.by()
    const job = await jobs.job(by, { source: 'api', state: 'open' }, ['a', 'b!'])
    await close(by, job)
    assert.equal((await now(job)).job?.state, 'partial')
    const items = await inScope([by.orgId], () =>
      listItems(jobs.db, { orgId: by.orgId, jobId: job.id }, { after: null, limit: 9 }),
    )
    assert.deepEqual(
      items.map(({ code }) => code),
      ['never_sent', 'bad'],
    )
    assert.equal(await codeOf(close(by, job)), 'job_not_open')
  })

  test('delete: only what has ended, with its items and its archive', async () => {
    const by = await jobs.by()
    const job = await jobs.job(by, { parts: parts(by) }, ['a!'])
    for (const state of ['open', 'uploading', 'received', 'expanded'] as const) {
      await toState(job, state)
      assert.equal(await codeOf(remove(by, job)), 'job_not_ended', state)
    }
    await toState(job, 'partial')
    await remove(by, job)
    assert.deepEqual(await now(job), {
      job: null,
      counts: { total: 0, ok: 0, duplicate: 0, cancelled: 0, waiting: 0, failed: 0 },
    })
    assert.equal((await jobs.waiting(by.orgId))?.removals, 1)
    assert.equal(await codeOf(remove(by, job)), 'not_found')
  })

  test('jobs of other organisations, and of others for whoever has access to a part, are not there', async () => {
    const by = await jobs.by()
    const job = await jobs.job(by, { parts: parts(by) }, ['a!'])
    const stranger = await jobs.by()
    const partial: Principal = { ...by, actor: 'user:part', reach: { column: 'team', values: ['North'] } }
    const deeds = [start, cancel, retry, close, remove]
    for (const who of [stranger, partial]) {
      for (const deed of deeds) assert.equal(await codeOf(deed(who, job)), 'not_found', deed.name)
    }
    const own = await jobs.job(partial, { state: 'open' })
    assert.equal(await codeOf(close(partial, own)), 'done')
    assert.equal((await now(job)).job?.state, 'expanded')
  })
})
