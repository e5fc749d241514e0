// Decode: from the bytes that were sent to plain audio, one file a channel, kept in the store for the next stage.

import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { getRecording } from '../../conversations/index.ts'
import { Problem } from '../../platform/problem.ts'
import { decodeRecording } from '../audio/decode-recording.ts'
import type { DecodedAudio } from '../audio/types.ts'
import { type Stage, workKey } from '../stage.ts'

/** What the next stages know of the audio: all but where its files lie and how it looks. */
export type AudioFacts = Omit<DecodedAudio, 'channels' | 'peakMs'> & {
  channels: Omit<DecodedAudio['channels'][number], 'wavPath' | 'peaks'>[]
}

export const decode: Stage = async ({ db, store, playback, conversation, run, folder, signal }) => {
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
  const { peakMs: _, ...rest } = audio
  const facts: AudioFacts = { ...rest, channels: audio.channels.map(({ wavPath, peaks, ...channel }) => channel) }
  const falseStereo = audio.channelCheck === 'false_stereo' ? ['Both channels are alike: treated as one channel.'] : []
  return {
    status: 'ok',
    result: facts,
    warnings: [...audio.warnings, ...falseStereo],
    write: (tx) => playback.keep(tx, recording, audio),
  }
}
