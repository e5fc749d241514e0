// The program as people start it, each command in a process of its own, on one database and with one set of secrets.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { adminToken } from '../harness.ts'

const main = resolve(import.meta.dirname, '../../src/main.ts')

export type Installation = {
  /** Absent: the embedded database in the data folder. */
  databaseUrl?: string
  dataDir: string
  env?: Record<string, string>
}

const environmentOf = ({ databaseUrl, dataDir, env }: Installation) => ({
  PATH: process.env.PATH,
  ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
  INDABA_DATA_DIR: dataDir,
  INDABA_ADMIN_TOKEN: adminToken,
  INDABA_SECRET_KEY: Buffer.alloc(32, 9).toString('base64'),
  INDABA_SPEECH_ENGINE: 'none',
  INDABA_LANGUAGE_ENGINE: 'builtin',
  INDABA_RATE_LIMIT_PER_MINUTE: '0',
  INDABA_LOG_LEVEL: 'error',
  PORT: '0',
  ...env,
})

export type ServerProcess = {
  url: string
  stop(): Promise<void>
  /** `kill -9`: nothing is tidied up. */
  kill(): Promise<void>
}

export async function startServer(at: Installation, command: 'start' | 'serve' = 'serve'): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main, command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environmentOf(at),
  })
  let output = ''
  const ready = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      output += more
      const url = /ready at (\S+)/.exec(output)?.[1]
      if (url) ready.resolve(url)
    })
  }
  const ended = once(child, 'exit')
  ended.then(() => ready.reject(new Error(`the server ended: ${output}`)))
  return {
    url: await ready.promise,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** One command of the operator, to its end. */
export async function operate(
  at: Installation,
  ...args: string[]
): Promise<{ code: number | null; out: string; said: string }> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: environmentOf(at) })
  const [out, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { code, out, said }
}
