// MP4/M4A, WebM/Matroska and Ogg Opus: mediabunny takes the packets out of the container, the codec files beside this
// one decode them. Puts the sound onto the container's timeline: start and end trimmed, gaps filled with silence.

import {
  ALL_FORMATS,
  type EncodedPacket,
  EncodedPacketSink,
  FilePathSource,
  Input,
  type InputAudioTrack,
} from 'mediabunny'
import { MPEGDecoder } from 'mpg123-decoder'
import { type AacConfig, decodeAac, readAacConfig, wrapAdts } from './aac.ts'
import { createOpusDecoder, type OpusHead, readOpusHead } from './opus.ts'
import { type PcmEncoding, readPcm } from './pcm.ts'
import { checkFigures, notAudio, type SoundBlock, type SoundSource, unreadable, unsupported } from './sound-source.ts'

const containerNames: Record<string, string> = { 'QuickTime File Format': 'mov' }
const pcmEncodings: Record<string, PcmEncoding> = {
  'pcm-u8': 'pcm_u8',
  'pcm-s16': 'pcm_s16',
  'pcm-s24': 'pcm_s24',
  'pcm-s32': 'pcm_s32',
  'pcm-f32': 'pcm_f32',
  'pcm-f64': 'pcm_f64',
  ulaw: 'mulaw',
  alaw: 'alaw',
}
// A recorder that was muted leaves gaps; a longer one than this is a damaged time stamp.
const gapMinS = 0.1
const gapMaxS = 600

type Decoding = {
  codec: string
  sampleRateHz: number
  channelCount: number
  /** Samples at the start that belong to the codec, not to the sound. */
  leadSamples: number
  decodedRateHz: number
  blocks: AsyncIterable<SoundBlock>
}

export async function openPackets(path: string): Promise<SoundSource> {
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS })
  try {
    const format = await input.getFormat().catch((cause) => {
      throw unreadable('its container is damaged', cause)
    })
    const tracks = await input.getTracks().catch((cause) => {
      throw unreadable('the index of its container is damaged, or missing because the file ends early', cause)
    })
    const track = await input.getPrimaryAudioTrack()
    const hasVideo = tracks.some((one) => one.isVideoTrack())
    if (!track && hasVideo) throw notAudio('a video without sound')
    if (!track) throw unreadable('its container holds no sound, or ends before the description of it')
    const warnings = hasVideo ? ['The file holds video too; only its sound is used.'] : []
    const decoding = await startDecoding(track, warnings)
    checkFigures(decoding.sampleRateHz, decoding.channelCount)
    const endS = Math.max(
      await track.computeDuration().catch(() => 0),
      (await track.getDurationFromMetadata().catch(() => 0)) ?? 0,
    )
    const limit = endS > 0 ? Math.round(endS * decoding.decodedRateHz) : Number.POSITIVE_INFINITY
    return {
      container: containerNames[format.name] ?? format.name.toLowerCase(),
      codec: decoding.codec,
      sampleRateHz: decoding.sampleRateHz,
      channelCount: decoding.channelCount,
      promisedS: endS > 0 ? endS : null,
      blocks: trimmed(decoding, limit, () => input.dispose()),
      warnings,
    }
  } catch (error) {
    input.dispose()
    throw error
  }
}

async function startDecoding(track: InputAudioTrack, warnings: string[]): Promise<Decoding> {
  const codec = await track.getCodec()
  const config = await track.getDecoderConfig()
  if (!codec || !config)
    throw unsupported(`a codec that its container calls ${String(await track.getInternalCodecId())}`)
  const description = bytesOf(config.description)
  const packets = packetsOf(track, warnings)
  const firstS = await track.getFirstTimestamp()
  const { numberOfChannels: channelCount, sampleRate: sampleRateHz } = config
  const lead = (rateHz: number) => Math.max(0, Math.round(-firstS * rateHz))
  const plain = { codec, sampleRateHz, channelCount, leadSamples: lead(sampleRateHz), decodedRateHz: sampleRateHz }

  if (codec === 'opus' && description) {
    const head = readOpusHead(description)
    return {
      codec,
      sampleRateHz: head.originalRateHz,
      channelCount: head.channelCount,
      leadSamples: Math.round((head.preSkip * head.sampleRateHz) / 48_000),
      decodedRateHz: head.sampleRateHz,
      blocks: opusBlocks(packets, head, warnings),
    }
  }
  if (codec === 'aac' && description) {
    const aac = readAacConfig(description)
    const blocks = decodeAac(adtsFrames(packets, aac), aac.sampleRateHz, warnings)
    return { ...plain, leadSamples: lead(aac.sampleRateHz), decodedRateHz: aac.sampleRateHz, blocks }
  }
  if (codec === 'mp3') return { ...plain, blocks: mp3Blocks(packets, channelCount) }
  const encoding = pcmEncodings[codec]
  if (!encoding) throw unsupported(codec.toUpperCase())
  return { ...plain, codec: encoding, blocks: pcmBlocks(packets, encoding, sampleRateHz, channelCount) }
}

/** Packets one by one: the library's own iterator reads ahead and would lose what comes before a damaged place. */
async function* packetsOf(track: InputAudioTrack, warnings: string[]): AsyncGenerator<EncodedPacket> {
  const sink = new EncodedPacketSink(track)
  let next = await sink.getFirstPacket()
  while (next) {
    const packet: EncodedPacket = next
    yield packet
    next = await sink.getNextPacket(packet).catch(() => {
      warnings.push(`The container is damaged after ${packet.timestamp.toFixed(1)} s; what follows was left out.`)
      return null
    })
  }
}

async function* adtsFrames(packets: AsyncIterable<EncodedPacket>, config: AacConfig): AsyncGenerator<Uint8Array> {
  // The length field has 13 bits: a longer frame cannot be valid.
  for await (const packet of packets) if (packet.data.length < 8_185) yield wrapAdts(packet.data, config)
}

async function* mp3Blocks(packets: AsyncIterable<EncodedPacket>, channelCount: number): AsyncGenerator<SoundBlock> {
  const decoder = new MPEGDecoder()
  await decoder.ready
  for await (const packet of packets) {
    const decoded = decoder.decode(packet.data)
    if (decoded.samplesDecoded > 0) {
      yield { sampleRateHz: decoded.sampleRate, channels: decoded.channelData.slice(0, channelCount) }
    }
  }
  decoder.free()
}

async function* pcmBlocks(
  packets: AsyncIterable<EncodedPacket>,
  encoding: PcmEncoding,
  sampleRateHz: number,
  channelCount: number,
): AsyncGenerator<SoundBlock> {
  for await (const packet of packets) {
    yield { sampleRateHz, channels: readPcm(packet.data, encoding, channelCount) }
  }
}

async function* opusBlocks(
  packets: AsyncIterable<EncodedPacket>,
  head: OpusHead,
  warnings: string[],
): AsyncGenerator<SoundBlock> {
  const decoder = await createOpusDecoder(head)
  let givenS = -head.preSkip / 48_000
  let damaged = 0
  for await (const packet of packets) {
    const gapS = packet.timestamp - Math.max(0, givenS)
    const silentS = gapS > gapMinS && gapS < gapMaxS ? gapS : 0
    const decoded = decoder.decode(packet.data)
    if (!decoded) damaged += 1
    const silence = new Float32Array(Math.round(silentS * head.sampleRateHz))
    const block = decoded ?? { sampleRateHz: head.sampleRateHz, channels: [] }
    if (silence.length > 0) {
      yield { ...block, channels: Array.from({ length: head.channelCount }, () => silence) }
    }
    if (decoded) yield decoded
    givenS += (silence.length + (block.channels[0]?.length ?? 0)) / head.sampleRateHz
  }
  if (damaged > 0) warnings.push(`Damaged Opus packets that were skipped: ${damaged}.`)
  decoder.free()
}

async function* trimmed(decoding: Decoding, limit: number, close: () => void): AsyncGenerator<SoundBlock> {
  let toSkip = decoding.leadSamples
  let left = limit
  try {
    for await (const { sampleRateHz, channels } of decoding.blocks) {
      const length = channels[0]?.length ?? 0
      const kept = channels.map((samples) => samples.subarray(toSkip, toSkip + left))
      toSkip = Math.max(0, toSkip - length)
      left -= kept[0]?.length ?? 0
      yield { sampleRateHz, channels: kept }
    }
  } finally {
    close()
  }
}

function bytesOf(description: AllowSharedBufferSource | undefined): Uint8Array | null {
  if (!description) return null
  return ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description)
}
