// A worker of its own process on the database and folder of a harness, for tests that kill it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { adminToken, type Harness, secretKey } from '../harness.ts'

export type WorkerProcess = {
  pid: number
  /** `kill -9`: nothing is tidied up. */
  kill(): Promise<void>
  /** SIGTERM; answers how long it took to end, and its exit code. */
  stop(): Promise<{ tookMs: number; code: number | null }>
  /** All that it has printed. */
  output(): string
}

const main = resolve(import.meta.dirname, '../../src/main.ts')

export async function startWorker(harness: Harness, env: Record<string, string> = {}): Promise<WorkerProcess> {
  const child: ChildProcess = spawn(process.execPath, [main, 'work'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: harness.databaseUrl,
      INDABA_DATA_DIR: harness.dataDir,
      INDABA_ADMIN_TOKEN: adminToken,
      INDABA_SECRET_KEY: secretKey.toString('base64'),
      INDABA_SPEECH_ENGINE: 'none',
      INDABA_LANGUAGE_ENGINE: 'builtin',
      INDABA_OUTBOUND_ALLOW: '127.0.0.1/32',
      INDABA_LOG_LEVEL: 'warn',
      ...env,
    },
  })
  let output = ''
  const ready = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes('Indaba is ready')) ready.resolve()
    })
  }
  const ended = once(child, 'exit')
  ended.then(() => ready.reject(new Error(`the worker ended: ${output}`)))
  await ready.promise
  return {
    pid: child.pid as number,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      const startedMs = performance.now()
      child.kill('SIGTERM')
      const [code] = (await ended) as [number | null]
      return { tookMs: performance.now() - startedMs, code }
    },
    output: () => output,
  }
}
