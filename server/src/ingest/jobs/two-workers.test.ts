import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { type Jobs, openJobs } from '../../../test/ingest-jobs.ts'
import { orgReader } from '../../access/index.ts'
import { inScope } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { openLog } from '../../platform/log.ts'
import { openStore, storeKey } from '../../storage/index.ts'
import { accepting } from '../accept.ts'
import { intake } from './intake.ts'
import { getItem } from './items.ts'
import { getJob } from './jobs.ts'
import { runWorker } from './run-job.ts'
import type { IngestItem, OpenSource } from './shapes.ts'
import { storeKeyOf } from './stage-item.ts'

const { signal } = new AbortController()

describe('two workers on one ingest job', () => {
  let root: string
  let jobs: Jobs
  let store: ReturnType<typeof openStore>
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'indaba-two-workers-'))
    jobs = await openJobs(root)
    store = openStore({ kind: 'local', root })
  })
  after(async () => {
    store?.close()
    await jobs?.close()
    await rm(root, { recursive: true, force: true })
  })

  const source = (read: OpenSource['read']): OpenSource => ({
    expand: async () => ({ items: [], warnings: [], findings: {} }),
    read,
    close: async () => undefined,
  })
  const recording = async () => ({
    kind: 'recording' as const,
    stream: Readable.from([Buffer.from('the recording')]),
    fileName: 'a.wav',
    contentType: null,
    modifiedAt: null,
  })
  const isThere = (key: string) => store.stat(key).then(Boolean)

  /** `meanwhile`: after a recording is staged, before it is taken in. */
  async function takeOne(by: Principal, read: OpenSource['read'], place: IngestItem, meanwhile = async () => {}) {
    const accept = accepting({ db: jobs.db, next: async () => undefined })
    const take = intake({
      db: jobs.db,
      store,
      accept: async (submission) => meanwhile().then(() => accept(submission)),
      timeZone: 'UTC',
      recordingBytesMax: 1000,
      checkRecording: async () => undefined,
      fetchFile: async () => assert.fail('it has no address'),
      peopleOf: () => () => assert.fail('it names nobody'),
    })
    const job = await getJob(jobs.db, by.orgId, place.job_id)
    assert.ok(job)
    return take(job, await orgReader(jobs.db)(by.orgId), source(read))(place, signal)
  }

  async function newItem(by: Principal) {
    const { id: jobId } = await jobs.job(by, {}, ['a.wav'])
    const find = async () => (await getItem(jobs.db, { orgId: by.orgId, jobId }, 0)) as IngestItem
    return { find, item: await find() }
  }

  const within = async (work: (by: Principal) => Promise<void>) => {
    const by = await jobs.by()
    await inScope([by.orgId], () => work(by))
  }

  test('what one of them could not read, and the other is taking in, keeps its bytes', () =>
    within(async (by) => {
      const { item, find } = await newItem(by)
      const lost = () => takeOne(by, () => Promise.reject(new Error('The connection was lost.')), item)
      const outcome = await takeOne(by, recording, item, () => assert.rejects(lost(), /connection was lost/))
      assert.equal(outcome, 'ok')
      assert.equal((await find()).state, 'ok')
      assert.ok(await isThere(storeKeyOf(item)))
    }))

  test('taken in by both, it is one conversation with its bytes', () =>
    within(async (by) => {
      const { item, find } = await newItem(by)
      const second = () => takeOne(by, recording, item)
      await assert.rejects(
        takeOne(by, recording, item, async () => assert.equal(await second(), 'ok')),
        { code: 'item_settled' },
      )
      assert.equal((await find()).state, 'ok')
      assert.ok(await isThere(storeKeyOf(item)))
    }))

  test('what is refused, or is here already, leaves nothing in the store', () =>
    within(async (by) => {
      const [first, copy, bad] = [await newItem(by), await newItem(by), await newItem(by)]
      assert.equal(await takeOne(by, recording, first.item), 'ok')
      assert.equal(await takeOne(by, recording, copy.item), 'duplicate')
      const large = async () => ({ ...(await recording()), stream: Readable.from([Buffer.alloc(2000)]) })
      await assert.rejects(takeOne(by, large, bad.item), { kind: 'too_large' })
      assert.equal((await bad.find()).state, 'failed')
      for (const { item } of [copy, bad]) assert.equal(await isThere(storeKeyOf(item)), false)
    }))

  const worker = (input: { fetched?: () => Promise<void>; ended?: () => void }) =>
    runWorker({
      db: jobs.db,
      queue: () => assert.fail('nothing is left to do'),
      log: openLog('silent'),
      sources: { zip: { open: async () => source(() => assert.fail('it is empty')) } },
      takeItem: () => () => assert.fail('it is empty'),
      async fetchArchive({ org_id, id }) {
        const key = storeKey(org_id, 'batch', id)
        await store.put(key, Readable.from([Buffer.from('the archive')]), { sizeBytesMax: 1000 })
        await input.fetched?.()
        return { store_key: key, size_bytes: 11 }
      },
      removeArchive: ({ store_key }) => store.delete(store_key),
      tellEnd: async () => input.ended?.(),
    })

  test('an archive that both have fetched stays, and the end is told once', () =>
    within(async (by) => {
      const job = await jobs.job(by, { state: 'uploading', file_url: 'https://example.com/a.zip' })
      const run = { orgId: by.orgId, jobId: job.id }
      let ends = 0
      const ended = () => void ends++
      const handle = (fetched = async () => {}) =>
        worker({ fetched, ended }).handle(run, { attempt: 1, signal }) as Promise<Parameters<Jobs['write']>[1]>
      const writes = [] as Parameters<Jobs['write']>[1][]
      const late = await handle(async () => void writes.push(await handle()))
      assert.equal(late, undefined)
      assert.ok(await isThere(storeKey(by.orgId, 'batch', job.id)))
      writes.push(await handle())
      for (const write of writes) await jobs.write(by.orgId, write)
      assert.equal((await getJob(jobs.db, by.orgId, job.id))?.state, 'done')
      assert.equal(ends, 1)
    }))
})
