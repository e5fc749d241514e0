// What browsers play as it is, under which content type, and which recordings get a copy that all of them play.
// Knows formats by the names that the decoder gives them; makes nothing.

import type { Media } from './recording-media.ts'
import type { Recording } from './recordings.ts'

export type Container = { contentType: string; extension: string }
type Format = Pick<Recording, 'container' | 'codec' | 'size_bytes'>

/** `needed`: where browsers cannot play the recording, or it is a WAV file too large for slow links. */
export type CopyPolicy = { copies: 'needed' | 'always' | 'never'; wavBytesMax: number }

/** Of every copy: whatever the recording is. */
export const copyContainer: Container = { contentType: 'audio/mpeg', extension: '.mp3' }

// By what the decoder found; the client's own label is not trusted.
const containers: Record<string, Container> = {
  wav: { contentType: 'audio/wav', extension: '.wav' },
  mp3: copyContainer,
  mpeg: { contentType: 'audio/mpeg', extension: '.mpga' },
  flac: { contentType: 'audio/flac', extension: '.flac' },
  ogg: { contentType: 'audio/ogg', extension: '.ogg' },
  mp4: { contentType: 'audio/mp4', extension: '.m4a' },
  mov: { contentType: 'audio/mp4', extension: '.m4a' },
  webm: { contentType: 'audio/webm', extension: '.weba' },
  adts: { contentType: 'audio/aac', extension: '.aac' },
}
const unknown: Container = { contentType: 'application/octet-stream', extension: '' }

export const containerOf = ({ container }: Pick<Format, 'container'>): Container =>
  containers[container ?? ''] ?? unknown

/**
 * What Chromium, Firefox and Safari all play, by container. Telephony's own encodings inside WAV (G.711, ADPCM) and the
 * wider sample formats are played by some of them alone.
 */
const native: Record<string, readonly string[]> = {
  wav: ['pcm_u8', 'pcm_s16'],
  mp3: ['mp3'],
  flac: ['flac'],
  ogg: ['opus', 'vorbis'],
  mp4: ['aac', 'mp3'],
  webm: ['opus', 'vorbis'],
  adts: ['aac'],
}

/** Whether browsers play the file as it was sent. False also while nobody knows what it is. */
export const playsAsSent = ({ container, codec }: Pick<Format, 'container' | 'codec'>): boolean =>
  native[container ?? '']?.includes(codec ?? '') ?? false

/** Whether a recording that has been decoded gets a copy. */
export function needsCopy(recording: Format, { copies, wavBytesMax }: CopyPolicy): boolean {
  if (copies !== 'needed') return copies === 'always'
  return !playsAsSent(recording) || (recording.container === 'wav' && Number(recording.size_bytes) > wavBytesMax)
}

/** What somebody who wants to listen is told: `reason` says why nothing can be played now, for people. */
export type Playability = {
  playable: boolean
  reason: string | null
  variants: { variant: 'original' | 'playback'; content_type: string; size_bytes: number }[]
}

export function playabilityOf(recording: Recording, media: Media | null, { copies }: CopyPolicy): Playability {
  const original = {
    variant: 'original' as const,
    content_type: containerOf(recording).contentType,
    size_bytes: Number(recording.size_bytes),
  }
  const copy = media?.copy && {
    variant: 'playback' as const,
    content_type: copyContainer.contentType,
    size_bytes: media.copy.size_bytes,
  }
  const playable = Boolean(copy) || playsAsSent(recording)
  return {
    playable,
    reason: playable ? null : whyNot(recording, media, copies),
    variants: copy ? [original, copy] : [original],
  }
}

function whyNot(recording: Recording, media: Media | null, copies: CopyPolicy['copies']): string {
  if (media?.failure) return media.failure
  if (recording.container === null) return 'The recording has not been read yet, or could not be.'
  const what = `Browsers do not all play this kind of recording (${recording.codec} in ${recording.container})`
  if (copies === 'never') return `${what}, and this server makes no playable copies. It can be downloaded.`
  if (media?.asked_at) return 'A playable copy is being made.'
  return `${what}. A playable copy is made when somebody listens for the first time.`
}
