// The copy of a recording that every browser plays: an MP3 file, made in a thread of its own, so that the server goes on
// answering. Stereo stays stereo, so that the sides can be heard apart. Which recordings get one is not decided here.

import { Worker } from 'node:worker_threads'
import type { DecodedAudio } from './types.ts'

// A block is some seconds of sound and takes milliseconds.
const stallMsMax = 60_000
const heapMbMax = 256

/** Writes `path`, a new file, from what `decodeRecording` left. Rejects with the signal's reason when aborted. */
export function makePlayableCopy(input: {
  audio: Pick<DecodedAudio, 'channels' | 'pcmRateHz'>
  path: string
  signal: AbortSignal
}): Promise<void> {
  const { audio, path, signal } = input
  if (signal.aborted) return Promise.reject(signal.reason)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const wavPaths = audio.channels.map(({ wavPath }) => wavPath)
  const worker = new Worker(new URL('./mp3-worker.ts', import.meta.url), {
    workerData: { wavPaths, pcmRateHz: audio.pcmRateHz, path },
    resourceLimits: { maxOldGenerationSizeMb: heapMbMax },
  })
  const stalled = setTimeout(() => reject(new Error('the copy does not come to an end')), stallMsMax)
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  worker.on('message', (message: 'progress' | 'done') => {
    stalled.refresh()
    if (message === 'done') resolve()
  })
  worker.on('error', reject)
  worker.on('exit', () => reject(new Error('the thread that makes the copy ended without one')))
  return promise.finally(async () => {
    clearTimeout(stalled)
    signal.removeEventListener('abort', onAbort)
    await worker.terminate()
  })
}
