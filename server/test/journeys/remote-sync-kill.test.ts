// Files appear on a real FTP and a real SFTP server while the program that fetches them is killed ten times: at the end
// each is there, once and whole.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync } from 'node:fs'
import { appendFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { PgBoss } from 'pg-boss'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { type DiskServer, startFtp, startSftp } from '../remote-servers/real-servers.ts'
import { smallWav } from '../small-recordings.ts'
import { startWorker } from './worker-process.ts'

const kills = 10
const filesEach = 50
const steadySeconds = 2
const seed = Number(process.env.INDABA_TEST_SEED ?? Date.now() % 100_000)

/** Numerical Recipes' linear congruential generator: a run that failed can be had again by its seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** It was taken in, and moved away, before. */
const ifMoved = (err: NodeJS.ErrnoException) => {
  if (err.code !== 'ENOENT') throw err
}

type Expected = { whole: Map<string, string>; vanished: Map<string, string> }

/** Writes files the way recorders do, some badly, over about as long as the kills take. */
async function record(root: string, offset: number, random: () => number): Promise<Expected> {
  const whole = new Map<string, string>()
  const vanished = new Map<string, string>()
  const later: Promise<void>[] = []
  for (let count = 0; count < filesEach; count++) {
    const content = smallWav(offset + count, 400 + Math.floor(random() * 4000))
    const sha256 = createHash('sha256').update(content).digest('hex')
    const name = `call-${offset + count}.wav`
    const at = join(root, name)
    const way = count % 5
    if (way === 4) {
      vanished.set(name, sha256)
      await writeFile(at, content)
      later.push(delay(2000 + random() * 6000).then(() => unlink(at).catch(ifMoved)))
    } else whole.set(name, sha256)
    if (way < 2) await writeFile(at, content)
    if (way === 2) {
      await writeFile(at, content.subarray(0, content.length / 2))
      later.push(delay(random() * 1500).then(() => appendFile(at, content.subarray(content.length / 2))))
    }
    if (way === 3) {
      await writeFile(`${at}.part`, content.subarray(0, 100))
      const finish = async () => {
        await appendFile(`${at}.part`, content.subarray(100))
        await rename(`${at}.part`, at)
      }
      later.push(delay(random() * 1500).then(finish))
    }
    await delay(100 + random() * 500)
  }
  await Promise.all(later)
  return { whole, vanished }
}

describe('remote folders while the program is killed', () => {
  let harness: Harness
  let customer: Customer
  let boss: PgBoss
  const folder = mkdtempSync(join(tmpdir(), 'indaba-kill-'))
  const servers: DiskServer[] = []

  before(async () => {
    chmodSync(folder, 0o755)
    harness = await startHarness({ roles: { serve: true, work: false } })
    customer = await harness.customer()
    boss = new PgBoss({ connectionString: harness.databaseUrl, supervise: false, schedule: false })
    boss.on('error', () => {})
    await boss.start()
  })
  after(async () => {
    await boss?.stop({ graceful: false })
    await harness?.stop()
    await Promise.all(servers.map((server) => server.close()))
    await rm(folder, { recursive: true, force: true })
  })

  const post = (path: string, body: object): Promise<Json> =>
    harness.json(path, {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  /** As if a minute had passed since the kill: the queue finds out that nobody works on the jobs any more. */
  async function aMinuteLater(): Promise<void> {
    await sql`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active'`.execute(
      harness.app.db,
    )
    await sql`update pgboss.queue set monitor_on = monitor_on - interval '1 minute'`.execute(harness.app.db)
    await boss.supervise()
  }

  async function newFolder(server: DiskServer, settings: object): Promise<string> {
    const { server_id } = await post('/v1/remote-servers', { name: server.name, ...server.settings })
    const made = await post('/v1/remote-folders', {
      ...{ name: server.name, server_id, pattern: '*.wav', schedule: { every_seconds: 10 } },
      complete_when: { rule: 'steady', steady_seconds: steadySeconds },
      ...settings,
    })
    return made.folder_id
  }

  const filesOf = async (folderId: string, state: string): Promise<string[]> => {
    const answer = await harness.json(`/v1/remote-folders/${folderId}/files?state=${state}&limit=200`, {
      headers: customer.headers,
    })
    return answer.files.map(({ path }: Json) => path)
  }

  test(`${kills} kills: every file once, none missing, none half`, { timeout: 240_000 }, async (t) => {
    t.diagnostic(`seed ${seed} (INDABA_TEST_SEED)`)
    const say = (text: string) => t.diagnostic(text)
    servers.push(await startFtp(join(folder, 'ftp'), say), await startSftp(join(folder, 'sftp'), say))
    const [ftp, sftp] = servers as [DiskServer, DiskServer]
    const folders = [
      await newFolder(ftp, {}),
      await newFolder(sftp, { afterwards: { rule: 'move', to: 'done/{date:YYYY}' } }),
    ] as const
    const recording = Promise.all([record(ftp.root, 0, randomOf(seed)), record(sftp.root, 10_000, randomOf(seed + 1))])
    const random = randomOf(seed + 2)
    const startedMs = performance.now()
    let interrupted = 0
    for (let kill = 0; kill < kills; kill++) {
      const worker = await startWorker(harness, { INDABA_LOG_LEVEL: 'error' })
      await delay(200 + random() * 2500)
      await worker.kill()
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from pgboss.job where state = 'active' and name in ('ingest.sync', 'ingest.run')`.execute(
        harness.app.db,
      )
      interrupted += rows[0]?.n ?? 0
      await aMinuteLater()
    }
    const expected = await recording
    const killedMs = performance.now()
    const last = await startWorker(harness, { INDABA_LOG_LEVEL: 'error' })
    t.after(() => last.kill())
    for (const [index, { whole }] of expected.entries()) {
      for (const end = Date.now() + 90_000; ; await delay(200)) {
        const taken = new Set(await filesOf(folders[index] as string, 'taken'))
        const missing = [...whole.keys()].filter((name) => !taken.has(name))
        if (missing.length === 0) break
        if (Date.now() > end) {
          const folder = await harness.json(`/v1/remote-folders/${folders[index]}`, { headers: customer.headers })
          assert.fail(`not taken in: ${missing.join(' ')}; ${JSON.stringify(folder)}; ${last.output()}`)
        }
      }
    }
    const endedMs = performance.now()
    t.diagnostic(
      `${kills} kills in ${((killedMs - startedMs) / 1000).toFixed(0)} s hit ${interrupted} syncs and loads; all was taken in ${((endedMs - killedMs) / 1000).toFixed(0)} s after the last`,
    )

    const { rows: calls } = await sql<{ file_name: string; sha256: string; size_bytes: number }>`
      select r.file_name, r.sha256, r.size_bytes from conversations c
      join recordings r on r.org_id = c.org_id and r.conversation_id = c.id
      where c.org_id = ${customer.orgId} and c.status <> 'awaiting_upload'`.execute(harness.app.db)
    const known = new Map(expected.flatMap(({ whole, vanished }) => [...whole, ...vanished]))
    for (const { file_name, sha256 } of calls) assert.equal(sha256, known.get(file_name), `${file_name} is not half`)
    const counts = Map.groupBy(calls, ({ file_name }) => file_name)
    for (const { whole, vanished } of expected) {
      for (const name of whole.keys()) assert.equal(counts.get(name)?.length, 1, `${name} is there once`)
      for (const name of vanished.keys()) assert.ok((counts.get(name)?.length ?? 0) <= 1, `${name} is not there twice`)
    }
    const { rows: items } = await sql<{ name: string; states: string[] }>`
      select name, array_agg(state || coalesce(' ' || code, '')) as states from ingest_items
      where org_id = ${customer.orgId} group by name having count(*) > 1 or bool_or(state <> 'ok')`.execute(
      harness.app.db,
    )
    for (const { name, states } of items) {
      assert.ok(states.filter((one) => one === 'ok').length <= 1 && !states.includes('duplicate'), `${name}: ${states}`)
    }
    t.diagnostic(`${calls.length} conversations; taken up more than once or not taken: ${JSON.stringify(items)}`)

    // What is moved is moved once, and nothing of it is left.
    const moved = () =>
      readdirSync(sftp.root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.wav'))
    const done = [...counts.keys()].filter((name) => Number(/\d+/.exec(name)?.[0]) >= 10_000)
    for (const end = Date.now() + 30_000; Date.now() < end && moved().some((name) => !name.startsWith('done/')); )
      await delay(200)
    const year = new Date().getFullYear()
    const vanished = expected[1].vanished
    assert.deepEqual(
      moved()
        .filter((name) => !vanished.has(name.slice(name.lastIndexOf('/') + 1)))
        .sort(),
      done
        .filter((name) => !vanished.has(name))
        .map((name) => `done/${year}/${name}`)
        .sort(),
    )
  })
})
