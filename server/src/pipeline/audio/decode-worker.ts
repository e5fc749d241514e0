// The thread that decodes one recording and ends. Speaks only with decode-recording.ts.

import { parentPort, workerData } from 'node:worker_threads'
import { Problem } from '../../platform/problem.ts'
import { type DecodeInput, decodeFile } from './decode.ts'
import type { DecodedAudio } from './types.ts'

export type DecodeMessage =
  | { type: 'progress' }
  | { type: 'done'; audio: DecodedAudio }
  | { type: 'problem'; problem: Pick<Problem, 'kind' | 'code' | 'detail'>; cause: string }
  | { type: 'error'; error: unknown }

const progressEveryMs = 1000
let lastProgressAt = 0

// Decoders print every damaged frame; the damage is counted and reported as a warning instead.
for (const level of ['error', 'warn', 'info', 'log'] as const) console[level] = () => {}

function post(message: DecodeMessage): void {
  parentPort?.postMessage(message)
}

function onProgress(): void {
  if (Date.now() - lastProgressAt < progressEveryMs) return
  lastProgressAt = Date.now()
  post({ type: 'progress' })
}

try {
  post({ type: 'done', audio: await decodeFile({ ...(workerData as DecodeInput), onProgress }) })
} catch (error) {
  if (error instanceof Problem) {
    const { kind, code, detail, cause } = error
    post({ type: 'problem', problem: { kind, code, detail }, cause: cause === undefined ? '' : String(cause) })
  } else {
    post({ type: 'error', error })
  }
}
