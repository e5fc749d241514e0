import assert from 'node:assert/strict'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { pocketsphinxEngine } from '../../src/pipeline/engines/speech/pocketsphinx.ts'
import { startTranscriptionServer, type TranscriptionServer } from '../fakes/transcription-server.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { distinctCall, monoCall } from './sample-call.ts'
import { startSpeechServer } from './speech-server.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

const stages = ['decode', 'transcribe', 'diarise', 'measure', 'analyse', 'complete']
const promisedMs = 60_000
/** Any number that no other advisory lock of the database uses. */
const gateKey = 7_204_399

async function until<T>(
  find: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = 20_000,
): Promise<T> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const found = await find()
    if (found) return found
    if (Date.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${find}`)
    await delay(50)
  }
}

/** What must not depend on who did the work, or on how often it was begun. */
function findings({ transcript, metrics, participants, analysis, duration }: Json) {
  const { keywords, summary, sentiment, languages } = analysis
  const turns = transcript.turns.map(({ id: _, ...turn }: Json) => turn)
  return { turns, metrics, participants, keywords, summary, sentiment, languages, duration }
}

describe('workers that are killed, stopped, and side by side', () => {
  let harness: Harness
  let customer: Customer
  let speech: TranscriptionServer
  let database: pg.Client
  const workers = new Set<WorkerProcess>()

  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    customer = await harness.customer()
    speech = await startTranscriptionServer()
    database = new pg.Client({ connectionString: harness.databaseUrl, options: '-c app.orgs=*' })
    await database.connect()
    // A gate in front of the end of a stage: the worker's transaction waits in it while a test holds the lock.
    await database.query(`
      create table gates (conversation_id uuid, stage text);
      create function pass_gate() returns trigger language plpgsql as $$
      begin
        if new.status in ('ok', 'skipped')
          and exists (select 1 from gates where conversation_id = new.conversation_id and stage = new.name) then
          perform pg_advisory_xact_lock_shared(${gateKey});
        end if;
        return new;
      end $$;
      create trigger gate before insert or update on stages for each row execute function pass_gate();`)
  })
  after(async () => {
    await Promise.all([...workers].map((one) => one.kill()))
    await database?.end()
    await harness?.stop()
    await speech?.close()
  })

  const start = async (env: Record<string, string> = {}) => {
    const worker = await startWorker(harness, env)
    workers.add(worker)
    return worker
  }
  const kill = async (worker: WorkerProcess) => {
    workers.delete(worker)
    await worker.kill()
  }
  const withSpeech = () => ({ INDABA_SPEECH_ENGINE: 'openai', INDABA_SPEECH_URL: speech.baseUrl, INDABA_WORKERS: '8' })

  async function sendCall(by: Customer, bytes: Buffer, name = 'call.wav'): Promise<string> {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(bytes)]), name)
    const answer = await harness.json('/api/process-call', { method: 'POST', headers: by.headers, body: form })
    return answer.call_id
  }
  async function atTheGate(): Promise<number> {
    const { rows } = await database.query(
      "select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted and objid = $1",
      [gateKey],
    )
    return rows[0].n
  }

  async function eventsOf(id: string): Promise<string[]> {
    const { rows } = await database.query('select type from events where conversation_id = $1 order by seq', [id])
    return rows.map(({ type }) => type)
  }

  /** Files of all work folders, and decoded audio in the store; for a while also those of a copy made for listening. */
  async function leftovers(): Promise<string[]> {
    const list = (folder: string) => readdir(join(harness.dataDir, folder), { recursive: true }).catch(() => [])
    const work = (await list('work')).filter((name) => name.includes('/') && !name.includes('indaba.'))
    return [...work, ...(await list('store')).filter((name) => /work(left|right)\/./.test(name))]
  }

  test('kill -9 at every stage: another worker finishes within a minute, with the same result, once', {
    timeout: 200_000,
  }, async (t) => {
    const first = await start(withSpeech())
    const reference = findings(await harness.finished(customer, await sendCall(customer, await distinctCall())))
    assert.ok(reference.turns.length > 0)

    await database.query('select pg_advisory_lock($1)', [gateKey])
    const calls: { id: string; by: Customer }[] = []
    // Each of an organisation of its own: the results of one are written together, and would all wait for the first.
    for (const stage of stages) {
      const by = await harness.customer()
      const id = await sendCall(by, await distinctCall())
      await database.query('insert into gates values ($1, $2)', [id, stage])
      calls.push({ id, by })
    }
    await until(async () => (await atTheGate()) === stages.length)
    // One more that is in the middle of listening.
    speech.faults.push({ delayMs: 60_000 }, { delayMs: 60_000 })
    const asked = speech.requestCount()
    const listening = { id: await sendCall(customer, await distinctCall()), by: customer }
    await until(() => speech.requestCount() > asked)

    await kill(first)
    const killedMs = performance.now()
    await database.query('delete from gates')
    await database.query('select pg_advisory_unlock($1)', [gateKey])
    speech.faults.length = 0
    await start(withSpeech())
    const recoveries: number[] = []
    for (const { id, by } of [...calls, listening]) {
      const done = await harness.finished(by, id, 90_000)
      recoveries.push(performance.now() - killedMs)
      assert.equal(done.status, 'completed')
      assert.deepEqual(findings(done), reference)
      assert.deepEqual(await eventsOf(id), ['call.received', 'call.completed'])
      const { rows } = await database.query('select count(*)::int as n from analyses where conversation_id = $1', [id])
      assert.equal(rows[0].n, 1)
      assert.deepEqual(
        done.stages.map((one: Json) => one.name),
        stages,
      )
      for (const stage of done.stages) assert.ok(stage.ended_at && stage.error === null, JSON.stringify(stage))
    }
    const slowestMs = Math.max(...recoveries)
    t.diagnostic(`all ${recoveries.length} calls were finished ${(slowestMs / 1000).toFixed(1)} s after the kill`)
    assert.ok(slowestMs < promisedMs, `${slowestMs} ms`)
    const listened = (await harness.finished(customer, listening.id)).stages.find(
      ({ name }: Json) => name === 'transcribe',
    )
    assert.equal(listened.attempt, 2)
    await until(async () => (await leftovers()).length === 0)
  })

  test('a call whose worker dies on every try ends as failed, says so, and the world is told', {
    timeout: 120_000,
  }, async () => {
    for (const worker of workers) await kill(worker)
    const worker = await start(withSpeech())
    speech.faults.push({ status: 500, delayMs: 60_000 })
    const asked = speech.requestCount()
    const id = await sendCall(customer, await monoCall(5))
    await until(() => speech.requestCount() > asked)
    // As if all tries but this one had gone the same way.
    await database.query("update pgboss.job set retry_limit = 0 where data->>'conversationId' = $1", [id])
    await kill(worker)
    speech.faults.length = 0
    await start(withSpeech())
    const { failure, stages: seen, status: ended } = await harness.finished(customer, id, 90_000)
    assert.equal(ended, 'failed')
    assert.equal(failure.code, 'worker_died')
    assert.equal(failure.stage, 'transcribe')
    assert.match(failure.reason, /every try/)
    assert.equal(seen.find((one: Json) => one.name === 'transcribe').status, 'failed')
    assert.deepEqual(await eventsOf(id), ['call.received', 'call.failed'])
    await until(async () => (await leftovers()).length === 0)
  })

  test('SIGTERM: what cannot end in time goes to another worker at once', { timeout: 60_000 }, async (t) => {
    for (const worker of workers) await kill(worker)
    const first = await start(withSpeech())
    speech.faults.push({ status: 500, delayMs: 60_000 })
    const asked = speech.requestCount()
    const id = await sendCall(customer, await monoCall(5))
    await until(() => speech.requestCount() > asked)
    await start(withSpeech())
    workers.delete(first)
    const { tookMs, code } = await first.stop()
    const stoppedMs = performance.now()
    assert.equal(code, 0, first.output())
    const { status: ended, stages: seen } = await harness.finished(customer, id, 30_000)
    assert.equal(ended, 'completed')
    assert.equal(seen.find((one: Json) => one.name === 'transcribe').attempt, 1, 'an interruption is no failed try')
    t.diagnostic(
      `stopped in ${(tookMs / 1000).toFixed(1)} s; finished elsewhere ${(performance.now() - stoppedMs).toFixed(0)} ms later`,
    )
    assert.ok(tookMs < 10_000, `${tookMs} ms`)
    speech.faults.length = 0
  })

  test('two workers together: at most ten calls of one organisation, more wait; another is not held up', {
    timeout: 60_000,
  }, async (t) => {
    for (const worker of workers) await kill(worker)
    const holding = await startSpeechServer('Thank you for calling.', { isHolding: true })
    t.after(() => holding.close())
    const [busy, quiet] = [await harness.customer(), await harness.customer()]
    await Promise.all([1, 2].map(() => start({ ...holding.env, INDABA_WORKERS: '8' })))
    const calls = await Promise.all(
      Array.from({ length: 14 }, () => monoCall(2).then((bytes) => sendCall(busy, bytes))),
    )
    await until(() => holding.held() === 10)
    await delay(2500)
    assert.equal(holding.held(), 10, 'that are being listened to')
    const { rows } = await database.query(
      'select status, count(*)::int as n from conversations where org_id = $1 group by status order by status',
      [busy.orgId],
    )
    assert.deepEqual(rows, [
      { status: 'processing', n: 10 },
      { status: 'queued', n: 4 },
    ])
    const one = await sendCall(quiet, await monoCall(2))
    await until(() => holding.held() === 11, 5000)
    holding.release()
    for (const id of calls) assert.equal((await harness.finished(busy, id)).status, 'completed')
    assert.equal((await harness.finished(quiet, one)).status, 'completed')
    assert.equal(holding.heldMax(), 11)
  })

  test('sixty calls of one organisation do not starve the one of another', { timeout: 120_000 }, async (t) => {
    for (const worker of workers) await kill(worker)
    const [busy, quiet] = [await harness.customer(), await harness.customer()]
    const calls = await Promise.all(
      Array.from({ length: 60 }, () => monoCall(2).then((bytes) => sendCall(busy, bytes))),
    )
    await start({ INDABA_WORKERS: '2' })
    const done = async () => {
      const { rows } = await database.query(
        `select count(*)::int as n from conversations where org_id = $1 and status = 'completed'`,
        [busy.orgId],
      )
      return rows[0].n as number
    }
    while ((await done()) === 0) await delay(50)
    const one = await sendCall(quiet, await monoCall(2))
    const doneBefore = await done()
    for (const id of calls) assert.equal((await harness.finished(busy, id, 90_000)).status, 'completed')
    await harness.finished(quiet, one)
    const { rows } = await database.query(
      'select org_id from conversations where org_id = any($1::uuid[]) order by completed_at',
      [[busy.orgId, quiet.orgId]],
    )
    const place = rows.findIndex(({ org_id }) => org_id === quiet.orgId) + 1
    t.diagnostic(
      `sent as number 61 when ${doneBefore} were done, the call of the quiet organisation ended as number ${place}`,
    )
    // It waits for what is in progress, and for nothing else.
    assert.ok(place > 0 && place <= doneBefore + 15, `place ${place}`)
  })

  test('a killed worker leaves no pocketsphinx behind', { timeout: 60_000 }, async (t) => {
    const engine = pocketsphinxEngine({ workFolder: harness.dataDir })
    const found = await engine.availability()
    if (!found.available) return t.skip(found.reason)
    for (const worker of workers) await kill(worker)
    const worker = await start({ INDABA_SPEECH_ENGINE: 'pocketsphinx', INDABA_WORKERS: '1' })
    const id = await sendCall(customer, await distinctCall())
    const listening = await until(() => programsIn(harness.dataDir, 'pocketsphinx_batch'))
    await kill(worker)
    await until(async () => (await programsIn(harness.dataDir, 'pocketsphinx_batch')) === null, 30_000)
    t.diagnostic(`${listening.length} program at work when the worker was killed, none soon after`)
    await harness.json(`/v1/conversations/${id}`, { headers: customer.headers })
  })
})

/** Programs of this name that work in a folder below `folder`; null when there is none. */
async function programsIn(folder: string, name: string): Promise<string[] | null> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((one) => /^\d+$/.test(one))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    if (command.includes(name) && cwd.startsWith(folder)) found.push(pid)
  }
  return found.length > 0 ? found : null
}
