import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import { pocketsphinxEngine } from '../../src/pipeline/engines/speech/pocketsphinx.ts'
import { startChatCompletionServer } from '../fakes/chat-completion-server.ts'
import { startTranscriptionServer } from '../fakes/transcription-server.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { sharedData, skipWithout } from '../shared-data.ts'
import { monoCall, sampleCall } from './sample-call.ts'
import { startWebhookReceiver } from './webhook-receiver.ts'

const run = promisify(execFile)
const audio = sharedData('data', 'audio')

/** What each file is, as sox tells. */
const recordings = [
  { path: 'calls/auto_repairs_40.stereo.wav', seconds: 245.38, rate: 8000, channels: 2, check: 'distinct' },
  { path: 'calls/chromecast_order_8k.wav', seconds: 45.3, rate: 8000, channels: 1, check: 'mono' },
  { path: 'calls/stereo_two_speakers_5s.wav', seconds: 5, rate: 16_000, channels: 2, check: 'distinct' },
  { path: 'diarisation/ami_trn01.wav', seconds: 30, rate: 16_000, channels: 1, check: 'mono' },
  { path: 'diarisation/ami_trn02.wav', seconds: 30, rate: 16_000, channels: 1, check: 'mono' },
  { path: 'diarisation/picovoice_three_turns.wav', seconds: 18.578, rate: 16_000, channels: 1, check: 'mono' },
  { path: 'asr/LJ001-0001.wav', seconds: 9.655, rate: 22_050, channels: 1, check: 'mono' },
  { path: 'asr/jfk.wav', seconds: 11, rate: 16_000, channels: 1, check: 'mono' },
  { path: 'asr/vosk_test_digits.wav', seconds: 8.308, rate: 16_000, channels: 1, check: 'mono' },
  { path: 'digits_8k/7_nicolas_0.wav', seconds: 0.372, rate: 8000, channels: 1, check: 'mono' },
]

/** Other encodings, made from the sample call. Codecs that pad may be longer by `slackS`. */
const encodings: {
  name: string
  make: [program: 'sox' | 'ffmpeg', ...args: string[]]
  slackS?: number
  rate?: number
}[] = [
  { name: 'mulaw.wav', make: ['sox', '-e', 'mu-law'] },
  { name: 'alaw.wav', make: ['sox', '-e', 'a-law'] },
  { name: 'ima.wav', make: ['sox', '-e', 'ima-adpcm'], slackS: 0.2 },
  { name: 'eight.wav', make: ['sox', '-b', '8', '-e', 'unsigned-integer'] },
  { name: 'twentyfour.wav', make: ['sox', '-b', '24'] },
  { name: 'thirtytwo.wav', make: ['sox', '-b', '32', '-e', 'signed-integer'] },
  { name: 'float.wav', make: ['sox', '-e', 'floating-point'] },
  { name: 'flac.flac', make: ['sox'] },
  { name: 'mp3.mp3', make: ['ffmpeg', '-b:a', '48k'], slackS: 0.3 },
  { name: 'opus.ogg', make: ['ffmpeg', '-c:a', 'libopus', '-b:a', '48k'], slackS: 0.1 },
  { name: 'vorbis.ogg', make: ['ffmpeg', '-c:a', 'libvorbis'], slackS: 0.2 },
  { name: 'aac.m4a', make: ['ffmpeg', '-c:a', 'aac', '-b:a', '64k'], slackS: 0.5 },
]

/** Needs nothing but who made sound when. */
const ofSound = ['duration', 'silence_time', 'silence_ratio', 'dead_air_time', 'dead_air_count', 'longest_dead_air']
/** Needs a channel for each party as well. */
const ofChannels = [
  'overtalk_time',
  'talk_time_agent',
  'talk_time_customer',
  'agent_talk_share',
  'loudness_dbfs_p50_agent',
]

const has = (program: string) =>
  run('which', [program]).then(
    () => true,
    () => false,
  )

type Sent = { harness: Harness; customer: Customer }

async function send(
  { harness, customer }: Sent,
  bytes: Buffer,
  fields: Record<string, string> = {},
  name = 'call',
): Promise<string> {
  const form = new FormData()
  for (const [key, value] of Object.entries(fields)) form.set(key, value)
  form.set('file', new Blob([new Uint8Array(bytes)]), name)
  const answer = await harness.json('/v1/calls/upload', { method: 'POST', headers: customer.headers, body: form })
  return answer.call_id
}

function checkFigures(call: Json, ids: string[], isThere: boolean): void {
  for (const id of ids) {
    const metric = call.metrics[id]
    assert.ok(metric, `${id} is missing`)
    if (isThere) assert.equal(typeof metric.value, 'number', `${id}: ${metric.reason}`)
    else assert.ok(metric.value === null && metric.reason, `${id} must be null with a reason`)
  }
}

describe('recordings go through', () => {
  let folder = ''
  let at: Sent
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'indaba-recordings-'))
    const harness = await startHarness({ env: { INDABA_WORKERS: '2' } })
    at = { harness, customer: await harness.customer() }
  })
  after(async () => {
    await at?.harness.stop()
    await rm(folder, { recursive: true, force: true })
  })

  for (const { path, seconds, rate, channels, check } of recordings) {
    test(path, { skip: skipWithout(audio) }, async () => {
      const call = await at.harness.finished(at.customer, await send(at, await readFile(join(audio ?? '', path))))
      assert.equal(call.status, 'completed')
      const { recording } = call
      assert.equal(recording.container, 'wav')
      assert.equal(recording.sample_rate_hz, rate)
      assert.equal(recording.channel_count, channels)
      assert.equal(recording.channel_check, check)
      assert.ok(Math.abs(recording.duration_ms - seconds * 1000) <= 5, `${recording.duration_ms} ms`)
      assert.equal(call.duration_ms, recording.duration_ms)
      checkFigures(call, ofSound, true)
      checkFigures(call, ofChannels, check === 'distinct')
      assert.ok(
        call.warnings.some((text: string) => /^Not transcribed: /.test(text)),
        'tells that nobody listened',
      )
    })
  }

  for (const { name, make, slackS = 0.005 } of encodings) {
    test(name, async (t) => {
      const [program, ...args] = make
      if (!(await has(program))) return t.skip(`${program} is not installed`)
      const path = join(folder, name)
      if (program === 'sox') await run('sox', ['-D', sampleCall, ...args, path])
      else await run('ffmpeg', ['-v', 'error', '-i', sampleCall, ...args, path])
      const lengthS = ((await readFile(sampleCall)).length - 58) / 16_000
      // Sent under a name that says something else: it is the content that counts.
      const call = await at.harness.finished(at.customer, await send(at, await readFile(path), {}, 'call.txt'))
      assert.equal(call.status, 'completed', JSON.stringify(call.failure))
      const { recording } = call
      const codec = `${recording.container} ${recording.codec}`
      assert.ok(
        Math.abs(recording.duration_ms / 1000 - lengthS) <= slackS,
        `${codec} ${recording.duration_ms} ms of ${lengthS} s`,
      )
      assert.equal(recording.sample_rate_hz, 8000, codec)
      assert.equal(recording.channel_count, 2)
      assert.equal(recording.channel_check, 'distinct', codec)
      checkFigures(call, [...ofSound, ...ofChannels], true)
    })
  }

  test('one channel twice is treated as one, and says so', async (t) => {
    if (!(await has('sox'))) return t.skip('sox is not installed')
    const path = join(folder, 'false.wav')
    await run('sox', [sampleCall, path, 'remix', '1', '1'])
    const call = await at.harness.finished(at.customer, await send(at, await readFile(path)))
    assert.equal(call.status, 'completed')
    assert.equal(call.recording.channel_check, 'false_stereo')
    assert.ok(call.warnings.includes('Both channels are alike: treated as one channel.'), call.warnings.join())
    checkFigures(call, ofSound, true)
    checkFigures(call, ofChannels, false)
  })

  test('what is no recording ends as failed with a reason that people understand, everywhere', async () => {
    const receiver = await startWebhookReceiver()
    const { harness } = at
    const customer = await harness.customer({
      webhook_url: receiver.url,
      webhook_secret: 'a-secret-of-the-receiver-000',
    })
    const whole = await readFile(sampleCall)
    const bad: [string, Buffer][] = [
      ['text', Buffer.from('this is no audio but a note to the caller\n'.repeat(50))],
      ['page', Buffer.from(`<!doctype html><title>Not found</title>${'<p>gone</p>'.repeat(200)}`)],
      ['head of a WAV alone', whole.subarray(0, 58)],
      ['noise', Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919 + (i >> 3) * 104_729) & 255))],
    ]
    for (const [what, bytes] of bad) {
      const id = await send({ harness, customer }, bytes, {}, 'call.wav')
      const ended = await harness.finished(customer, id)
      assert.equal(ended.status, 'failed', what)
      assert.equal(ended.failure.stage, 'decode')
      assert.ok(ended.failure.reason.length > 20 && /^[A-Z].*\.$/.test(ended.failure.reason), ended.failure.reason)
      assert.doesNotMatch(ended.failure.reason, /error:|at \/|\.ts|undefined|\/tmp/i)
      assert.equal(ended.stages.at(-1).status, 'failed')
      assert.equal(ended.stages.at(-1).attempt, 1, 'no further try will change that')
      for (const path of [`/v1/calls/${id}`, `/api/calls/${id}`]) {
        const shown = JSON.stringify(await harness.json(path, { headers: customer.headers }))
        assert.ok(
          shown.includes('failed') && shown.includes(JSON.stringify(ended.failure.reason).slice(1, -1)),
          `${path}: ${shown}`,
        )
      }
      const events = await eventsOf(harness, id)
      assert.deepEqual(events, ['call.received', 'call.failed'], what)
    }
    receiver.close()
  })

  test('an empty file is refused at the door or ends as failed; it never hangs', async () => {
    const form = new FormData()
    form.set('file', new Blob([]), 'call.wav')
    const answer = await fetch(`${at.harness.url}/v1/calls/upload`, {
      method: 'POST',
      headers: at.customer.headers,
      body: form,
    })
    const body: Json = await answer.json()
    if (answer.ok) assert.equal((await at.harness.finished(at.customer, body.call_id)).failure.code, 'empty_recording')
    else assert.ok(answer.status === 400 || answer.status === 422, `${answer.status} ${JSON.stringify(body)}`)
  })
})

async function eventsOf(harness: Harness, id: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: harness.databaseUrl, options: '-c app.orgs=*' })
  await client.connect()
  const { rows } = await client.query('select type from events where conversation_id = $1 order by seq', [id])
  await client.end()
  return rows.map(({ type }) => type)
}

describe('speech engines that fail', () => {
  test('a server that is down is tried again, ever later, and then the call fails with its reason', {
    timeout: 60_000,
  }, async () => {
    const speech = await startTranscriptionServer()
    const harness = await startHarness({ env: { INDABA_SPEECH_ENGINE: 'openai', INDABA_SPEECH_URL: speech.baseUrl } })
    const client = new pg.Client({ connectionString: harness.databaseUrl, options: '-c app.orgs=*' })
    await client.connect()
    try {
      const at = { harness, customer: await harness.customer() }
      // It comes back: the first try is in vain (the engine asks three times), the second goes well.
      speech.faults.push(...Array.from({ length: 3 }, () => ({ status: 500, body: 'out of order' })))
      const id = await send(at, await monoCall(4))
      const done = await harness.finished(at.customer, id)
      assert.equal(done.status, 'completed')
      assert.equal(done.stages.find(({ name }: Json) => name === 'transcribe').attempt, 2)

      // A broken connection, which is not asked again within a try; the last answer is an error.
      speech.faults.push(...Array.from({ length: 10 }, () => ({ status: 0 })))
      speech.faults.push(...Array.from({ length: 3 }, () => ({ status: 500, body: 'out of order' })))
      const lost = await send(at, await monoCall(4))
      const states = new Set<string>()
      // Do not wait for the minutes between the tries.
      const hurry = setInterval(async () => {
        const { rows } = await client.query(
          "update pgboss.job set start_after = now() where state = 'retry' returning extract(epoch from start_after - now()) as wait_s",
        )
        if (rows.length > 0)
          states.add((await harness.json(`/v1/conversations/${lost}`, { headers: at.customer.headers })).status)
      }, 100)
      const failed = await harness.finished(at.customer, lost, 40_000)
      clearInterval(hurry)
      assert.equal(failed.status, 'failed')
      assert.equal(failed.failure.stage, 'transcribe')
      assert.match(failed.failure.reason, /speech server/)
      assert.ok(!failed.failure.reason.includes('out of order'), 'what the server said is for the log')
      assert.deepEqual([...states], ['queued'], 'between the tries it waits')
      assert.equal(failed.stages.find(({ name }: Json) => name === 'transcribe').attempt, 11)
      assert.deepEqual(await eventsOf(harness, lost), ['call.received', 'call.failed'])
    } finally {
      await client.end()
      await harness.stop()
      await speech.close()
    }
  })

  test('a language that the engine does not know: the call completes and says plainly why there are no words', async (t) => {
    const found = await pocketsphinxEngine({ workFolder: tmpdir() }).availability()
    if (!found.available) return t.skip(found.reason)
    const harness = await startHarness({ env: { INDABA_SPEECH_ENGINE: 'pocketsphinx' } })
    t.after(() => harness.stop())
    const at = { harness, customer: await harness.customer() }
    const call = await harness.finished(at.customer, await send(at, await monoCall(3), { language: 'zu-ZA' }))
    assert.equal(call.status, 'completed')
    assert.equal(call.stages.find(({ name }: Json) => name === 'transcribe').status, 'skipped')
    assert.ok(
      call.warnings.some((text: string) => /^Not transcribed: .*English/.test(text)),
      call.warnings.join(),
    )
    checkFigures(call, ofSound, true)
  })

  test('a language model that is down: the builtin engine does the work, and the provenance says so', async (t) => {
    const model = await startChatCompletionServer({ apiKey: null, model: 'any' })
    const modelUrl = model.baseUrl
    await model.close()
    const harness = await startHarness({
      env: { INDABA_LANGUAGE_ENGINE: 'llm', INDABA_LANGUAGE_URL: modelUrl, INDABA_LANGUAGE_MODEL: 'any' },
    })
    t.after(() => harness.stop())
    const customer = await harness.customer()
    const { chat_id } = await harness.json('/v1/chats/upload', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({
        messages: [
          { sender: 'customer', message: 'I am very happy with this, thank you!', timestamp: '2026-01-05T09:00:00Z' },
          { sender: 'agent', message: 'Wonderful to hear. Have a good day.', timestamp: '2026-01-05T09:00:20Z' },
        ],
      }),
    })
    const chat = await harness.finished(customer, chat_id)
    assert.equal(chat.status, 'completed')
    assert.equal(chat.analysis.provenance.name, 'builtin')
    assert.equal(chat.analysis.provenance.fallback_from, 'llm')
    assert.ok(chat.analysis.provenance.fallback_reason.length > 10)
  })
})

test('two short recordings are heard by pocketsphinx', { skip: skipWithout(audio), timeout: 120_000 }, async (t) => {
  const found = await pocketsphinxEngine({ workFolder: tmpdir() }).availability()
  if (!found.available) return t.skip(found.reason)
  const harness = await startHarness({ env: { INDABA_SPEECH_ENGINE: 'pocketsphinx' } })
  t.after(() => harness.stop())
  const at = { harness, customer: await harness.customer() }
  for (const [path, said] of [
    ['asr/jfk.wav', /americans/i],
    ['calls/stereo_two_speakers_5s.wav', /\w+ \w+/],
  ] as const) {
    const id = await send(at, await readFile(join(audio ?? '', path)), { language: 'en' })
    const call = await harness.finished(at.customer, id, 60_000)
    assert.equal(call.status, 'completed')
    assert.equal(call.transcript.engine.name, 'pocketsphinx')
    const { turns } = call.transcript
    assert.match(turns.map(({ text }: Json) => text).join(' '), said)
    for (const turn of turns) {
      assert.ok(turn.start_ms >= 0 && turn.end_ms <= call.duration_ms && turn.start_ms < turn.end_ms)
      for (const { s, e } of turn.words) assert.ok(s >= turn.start_ms && e <= turn.end_ms)
    }
    checkFigures(call, ['asr_confidence_mean'], true)
  }
})
