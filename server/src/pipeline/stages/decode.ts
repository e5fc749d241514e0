// Decode: from the bytes that were sent to plain audio, one file a channel, kept in the store for the next stage.

import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { describeRecording, getRecording } from '../../conversations/index.ts'
import { Problem } from '../../platform/problem.ts'
import { decodeRecording } from '../audio/decode-recording.ts'
import type { DecodedAudio } from '../audio/types.ts'
import { type Stage, workKey } from '../stage.ts'

/** What the next stages know of the audio: all but where its files lie. */
export type AudioFacts = Omit<DecodedAudio, 'channels'> & {
  channels: Omit<DecodedAudio['channels'][number], 'wavPath'>[]
}

export const decode: Stage = async ({ db, store, conversation, run, folder, signal }) => {
  const recording = await getRecording(db, conversation.org_id, conversation.id)
  if (!recording) throw new Problem('invalid', 'no_recording', 'The call has no recording.')
  const workDir = await folder()
  const path = join(workDir, 'recording')
  await store.toFile(recording.store_key, path, signal)
  const audio = await decodeRecording({ path, workDir, signal })
  for (const [index, { wavPath }] of audio.channels.entries()) {
    await store.put(workKey(conversation, run, index), createReadStream(wavPath), {
      sizeBytesMax: Number.MAX_SAFE_INTEGER,
      signal,
    })
  }
  const facts: AudioFacts = { ...audio, channels: audio.channels.map(({ wavPath: _, ...channel }) => channel) }
  const falseStereo = audio.channelCheck === 'false_stereo' ? ['Both channels are alike: treated as one channel.'] : []
  return {
    status: 'ok',
    result: facts,
    warnings: [...audio.warnings, ...falseStereo],
    write: (tx) =>
      describeRecording(tx, recording, {
        container: audio.container,
        codec: audio.codec,
        channel_count: audio.channelCount,
        sample_rate_hz: audio.sampleRateHz,
        duration_ms: Math.round(audio.durationMs),
        channel_check: audio.channelCheck,
      }),
  }
}
