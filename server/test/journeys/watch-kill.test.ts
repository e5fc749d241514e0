// `indaba watch` killed at random ten times while a recorder writes, renames and copies, and the server is restarted once:
// in the end each recording is one conversation, whole, and none is two.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { openDb } from '../../src/platform/db/db.ts'
import { freshDatabase } from '../database.ts'
import { adminToken, freePort } from '../harness.ts'
import { type ServerProcess, startServer } from './program-process.ts'
import { distinct, monoCall } from './sample-call.ts'
import { watchedFolder } from './watch-process.ts'

const kills = 10
const small = 20
const large = 3
const largeBytes = 9 * 2 ** 20
const settleSeconds = '1.5'

const random = (least: number, most: number) => least + Math.random() * (most - least)
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

test('killed ten times among files that appear, with a server that is restarted: every file once', {
  timeout: 180_000,
}, async (t) => {
  const database = await freshDatabase()
  const db = openDb({ url: database.url, connectionsMax: 2, as: 'owner' })
  const dataDir = await mkdtemp(join(tmpdir(), 'indaba-watch-kill-'))
  const at = await watchedFolder()
  const port = String(await freePort())
  const startOne = (): Promise<ServerProcess> =>
    startServer({ databaseUrl: database.url, dataDir, env: { PORT: port, INDABA_PUBLIC_URL: 'http://localhost:3000' } })
  let server = await startOne()
  const url = `http://127.0.0.1:${port}`
  t.after(async () => {
    await at.remove()
    await server.stop()
    await db.destroy()
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
  })
  const made = await fetch(`${url}/api/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Test', company_name: 'Test', email: 'test@example.com' }),
  })
  const customer = (await made.json()) as { api_key: string; org_id: string }
  const env = { INDABA_API_KEY: customer.api_key }
  const args = ['--url', url, '--settle-seconds', settleSeconds]

  const written = new Set<string>()
  /** As recorders do: a piece at a time, some under another name until they are whole. */
  async function record(number: number): Promise<void> {
    const isLarge = number % 8 === 3 && number < 8 * large
    const call = await monoCall(1)
    const bytes = isLarge ? distinct(Buffer.concat([call, randomBytes(largeBytes)])) : call
    const path = join(at.folder, `call-${number}.wav`)
    const first = number % 3 === 0 ? `${path}.part` : path
    await writeFile(first, '')
    for (let part = 0; part < 4; part++) {
      await appendFile(first, bytes.subarray((bytes.length * part) / 4, (bytes.length * (part + 1)) / 4))
      await delay(random(10, 80))
    }
    if (first !== path) await rename(first, path)
    written.add(hashOf(bytes))
  }
  async function recorder(): Promise<void> {
    for (let number = 0; number < small + large; number++) {
      await record(number)
      await delay(random(500, 1500))
      if (number % 5 !== 4) continue
      const names = (await readdir(at.folder)).filter((name) => /^call-\d+\.wav$/.test(name))
      const name = names[Math.floor(random(0, names.length))]
      if (name) await rename(join(at.folder, name), join(at.folder, `renamed-${name}`))
    }
  }

  const startedMs = performance.now()
  const recording = recorder()
  let lives = ''
  for (let kill = 0; kill < kills; kill++) {
    const watch = at.start(args, env)
    const restarting =
      kill === 5
        ? delay(random(500, 1500))
            .then(() => server.stop())
            .then(startOne)
        : null
    await delay(random(400, 3800))
    await watch.kill()
    lives += watch.output()
    if (restarting) server = await restarting
  }
  await recording
  const last = at.start([...args, '--once'], env)
  assert.equal(await last.ended, 0, last.output())
  lives += last.output()

  const { rows } = await sql<{ status: string; hash: string | null; sha256: string | null; size: number | null }>`
    select c.status, c.content_hash as hash, r.sha256, r.size_bytes as size
    from conversations c left join recordings r on r.org_id = c.org_id and r.conversation_id = c.id
    where c.org_id = ${customer.org_id}`.execute(db)
  const promises = rows.filter(({ status }) => status === 'awaiting_upload')
  const calls = rows.filter(({ status }) => status !== 'awaiting_upload')
  assert.equal(written.size, small + large)
  assert.deepEqual(calls.map(({ hash }) => hash).sort(), [...written].sort(), 'each once, none twice, none half')
  const here = await Promise.all((await readdir(at.folder)).map((name) => readFile(join(at.folder, name))))
  assert.deepEqual(here.map(hashOf).sort(), [...written].sort(), 'nothing was lost on the way')
  assert.doesNotMatch(lives, /^REFUSED/m)
  const sentBefore = (lives.match(/^Sent /gm)?.length ?? 0) - (last.output().match(/^Sent /gm)?.length ?? 0)
  t.diagnostic(
    `${calls.length} recordings, ${kills} kills, 1 restart of the server in ${((performance.now() - startedMs) / 1000).toFixed(0)} s; ` +
      `${sentBefore} told as sent before the last life, ${promises.length} tickets never used`,
  )
})
