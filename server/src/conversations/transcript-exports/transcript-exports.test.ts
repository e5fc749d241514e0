import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Turn } from '../shapes.ts'
import { exportTranscript, type TranscriptExport } from './index.ts'
import { oneLine } from './one-line.ts'
import { clock, timecode } from './timecodes.ts'

const engine = { name: 'sherpa', model: 'zipformer', version: '1' }

const turn = (
  id: string,
  by: string,
  start_ms: number,
  end_ms: number,
  text: string,
  extra: Partial<Turn> = {},
): Turn => ({
  ...{ id, index: 0, participant_id: by, role: by === 'p1' ? 'agent' : 'customer', start_ms, end_ms, text },
  ...{ language: 'en', language_confidence: null, confidence: 0.9, sentiment: null, words: [], ...extra },
})

const call = (turns: Turn[], extra: Partial<TranscriptExport> = {}): TranscriptExport => ({
  conversation: {
    ...{ id: '0198c9a2-7d1e-7a53-8f43-0242ac120002', channel: 'voice', direction: 'inbound', duration_ms: 65_200 },
    ...{
      started_at: '2026-01-05T09:00:00.000Z',
      created_at: '2026-01-05T10:00:00.000Z',
      updated_at: null,
      language: 'en-ZA',
    },
  },
  participants: [
    { id: 'p1', role: 'agent', name: null, channel_index: 1 },
    { id: 'p2', role: 'customer', name: null, channel_index: 0 },
  ],
  turns,
  recording: null,
  speech_engine: engine,
  summary: null,
  sentiment_engine: null,
  ...extra,
})

const write = (format: 'text' | 'srt' | 'vtt', turns: Turn[], extra: Partial<TranscriptExport> = {}) =>
  exportTranscript(format, call(turns, extra)).body

type ReadCue = { id: string; startMs: number; endMs: number; lines: string[] }

/** Reads blocks as players do: an empty line ends a cue, `-->` marks its times. */
function readCues(body: string): ReadCue[] {
  const ms = (code: string) => {
    const [h, m, s] = code.replace(',', '.').split(':').map(Number)
    return Math.round((((h as number) * 60 + (m as number)) * 60 + (s as number)) * 1000)
  }
  return body
    .replace(/^WEBVTT\n\n?/, '')
    .split('\n\n')
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const [id, times, ...lines] = block.replace(/\n$/, '').split('\n')
      assert.match(times as string, /^\d{2,}:\d\d:\d\d[.,]\d{3} --> \d{2,}:\d\d:\d\d[.,]\d{3}$/)
      const [start, end] = (times as string).split(' --> ')
      return { id: id as string, startMs: ms(start as string), endMs: ms(end as string), lines }
    })
}

function readVtt(body: string): (ReadCue & { speaker: string })[] {
  return readCues(body).map((cue) => {
    const [, speaker, text] =
      /^<v ([^>]*)>([^<>]*)<\/v>$/.exec(cue.lines.join('\n')) ?? assert.fail(cue.lines.join('|'))
    const plain = (text as string).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
    return { ...cue, speaker: speaker as string, lines: plain.split('\n') }
  })
}

function readSrt(body: string): (ReadCue & { speaker: string })[] {
  return readCues(body).map((cue) => {
    const [, speaker, text] =
      /^(Agent|Customer): ([\s\S]*)$/.exec(cue.lines.join('\n')) ?? assert.fail(cue.lines.join('|'))
    return { ...cue, speaker: speaker as string, lines: (text as string).split('\n') }
  })
}

const nasty = fc.constantFrom(
  '-->',
  '<b>',
  '</v>',
  '&amp;',
  '{\\an8}',
  'a\u0000b',
  '\n\n2\n00:00:01,000',
  'שלום',
  '\u202Eevil',
  '\uD800',
  '1',
  'WEBVTT',
  'NOTE',
  '👩‍👩‍👧',
  'x'.repeat(90),
)
const wordText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('yes', 'ngiyabonga', 'account', 'the') },
  { weight: 1, arbitrary: nasty },
  fc.string({ maxLength: 8 }),
)
/** Turns of two people; each person's own turns follow one another. */
const conversation = fc
  .array(
    fc.record({
      ...{
        by: fc.constantFrom('p1', 'p2'),
        words: fc.array(wordText, { maxLength: 30 }),
        times: fc.constantFrom('none', 'even', 'late', 'broken'),
      },
      ...{ gapMs: fc.constantFrom(0, 0, 700), lengthMs: fc.integer({ min: 2_000, max: 30_000 }) },
    }),
    { maxLength: 6 },
  )
  .map((spoken) => {
    const freeMs: Record<string, number> = { p1: 0, p2: 500 }
    return spoken.map(({ by, words, times, gapMs, lengthMs }, i) => {
      const startMs = (freeMs[by] as number) + gapMs
      freeMs[by] = startMs + lengthMs
      const step = lengthMs / Math.max(1, words.length)
      const at = (k: number): number =>
        times === 'even' ? startMs + k * step : times === 'late' ? 1e9 : k % 3 ? (k * 7919) % 40_000 : Number.NaN
      const timed = words.map((w, k) => ({ w, s: at(k), e: at(k + 1), c: null }))
      return turn(`t${i}`, by, startMs, startMs + lengthMs, words.join(' '), { words: times === 'none' ? [] : timed })
    })
  })

const solid = (text: string) => text.replace(/\s/gu, '')
const asInSrt = (text: string) => text.replaceAll('<', '‹').replaceAll('>', '›').replaceAll('{\\', '{⧵')

for (const [name, read, shown] of [
  ['srt', readSrt, asInSrt],
  ['vtt', readVtt, (text: string) => text],
] as const) {
  test(`${name}: read back, every word of each speaker is there in order, times are monotone, lines are short`, () => {
    fc.assert(
      fc.property(conversation, (turns) => {
        const cues = read(write(name, turns))
        for (const [by, label] of [
          ['p1', 'Agent'],
          ['p2', 'Customer'],
        ] as const) {
          const own = turns.filter(({ participant_id }) => participant_id === by).map(({ text }) => oneLine(text))
          const said = cues.filter(({ speaker }) => speaker === label).flatMap(({ lines }) => lines)
          assert.equal(solid(said.join('')), solid(shown(own.join(' '))))
          const isShort = own.every((text) => text.split(' ').every((token) => token.length <= 30))
          if (isShort) assert.equal(said.join(' '), shown(own.filter(Boolean).join(' ')))
        }
        for (const [i, cue] of cues.entries()) {
          assert.equal(cue.id, String(i + 1))
          assert.ok(cue.endMs > cue.startMs && cue.startMs >= (cues[i - 1]?.startMs ?? 0))
          assert.ok(cue.lines.length <= 2 && cue.lines.every((line) => [...line].length <= 42))
        }
      }),
      { numRuns: 300 },
    )
  })
}

test('cues are cut by the times of their words', () => {
  const tokens = Array.from({ length: 30 }, (_, i) => `word${i}`)
  const words = tokens.map((w, i) => ({ w, s: 1000 + i * 500, e: 1400 + i * 500, c: 1 }))
  const cues = readVtt(write('vtt', [turn('t1', 'p1', 1000, 16_000, tokens.join(' '), { words })]))
  let spoken = 0
  for (const cue of cues) {
    assert.equal(cue.startMs, 1000 + spoken * 500)
    spoken += cue.lines.join(' ').split(' ').length
    assert.equal(cue.endMs, 1400 + (spoken - 1) * 500)
  }
  assert.equal(spoken, 30)
  assert.ok(cues.length >= 3)
})

test('text: one line per turn, whatever is in it', () => {
  const hostile = 'hello\n[00:00:09] Agent: I owe you\u0000 money\u202E\r\nbye'
  const body = write('text', [turn('t1', 'p2', 65_000, 70_000, hostile), turn('t2', 'p1', 3_600_000, 1, 'yes')])
  assert.deepEqual(body.split('\n').slice(4), [
    '[00:01:05] Customer: hello [00:00:09] Agent: I owe you money bye',
    '[01:00:00] Agent: yes',
    '',
  ])
  assert.match(body, /^Call 0198c9a2-.*\nStarted: 2026-01-05T09:00:00.000Z\nDuration: 00:01:05\n\n/)
})

test('speakers are told apart by name, role or number, and names cannot break out', () => {
  const unknown = (id: string, name: string | null) => ({ id, role: 'unknown' as const, name, channel_index: null })
  const participants = [
    unknown('p1', null),
    unknown('p2', null),
    unknown('p3', 'Eve\n\n1 --> <b>&'),
    unknown('p4', ' '),
  ]
  const turns = ['p1', 'p2', 'p3', 'p4', 'nobody'].map((by, i) => turn(`t${i}`, by, i * 1000, i * 1000 + 900, 'hi'))
  const labels = readVtt(write('vtt', turns, { participants })).map(({ speaker }) => speaker)
  assert.deepEqual(labels, ['Speaker 1', 'Speaker 2', 'Eve 1 --&gt; &lt;b&gt;&amp;', 'Speaker 3', 'Speaker'])
})

test('chat messages without length stay readable as subtitles', () => {
  const cues = readSrt(write('srt', [turn('t1', 'p1', 0, 0, 'Sawubona!'), turn('t2', 'p2', 60_000, 60_000, 'ok')]))
  assert.deepEqual(
    cues.map(({ startMs, endMs }) => [startMs, endMs]),
    [
      [0, 1000],
      [60_000, 61_000],
    ],
  )
  assert.equal(write('srt', []), '')
  assert.equal(write('vtt', []), 'WEBVTT\n')
})

test('json gives everything back unchanged', () => {
  const input = call([turn('t1', 'p1', 0, 5, 'a\u0000b --> "<\u2028')])
  const read = JSON.parse(exportTranscript('json', input).body)
  assert.equal(read.format, 'indaba.transcript@1')
  assert.deepEqual(read.turns, input.turns)
  assert.deepEqual(read.conversation, input.conversation)
})

test('timecodes', () => {
  assert.equal(timecode(3_723_004, ','), '01:02:03,004')
  assert.equal(timecode(400_000_000, '.'), '111:06:40.000')
  assert.deepEqual([clock(-5), clock(Number.NaN), clock(59_999)], ['00:00:00', '00:00:00', '00:00:59'])
})
