// Starts, talks to and ends the child process that holds a sherpa-onnx model. One recording at a time; who comes
// second waits. A child that dies or is killed is started afresh for the next recording.

import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { Problem } from '../../../platform/problem.ts'
import type { Stretch } from './channel-audio.ts'
import type { SherpaReply, SherpaRequest } from './sherpa-process.ts'

export type SherpaJob = {
  config: object
  wavPath: string
  stretches: Stretch[]
  timeoutMs: number
  signal: AbortSignal
}

export type SherpaChannel = {
  /** Results as sherpa-onnx gives them, one for each stretch. Throws Problem, or the signal's reason when aborted. */
  decode(job: SherpaJob): Promise<unknown[]>
  /** As the loaded addon says; null before the first recording. */
  version(): string | null
  close(): Promise<void>
}

const stderrTailMax = 4096
// A large model from a slow disk.
const loadTimeoutMs = 300_000

type Child = { process: ChildProcess; stderrTail(): string }
type Rest = [request: SherpaRequest, limits: Limits, isLast: (reply: SherpaReply) => boolean]
type Limits = { timeoutMs: number; signal: AbortSignal }

export function sherpaChannel(): SherpaChannel {
  let child: Child | null = null
  let version: string | null = null
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false

  /** After any failure the next recording gets a new child, also before the old one's end is known. */
  async function ask(asked: Child, ...rest: Rest): Promise<void> {
    try {
      await exchange(asked, ...rest)
    } catch (error) {
      forget(asked)
      throw error
    }
  }

  function forget(ended: Child): void {
    if (child === ended) child = null
  }

  async function start(config: object, signal: AbortSignal): Promise<Child> {
    if (child) return child
    const started = startChild()
    child = started
    started.process.once('exit', () => forget(started))
    await ask(started, { type: 'load', config }, { timeoutMs: loadTimeoutMs, signal }, (reply) => {
      if (reply.type === 'loaded') version = reply.version
      return reply.type === 'loaded'
    })
    return started
  }

  async function decodeNow({ config, wavPath, stretches, timeoutMs, signal }: SherpaJob): Promise<unknown[]> {
    signal.throwIfAborted()
    if (isClosed) throw new Problem('unavailable', 'speech_engine_closed', 'The speech engine sherpa was shut down.')
    const results: unknown[] = []
    await ask(
      await start(config, signal),
      { type: 'decode', config, wavPath, stretches },
      { timeoutMs, signal },
      (reply) => {
        if (reply.type === 'heard') results[reply.index] = reply.result
        return reply.type === 'done'
      },
    )
    return results
  }

  return {
    decode(job) {
      const turn = last.then(() => decodeNow(job))
      last = turn.catch(() => {})
      return Promise.race([turn, aborted(job.signal, turn)])
    },
    version: () => version,
    async close() {
      isClosed = true
      const ending = child?.process
      child = null
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
      const gone = new Promise((resolve) => ending.once('exit', resolve))
      ending.kill('SIGKILL')
      await gone
    },
  }
}

function startChild(): Child {
  const started = fork(join(import.meta.dirname, 'sherpa-process.ts'), {
    detached: true, // Ctrl-C in the terminal is for us, and we end the child
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: {},
  })
  let tail = ''
  started.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-stderrTailMax)
  })
  return { process: started, stderrTail: () => tail }
}

/** Sends one request and listens until `isLast` says so. Whatever goes wrong, the child is ended. */
function exchange(
  { process: child, stderrTail }: Child,
  ...[request, { timeoutMs, signal }, isLast]: Rest
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const detail = `The speech engine sherpa did not finish within ${Math.round(timeoutMs / 1000)} s.`
      fail(new Problem('unavailable', 'speech_engine_timeout', detail))
    }, timeoutMs)
    const stop = () => fail(signal.reason)
    const hear = (reply: SherpaReply) => {
      if (reply.type === 'failed') fail(failed(reply.reason, stderrTail()))
      else if (isLast(reply)) settle(resolve)
    }
    // `close` comes after the last of stderr, which holds the reason.
    const end = (code: number | null, killedBy: string | null) =>
      settle(() => reject(failed(killedBy ? `ended by ${killedBy}` : `exit code ${code}`, stderrTail())))
    function settle(then: () => void): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      child.off('message', hear).off('close', end).off('error', fail)
      then()
    }
    function fail(reason: unknown): void {
      settle(() => reject(reason))
      child.kill('SIGKILL')
    }
    signal.addEventListener('abort', stop, { once: true })
    child.on('message', hear).once('close', end).once('error', fail)
    // Not connected: its end is on the way, and tells why.
    if (child.connected) child.send(request, () => {})
  })
}

function failed(reason: string, stderrTail: string): Problem {
  const cause = new Error(`${reason}: ${stderrTail}`)
  const detail = `The speech engine sherpa failed (${reason}). If this goes on, its model files may be damaged: copy them again.`
  return new Problem('upstream', 'speech_engine_failed', detail, { cause })
}

/** Rejects as soon as the signal fires, even while the job waits for its turn. */
function aborted(signal: AbortSignal, until: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    until.finally(() => signal.removeEventListener('abort', stop)).catch(() => {})
  })
}
