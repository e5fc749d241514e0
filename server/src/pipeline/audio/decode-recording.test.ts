import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { sharedData, skipWithout } from '../../../test/shared-data.ts'
import { correlate, decode, largestDifference, makeFolder, readSamples, run, skipWithoutTool } from './fixtures.ts'

const call = sharedData('data/audio/calls/auto_repairs_40.stereo.wav')
const skip = skipWithout(call) || skipWithoutTool('sox') || skipWithoutTool('ffmpeg')
const exact = { differenceMax: 0 }

// What to encode with, then what to expect. `differenceMax` in steps of 16 bits; else a correlation above 0.9.
const encodings: [string, 'sox' | 'ffmpeg', string[], { container: string; codec: string; differenceMax?: number }][] =
  [
    ['u8.wav', 'ffmpeg', ['-c:a', 'pcm_u8'], { container: 'wav', codec: 'pcm_u8', differenceMax: 256 }],
    ['s16.wav', 'ffmpeg', ['-c:a', 'pcm_s16le'], { container: 'wav', codec: 'pcm_s16', ...exact }],
    ['s24.wav', 'sox', ['-b', '24'], { container: 'wav', codec: 'pcm_s24', ...exact }],
    ['s32.wav', 'ffmpeg', ['-c:a', 'pcm_s32le'], { container: 'wav', codec: 'pcm_s32', ...exact }],
    ['f32.wav', 'ffmpeg', ['-c:a', 'pcm_f32le'], { container: 'wav', codec: 'pcm_f32', ...exact }],
    ['f64.wav', 'ffmpeg', ['-c:a', 'pcm_f64le'], { container: 'wav', codec: 'pcm_f64', ...exact }],
    ['mulaw.wav', 'ffmpeg', ['-c:a', 'pcm_mulaw'], { container: 'wav', codec: 'mulaw', differenceMax: 600 }],
    ['alaw.wav', 'ffmpeg', ['-c:a', 'pcm_alaw'], { container: 'wav', codec: 'alaw', differenceMax: 600 }],
    ['ima.wav', 'sox', ['-e', 'ima-adpcm'], { container: 'wav', codec: 'ima_adpcm' }],
    ['ms.wav', 'sox', ['-e', 'ms-adpcm'], { container: 'wav', codec: 'ms_adpcm' }],
    ['mp3.mp3', 'ffmpeg', ['-c:a', 'libmp3lame', '-b:a', '32k'], { container: 'mp3', codec: 'mp3' }],
    // The FLAC decoder divides by 32767 where everything else divides by 32768.
    ['flac.flac', 'ffmpeg', [], { container: 'flac', codec: 'flac', differenceMax: 1 }],
    ['flac.ogg', 'ffmpeg', ['-c:a', 'flac'], { container: 'ogg', codec: 'flac', differenceMax: 1 }],
    ['opus.ogg', 'ffmpeg', ['-c:a', 'libopus', '-b:a', '48k'], { container: 'ogg', codec: 'opus' }],
    ['opus.webm', 'ffmpeg', ['-c:a', 'libopus', '-b:a', '48k'], { container: 'webm', codec: 'opus' }],
    ['vorbis.ogg', 'ffmpeg', ['-c:a', 'libvorbis', '-q:a', '5'], { container: 'ogg', codec: 'vorbis' }],
    ['aac.m4a', 'ffmpeg', ['-c:a', 'aac', '-b:a', '64k'], { container: 'mp4', codec: 'aac' }],
    ['aac.aac', 'ffmpeg', ['-c:a', 'aac', '-b:a', '64k'], { container: 'adts', codec: 'aac' }],
    ['pcm.mov', 'ffmpeg', ['-c:a', 'pcm_s16le'], { container: 'mov', codec: 'pcm_s16', ...exact }],
  ]

describe('every encoding gives the sound that went into it', { skip }, () => {
  const folder = makeFolder({ after })
  const source = join(folder, 'source.wav')
  let original: Int16Array[] = []

  before(async () => {
    run('sox', ['-D', call as string, source, 'trim', '0', '30'])
    original = (await decode(source, folder)).channels.map((one) => readSamples(one.wavPath))
  })

  for (const [name, tool, args, expected] of encodings) {
    it(name, async () => {
      const encoded = join(folder, name)
      run(tool, tool === 'sox' ? ['-D', source, ...args, encoded] : ['-i', source, ...args, encoded])
      // Neither name nor label may matter.
      const nameless = join(folder, 'upload')
      copyFileSync(encoded, nameless)
      const startedAt = performance.now()
      const audio = await decode(nameless, folder)
      const speed = audio.durationMs / (performance.now() - startedAt)

      assert.equal(audio.container, expected.container)
      assert.equal(audio.codec, expected.codec)
      assert.equal(audio.sampleRateHz, 8000)
      assert.equal(audio.pcmRateHz, 8000)
      assert.equal(audio.channelCount, 2)
      assert.equal(audio.channelCheck, 'distinct')
      assert.deepEqual(audio.warnings, [])
      // A raw ADTS stream cannot say how much its encoder put before and after the sound.
      assert.ok(Math.abs(audio.durationMs - 30_000) <= (name === 'aac.aac' ? 300 : 50), `${audio.durationMs} ms`)
      for (const [i, { wavPath }] of audio.channels.entries()) {
        const samples = readSamples(wavPath)
        const wanted = original[i] as Int16Array
        if (expected.differenceMax !== undefined) {
          assert.equal(samples.length, wanted.length)
          assert.ok(largestDifference(samples, wanted) <= expected.differenceMax)
        } else {
          const delayMax = name === 'aac.aac' ? 1100 : 8
          const correlation = correlate(samples.subarray(0, 80_000), wanted.subarray(0, 80_000), delayMax)
          assert.ok(correlation > 0.9, `channel ${i}: correlation ${correlation}`)
          if (i === 0) console.log(`  ${name}: correlation ${correlation.toFixed(4)}, ${speed.toFixed(0)} x real time`)
        }
      }
    })
  }

  it('ADPCM comes out as the reference decoder has it', async () => {
    for (const name of ['ima.wav', 'ms.wav']) {
      const audio = await decode(join(folder, name), folder)
      for (const [i, { wavPath }] of audio.channels.entries()) {
        const raw = run('sox', ['-D', join(folder, name), '-t', 's16', '-', 'remix', String(i + 1)])
        const reference = new Int16Array(new Uint8Array(raw).buffer)
        assert.equal(largestDifference(readSamples(wavPath), reference), 0, name)
        // sox gives the padding of the last block too; the `fact` chunk tells where the sound ends.
        assert.equal(readSamples(wavPath).length, 240_000, name)
      }
    }
  })

  it('44.1 kHz comes down to 16 kHz', async () => {
    const path = join(folder, 'high.m4a')
    run('ffmpeg', ['-i', source, '-ar', '44100', '-c:a', 'aac', '-b:a', '128k', path])
    const audio = await decode(path, folder)
    assert.equal(audio.sampleRateHz, 44_100)
    assert.equal(audio.pcmRateHz, 16_000)
    assert.ok(Math.abs(audio.durationMs - 30_000) <= 50)
  })

  it('a recorder that never wrote the sizes, by pipe', async () => {
    const path = join(folder, 'piped.wav')
    writeFileSync(path, run('ffmpeg', ['-i', source, '-f', 'wav', '-']))
    const audio = await decode(path, folder)
    assert.equal(audio.durationMs, 30_000)
    assert.deepEqual(audio.warnings, [])
  })

  it('takes the sound of a video, and says so', async () => {
    const path = join(folder, 'video.mp4')
    const picture = ['-f', 'lavfi', '-i', 'color=size=64x64:rate=5', '-t', '30', '-c:v', 'mpeg4', '-c:a', 'aac']
    run('ffmpeg', ['-i', source, ...picture, path])
    const audio = await decode(path, folder)
    assert.ok(Math.abs(audio.durationMs - 30_000) <= 50)
    assert.match(audio.warnings.join(), /video/)
    const silent = join(folder, 'silent.mp4')
    run('ffmpeg', ['-i', path, '-an', '-c', 'copy', silent])
    await assert.rejects(decode(silent, folder), { code: 'not_audio' })
  })

  it('six channels become one, with a warning', async () => {
    const path = join(folder, 'six.wav')
    run('sox', [source, path, 'remix', '1', '2', '1', '2', '1', '2'])
    const audio = await decode(path, folder)
    assert.equal(audio.channelCheck, 'mono')
    assert.equal(audio.channels.length, 1)
    assert.match(audio.warnings.join(), /6 channels/)
  })

  for (const name of [
    's24.wav',
    'ima.wav',
    'mp3.mp3',
    'flac.flac',
    'flac.ogg',
    'opus.ogg',
    'opus.webm',
    'vorbis.ogg',
    'aac.aac',
    'fast.m4a',
  ]) {
    it(`cut off in the middle: ${name}`, async () => {
      if (name === 'fast.m4a') run('ffmpeg', ['-i', source, '-movflags', '+faststart', join(folder, name)])
      const bytes = readFileSync(join(folder, name))
      const path = join(folder, 'cut')
      writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * 0.6)))
      const audio = await decode(path, folder)
      assert.ok(audio.durationMs > 13_000 && audio.durationMs < 22_000, `${audio.durationMs} ms`)
      assert.equal(audio.warnings.length > 0, true)
    })
  }

  it('an M4A cut off before its index says that the file ends early', async () => {
    const path = join(folder, 'cut.m4a')
    writeFileSync(path, readFileSync(join(folder, 'aac.m4a')).subarray(0, 30_000))
    await assert.rejects(decode(path, folder), { code: 'unreadable_audio' })
  })

  it('names the codec that it cannot decode', async () => {
    const cases: [string, string[], RegExp][] = [
      ['gsm.wav', ['-ac', '1', '-c:a', 'gsm_ms'], /GSM 6\.10/],
      ['alac.m4a', ['-c:a', 'alac'], /alac/i],
      ['speech.aiff', [], /AIFF/],
    ]
    for (const [name, args, detail] of cases) {
      const path = join(folder, name)
      run('ffmpeg', ['-i', source, ...args, path])
      await assert.rejects(decode(path, folder), { code: 'unsupported_codec', detail })
    }
  })

  it('stops when it is told to', async () => {
    const long = join(folder, 'long.flac')
    run('sox', [call as string, '-C', '0', long, 'rate', '-q', '48000'])
    const reason = new Error('no longer wanted')
    const controller = new AbortController()
    const decoding = decode(long, folder, controller.signal)
    setTimeout(() => controller.abort(reason), 200)
    await assert.rejects(decoding, reason)
    await assert.rejects(decode(long, folder, AbortSignal.abort(reason)), reason)
  })
})

describe('recordings as they are', () => {
  const root = sharedData('data/audio')
  const folder = makeFolder({ after })
  // Name, file rate, kind, length in ms.
  const recordings: [string, number, string, number][] = [
    ['calls/auto_repairs_40.stereo.wav', 8000, 'distinct', 245_380],
    ['calls/chromecast_order_8k.wav', 8000, 'mono', 45_300],
    ['calls/stereo_two_speakers_5s.wav', 16_000, 'distinct', 5_000],
    ['diarisation/ami_trn01.wav', 16_000, 'mono', 30_000],
    ['diarisation/picovoice_three_turns.wav', 16_000, 'mono', 18_578],
    ['asr/jfk.wav', 16_000, 'mono', 11_000],
    ['asr/LJ001-0001.wav', 22_050, 'mono', 9_655],
    ['asr/vosk_test_digits.wav', 16_000, 'mono', 0],
    ['asr/cards_001.wav', 16_000, 'mono', 0],
    ['asr/picovoice_fr_fr.wav', 16_000, 'mono', 0],
  ]
  for (const [name, rateHz, check, durationMs] of recordings) {
    it(name, { skip: skipWithout(root) }, async () => {
      const audio = await decode(join(root as string, name), folder)
      assert.equal(audio.sampleRateHz, rateHz)
      assert.equal(audio.pcmRateHz, Math.min(rateHz, 16_000))
      assert.equal(audio.channelCheck, check)
      if (durationMs > 0) assert.equal(audio.durationMs, durationMs)
      for (const channel of audio.channels) {
        assert.ok(channel.speech.length > 0)
        assert.ok((channel.loudnessDbfsP50 ?? 0) <= (channel.loudnessDbfsP95 ?? -100))
        assert.ok((channel.loudnessDbfsP95 ?? 0) < -5 && (channel.loudnessDbfsP95 ?? -100) > -60)
      }
      assert.deepEqual(audio.warnings, [])
    })
  }

  it('a single spoken digit is speech', { skip: skipWithout(root) }, async () => {
    for (const name of readdirSync(join(root as string, 'digits_8k'))
      .filter((one) => /_[0].wav$/.test(one))
      .slice(0, 6)) {
      const audio = await decode(join(root as string, 'digits_8k', name), folder)
      assert.ok((audio.channels[0]?.speech.length ?? 0) > 0, name)
    }
  })
})
