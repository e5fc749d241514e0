import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Turn } from '../shapes.ts'
import { exportTranscript, type TranscriptExport } from './index.ts'

const engine = { name: 'Builtin', model: 'lexicon', version: '3' }
const turns: Turn[] = ['p1', 'p2'].map((by, index) => ({
  ...{ id: `t${index + 1}`, index, participant_id: by, role: by === 'p1' ? 'agent' : 'customer', text: `hello ${by}` },
  ...{
    start_ms: index * 2000,
    end_ms: index * 2000 + 1500,
    language: 'en',
    language_confidence: null,
    confidence: 0.8,
  },
  sentiment: index === 0 ? null : { label: 'negative', score: -0.5, confidence: 0.7 },
  words: [
    { w: 'hello', s: index * 2000, e: index * 2000 + 500, c: 0.9 },
    { w: by, s: index * 2000 + 600, e: index * 2000 + 1500, c: null },
  ],
  at: `2026-01-05T09:00:0${index * 2}.000Z`,
}))

const input = (channel: 'voice' | 'chat', extra: Partial<TranscriptExport> = {}): TranscriptExport => ({
  conversation: {
    ...{ id: '0198c9a2-7d1e-7a53-8f43-0242ac120002', channel, direction: 'inbound', duration_ms: 4000, language: null },
    ...{
      started_at: '2026-01-05T09:00:00.000Z',
      created_at: '2026-01-05T10:00:00.000Z',
      updated_at: '2026-01-05T10:01:00.000Z',
    },
  },
  participants: [
    { id: 'p1', role: 'agent', name: null, email: 'desk@example.com', channel_index: 1 },
    { id: 'p2', role: 'third_party', name: 'Caller', tel: '+27821234567', channel_index: 0 },
  ],
  turns,
  recording: {
    ...{ url: 'https://example.com/r.wav', content_type: 'audio/x-wav', filename: 'r.wav', duration_ms: 4000 },
    hashes: [{ algorithm: 'sha512', hex: 'ff00' }],
  },
  speech_engine: { name: 'Sherpa', model: 'zipformer', version: '1' },
  summary: { text: 'They greeted each other.', engine },
  sentiment_engine: engine,
  ...extra,
})
const vcon = (given: TranscriptExport) => JSON.parse(exportTranscript('vcon', given).body)

test('a call: parties with roles, recording with hash, transcript, summary and sentiment', () => {
  const shown = vcon(input('voice'))
  assert.deepEqual(
    [shown.vcon, shown.uuid, shown.extensions, shown.created_at],
    ['0.4.0', '0198c9a2-7d1e-7a53-8f43-0242ac120002', ['CC', 'wtf_transcription'], '2026-01-05T10:00:00.000Z'],
  )
  assert.deepEqual(shown.parties, [
    { mailto: 'desk@example.com', role: 'agent' },
    { tel: '+27821234567', name: 'Caller', validation: 'none', role: 'thirdparty' },
  ])
  assert.deepEqual(shown.dialog, [
    {
      ...{
        type: 'recording',
        start: '2026-01-05T09:00:00.000Z',
        duration: 4,
        parties: [1, 0],
        mediatype: 'audio/x-wav',
      },
      ...{ filename: 'r.wav', url: 'https://example.com/r.wav', content_hash: 'sha512-_wA' },
    },
  ])
  const [transcript, summary, sentiment] = shown.analysis
  assert.deepEqual(
    [transcript.type, transcript.vendor, transcript.product, transcript.encoding, transcript.dialog],
    ['wtf_transcription', 'sherpa', 'zipformer', 'json', 0],
  )
  assert.deepEqual([summary.type, summary.encoding, summary.body], ['summary', 'none', 'They greeted each other.'])
  assert.deepEqual(sentiment.body.turns, [
    { turn_id: 't2', start_ms: 2000, end_ms: 3500, label: 'negative', score: -0.5, confidence: 0.7 },
  ])
})

test('the transcript is in WTF form: segments point at words, words at parties', () => {
  const { body } = vcon(input('voice')).analysis[0]
  assert.deepEqual(body.transcript, { text: 'hello p1\nhello p2', language: 'und', duration: 4, confidence: 0.8 })
  assert.deepEqual(body.segments[1], {
    id: 1,
    start: 2,
    end: 3.5,
    text: 'hello p2',
    confidence: 0.8,
    speaker: 1,
    words: [2, 3],
  })
  assert.deepEqual(body.words[3], { id: 3, start: 2.6, end: 3.5, text: 'p2', speaker: 1, is_punctuation: false })
  assert.deepEqual(body.speakers['1'], { id: 1, label: 'Caller', segments: [1], total_time: 1.5 })
  assert.deepEqual([body.metadata.provider, body.metadata.model], ['sherpa', 'zipformer'])
})

test('a chat: one text dialog per message', () => {
  const shown = vcon(input('chat', { recording: null, speech_engine: null }))
  assert.deepEqual(shown.dialog[1], {
    ...{ type: 'text', start: '2026-01-05T09:00:02.000Z', parties: [1], mediatype: 'text/plain' },
    ...{ body: 'hello p2', encoding: 'none' },
  })
  assert.deepEqual(
    shown.analysis.map(({ type, dialog }: { type: string; dialog: unknown }) => [type, dialog]),
    [
      ['summary', [0, 1]],
      ['sentiment', [0, 1]],
    ],
  )
  assert.deepEqual(shown.extensions, ['CC'])
})

test('nothing points at what is not there', () => {
  const bare = vcon(input('voice', { recording: null, summary: null, sentiment_engine: null }))
  assert.deepEqual(bare.dialog, [])
  assert.ok(!('dialog' in bare.analysis[0]))
  const unhashed = { ...input('voice').recording, hashes: [] } as unknown as TranscriptExport['recording']
  const dialog = vcon(input('voice', { recording: unhashed })).dialog[0]
  assert.ok(!('url' in dialog) && !('content_hash' in dialog), 'the draft allows a url only beside a hash')
  const mono = input('voice').participants.map((one) => ({ ...one, channel_index: null }))
  assert.deepEqual(vcon(input('voice', { participants: mono })).dialog[0].parties, [0, 1])
})
