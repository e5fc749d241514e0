import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import type { Problem } from '../problem.ts'
import { runningEmbeddedUrl, startEmbedded } from './embedded.ts'

const folder = mkdtempSync(join(tmpdir(), 'indaba-embedded-'))
chmodSync(folder, 0o755)
const dataDir = join(folder, 'data')
const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
const children = new Set<ChildProcess>()
after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

const silent = { info() {}, warn() {} }
const isRoot = process.getuid?.() === 0

async function query(url: string, text: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

test('the database is made, keeps what it was told, and stops with its program', async () => {
  const first = await startEmbedded({ dataDir, log: silent })
  await query(first.url, `create table notes as select 'Ngiyabonga, ŠINA' as said`)
  assert.equal(runningEmbeddedUrl(dataDir), first.url)
  await Promise.all([first.stop(), first.stop()])
  assert.equal(runningEmbeddedUrl(dataDir), null)
  assert.equal(existsSync(pidFile), false)

  const second = await startEmbedded({ dataDir, log: silent })
  assert.deepEqual(await query(second.url, 'select lower(said) from notes'), [['ngiyabonga, šina']])
  assert.deepEqual(await query(second.url, 'show fsync'), [['on']])
  await second.stop()
})

test('its role is bound by row-level security, and nobody enters without the password', async () => {
  const database = await startEmbedded({ dataDir, log: silent })
  const [role] = await query(
    database.url,
    'select rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = current_user',
  )
  assert.deepEqual(role, [false, false, false])
  for (const url of [database.url, database.adminUrl]) {
    const guess = new URL(url)
    guess.password = 'guess'
    await assert.rejects(query(guess.href, 'select 1'), { code: '28P01' })
  }
  assert.equal(statSync(join(dataDir, 'postgres')).mode & 0o077, 0)
  await database.stop()
})

const holder = `
  import { startEmbedded } from ${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))}
  await startEmbedded({ dataDir: process.argv[1], log: console })
  console.log('ready')
  setInterval(() => {}, 1000)`

async function startElsewhere(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', holder, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  for await (const output of child.stdout) if (String(output).includes('ready')) break
  return child
}

test('after kill -9 of the program alone, the next start takes over', async () => {
  const program = await startElsewhere()
  const orphan = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  program.kill('SIGKILL')
  await once(program, 'exit')
  process.kill(orphan, 0)
  const database = await startEmbedded({ dataDir, log: silent })
  assert.deepEqual(await query(database.url, 'select count(*)::int from notes'), [[1]])
  await database.stop()
})

test('after kill -9 of all, it starts though an unrelated process now has the old number', async () => {
  const program = await startElsewhere()
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  program.kill('SIGKILL')
  process.kill(pid, 'SIGKILL')
  await once(program, 'exit')
  const owner = isRoot ? statSync(pidFile) : { uid: undefined, gid: undefined }
  const unrelated = spawn('sleep', ['60'], { uid: owner.uid, gid: owner.gid, cwd: '/' })
  children.add(unrelated)
  await once(unrelated, 'spawn')
  const lines = readFileSync(pidFile, 'utf8').split('\n')
  writeFileSync(pidFile, [unrelated.pid, ...lines.slice(1)].join('\n'))
  const database = await startEmbedded({ dataDir, log: silent })
  assert.deepEqual(await query(database.url, 'select count(*)::int from notes'), [[1]])
  await database.stop()
  assert.equal(unrelated.exitCode, null)
})

test('when the database ends by itself, its program is told', async () => {
  const lost = Promise.withResolvers<Problem>()
  const database = await startEmbedded({ dataDir, log: silent, lost: lost.resolve })
  process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGKILL')
  assert.match((await lost.promise).detail, /ended by itself \(SIGKILL\)/)
  await database.stop()
})

test('a program that leaves by process.exit takes the database with it', async () => {
  const source = holder.replace('setInterval(() => {}, 1000)', 'process.exit(7)')
  const program = spawn(process.execPath, ['--input-type=module', '--eval', source, dataDir], { stdio: 'ignore' })
  assert.deepEqual(await once(program, 'exit'), [7, null])
  for (let tries = 0; existsSync(pidFile) && tries < 100; tries++) await setTimeout(50)
  assert.equal(existsSync(pidFile), false)
})

test('what goes wrong is told in words', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await assert.rejects(startEmbedded({ dataDir: join(file, 'data'), log: silent }), { code: 'data_folder_unusable' })
  // A cluster of another age: PostgreSQL itself says why it does not start.
  const version = join(dataDir, 'postgres', 'PG_VERSION')
  writeFileSync(version, '9.6\n')
  await assert.rejects(startEmbedded({ dataDir, log: silent }), {
    code: 'embedded_database',
    detail: /initialized by PostgreSQL version 9\.6/,
  })
})

test('a start by root in a folder that no other user may enter finds a place that works', {
  skip: isRoot ? false : 'only root meets this',
}, async (t) => {
  const closed = join(folder, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const inside = join(closed, 'data')
  const database = await startEmbedded({ dataDir: inside, log: silent, durable: false })
  const home = readFileSync(join(inside, 'postgres-location'), 'utf8').trim()
  t.after(() => rmSync(home, { recursive: true, force: true }))
  await query(database.url, 'create table kept ()')
  await database.stop()
  const again = await startEmbedded({ dataDir: inside, log: silent, durable: false })
  assert.deepEqual(await query(again.url, 'select * from kept'), [])
  await again.stop()
  assert.equal(execFileSync('stat', ['-c', '%a', closed], { encoding: 'utf8' }), '700\n')

  rmSync(home, { recursive: true })
  await assert.rejects(startEmbedded({ dataDir: inside, log: silent }), { detail: /was kept in .* and is not there/ })
})
