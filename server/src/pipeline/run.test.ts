import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type Customer, type Harness, type Json, startHarness } from '../../test/harness.ts'
import { sampleCall } from '../../test/journeys/sample-call.ts'
import { type Db, openDb, type Tx } from '../platform/db/db.ts'
import type { Job, Worker } from '../platform/jobs/job.ts'
import { type ClaimedJob, openQueue, type Queue } from '../platform/jobs/queue.ts'
import { openLog } from '../platform/log.ts'
import { openStore } from '../storage/index.ts'
import { type Pipeline, pipeline, pipelineJobs, playbackJob } from './index.ts'
import type { Advance } from './run.ts'
import { stagesOf } from './stage.ts'

const log = openLog('silent')
const never = new AbortController().signal
const noFetch = () => Promise.reject(new Error('nothing is fetched here'))
const rolledBack = Symbol('rolled back')

const chat = {
  messages: [
    {
      sender: 'customer',
      message: 'Good day, my order has not come and I am very unhappy.',
      timestamp: '2026-01-05T09:00:00Z',
    },
    {
      sender: 'agent',
      message: 'I am sorry to hear that. I will look into it at once.',
      timestamp: '2026-01-05T09:00:30Z',
    },
  ],
}

describe('the pipeline, stage by stage', () => {
  let harness: Harness
  let customer: Customer
  let db: Db
  let queue: Queue
  let house: Pipeline
  let recording: Buffer
  const jobs = pipelineJobs({ workers: 4, callsInProgressMax: 10 })

  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    customer = await harness.customer()
    db = openDb({ url: harness.databaseUrl, connectionsMax: 4, as: 'owner' })
    queue = await openQueue({
      url: harness.databaseUrl,
      jobs: [jobs.voice, jobs.chat, playbackJob],
      log,
      supervise: false,
    })
    const engine = { url: null, apiKey: null, model: null, fetch: noFetch }
    house = await pipeline({
      db,
      queue,
      jobs,
      log,
      store: openStore({ kind: 'local', root: join(harness.dataDir, 'store') }),
      workDir: join(harness.dataDir, 'work'),
      speech: { ...engine, engine: 'none', modelDir: '' },
      language: { ...engine, engine: 'builtin' },
      agentChannel: 0,
      copies: { copies: 'needed', wavBytesMax: 2 ** 30 },
    })
    recording = await readFile(sampleCall)
  })
  after(async () => {
    await house?.close()
    await queue?.stop()
    await db?.destroy()
    await harness?.stop()
  })

  async function sendCall(): Promise<string> {
    const form = new FormData()
    form.set('allow_duplicate', 'true')
    form.set('file', new Blob([new Uint8Array(recording)]), 'call.wav')
    return (await harness.json('/api/process-call', { method: 'POST', headers: customer.headers, body: form })).call_id
  }

  const sendChat = async (fields: object = {}) => {
    const headers = { ...customer.headers, 'content-type': 'application/json' }
    const body = JSON.stringify({ ...chat, allow_duplicate: true, ...fields })
    return (await harness.json('/v1/chats/upload', { method: 'POST', headers, body })).chat_id.replace(
      'vela_chat_',
      '',
    ) as string
  }

  const workerOf = (job: Job<Advance>) => house.workers.find((one) => one.job.name === job.name) as Worker<Advance>
  const read = (id: string) => harness.json(`/v1/conversations/${id}`, { headers: customer.headers })

  async function handle(job: Job<Advance>, claimed: ClaimedJob) {
    return workerOf(job).handle(claimed.input as Advance, { attempt: claimed.retryCount + 1, signal: never })
  }

  const inVain = (work: (tx: Tx) => Promise<unknown>) =>
    db
      .transaction()
      .execute(async (tx) => {
        await work(tx)
        throw rolledBack
      })
      .catch((err) => {
        if (err !== rolledBack) throw err
      })

  async function runOnce(job: Job<Advance>, claimed: ClaimedJob): Promise<void> {
    const write = await handle(job, claimed)
    await db.transaction().execute(async (tx) => {
      assert.ok(await queue.complete(tx, job, claimed))
      await write?.(tx)
    })
  }

  /** Everything that is stored of a conversation, but for times, ids and the places of change. */
  async function rowsOf(id: string): Promise<Record<string, unknown[]>> {
    const fresh = new Set([
      'id',
      'conversation_id',
      'created_at',
      'started_at',
      'ended_at',
      'updated_at',
      'received_at',
    ])
    for (const name of [
      'completed_at',
      'occurred_at',
      'seq',
      'previous_seq',
      'queue_tag',
      'analysis_id',
      'store_key',
      'data',
      'content_hash',
    ])
      fresh.add(name)
    const all: Record<string, unknown[]> = {}
    for (const table of ['conversations', 'recordings', 'transcripts', 'analyses', 'stages', 'events'] as const) {
      const key = sql.ref(table === 'conversations' ? 'id' : 'conversation_id')
      const { rows } = await sql<
        Record<string, unknown>
      >`select * from ${sql.table(table)} where ${key} = ${id}`.execute(db)
      const plain = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !fresh.has(name))))
      all[table] = plain.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
    }
    return all
  }

  const storedAudio = async () =>
    (await readdir(join(harness.dataDir, 'store'), { recursive: true })).filter((name) =>
      /work(left|right)\/./.test(name),
    )

  for (const channel of ['voice', 'chat'] as const) {
    const job = jobs[channel]
    const send = () => (channel === 'voice' ? sendCall() : sendChat())

    test(`${channel}: each stage rolled back twice, then run by two jobs, leaves what one undisturbed run leaves`, async () => {
      const calm = await send()
      for (const stage of stagesOf[channel]) {
        const [claimed, ...more] = await queue.claim(db, job, 4)
        assert.ok(claimed && more.length === 0)
        assert.equal((claimed.input as Advance).stage, stage)
        await runOnce(job, claimed)
      }
      const stormy = await send()
      for (const stage of stagesOf[channel]) {
        const [claimed] = await queue.claim(db, job, 4)
        assert.ok(claimed)
        assert.equal((claimed.input as Advance).stage, stage)
        for (let n = 0; n < 2; n++) {
          const write = await handle(job, claimed)
          await inVain(async (tx) => write?.(tx))
        }
        await db.transaction().execute((tx) => queue.enqueue(tx, job, [{ input: claimed.input }]))
        const [again] = await queue.claim(db, job, 4)
        await runOnce(job, claimed)
        await runOnce(job, again as ClaimedJob)
        // Both jobs have put the next stage into the queue: one of them is taken away again.
        const doubled = await queue.claim(db, job, 4)
        for (const [index, one] of doubled.entries()) {
          await db
            .transaction()
            .execute((tx) => (index > 0 ? queue.complete(tx, job, one) : queue.handBack(tx, job, one)))
        }
      }
      assert.deepEqual(await queue.claim(db, job, 4), [])
      assert.equal((await read(stormy)).status, 'completed')
      assert.deepEqual(await rowsOf(stormy), await rowsOf(calm))
      assert.deepEqual(await storedAudio(), [])
    })

    test(`${channel}: deleted while a stage is at work: nothing is written, nothing is left`, async () => {
      for (const stage of stagesOf[channel]) {
        const id = await send()
        for (;;) {
          const [claimed] = (await queue.claim(db, job, 1)) as [ClaimedJob]
          if ((claimed.input as Advance).stage !== stage) {
            await runOnce(job, claimed)
            continue
          }
          const write = await handle(job, claimed)
          await fetch(`${harness.url}/v1/conversations/${id}`, { method: 'DELETE', headers: customer.headers })
          await db.transaction().execute(async (tx) => {
            await queue.complete(tx, job, claimed)
            await write?.(tx)
          })
          break
        }
        assert.deepEqual(await queue.claim(db, job, 1), [], stage)
        assert.deepEqual(await storedAudio(), [], stage)
      }
    })
  }

  test('a job whose conversation is gone before it begins ends quietly and leaves no audio', async () => {
    const id = await sendCall()
    const [decoding] = (await queue.claim(db, jobs.voice, 1)) as [ClaimedJob]
    await runOnce(jobs.voice, decoding)
    assert.equal((await storedAudio()).length, 2)
    await fetch(`${harness.url}/v1/conversations/${id}`, { method: 'DELETE', headers: customer.headers })
    const [next] = (await queue.claim(db, jobs.voice, 1)) as [ClaimedJob]
    await runOnce(jobs.voice, next)
    assert.deepEqual(await queue.claim(db, jobs.voice, 1), [])
    assert.deepEqual(await storedAudio(), [])
  })

  test('a chat that is sent again with other content while a stage works on the older one: only the newer counts', async () => {
    const id = await sendChat({ session_id: 'twice' })
    const [older] = (await queue.claim(db, jobs.chat, 1)) as [ClaimedJob]
    const write = await handle(jobs.chat, older)
    const messages = [
      ...chat.messages,
      { sender: 'customer', message: 'Thank you, that is wonderful.', timestamp: '2026-01-05T09:01:00Z' },
    ]
    assert.equal(await sendChat({ session_id: 'twice', messages }), id)
    await db.transaction().execute(async (tx) => {
      assert.ok(await queue.complete(tx, jobs.chat, older))
      await write?.(tx)
    })
    for (let [one] = await queue.claim(db, jobs.chat, 1); one; [one] = await queue.claim(db, jobs.chat, 1)) {
      assert.equal((one.input as Advance).version, 2)
      await runOnce(jobs.chat, one)
    }
    const seen = await read(id)
    assert.equal(seen.status, 'completed')
    assert.equal(seen.version, 2)
    assert.equal(seen.transcript.turns.length, 3)
    assert.deepEqual((await rowsOf(id)).events?.map((one: Json) => one.type).sort(), [
      'chat.completed',
      'chat.received',
      'chat.updated',
    ])
  })

  test('bury: says which stage and why, tells the world once, and leaves an ended conversation alone', async () => {
    const id = await sendCall()
    const [claimed] = (await queue.claim(db, jobs.voice, 1)) as [ClaimedJob]
    const worker = workerOf(jobs.voice)
    const run = { attempt: 11, signal: never }
    await db.transaction().execute(async (tx) => {
      await worker.postpone?.(claimed.input as Advance, run, new Error('secret of the house'))(tx)
      assert.ok(await queue.complete(tx, jobs.voice, claimed))
    })
    assert.equal((await read(id)).status, 'queued')
    for (let n = 0; n < 2; n++) {
      const write = await worker.bury(claimed.input as Advance)
      await db.transaction().execute(async (tx) => write?.(tx))
    }
    const { status, failure, stages } = await read(id)
    assert.equal(status, 'failed')
    assert.equal(failure.stage, 'decode')
    assert.equal(failure.code, 'internal_error')
    assert.match(failure.reason, /every try/)
    assert.doesNotMatch(JSON.stringify({ failure, stages }), /secret of the house/)
    assert.equal(stages[0].attempt, 11)
    assert.deepEqual((await rowsOf(id)).events?.map((one: Json) => one.type).sort(), ['call.failed', 'call.received'])
  })
})
