// The program as people run it, in a process of its own, with a customer and a key; other settings as a figure needs.

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { memoryOptions } from '../scripts/setup/memory.mjs'

const main = resolve(import.meta.dirname, '../server/src/main.ts')

export type Program = { url: string; key: string; pid: number; stop(): Promise<void> }

/** `dir` takes the recordings; `env` adds to the settings, or replaces them. */
export async function startProgram(input: {
  command: 'start' | 'serve'
  databaseUrl: string
  dir: string
  env?: Record<string, string>
}): Promise<Program> {
  const adminToken = randomUUID() + randomUUID()
  const child = spawn(process.execPath, [...memoryOptions, main, input.command], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: input.databaseUrl,
      INDABA_DATA_DIR: join(input.dir, 'data'),
      INDABA_ADMIN_TOKEN: adminToken,
      INDABA_SPEECH_ENGINE: 'none',
      INDABA_LANGUAGE_ENGINE: 'builtin',
      INDABA_OUTBOUND_ALLOW: '127.0.0.1/32',
      INDABA_RATE_LIMIT_PER_MINUTE: '0',
      INDABA_STRANGERS_PER_SECOND: '0',
      INDABA_LOG_LEVEL: 'error',
      PORT: '0',
      ...input.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let url = ''
  for await (const line of createInterface(child.stdout)) {
    url = /ready at (\S+)/.exec(line)?.[1] ?? ''
    if (url) break
  }
  if (!url) throw new Error('the server did not start')
  child.stdout.resume()
  const answer = await fetch(`${url}/api/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: '{"name":"Bench"}',
  })
  const { api_key: key } = (await answer.json()) as { api_key: string }
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  return { url, key, pid: child.pid as number, stop }
}
