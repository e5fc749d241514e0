import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import type { SpeechResult, SpeechSegment } from '../engines/speech/engine.ts'
import { mergeTurns, type TurnsInput } from './turns.ts'

/** One word per 200 ms from `startMs`. */
function say(startMs: number, text: string, extra: Partial<SpeechSegment> = {}): SpeechSegment {
  const tokens = text.split(' ')
  const words = tokens.map((token, i) => ({
    w: token.replace(/[.,?!]/g, '').toLowerCase(),
    s: startMs + i * 200,
    e: startMs + i * 200 + 180,
    c: 0.5,
  }))
  const endMs = startMs + tokens.length * 200
  return { startMs, endMs, text, words, confidence: 0.9, language: 'en', speaker: null, ...extra }
}

const heard = (...segments: SpeechSegment[]): SpeechResult => ({ segments, language: null })

const merge = (speech: SpeechResult[], extra: Partial<TurnsInput> = {}) =>
  mergeTurns({
    audio: {
      channelCheck: speech.length === 2 ? 'distinct' : 'mono',
      durationMs: 60_000,
      channels: speech.map(() => ({})),
    },
    speech,
    metadata: {},
    agentChannelDefault: null,
    ...extra,
  })

const agentSays = heard(say(0, 'Thank you for calling, how can I help you?'), say(6000, 'Sure, let me check.'))
const customerSays = heard(say(3000, 'Hi, I lost my card.'))

test('two channels become turns in order of time, with text, words and confidence kept', () => {
  const { participants, turns } = merge([agentSays, customerSays])
  assert.deepEqual(
    turns.map(({ id, participant_id, role, text }) => [id, participant_id, role, text]),
    [
      ['t1', 'p1', 'agent', 'Thank you for calling, how can I help you?'],
      ['t2', 'p2', 'customer', 'Hi, I lost my card.'],
      ['t3', 'p1', 'agent', 'Sure, let me check.'],
    ],
  )
  assert.deepEqual(turns[1]?.words[1], { w: 'i', s: 3200, e: 3380, c: 0.5 })
  assert.deepEqual(
    [turns[1]?.start_ms, turns[1]?.end_ms, turns[1]?.confidence, turns[1]?.language],
    [3000, 3980, 0.5, 'en'],
  )
  assert.deepEqual(
    participants.map((p) => [p.id, p.role, p.role_source, p.channel_index]),
    [
      ['p1', 'agent', 'inferred', 0],
      ['p2', 'customer', 'inferred', 1],
    ],
  )
  assert.deepEqual(merge([agentSays, customerSays]), merge([agentSays, customerSays]))
})

test('swapped channels swap the answer', () => {
  const { participants, turns } = merge([customerSays, agentSays])
  assert.deepEqual(
    participants.map(({ role }) => role),
    ['customer', 'agent'],
  )
  assert.deepEqual(
    turns.map(({ role }) => role),
    ['agent', 'customer', 'agent'],
  )
})

test('a turn ends where the other takes over, not at backchannel', () => {
  const agent = say(0, 'one two three')
  const later = say(1400, 'four five six')
  const join = (other: SpeechResult) => merge([heard(agent, later), other]).turns.map(({ text }) => text)
  assert.deepEqual(join(heard(say(800, 'mm-hm okay'))), ['one two three four five six', 'mm-hm okay'])
  assert.deepEqual(join(heard(say(800, 'no stop'))), ['one two three', 'no stop', 'four five six'])
  assert.deepEqual(
    join(heard(say(100, 'no stop'))),
    ['one two three four five six', 'no stop'],
    'overlap is no takeover',
  )
  assert.deepEqual(join(heard()), ['one two three four five six'])
  assert.equal(merge([heard(agent, say(1600, 'four')), heard()]).turns.length, 2, 'a pause of a second ends a turn')
})

test('what the sender says wins, what cannot be read is told', () => {
  const told = (metadata: Record<string, unknown>) => {
    const { participants, warnings } = merge([agentSays, customerSays], { metadata })
    return [participants[0]?.role, participants[0]?.role_source, participants[0]?.role_confidence, warnings.length]
  }
  for (const value of [1, '1', 'right', ' Right '])
    assert.deepEqual(told({ agent_channel: value }), ['customer', 'metadata', 1, 0])
  assert.deepEqual(told({ customer_channel: 'left' }), ['customer', 'metadata', 1, 0])
  assert.deepEqual(told({ agent_channel: 'middle' }).slice(1, 2), ['inferred'])
  assert.equal(told({ agent_channel: 2 })[3], 1)
  assert.equal(told({ agent_channel: { toString: 1 } })[3], 1)
  assert.equal(told({ agent_channel: 0, customer_channel: 0 })[3], 1)
  assert.equal(told({ agent_channel: 'constructor' })[3], 1)
})

test('words that do not tell: the default of the organisation, else unknown', () => {
  const speech = [heard(say(0, 'la la')), heard(say(1000, 'lo lo'))]
  const byDefault = merge(speech, { agentChannelDefault: 1 }).participants
  assert.deepEqual(
    byDefault.map((p) => [p.role, p.role_source, p.role_confidence]),
    [
      ['customer', 'default', 0.5],
      ['agent', 'default', 0.5],
    ],
  )
  const mild = merge([heard(say(0, 'would you like')), speech[1] as SpeechResult], { agentChannelDefault: 1 })
  assert.deepEqual(
    mild.participants.map((p) => p.role_confidence),
    [0.378, 0.378],
    'the words speak against the default',
  )
  assert.deepEqual(
    merge(speech).participants.map((p) => [p.role, p.role_source, p.role_confidence]),
    [
      ['unknown', 'unknown', null],
      ['unknown', 'unknown', null],
    ],
  )
})

test('one channel: the speakers of the engine, else one unknown voice', () => {
  const alone = merge([heard(say(0, 'Thank you for calling.'), say(3000, 'Hi, I lost my card.'))])
  assert.deepEqual(
    alone.participants.map((p) => [p.id, p.role]),
    [['p1', 'unknown']],
  )
  const labelled = merge([
    heard(
      say(0, 'Thank you for calling, how can I help?', { speaker: 'B' }),
      say(3000, 'Hi, I lost my card.', { speaker: 'A' }),
    ),
  ])
  assert.deepEqual(
    labelled.turns.map(({ role }) => role),
    ['agent', 'customer'],
  )
  const falseStereo = { channelCheck: 'false_stereo' as const, durationMs: 9000, channels: [{}] }
  assert.equal(
    merge([agentSays], { audio: falseStereo, metadata: { agent_channel: 0 } }).participants[0]?.role,
    'unknown',
  )
})

test('silence gives participants and no turns; missing results are a bug', () => {
  assert.deepEqual(merge([heard()]).turns, [])
  assert.equal(merge([heard(), heard()]).participants.length, 2)
  const audio = { channelCheck: 'distinct' as const, durationMs: 1, channels: [{}, {}] }
  assert.throws(
    () => merge([heard()], { audio }),
    (error) => error instanceof Problem && error.kind === 'bug',
  )
})

test('whatever times an engine gives: no word is lost, times are monotone and inside the recording', () => {
  const time = fc.oneof(fc.integer({ min: -5000, max: 90_000 }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY))
  const word = fc.record({
    w: fc.constantFrom('ja', 'no', 'card', ' ', 'help'),
    s: time,
    e: time,
    c: fc.constant(null),
  })
  const segment = fc.record({ startMs: time, endMs: time, words: fc.array(word, { maxLength: 6 }) }).map(
    ({ startMs, endMs, words }): SpeechSegment => ({
      ...{ startMs, endMs, words, confidence: null, language: null, speaker: null },
      text: words.map(({ w }) => w).join(' '),
    }),
  )
  const result = fc.array(segment, { maxLength: 6 }).map((segments): SpeechResult => ({ segments, language: null }))
  fc.assert(
    fc.property(result, result, (left, right) => {
      const { turns } = merge([left, right])
      const wordsIn = [left, right]
        .flatMap((x) => x.segments.flatMap(({ words }) => words.map(({ w }) => w.trim())))
        .filter(Boolean)
      const wordsOut = turns.flatMap(({ words }) => words.map(({ w }) => w))
      assert.deepEqual(wordsOut.toSorted(), wordsIn.toSorted())
      for (const [i, turn] of turns.entries()) {
        assert.equal(turn.id, `t${i + 1}`)
        assert.ok(
          turn.start_ms >= (turns[i - 1]?.start_ms ?? 0) && turn.end_ms >= turn.start_ms && turn.end_ms <= 60_000,
        )
        for (const { s, e } of turn.words) assert.ok(s >= turn.start_ms && e >= s && e <= turn.end_ms)
      }
    }),
    { numRuns: 300 },
  )
})
