import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { OfflineAudioContext } from 'node-web-audio-api'
import { decodeAac, readAacConfig } from './aac.ts'
import { makeFolder, run, skipWithoutTool } from './fixtures.ts'
import { readAdtsFrame } from './mpeg-frame.ts'

describe('AAC', () => {
  const folder = makeFolder({ after })

  it('in stretches is the same, bit for bit, as at once', { skip: skipWithoutTool('ffmpeg') }, async () => {
    const path = join(folder, 'a.aac')
    run('ffmpeg', ['-f', 'lavfi', '-i', 'aevalsrc=sin(90*t*t)*0.5|random(0)*0.2:s=16000', '-t', '60', path])
    const bytes = new Uint8Array(readFileSync(path))
    const whole = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(bytes.slice().buffer)
    let at = 0
    async function* frames() {
      for (let from = 0; from < bytes.length; ) {
        const end = from + (readAdtsFrame(bytes, from)?.lengthBytes ?? bytes.length)
        yield bytes.subarray(from, end)
        from = end
      }
    }
    for await (const { channels } of decodeAac(frames(), 16_000, [])) {
      assert.equal(channels.length, 2)
      for (const [channel, samples] of channels.entries()) {
        assert.deepEqual(samples, whole.getChannelData(channel).subarray(at, at + samples.length))
      }
      at += channels[0]?.length ?? 0
    }
    assert.equal(at, whole.length)
    assert.ok(at > 256 * 1024 * 3, 'more than one stretch')
  })

  it('headers: plain, with SBR by its core, and kinds that are refused', () => {
    // Object type 2, rate index 11 (8 kHz), 2 channels.
    assert.deepEqual(readAacConfig(Uint8Array.of(0x15, 0x90)), { sampleRateHz: 8000, channelConfig: 2 })
    // Object type 5 (SBR): core at 22.05 kHz (index 7), 1 channel.
    assert.deepEqual(readAacConfig(Uint8Array.of(0x2b, 0x8a, 0x08)), { sampleRateHz: 22_050, channelConfig: 1 })
    // Object types 42 and 39 are written as 31 and 6 bits more.
    assert.throws(() => readAacConfig(Uint8Array.of(0xf9, 0x46, 0x40)), {
      code: 'unsupported_codec',
      detail: /xHE-AAC/,
    })
    assert.throws(() => readAacConfig(Uint8Array.of(0xf8, 0xe6, 0x40)), {
      code: 'unsupported_codec',
      detail: /AAC-ELD/,
    })
    assert.throws(() => readAacConfig(new Uint8Array(0)), { code: 'unsupported_codec' })
  })
})
