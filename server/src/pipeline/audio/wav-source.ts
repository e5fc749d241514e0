// WAV files: which encoding the format tag names, and the stream of their samples.

import type { FileHandle } from 'node:fs/promises'
import { type AdpcmEncoding, decodeAdpcmBlock, samplesPerBlock } from './adpcm.ts'
import { readChunks } from './file-bytes.ts'
import { openMpeg } from './mpeg-source.ts'
import { type PcmEncoding, readPcm, sampleBytes } from './pcm.ts'
import { checkFigures, type SoundBlock, type SoundSource, unreadable, unsupported } from './sound-source.ts'
import { readWavHeader, type WavHeader } from './wav-header.ts'

// Names for the error message; numbers from the registry of RFC 2361.
const unsupportedTags: Record<number, string> = {
  5: 'IBM CVSD',
  16: 'OKI ADPCM',
  20: 'G.723 ADPCM',
  34: 'TrueSpeech',
  49: 'GSM 6.10',
  50: 'MSN Audio',
  64: 'G.721 ADPCM',
  66: 'G.723.1',
  69: 'G.726 ADPCM',
  100: 'G.726 ADPCM',
  101: 'G.722 ADPCM',
  131: 'G.729',
  255: 'AAC inside WAV',
  304: 'ACELP',
  353: 'Windows Media Audio',
  354: 'Windows Media Audio Pro',
}

export async function openWav(file: FileHandle, fileBytes: number): Promise<SoundSource> {
  const header = await readWavHeader(file, fileBytes)
  if (header.formatTag === 0x50 || header.formatTag === 0x55) {
    return { ...(await openMpeg(file, header.dataStart, header.dataEnd)), container: 'wav' }
  }
  checkFigures(header.sampleRateHz, header.channelCount)
  const encoding = adpcmEncoding(header) ?? pcmEncoding(header)
  const isAdpcm = encoding === 'ima_adpcm' || encoding === 'ms_adpcm'
  if (isAdpcm && samplesPerBlock(encoding, header.blockBytes, header.channelCount) === 0) {
    throw unreadable(`its blocks of ${header.blockBytes} bytes are too small for ${encoding}`)
  }
  const bytesPerSecond = isAdpcm
    ? (header.blockBytes * header.sampleRateHz) / samplesPerBlock(encoding, header.blockBytes, header.channelCount)
    : sampleBytes(encoding) * header.channelCount * header.sampleRateHz
  return {
    container: 'wav',
    codec: encoding,
    sampleRateHz: header.sampleRateHz,
    channelCount: header.channelCount,
    promisedS: header.promisedBytes === null ? null : header.promisedBytes / bytesPerSecond,
    blocks: isAdpcm ? readAdpcmBlocks(file, header, encoding) : readPcmBlocks(file, header, encoding),
    warnings: [],
  }
}

function adpcmEncoding(header: WavHeader): AdpcmEncoding | null {
  if (header.formatTag === 0x11) return 'ima_adpcm'
  return header.formatTag === 0x02 ? 'ms_adpcm' : null
}

function pcmEncoding({ formatTag, bitsPerSample, blockBytes, channelCount }: WavHeader): PcmEncoding {
  if (formatTag === 6) return 'alaw'
  if (formatTag === 7) return 'mulaw'
  if (formatTag !== 1 && formatTag !== 3) {
    throw unsupported(unsupportedTags[formatTag] ?? `WAV format ${formatTag} (0x${formatTag.toString(16)})`)
  }
  // 12 or 20 bits sit left-justified in the next whole number of bytes; a block size that fits decides which.
  const widthBytes =
    blockBytes % channelCount === 0 && blockBytes > 0 ? blockBytes / channelCount : Math.ceil(bitsPerSample / 8)
  const byWidth: Record<number, PcmEncoding> =
    formatTag === 3 ? { 4: 'pcm_f32', 8: 'pcm_f64' } : { 1: 'pcm_u8', 2: 'pcm_s16', 3: 'pcm_s24', 4: 'pcm_s32' }
  const encoding = byWidth[widthBytes] ?? byWidth[Math.ceil(bitsPerSample / 8)]
  if (!encoding) throw unsupported(`${formatTag === 3 ? 'floating-point' : 'PCM'} samples of ${bitsPerSample} bits`)
  return encoding
}

async function* readPcmBlocks(file: FileHandle, header: WavHeader, encoding: PcmEncoding): AsyncGenerator<SoundBlock> {
  const { channelCount, sampleRateHz, dataStart, dataEnd } = header
  for await (const bytes of readChunks(file, dataStart, dataEnd, sampleBytes(encoding) * channelCount)) {
    yield { sampleRateHz, channels: readPcm(bytes, encoding, channelCount) }
  }
}

async function* readAdpcmBlocks(
  file: FileHandle,
  header: WavHeader,
  encoding: AdpcmEncoding,
): AsyncGenerator<SoundBlock> {
  const { channelCount, sampleRateHz, blockBytes, dataStart, dataEnd, factSamples } = header
  const wholeSamples = samplesPerBlock(encoding, blockBytes, channelCount)
  const blockCount = Math.ceil((dataEnd - dataStart) / blockBytes)
  // `fact` tells how much of the last block is padding; a value further off than one block is not believed.
  const paddedSamples = blockCount * wholeSamples
  const isFactUsable =
    factSamples !== null && paddedSamples - factSamples >= 0 && paddedSamples - factSamples < wholeSamples
  let left = isFactUsable ? factSamples : paddedSamples
  for await (const bytes of readChunks(file, dataStart, dataEnd, blockBytes)) {
    for (let at = 0; at < bytes.length; at += blockBytes) {
      const channels = decodeAdpcmBlock(encoding, bytes.subarray(at, at + blockBytes), channelCount)
      yield { sampleRateHz, channels: channels.map((samples) => samples.subarray(0, left)) }
      left = Math.max(0, left - (channels[0]?.length ?? 0))
    }
  }
}
