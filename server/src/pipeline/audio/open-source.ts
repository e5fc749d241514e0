// From a path to the right sound source. Knows all formats; the rest of this folder knows none.

import type { FileHandle } from 'node:fs/promises'
import { readAt } from './file-bytes.ts'
import { type ReadBytes, sniff } from './sniff.ts'
import { emptyRecording, notAudio, type SoundSource, unsupported } from './sound-source.ts'

// Decoders are loaded when a file needs them: WAV, the commonest, starts without any of them.
export async function openSource(path: string, file: FileHandle): Promise<SoundSource> {
  const { size } = await file.stat()
  const found = await sniffRecording((at, bytes) => readAt(file, at, bytes))
  switch (found.kind) {
    case 'wav':
      return (await import('./wav-source.ts')).openWav(file, size)
    case 'mpeg':
      return (await import('./mpeg-source.ts')).openMpeg(file, found.startByte, size)
    case 'adts':
      return (await import('./adts-source.ts')).openAdts(file, found.startByte, size)
    case 'flac':
      return (await import('./stream-source.ts')).openFlac(file, found.startByte, size)
    case 'ogg':
      return await openOgg(path, file, size)
    case 'mp4':
    case 'matroska':
      return (await import('./packet-source.ts')).openPackets(path)
  }
}

/** What is certainly no recording is told by its beginning. @throws Problem('invalid') */
export async function sniffRecording(read: ReadBytes) {
  const found = await sniff(read)
  if (found.kind === 'empty') throw emptyRecording()
  if (found.kind === 'not_audio') throw notAudio(found.what)
  if (found.kind === 'unsupported') throw unsupported(found.what)
  return found
}

async function openOgg(path: string, file: FileHandle, fileBytes: number): Promise<SoundSource> {
  const head = await readAt(file, 0, 64 * 1024)
  const has = (magic: string) => head.indexOf(magic, 0, 'latin1') >= 0
  if (has('\x80theora')) throw unsupported('Ogg video')
  const { openOggFlac, openOggVorbis } = await import('./stream-source.ts')
  const source = has('OpusHead')
    ? await (await import('./packet-source.ts')).openPackets(path)
    : has('\x01vorbis')
      ? openOggVorbis(file, fileBytes, head)
      : has('\x7fFLAC')
        ? openOggFlac(file, fileBytes, head)
        : null
  if (!source) throw unsupported(has('Speex   ') ? 'Speex' : 'an unknown codec inside Ogg')

  // RFC 3533 §6: the last page of a whole stream has the end flag (4). A page is at most 65,307 bytes.
  const tail = await readAt(file, Math.max(0, fileBytes - 65_307), 65_307)
  const lastPage = tail.lastIndexOf('OggS')
  if (lastPage < 0 || ((tail[lastPage + 5] ?? 0) & 4) === 0) {
    source.warnings.push('The file has no regular end: the last part of the recording may be missing.')
  }
  return source
}
