// A PostgreSQL that waits for the disk, at a port that stays: for faults that stop it and start it again under a program
// that knows one address.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { startEmbedded } from '../server/src/platform/db/embedded.ts'
import { findHome } from '../server/src/platform/db/embedded-home.ts'
import { findPrograms, programEnv } from '../server/src/platform/db/embedded-programs.ts'
import { migrate } from '../server/src/platform/db/migrate.ts'
import { freePort } from './processes.ts'

// Not the system's folder for temporary files: where that is memory, nothing waits for a disk.
const parent = resolve(import.meta.dirname, '../tmp')

export type FixedPostgres = {
  url: string
  adminUrl: string
  dir: string
  /** `pg_ctl stop -m immediate`: no checkpoint, no farewell. */
  stopAtOnce(): Promise<void>
  /** Answers when it takes connections again. */
  start(): Promise<void>
  /** For good, with its files. */
  stop(): Promise<void>
}

/** @param env of its processes, besides the usual */
export async function fixedPostgres(env: Record<string, string> = {}): Promise<FixedPostgres> {
  await mkdir(parent, { recursive: true })
  const dir = await mkdtemp(join(parent, 'fault-'))
  const log = { info() {}, warn: console.error }
  const first = await startEmbedded({ dataDir: dir, log, durable: true })
  await migrate(first.url)
  await first.stop()
  const { home, account } = await findHome(dir, log)
  const programs = await findPrograms(home, account)
  const port = await freePort()
  const at = (url: string) => {
    const moved = new URL(url)
    moved.port = String(port)
    return moved.href
  }
  const adminUrl = at(first.adminUrl)
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    jit: 'off',
  }
  const options = Object.entries({ ...settings, timezone: 'UTC' }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const cluster = join(home, 'postgres')
  let child: ChildProcess

  const start = async () => {
    child = spawn(programs.postgres, ['-D', cluster, ...options], {
      ...account,
      cwd: '/',
      env: { ...programEnv, ...env },
      stdio: 'ignore',
    })
    while (!(await answers(adminUrl))) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${lastWords(home)}`)
      await delay(20)
    }
  }
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  await start()
  return {
    ...{ url: at(first.url), adminUrl, dir, start },
    stopAtOnce: () => end('SIGQUIT'),
    async stop() {
      await end('SIGINT')
      for (const one of new Set([home, dir])) await rm(one, { recursive: true, force: true })
    },
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

const lastWords = (home: string) => readFileSync(join(home, 'postgres.log'), 'utf8').slice(-500)
