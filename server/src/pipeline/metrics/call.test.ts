import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readRttm } from '../../../test/diarisation-error-rate.ts'
import { sharedData, skipWithout } from '../../../test/shared-data.ts'
import type { Metrics, Participant, Role, RoleSource, Turn } from '../../conversations/shapes.ts'
import { measureCall } from './call.ts'
import { measureChat } from './chat.ts'
import { formulas, listFormulas } from './formulas.ts'
import type { Interval } from './intervals.ts'
import type { CallInput } from './parties.ts'
import { measureSentiment } from './sentiment.ts'

const silver = sharedData('data/audio/calls/auto_repairs_40.silver.rttm')
const ami = sharedData('data/audio/diarisation')

const participant = (id: string, role: Role, channel: number | null, source: RoleSource = 'metadata'): Participant => ({
  ...{ id, role, role_source: source, role_confidence: 1, name: null, channel_index: channel },
})

let index = 0
const turn = (by: 'p1' | 'p2', startS: number, endS: number, text: string, extra: Partial<Turn> = {}): Turn => ({
  ...{ id: `t${++index}`, index, participant_id: by, role: by === 'p1' ? 'agent' : 'customer' },
  ...{ start_ms: startS * 1000, end_ms: endS * 1000, text, language: 'en', language_confidence: null },
  ...{ confidence: null, sentiment: null, words: [], ...extra },
})

const stereo = (turns: Turn[], extra: Partial<CallInput> = {}): CallInput => ({
  durationMs: 60_000,
  channelCheck: 'distinct',
  channels: [0, 1].map(() => ({ speech: [], loudnessDbfsP50: -20, loudnessDbfsP95: -12 })),
  participants: [participant('p1', 'agent', 0), participant('p2', 'customer', 1)],
  turns,
  holds: null,
  ...extra,
})
const value = (metrics: Metrics, id: string) => metrics[id]?.value

/** Brute force: which parties speak in each 10 ms of the recording, gaps below 0.3 s filled. */
function sampleTalk(speech: Interval[][], durationMs: number) {
  const stepMs = 10
  const sums = { talk: speech.map(() => 0), both: 0, silence: 0 }
  const speaks = (intervals: Interval[], ms: number) => {
    if (intervals.some(({ startMs, endMs }) => startMs <= ms && ms < endMs)) return true
    const before = Math.max(...intervals.filter(({ endMs }) => endMs <= ms).map(({ endMs }) => endMs))
    const after = Math.min(...intervals.filter(({ startMs }) => startMs > ms).map(({ startMs }) => startMs))
    return after - before < 300
  }
  for (let ms = stepMs / 2; ms < durationMs; ms += stepMs) {
    const now = speech.map((intervals) => speaks(intervals, ms))
    now.forEach((isSpeaking, i) => {
      sums.talk[i] = (sums.talk[i] ?? 0) + (isSpeaking ? stepMs : 0)
    })
    if (now.filter(Boolean).length > 1) sums.both += stepMs
    if (!now.some(Boolean)) sums.silence += stepMs
  }
  return { talkS: sums.talk.map((ms) => ms / 1000), bothS: sums.both / 1000, silenceS: sums.silence / 1000 }
}

const speechOf = (path: string, speaker: string): Interval[] =>
  readRttm(readFileSync(path, 'utf8'))
    .filter((line) => line.speaker === speaker)
    .map(({ startS, endS }) => ({ startMs: Math.round(startS * 1000), endMs: Math.round(endS * 1000) }))

test('a real stereo call: talk, overtalk and silence agree with a count of every 10 ms', {
  skip: skipWithout(silver),
}, (t) => {
  const durationMs = 245_000
  const [agent, caller] = [speechOf(silver as string, 'agent'), speechOf(silver as string, 'caller')]
  // As it is, nobody overlaps; with the caller 3 s earlier, they do.
  const hasty = caller.map(({ startMs, endMs }) => ({ startMs: startMs - 3000, endMs: endMs - 3000 }))
  for (const sides of [
    [agent, caller],
    [agent, hasty],
  ]) {
    const channels = sides.map((speech) => ({ speech, loudnessDbfsP50: -20, loudnessDbfsP95: -10 }))
    const metrics = measureCall(stereo([], { durationMs, channels }))
    const counted = sampleTalk(sides, durationMs)
    const shown = ['talk_time_agent', 'talk_time_customer', 'overtalk_time', 'silence_time'].map((id) =>
      value(metrics, id),
    )
    t.diagnostic(`agent, caller, both, nobody: ${shown.join(', ')} s`)
    assert.deepEqual(shown, [...counted.talkS, counted.bothS, counted.silenceS])
  }
})

test('meeting excerpts, speakers by label on one channel', { skip: skipWithout(ami) }, () => {
  for (const name of ['ami_trn01', 'ami_trn02', 'ami_trn03']) {
    const path = `${ami}/${name}.rttm`
    const speakers = [...new Set(readRttm(readFileSync(path, 'utf8')).map(({ speaker }) => speaker))]
    const sides = speakers.map((speaker) => speechOf(path, speaker))
    const participants = speakers.map((_, i) => participant(`p${i}`, i === 0 ? 'agent' : 'customer', null))
    const turns = sides.flatMap((intervals, i) =>
      intervals.map((x) => ({
        ...turn('p1', x.startMs / 1000, x.endMs / 1000, 'x'),
        participant_id: `p${i}`,
        role: participants[i]?.role as Role,
      })),
    )
    const channels = [{ speech: [], loudnessDbfsP50: null, loudnessDbfsP95: null }]
    const metrics = measureCall({ durationMs: 30_000, channelCheck: 'mono', channels, participants, turns, holds: [] })
    const counted = sampleTalk(sides, 30_000)
    assert.ok(Math.abs((value(metrics, 'silence_time') as number) - counted.silenceS) < 0.08, name)
    assert.ok(Math.abs((value(metrics, 'talk_time_agent') as number) - (counted.talkS[0] as number)) < 0.08, name)
  }
})

test('known figures of a small call', () => {
  const metrics = measureCall(
    stereo(
      [
        turn('p1', 0, 4, 'Good day, how can I help you?'),
        turn('p2', 5, 15, 'My card is lost.'),
        turn('p1', 8, 8.5, 'Mm-hm.'),
        turn('p2', 16.5, 20, 'Please help.'),
        turn('p1', 19, 24, 'Let me stop you right there.'),
        turn('p2', 30, 31, 'Okay.'),
      ],
      { holds: [{ startMs: 40_000, endMs: 50_000 }] },
    ),
  )
  const expected: Record<string, unknown> = {
    ...{ duration: 60, talk_time_agent: 9.5, talk_time_customer: 14.5, agent_talk_percent: 15.8333 },
    ...{ agent_talk_share: 39.5833, overtalk_time: 1.5, turn_count: 6, speaker_switches_per_min: 5 },
    // Gaps: 4-5, 15-16.5, 24-30, 31-40, 50-60.
    ...{ silence_time: 27.5, dead_air_time: 25, dead_air_count: 3, longest_dead_air: 10 },
    ...{ hold_time: 10, hold_count: 1, longest_hold: 10, non_talk_time: 35 },
    ...{ interruption_count_agent: 1, interruption_count_customer: 0, interruption_rate_agent: 10 },
    // The customer's story runs over the backchannel and the pause of 1.5 s.
    ...{ longest_customer_story: 15, longest_monologue_agent: 5, question_count: 1, question_rate: 10 },
    ...{ patience: null, speech_rate_wpm_agent: null, asr_confidence_mean: null, language_mix: 'en=100.0' },
    ...{ loudness_dbfs_p50_agent: -20, loudness_dbfs_p95_customer: -12 },
  }
  for (const [id, wanted] of Object.entries(expected)) assert.equal(value(metrics, id), wanted, id)
})

test('gaps in speech belong to it up to 0.3 s', () => {
  const words = [0, 1200, 2500].map((s) => ({ w: 'word', s, e: s + 1000, c: null }))
  const metrics = measureCall(stereo([turn('p1', 0, 3.5, 'word word word', { words })]))
  assert.equal(value(metrics, 'talk_time_agent'), 3.2, '0.2 s is filled, 0.3 s is not')
})

test('each limit of an interruption matters', () => {
  const count = (customer: [number, number], agent: [number, number], text = 'no wait a moment') =>
    value(
      measureCall(stereo([turn('p2', ...customer, 'a long story'), turn('p1', ...agent, text)])),
      'interruption_count_agent',
    )
  assert.equal(count([0, 5], [4, 8]), 1)
  const twice = [
    turn('p2', 0, 5, 'a long story'),
    turn('p2', 3.5, 5.2, 'and another'),
    turn('p1', 4, 8, 'no wait a moment'),
  ]
  assert.equal(
    value(measureCall(stereo(twice)), 'interruption_count_agent'),
    1,
    'one turn cuts in once, on any of both',
  )
  assert.equal(count([3.5, 5], [4, 8]), 0, 'the customer had spoken for less than 1 s')
  assert.equal(count([0, 4.4], [4, 8]), 0, 'overlap below 0.5 s')
  assert.equal(count([0, 5], [4, 4.4]), 0, 'the agent said less than 0.5 s of it')
  assert.equal(count([0, 6], [4, 8]), 0, 'the customer talked on')
  assert.equal(count([0, 5], [4, 8], 'yes okay right'), 0, 'backchannel')
  assert.equal(count([0, 5], [4, 8], 'no wait'), 0, 'two words')
  assert.equal(count([0, 5], [6, 8]), 0, 'no overlap')
})

test('rates: words per minute, its variation, response latency', () => {
  const words = (fromS: number, count: number, stepS: number) =>
    Array.from({ length: count }, (_, i) => ({
      w: 'word',
      s: (fromS + i * stepS) * 1000,
      e: (fromS + (i + 1) * stepS) * 1000,
      c: i % 2 ? 0.4 : 0.8,
    }))
  const spoken = (by: 'p1' | 'p2', fromS: number, count: number, stepS: number) =>
    turn(by, fromS, fromS + count * stepS, 'word '.repeat(count).trim(), { words: words(fromS, count, stepS) })
  const metrics = measureCall(
    stereo([spoken('p1', 0, 20, 0.5), spoken('p2', 12, 20, 0.2), spoken('p1', 17, 2, 0.5), spoken('p1', 30, 40, 0.25)]),
  )
  // 62 words in 21 s; 22 words in 11 s, then 40 in 10 s: 120 and 240 a minute.
  assert.equal(value(metrics, 'speech_rate_wpm_agent'), 177.1429)
  assert.equal(value(metrics, 'speech_rate_variation_agent'), 0.3333)
  assert.equal(value(metrics, 'speech_rate_wpm_customer'), null)
  assert.equal(value(metrics, 'patience'), 1)
  assert.equal(value(metrics, 'asr_confidence_mean'), 0.6)
  assert.equal(value(metrics, 'low_confidence_ratio'), 50)
})

test('null with a reason, never 0, where roles or speech are missing', () => {
  const mono = measureCall({
    ...stereo([turn('p1', 0, 5, 'hello there', { role: 'unknown' })]),
    channelCheck: 'mono',
    channels: [{ speech: [{ startMs: 0, endMs: 5000 }], loudnessDbfsP50: -20, loudnessDbfsP95: -9 }],
    participants: [participant('p1', 'unknown', null, 'unknown')],
  })
  for (const id of [
    'talk_time_agent',
    'agent_talk_share',
    'overtalk_time',
    'patience',
    'interruption_count_agent',
    'turn_count',
    'hold_time',
    'loudness_dbfs_p50_agent',
  ]) {
    assert.equal(value(mono, id), null, id)
    assert.equal(mono[id]?.status, 'not_computable')
    assert.ok((mono[id]?.reason ?? '').length > 10)
  }
  assert.equal(value(mono, 'silence_time'), 55)
  const silentCustomer = measureCall(stereo([turn('p1', 0, 5, 'hello?')]))
  assert.equal(value(silentCustomer, 'talk_to_listen_ratio'), null)
  assert.equal(value(silentCustomer, 'talk_time_customer'), 0, 'a silent channel is measured')
  const nobody = measureCall(stereo([]))
  assert.deepEqual(
    [value(nobody, 'agent_talk_share'), value(nobody, 'overtalk_ratio'), value(nobody, 'silence_ratio')],
    [null, null, 100],
  )
  const empty = measureCall(stereo([], { durationMs: 0 }))
  assert.deepEqual([value(empty, 'silence_ratio'), value(empty, 'handle_time')], [null, null])
})

test('assumed roles make figures partial; two unknown voices still have overtalk', () => {
  const turns = [turn('p1', 0, 5, 'one two three'), turn('p2', 4, 8, 'four five six')]
  const assumed = measureCall(
    stereo(turns, {
      participants: [participant('p1', 'agent', 0, 'default'), participant('p2', 'customer', 1, 'default')],
    }),
  )
  assert.equal(assumed.talk_time_agent?.status, 'partial')
  assert.equal(assumed.overtalk_time?.status, 'ok')
  const unknown = measureCall(
    stereo(turns, {
      participants: [participant('p1', 'unknown', 0, 'unknown'), participant('p2', 'unknown', 1, 'unknown')],
    }),
  )
  assert.deepEqual(
    [value(unknown, 'overtalk_time'), value(unknown, 'talk_time_agent'), value(unknown, 'turn_count')],
    [1, null, 2],
  )
})

test('without punctuation questions are known by their first words, and the method is told', () => {
  const metrics = measureCall(stereo([turn('p1', 0, 2, 'okay and what is the amount'), turn('p1', 4, 6, 'thank you')]))
  assert.equal(value(metrics, 'question_count'), 1)
  assert.match(metrics.question_count?.reason ?? '', /opening words/)
  assert.equal(
    value(measureCall(stereo([turn('p1', 0, 2, 'yini indaba', { language: 'zu' })])), 'question_count'),
    null,
  )
})

test('every figure has a published formula of its own, and the set of figures never changes', () => {
  const full = measureCall(stereo([turn('p1', 0, 5, 'hello')]))
  assert.deepEqual(Object.keys(full).sort(), Object.keys(measureCall(stereo([], { durationMs: Number.NaN }))).sort())
  for (const [id, { formula, unit }] of Object.entries(full)) {
    const known = listFormulas().find((one) => one.id === id)
    assert.deepEqual([formula, unit], [`${id}@${known?.version}`, known?.unit])
  }
  const all = { ...full, ...measureChat({ turns: [] }), ...measureSentiment({ turns: [], durationMs: 0 }) }
  assert.deepEqual(Object.keys(all).sort(), Object.keys(formulas).sort(), 'nothing is published that is not computed')
})
