// What a recording needs to be seen and heard in a browser: its waveform, taken from the decoded sound, and the job that
// makes a playable copy, and the waveform too where the recording was analysed before there were any. Which recordings get
// a copy, and who may have it, is the business of conversations.

import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  askForMedia,
  type CopyPolicy,
  describeRecording,
  failMedia,
  findRecording,
  holdRecording,
  type MediaKey,
  mediaKey,
  needsCopy,
  packPeaks,
  peakCode,
  putMedia,
  type Recording,
  type RecordingFacts,
  type Waveform,
} from '../conversations/index.ts'
import type { Db, Tx } from '../platform/db/db.ts'
import { newId } from '../platform/ids.ts'
import { type JobRun, job, type Worker, type Write, worker } from '../platform/jobs/job.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import { Problem } from '../platform/problem.ts'
import { type Store, storeKey } from '../storage/index.ts'
import { decodeRecording } from './audio/decode-recording.ts'
import { makePlayableCopy } from './audio/playable-copy.ts'
import type { DecodedAudio } from './audio/types.ts'
import type { WorkFolder } from './work-folder.ts'

/** `id` names what this job makes, the same on every try: a try after a crash replaces what the one before left. */
type Preparation = MediaKey & { id: string }

// A day of sound takes some minutes.
export const playbackJob = job<Preparation>({ name: 'playback.prepare', retryLimit: 4, timeoutS: 7200, concurrency: 1 })

const isAwaited = 1
const isForLater = 0

export type Playback = {
  /** Has it made, once, for somebody who waits. The caller has asked for it (`askForMedia`). */
  prepare(tx: Tx, key: MediaKey): Promise<void>
  /** Writes what was found when the recording was decoded, and has a copy made if it needs one. */
  keep(tx: Tx, recording: Recording, audio: DecodedAudio): Promise<void>
  worker: Worker
}

type Parts = { db: Db; store: Store; queue: Queue; work: WorkFolder; copies: CopyPolicy }

export function playback({ db, store, queue, work, copies }: Parts): Playback {
  const enqueue = (tx: Tx, key: MediaKey, priority: number) =>
    queue.enqueue(tx, playbackJob, [{ input: { ...key, id: newId() }, group: key.org_id, priority }])

  async function handle(input: Preparation, { signal }: JobRun): Promise<Write | undefined> {
    const copyKey = storeKey(input.org_id, 'playback', input.id)
    const recording = await findRecording(db, input)
    if (!recording) {
      await store.delete(copyKey)
      return undefined
    }
    const workDir = await work.make('playback')
    try {
      const path = join(workDir, 'recording')
      await store.toFile(recording.store_key, path, signal)
      const audio = await decodeRecording({ path, workDir, signal })
      const facts = factsOf(audio)
      const copy = needsCopy({ ...recording, ...facts }, copies)
        ? await storeCopy(copyKey, audio, workDir, signal)
        : null
      return async (tx) => {
        const isThere = await holdRecording(tx, input)
        if (isThere) await describeRecording(tx, recording, facts)
        const kept = isThere ? await putMedia(tx, input, waveformOf(audio), copy) : null
        if (copy && kept !== copyKey) await store.delete(copyKey)
      }
    } catch (err) {
      if (!(err instanceof Problem) || (err.kind !== 'invalid' && err.kind !== 'too_large')) throw err
      // No further try will change that.
      return (tx) => failMedia(tx, input, err.detail)
    } finally {
      await rm(workDir, { recursive: true, force: true })
    }
  }

  async function storeCopy(copyKey: string, audio: DecodedAudio, workDir: string, signal: AbortSignal) {
    const path = join(workDir, 'copy.mp3')
    await makePlayableCopy({ audio, path, signal })
    const options = { sizeBytesMax: Number.MAX_SAFE_INTEGER, contentType: 'audio/mpeg', signal }
    const { sizeBytes, sha256Hex } = await store.put(copyKey, createReadStream(path), options)
    return { copy_key: copyKey, copy_size_bytes: sizeBytes, copy_sha256: sha256Hex }
  }

  return {
    prepare: (tx, key) => enqueue(tx, key, isAwaited),
    async keep(tx, recording, audio) {
      const facts = factsOf(audio)
      await describeRecording(tx, recording, facts)
      const key = mediaKey(recording)
      const copyKey = await putMedia(tx, key, waveformOf(audio), null)
      if (copyKey || !needsCopy({ ...recording, ...facts }, copies)) return
      if (await askForMedia(tx, key)) await enqueue(tx, key, isForLater)
    },
    worker: worker({
      job: playbackJob,
      handle,
      async bury(input) {
        await store.delete(storeKey(input.org_id, 'playback', input.id))
        return (tx) =>
          failMedia(tx, input, 'The recording could not be prepared for playing. It is tried again on request.')
      },
    }),
  }
}

const factsOf = (audio: DecodedAudio): RecordingFacts => ({
  container: audio.container,
  codec: audio.codec,
  channel_count: audio.channelCount,
  sample_rate_hz: audio.sampleRateHz,
  duration_ms: Math.round(audio.durationMs),
  channel_check: audio.channelCheck,
})

const waveformOf = ({ durationMs, peakMs, channels }: DecodedAudio): Waveform => ({
  durationMs: Math.round(durationMs),
  peakMs,
  peaks: packPeaks(channels.map(({ peaks }) => Uint8Array.from(peaks, peakCode))),
  speech: channels.map(({ speech }) => speech.flatMap(({ startMs, endMs }) => [startMs, endMs])),
})
