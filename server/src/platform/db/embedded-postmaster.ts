// The running process of the embedded database: its start, its end, and what a killed predecessor left behind.

import { execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Problem } from '../problem.ts'
import type { EmbeddedLog } from './embedded.ts'
import { reasonIn } from './embedded-cluster.ts'
import type { Account } from './embedded-home.ts'
import { type Programs, programEnv } from './embedded-programs.ts'

export type Postmaster = { port: number; stop(): Promise<void> }

type Start = {
  cluster: string
  home: string
  account: Account
  programs: Programs
  durable: boolean
  log: EmbeddedLog
  lost: (problem: Problem) => void
}

const pollMs = 20
/** A fast shutdown writes all that is in memory; past this, PostgreSQL is cut short and recovers at its next start. */
const fastStopMs = 30_000
const immediateStopMs = 5000
const logBytesMax = 8 * 2 ** 20

export async function startPostmaster(start: Start): Promise<Postmaster> {
  // Another program may take the free port first, and processes of a killed predecessor need a moment to go.
  for (let attempt = 1; ; attempt++) {
    const outcome = await launch(start)
    if ('port' in outcome) return outcome
    const passing = /could not bind|Address already in use|pre-existing shared memory block/.test(outcome.said)
    if (!passing || attempt === 60)
      throw problem(`The embedded database did not start. PostgreSQL said: ${reasonIn(outcome.said)}`)
    await setTimeout(500)
  }
}

async function launch(start: Start): Promise<Postmaster | { said: string }> {
  const { cluster, home, account, programs, durable, log, lost } = start
  const port = await freePort()
  const logFile = join(home, 'postgres.log')
  if (sizeOf(logFile) > logBytesMax) renameSync(logFile, `${logFile}.1`)
  const logStart = sizeOf(logFile)
  const saidSince = () => readFileSync(logFile).subarray(logStart).toString()
  const output = openSync(logFile, 'a', 0o600)
  // A session of its own: Ctrl-C in the terminal must reach Indaba first, which then stops the database.
  const child = spawn(programs.postgres, ['-D', cluster, ...settings(port, durable)], {
    ...account,
    cwd: '/',
    env: programEnv,
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  let state: 'starting' | 'ready' | 'stopping' | 'gone' = 'starting'
  let failure = ''
  const interrupt = () => void child.kill('SIGINT')
  process.on('exit', interrupt)
  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      process.off('exit', interrupt)
      if (state === 'ready')
        lost(problem(`The embedded database ended by itself (${how}). PostgreSQL said: ${reasonIn(saidSince())}`))
      state = 'gone'
      resolve()
    }
    child.once('exit', (code, signal) => end(signal ?? `code ${code}`))
    child.once('error', (error) => {
      failure = error.message
      end(failure)
    })
  })
  child.unref()

  const isGone = () => state === 'gone'
  let noticeAt = Date.now() + 5000
  while (!isGone() && readPidFile(cluster)?.isReadyAs(child.pid) !== true) {
    if (Date.now() > noticeAt) {
      log.info('The database is recovering from an unclean stop; this can take some minutes.')
      noticeAt += 60_000
    }
    await setTimeout(pollMs)
  }
  if (isGone()) return { said: failure || saidSince() }
  state = 'ready'
  return {
    port,
    async stop() {
      if (isGone()) return
      state = 'stopping'
      child.ref()
      await end((signal) => child.kill(signal), isGone)
      await gone
    },
  }
}

/** Stops the database that a killed Indaba left running in `cluster`, and clears a pid file that is nobody's. */
export async function stopLeftover(cluster: string, log: EmbeddedLog): Promise<void> {
  const pid = readPidFile(cluster)?.pid
  if (!pid) return
  if (runsCluster(pid, cluster)) {
    log.info(`Stopping the database that an earlier start left running (process ${pid}).`)
    await end(
      (signal) => process.kill(pid, signal),
      () => !runsCluster(pid, cluster),
    )
  }
  // PostgreSQL would refuse to start where an unrelated process of its user has taken over the number.
  rmSync(join(cluster, 'postmaster.pid'), { force: true })
}

/** The port of the database that runs in `cluster`, or null. */
export function portOf(cluster: string): number | null {
  const found = readPidFile(cluster)
  return found && runsCluster(found.pid, cluster) ? found.port : null
}

/** Lines of `postmaster.pid`: 1 pid, 4 port, 8 state (PostgreSQL 18, `src/include/utils/pidfile.h`). */
function readPidFile(cluster: string) {
  const path = join(cluster, 'postmaster.pid')
  if (!existsSync(path)) return null
  const lines = readFileSync(path, 'utf8').split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 1) return null
  return { pid, port: Number(lines[3]), isReadyAs: (own?: number) => own === pid && lines[7]?.trim() === 'ready' }
}

/** True where process `pid` is a PostgreSQL on this very cluster: it works in the cluster's folder. */
function runsCluster(pid: number, cluster: string): boolean {
  try {
    if (existsSync('/proc/self/cwd')) return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster)
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(cluster)
  } catch {
    return false
  }
}

async function end(send: (signal: NodeJS.Signals) => unknown, isGone: () => boolean): Promise<void> {
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', fastStopMs],
    ['SIGQUIT', immediateStopMs],
    ['SIGKILL', immediateStopMs],
  ]
  for (const [signal, patienceMs] of steps) {
    try {
      send(signal)
    } catch {
      // Gone between the look and the signal.
    }
    const deadline = Date.now() + patienceMs
    while (!isGone() && Date.now() < deadline) await setTimeout(pollMs)
    if (isGone()) return
  }
}

function settings(port: number, durable: boolean): string[] {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '', // no socket files to go stale; the password guards the port
    max_connections: 100,
    // The queue of deliveries is read from its front, where what was delivered lies until it is vacuumed.
    autovacuum_naptime: '10s',
    shared_buffers: `${Math.max(32, Math.min(256, Math.floor(memory / 8 / 2 ** 20)))}MB`,
    wal_compression: 'on',
    max_wal_size: '1GB',
    jit: 'off', // costs more than it gives in short transactions
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    log_min_messages: 'log', // without failed statements, which quote rows; they are told to the client
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0)

const problem = (detail: string) => new Problem('unavailable', 'embedded_database', detail)
