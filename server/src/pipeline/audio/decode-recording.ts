// The way into this folder: decodes a recording in a thread of its own, so that the server goes on answering.
// Watches that thread: it ends when asked to, when it stops making progress, and when it wants too much memory.

import { Worker } from 'node:worker_threads'
import { Problem } from '../../platform/problem.ts'
import type { DecodeMessage } from './decode-worker.ts'
import { unreadable } from './sound-source.ts'
import type { DecodedAudio } from './types.ts'

const durationMsMaxDefault = 24 * 3_600_000
// A block takes milliseconds; only a decoder that has lost itself in damaged data takes this long.
const stallMsMax = 60_000
const heapMbMax = 512

/**
 * Decodes a recording of any supported format, known by its content, into one 16-bit mono WAV file per channel
 * (`channel-0.wav`, `channel-1.wav`) in `workDir`, which must exist and belong to this call alone. Reads and writes in
 * a stream: memory does not grow with the file. `durationMsMax` (default 24 h) bounds the disk that is used.
 *
 * Throws Problem('invalid', 'empty_recording' | 'not_audio' | 'unsupported_codec' | 'unreadable_audio'),
 * Problem('too_large', 'recording_too_long'), the signal's reason when aborted, and errors of the disk as they are.
 * Sound before a damaged place is kept; `warnings` then says what is missing.
 */
export function decodeRecording(input: {
  path: string
  workDir: string
  signal: AbortSignal
  durationMsMax?: number
}): Promise<DecodedAudio> {
  const { path, workDir, signal, durationMsMax = durationMsMaxDefault } = input
  if (signal.aborted) return Promise.reject(signal.reason)
  const { promise, resolve, reject } = Promise.withResolvers<DecodedAudio>()
  const worker = new Worker(new URL('./decode-worker.ts', import.meta.url), {
    workerData: { path, workDir, durationMsMax },
    resourceLimits: { maxOldGenerationSizeMb: heapMbMax },
  })
  const stalled = setTimeout(() => reject(unreadable('decoding it does not come to an end')), stallMsMax)
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })

  worker.on('message', (message: DecodeMessage) => {
    stalled.refresh()
    if (message.type === 'done') resolve(message.audio)
    if (message.type === 'error') reject(message.error)
    if (message.type === 'problem') {
      const { kind, code, detail } = message.problem
      reject(new Problem(kind, code, detail, { cause: message.cause || undefined }))
    }
  })
  worker.on('error', (error: NodeJS.ErrnoException) => {
    const isTooBig = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    reject(isTooBig ? unreadable('its structure is too large to be true', error) : error)
  })
  worker.on('exit', () => reject(new Error('the decoding thread ended without a result')))

  return promise.finally(async () => {
    clearTimeout(stalled)
    signal.removeEventListener('abort', onAbort)
    await worker.terminate()
  })
}
