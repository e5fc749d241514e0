// `indaba watch` as people start it, in a process of its own, on a folder of its own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const main = resolve(import.meta.dirname, '../../src/watch/main.ts')

export type WatchProcess = {
  pid: number
  /** All that it has printed. */
  output(): string
  /** Waits until it has printed this. */
  said(what: RegExp, timeoutMs?: number): Promise<void>
  /** `kill -9`: nothing is tidied up. */
  kill(): Promise<void>
  /** SIGTERM. */
  stop(): Promise<number | null>
  readonly ended: Promise<number | null>
}

export type WatchedFolder = {
  folder: string
  journal: string
  start(args: string[], env?: Record<string, string>): WatchProcess
  /** Ends what still runs. */
  remove(): Promise<void>
}

/** Settles and sweeps fast; what is given in `args` counts more. */
export async function watchedFolder(): Promise<WatchedFolder> {
  const home = await mkdtemp(join(tmpdir(), 'indaba-watch-'))
  const folder = join(home, 'calls')
  const journal = join(home, 'state', 'journal')
  await mkdir(folder)
  const running = new Set<WatchProcess>()
  return {
    folder,
    journal,
    start(args, env = {}) {
      const quick = ['--settle-seconds', '0.4', '--sweep-seconds', '1', '--journal', journal]
      const child = spawn(process.execPath, [main, folder, ...quick, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, HOME: home, TZ: 'UTC', ...env },
      })
      let output = ''
      const heard = new Set<() => void>()
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text
          for (const listener of heard) listener()
        })
      }
      const ended = once(child, 'close').then(([code]) => code as number | null)
      const made: WatchProcess = {
        pid: child.pid as number,
        output: () => output,
        said: (what, timeoutMs = 20_000) =>
          new Promise((done, fail) => {
            const finish = (then: () => void) => {
              clearTimeout(timer)
              heard.delete(listener)
              then()
            }
            const timer = setTimeout(() => finish(() => fail(new Error(`not said: ${what}\n${output}`))), timeoutMs)
            const listener = () => what.test(output) && finish(done)
            heard.add(listener)
            listener()
            ended.then(() => what.test(output) || finish(() => fail(new Error(`it ended: ${output}`))))
          }),
        async kill() {
          child.kill('SIGKILL')
          await ended
        },
        async stop() {
          child.kill('SIGTERM')
          return ended
        },
        ended,
      }
      running.add(made)
      ended.then(() => running.delete(made))
      return made
    },
    async remove() {
      for (const one of running) await one.kill()
      await rm(home, { recursive: true, force: true })
    },
  }
}
