// Runs a program to its end within limits of time and memory, and keeps the end of what it says on stderr.
// Its output on stdout is thrown away: who needs results has it write a file.

import { spawn } from 'node:child_process'

export type BoundedRun = {
  program: string
  args: string[]
  folder: string
  timeoutMs: number
  /** Address space; enforced where the shell's `ulimit -v` is (Linux), ignored elsewhere. */
  memoryBytesMax: number
  signal: AbortSignal
}

export type RunOutcome =
  | { outcome: 'ended' }
  | { outcome: 'failed'; reason: string; stderrTail: string }
  | { outcome: 'timed_out'; stderrTail: string }

const stderrTailMax = 4096

/** Rejects with the signal's reason when aborted; the program is gone by then. */
export function runBounded({
  program,
  args,
  folder,
  timeoutMs,
  memoryBytesMax,
  signal,
}: BoundedRun): Promise<RunOutcome> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    // `exec` keeps the process id, so a kill reaches the program itself.
    const limited = ['-c', 'ulimit -v "$0" 2>/dev/null; exec "$@"', String(Math.floor(memoryBytesMax / 1024)), program]
    const child = spawn('/bin/sh', [...limited, ...args], {
      cwd: folder,
      // A session of its own: Ctrl-C in the terminal is for us, and we end the program.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { LC_ALL: 'C' },
    })
    let stderrTail = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderrTail = (stderrTail + text).slice(-stderrTailMax)
    })
    let isTimedOut = false
    const timer = setTimeout(() => {
      isTimedOut = true
      child.kill('SIGKILL')
    }, timeoutMs)
    const stop = () => child.kill('SIGKILL')
    signal.addEventListener('abort', stop, { once: true })
    function finish(outcome: RunOutcome): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      if (signal.aborted) reject(signal.reason)
      else resolve(outcome)
    }
    child.once('error', (error) => finish({ outcome: 'failed', reason: error.message, stderrTail }))
    child.once('close', (code, killedBy) => {
      if (isTimedOut) finish({ outcome: 'timed_out', stderrTail })
      else if (code === 0) finish({ outcome: 'ended' })
      else finish({ outcome: 'failed', reason: killedBy ? `ended by ${killedBy}` : `exit code ${code}`, stderrTail })
    })
  })
}
