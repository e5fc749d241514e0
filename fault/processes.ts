// The real program in processes of its own, on one database, at ports that stay: for faults that kill it and start it
// again.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { memoryOptions } from '../scripts/setup/memory.mjs'

const main = resolve(import.meta.dirname, '../server/src/main.ts')

export const adminToken = 'the-admin-token-of-a-fault-of-32-characters'

export type Installation = { databaseUrl: string; dir: string; env?: Record<string, string | undefined> }

/** A process that is there again as soon as it was killed. */
export type Process = {
  /** `kill -9`, and a new one at once. */
  kill(): Promise<void>
  /** For good, in order. */
  stop(): Promise<void>
  pid(): number
  /** Resolves when the present process has said that it is ready. */
  ready(): Promise<void>
  /** The last of what all of them have said. */
  said(): string
}

export function keepRunning(at: Installation, command: 'serve' | 'work', port = 0): Process {
  let child: ChildProcess
  let ready: Promise<void>
  let output = ''
  let isStopping = false

  const start = () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    promise.catch(() => {})
    ready = promise
    let said = ''
    child = spawn(process.execPath, [...memoryOptions, main, command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: at.databaseUrl,
        INDABA_DATA_DIR: join(at.dir, 'data'),
        INDABA_ADMIN_TOKEN: adminToken,
        INDABA_SECRET_KEY: Buffer.alloc(32, 5).toString('base64'),
        INDABA_SPEECH_ENGINE: 'none',
        INDABA_LANGUAGE_ENGINE: 'builtin',
        INDABA_OUTBOUND_ALLOW: '127.0.0.1/32',
        INDABA_RATE_LIMIT_PER_MINUTE: '0',
        INDABA_STRANGERS_PER_SECOND: '0',
        INDABA_LOG_LEVEL: 'error',
        PORT: String(port),
        ...at.env,
      },
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text
        output = `${output}${text}`.slice(-4000)
        if (/Indaba is ready/.test(said)) resolve()
      })
    }
    // It may find the database away, and end by itself: whoever runs it starts it again.
    child.once('exit', (code, signal) => {
      reject(new Error(`indaba ${command} ended (${signal ?? code}): ${said.slice(-1000)}`))
      if (!isStopping && signal !== 'SIGKILL') setTimeout(start, 200)
    })
  }
  start()

  return {
    async kill() {
      const ended = once(child, 'exit')
      if (child.exitCode !== null || !child.kill('SIGKILL')) return
      await ended
      start()
    },
    async stop() {
      isStopping = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
    pid: () => child.pid as number,
    ready: () => ready,
    said: () => output,
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
