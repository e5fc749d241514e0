// Whatever is sent: the decoder ends with a result or with a Problem that says what is wrong.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { decode, makeFolder, makeWav, run, skipWithoutTool } from './fixtures.ts'

const folder = makeFolder({ after })
const codes = ['empty_recording', 'not_audio', 'unsupported_codec', 'unreadable_audio']
const tone = Int16Array.from({ length: 8000 }, (_, i) => 8000 * Math.sin(i * 0.3))

function decodeBytes(bytes: Uint8Array) {
  const path = join(folder, 'upload')
  writeFileSync(path, bytes)
  return decode(path, folder)
}

async function endsWell(bytes: Uint8Array): Promise<void> {
  try {
    const audio = await decodeBytes(bytes)
    assert.ok(audio.durationMs > 0 && audio.channels.length > 0)
  } catch (error) {
    assert.ok(error instanceof Problem, String(error))
    assert.ok(codes.includes(error.code), error.code)
    assert.doesNotMatch(error.detail, /come to an end/)
  }
}

describe('broken recordings are refused with the reason', () => {
  const zip = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(500)])
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
  const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(2000, 0xff)])
  const cases: [string, Uint8Array, string, RegExp][] = [
    ['nothing', Buffer.alloc(0), 'empty_recording', /no sound/],
    ['a WAV header alone', makeWav(new Int16Array(0)), 'empty_recording', /no sound/],
    ['a text', Buffer.from('Dear Sir or Madam,\nplease find attached\n'), 'not_audio', /a text/],
    ['a web page', Buffer.from('<!DOCTYPE html><title>404</title>'), 'not_audio', /web page/],
    ['JSON', Buffer.from('{"error":"not found"}'), 'not_audio', /JSON/],
    ['a PNG image', png, 'not_audio', /PNG/],
    ['a JPEG image', jpeg, 'not_audio', /JPEG/],
    ['a ZIP archive', zip, 'not_audio', /ZIP/],
    ['zeros', Buffer.alloc(100_000), 'not_audio', /no known audio format/],
    ['AMR', Buffer.from('#!AMR\n<abc'), 'unsupported_codec', /AMR/],
    ['0 Hz', makeWav(tone, { rateHz: 0 }), 'unreadable_audio', /0 Hz/],
    ['4 GHz', makeWav(tone, { rateHz: 4_000_000_000 }), 'unreadable_audio', /4000000000 Hz/],
    ['no channel', makeWav(tone, { channels: 0 }), 'unreadable_audio', /0 channels/],
    ['65535 channels', makeWav(tone, { channels: 65_535 }), 'unreadable_audio', /65535 channels/],
    ['40 bits', makeWav(tone, { bits: 40, blockBytes: 5 }), 'unsupported_codec', /40 bits/],
    ['G.729', makeWav(tone, { tag: 0x83 }), 'unsupported_codec', /G\.729/],
    ['an unknown tag', makeWav(tone, { tag: 0x4321 }), 'unsupported_codec', /0x4321/],
    [
      'IMA ADPCM without blocks',
      makeWav(tone, { tag: 0x11, bits: 4, blockBytes: 0 }),
      'unreadable_audio',
      /blocks of 0/,
    ],
    ['a WAV cut in its header', makeWav(tone).subarray(0, 30), 'unreadable_audio', /before any sound/],
    ['FLAC cut in its header', Buffer.from('fLaC\0\0\0'), 'unreadable_audio', /FLAC header/],
    ['Ogg with nothing in it', Buffer.from('OggS\0\0\0'), 'unsupported_codec', /Ogg/],
    ['an MP4 box alone', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'), 'unreadable_audio', /container/],
    ['a Matroska magic alone', Buffer.from('1a45dfa3', 'hex'), 'unreadable_audio', /container/],
    ['ID3 and nothing else', Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'), 'not_audio', /./],
  ]
  for (const [name, bytes, code, detail] of cases) {
    it(name, () => assert.rejects(decodeBytes(bytes), { name: 'Problem', code, detail }))
  }
})

describe('odd but usable headers are read', () => {
  const cases: [string, Buffer, number, RegExp][] = [
    ['one sample', makeWav(tone.slice(0, 1)), 1, /^$/],
    ['4 GiB claimed', makeWav(tone, { dataBytes: 0xffff_ffff }), 1000, /^$/],
    ['2 GiB claimed', makeWav(tone, { dataBytes: 0x7fff_ffff }), 1000, /^$/],
    ['no size written', makeWav(tone, { dataBytes: 0 }), 1000, /^$/],
    ['an odd size', makeWav(tone, { dataBytes: 15_999 }), 1000, /^$/],
    ['twice the size claimed', makeWav(tone, { dataBytes: 32_000 }), 1000, /promises 2\.0 s, 1\.0 s/],
    ['wrong block size', makeWav(tone, { blockBytes: 1024 }), 1000, /^$/],
    ['no block size', makeWav(tone, { blockBytes: 0 }), 1000, /^$/],
    ['text after the sound', Buffer.concat([makeWav(tone), Buffer.from('LIST\x04\0\0\0INFO')]), 1000, /^$/],
  ]
  for (const [name, bytes, durationMs, warning] of cases) {
    it(name, async () => {
      const audio = await decodeBytes(bytes)
      assert.equal(audio.durationMs, durationMs)
      assert.match(audio.warnings.join(), warning)
    })
  }

  it('a length above the limit is refused', async () => {
    const { decodeFile } = await import('./decode.ts')
    const path = join(folder, 'long')
    writeFileSync(path, makeWav(new Int16Array(80_000)))
    const input = { path, workDir: folder, durationMsMax: 5_000 }
    await assert.rejects(decodeFile(input), { kind: 'too_large', code: 'recording_too_long' })
  })

  it('NaN and infinity in floating-point sound are silence', async () => {
    const floats = Float32Array.from(
      { length: 8000 },
      (_, i) => [Number.NaN, Number.POSITIVE_INFINITY, 5, 0][i % 4] as number,
    )
    const bytes = makeWav(new Int16Array(floats.buffer), { tag: 3, bits: 32, blockBytes: 4 })
    assert.equal((await decodeBytes(bytes)).durationMs, 1000)
  })
})

describe('random bytes never hang or crash', () => {
  const magics = [
    '',
    'RIFF\xff\xff\xff\xffWAVEfmt ',
    'fLaC',
    'OggS\0\x02',
    '\xff\xfb\x90\x64',
    '\xff\xf1\x50\x80',
    'ID3',
  ]
  magics.push('\0\0\0\x18ftypM4A ', '\x1a\x45\xdf\xa3')

  it('behind every magic', async () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 3000 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...magics), bytes, (magic, rest) =>
        endsWell(Buffer.concat([Buffer.from(magic, 'latin1'), rest])),
      ),
      { numRuns: 40 },
    )
  })

  describe('in the middle of real files', { skip: skipWithoutTool('ffmpeg') }, () => {
    const kinds = ['a.wav', 'a.mp3', 'a.flac', 'a.opus', 'a.ogg', 'a.m4a', 'a.aac', 'a.webm']
    const files = new Map<string, Buffer>()
    before(() => {
      for (const kind of kinds) {
        const codec = kind === 'a.wav' ? ['-c:a', 'adpcm_ima_wav'] : kind === 'a.ogg' ? ['-c:a', 'libvorbis'] : []
        const sound = ['-f', 'lavfi', '-i', 'aevalsrc=sin(900*t*t)|random(0):s=8000', '-t', '3']
        run('ffmpeg', [...sound, ...codec, join(folder, kind)])
        files.set(kind, readFileSync(join(folder, kind)))
      }
    })

    it('overwritten or cut anywhere', async () => {
      const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 60,
      })
      const cut = fc.double({ min: 0, max: 1, noNaN: true })
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...kinds), damage, cut, fc.boolean(), async (kind, hits, at, isHeadOnly) => {
          const bytes = Buffer.from(files.get(kind) as Buffer)
          const reach = isHeadOnly ? Math.min(300, bytes.length) : bytes.length
          for (const [where, value] of hits) bytes[Math.floor(where * reach)] = value
          await endsWell(isHeadOnly ? bytes : bytes.subarray(0, Math.ceil(at * bytes.length)))
        }),
        { numRuns: 60 },
      )
    })
  })
})
