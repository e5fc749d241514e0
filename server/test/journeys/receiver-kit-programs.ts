// Runs the programs of sdk/examples as an integration engineer would: each in a process of its own, in TypeScript or Python,
// which can be killed and started again on what it has on its disk.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, type Json } from '../harness.ts'
import { findPython, skipWithoutPython } from './client-program.ts'

const kit = resolve(import.meta.dirname, '../../../sdk')
const pythonPath = [join(kit, 'python'), join(kit, 'examples/flask')].join(delimiter)

export type Language = 'TypeScript' | 'Python'
export const languages: Language[] = ['TypeScript', 'Python']
export const skipFor = (language: Language) => (language === 'Python' ? skipWithoutPython('flask') : false)

export type Scenario = 'upload-watcher' | 'alert-to-ticket' | 'dashboard-pull' | 'crm-update'

export type Program = {
  /** Where it runs; gone after `remove`. */
  dir: string
  /** Lines of JSON that it has printed, over all its lives. */
  lines: Json[]
  /** What it has complained of. */
  complaints(): string
  start(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
  /** For those that end by themselves: their exit code. */
  ended(): Promise<number | null>
  remove(): Promise<void>
}

export type Receiver = Program & { url: string }

/** The file below sdk/examples/ that shows this scenario, or the plain receiver. */
export function example(language: Language, scenario: 'receiver' | Scenario): string {
  if (scenario === 'receiver') return language === 'Python' ? 'flask/receiver.py' : 'express/main.ts'
  return `${scenario}/${language === 'Python' ? `${scenario.replaceAll('-', '_')}.py` : `${scenario}.ts`}`
}

export async function program(language: Language, file: string, env: Record<string, string>): Promise<Program> {
  const dir = await mkdtemp(join(tmpdir(), 'indaba-kit-'))
  const path = join(kit, 'examples', file)
  const runtime = language === 'Python' ? (findPython('flask') as string) : process.execPath
  const lines: Json[] = []
  let complaints = ''
  let child: ChildProcess | undefined
  let exited: Promise<unknown[]> | undefined
  return {
    dir,
    lines,
    complaints: () => complaints,
    async start() {
      child = spawn(runtime, [path], {
        cwd: dir,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, PYTHONPATH: pythonPath, PYTHONDONTWRITEBYTECODE: '1', ...env },
      })
      exited = once(child, 'close')
      let rest = ''
      child.stdout?.setEncoding('utf8').on('data', (more: string) => {
        const [last = '', ...whole] = (rest + more).split('\n').reverse()
        rest = last
        lines.push(
          ...whole
            .reverse()
            .filter((line) => /^[[{]/.test(line))
            .map((line) => JSON.parse(line)),
        )
      })
      child.stderr?.setEncoding('utf8').on('data', (more: string) => {
        complaints += more
      })
    },
    async kill() {
      child?.kill('SIGKILL')
      await exited
    },
    async ended() {
      const [code] = (await exited) ?? []
      return code as number | null
    },
    async remove() {
      child?.kill('SIGKILL')
      await exited
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** A receiver of webhooks, which keeps its port and its inbox over all its lives. */
export async function receiver(
  language: Language,
  scenario: 'receiver' | Scenario,
  env: Record<string, string>,
): Promise<Receiver> {
  const port = await freePort()
  const run = await program(language, example(language, scenario), { PORT: String(port), ...env })
  return {
    ...run,
    url: `http://127.0.0.1:${port}/webhooks/indaba`,
    async start() {
      await run.start()
      await until(() => isListening(port), `${scenario} to listen: ${run.complaints()}`)
    },
  }
}

export async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

export async function until(isSo: () => boolean | Promise<boolean>, what: string, timeoutMs = 20_000): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`waited in vain for ${what}`)
    await delay(25)
  }
}
