// Hearing and seeing a call over HTTP: recordings that browsers play and that they do not, new ones and those of before,
// by those who may hear them.

import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { decodeRecording } from '../../src/pipeline/audio/decode-recording.ts'
import { makeWav } from '../../src/pipeline/audio/fixtures.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { openSideDoor, person } from '../side-door.ts'
import { distinctCall } from './sample-call.ts'

const name = 'Näidis – kõne 7.wav'
const tone = (samples: number) => Int16Array.from({ length: samples }, (_, i) => 8000 * Math.sin(i / 5) + (i % 7))

describe('playback', () => {
  let indaba: Harness
  let customer: Customer
  let folder: string

  before(async () => {
    indaba = await startHarness({ env: { INDABA_PLAYBACK_WAV_BYTES_MAX: '200000' } })
    customer = await indaba.customer()
    folder = await mkdtemp(join(tmpdir(), 'indaba-playback-'))
  })
  after(async () => {
    await indaba?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const ask = (id: string, rest: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${indaba.url}/v1/conversations/${id}${rest}`, { method, headers: { ...customer.headers, ...headers } })

  async function newCall(bytes: Buffer, fileName = name): Promise<Json> {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(bytes)]), fileName)
    const { headers } = customer
    const { call_id } = await indaba.json('/api/process-call', { method: 'POST', headers, body: form })
    return indaba.finished(customer, call_id)
  }

  /** Asks until it is no longer being prepared, and tells how often it was. */
  async function awaited(id: string, rest: string): Promise<{ answer: Response; waits: number }> {
    for (let waits = 0; waits < 200; waits += 1) {
      const answer = await ask(id, rest)
      if (answer.status !== 202) return { answer, waits }
      assert.ok(Number(answer.headers.get('retry-after')) >= 1)
      assert.equal((await answer.json()).status, 'preparing')
      await delay(50)
    }
    assert.fail('it was never prepared')
  }

  async function copyCount(): Promise<number> {
    const all = await readdir(join(indaba.dataDir, 'store'), { recursive: true, withFileTypes: true })
    return all.filter((one) => one.isFile() && one.parentPath.includes('playback')).length
  }

  test('of a call in mu-law: a copy that is as long, in parts, under a safe name', async () => {
    const { id } = await newCall(await distinctCall())
    const { answer } = await awaited(id, '/recording?variant=playback')
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'audio/mpeg')
    assert.equal(answer.headers.get('x-recording-variant'), 'playback')
    const mp3 = Buffer.from(await answer.arrayBuffer())
    const path = join(folder, 'copy.mp3')
    await writeFile(path, mp3)
    const audio = await decodeRecording({ path, workDir: folder, signal: new AbortController().signal })
    const call = await indaba.finished(customer, id)
    assert.ok(Math.abs(audio.durationMs - call.recording.duration_ms) <= 60)
    assert.equal(audio.channels.length, 2)
    assert.deepEqual(
      [call.recording.playable, call.recording.reason, call.recording.variants],
      [
        true,
        null,
        [
          { variant: 'original', content_type: 'audio/wav', size_bytes: call.recording.size_bytes },
          { variant: 'playback', content_type: 'audio/mpeg', size_bytes: mp3.length },
        ],
      ],
    )

    const part = await ask(id, '/recording?variant=playback', { range: 'bytes=1000-1999' })
    assert.equal(part.status, 206)
    assert.equal(part.headers.get('content-range'), `bytes 1000-1999/${mp3.length}`)
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), mp3.subarray(1000, 2000))
    const head = await ask(id, '/recording?variant=playback', {}, 'HEAD')
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(mp3.length)])
    const etag = head.headers.get('etag') as string
    assert.equal((await ask(id, '/recording?variant=playback', { 'if-none-match': etag })).status, 304)
    assert.equal((await ask(id, '/recording', { 'if-none-match': etag })).status, 200, 'the other one has its own')

    const saved = await ask(id, '/recording?variant=playback&download=1')
    assert.equal(
      saved.headers.get('content-disposition'),
      `attachment; filename="N_idis _ k_ne 7.mp3"; filename*=UTF-8''N%C3%A4idis%20%E2%80%93%20k%C3%B5ne%207.mp3`,
    )
    await saved.body?.cancel()
    const original = await ask(id, '/recording?download=1')
    assert.match(original.headers.get('content-disposition') ?? '', /^attachment; .*7\.wav$/)
    assert.equal((await original.arrayBuffer()).byteLength, call.recording.size_bytes)

    assert.equal((await ask(id, '', {}, 'DELETE')).status, 204)
    assert.equal(await copyCount(), 0)
  })

  test('of a small WAV file: itself, and of a large one a copy', async () => {
    const small = await newCall(makeWav(tone(40_000)))
    const itself = await ask(small.id, '/recording?variant=playback')
    assert.deepEqual([itself.status, itself.headers.get('x-recording-variant')], [200, 'original'])
    assert.equal(small.recording.playable, true)
    assert.equal(small.recording.variants.length, 1)
    const large = await newCall(makeWav(tone(110_000)))
    const variants = async () => (await (await ask(large.id, '')).json()).recording.variants.length
    for (let tries = 0; tries < 200 && (await variants()) < 2; tries += 1) await delay(50)
    const copy = await ask(large.id, '/recording?variant=playback')
    assert.deepEqual([copy.status, copy.headers.get('content-type')], [200, 'audio/mpeg'])
    assert.ok((await copy.arrayBuffer()).byteLength < large.recording.size_bytes / 2)
    for (const { id } of [small, large]) await ask(id, '', {}, 'DELETE')
  })

  test('the waveform tells who speaks on which channel, and how loud', async () => {
    const { id, links, participants } = await newCall(await distinctCall())
    const answer = await fetch(`${indaba.url}${links.waveform}`, { headers: customer.headers })
    assert.equal(answer.status, 200)
    const waveform = await answer.json()
    assert.ok(waveform.duration_ms > 41_000 && waveform.duration_ms < 43_000)
    assert.deepEqual(
      waveform.channels.map(({ index }: Json) => index),
      [0, 1],
    )
    for (const { side, participant_id, peaks, speech, index } of waveform.channels) {
      const speaker = participants.find(({ channel_index }: Json) => channel_index === index)
      assert.deepEqual([side, participant_id], [speaker?.role ?? null, speaker?.id ?? null])
      assert.ok(peaks.length > 1000 && peaks.length <= 2000)
      assert.ok(Math.max(...peaks) > 0.1 && Math.max(...peaks) <= 1)
      assert.ok(speech.length > 0 && speech.every(({ start_ms, end_ms }: Json) => start_ms < end_ms))
    }
    const part = await (await ask(id, '/waveform?from_ms=1000&to_ms=2000&points=10')).json()
    assert.deepEqual([part.from_ms, part.to_ms, part.channels[0].peaks.length], [1000, 2000, 10])
    for (const bad of ['points=0', 'points=1e9', 'points=x', 'from_ms=-1', 'from_ms=9&to_ms=9'])
      assert.equal((await ask(id, `/waveform?${bad}`)).status, 400, bad)
    const etag = answer.headers.get('etag') as string
    assert.equal((await ask(id, '/waveform', { 'if-none-match': etag })).status, 304)
    await ask(id, '', {}, 'DELETE')
  })

  test('of a call from before: made once, however many ask', async () => {
    const { id } = await newCall(await distinctCall())
    await awaited(id, '/recording?variant=playback')
    const { rows } = await sql<{ copy_key: string }>`
      delete from recording_media where conversation_id = ${id} returning copy_key`.execute(indaba.app.db)
    const lost = join(indaba.dataDir, 'store', rows[0]?.copy_key ?? '')
    await rm(lost, { force: true })
    const firsts = await Promise.all(
      ['/waveform', '/recording?variant=playback'].flatMap((rest) => [1, 2, 3, 4].map(() => ask(id, rest))),
    )
    assert.deepEqual([...new Set(firsts.map(({ status }) => status))], [202])
    const [waveform, copy] = [await awaited(id, '/waveform'), await awaited(id, '/recording?variant=playback')]
    assert.deepEqual([waveform.answer.status, copy.answer.status], [200, 200])
    await delay(500)
    assert.equal(await copyCount(), 1)
    await ask(id, '', {}, 'DELETE')
  })

  test('of a recording that is damaged says why, and does not wait for ever', async () => {
    const bytes = (await distinctCall()).subarray(0, 44)
    const { id, status, recording } = await newCall(bytes)
    assert.equal(status, 'failed')
    assert.equal(recording.playable, false)
    for (const rest of ['/waveform', '/recording?variant=playback']) {
      const { answer } = await awaited(id, rest)
      assert.equal(answer.status, 409, rest)
      assert.match((await answer.json()).message, /recording/i)
    }
    assert.equal((await ask(id, '/recording')).status, 200, 'what was sent is there all the same')
  })

  test('agents hear their own calls only where they may, and never see whose number a file bears', async () => {
    const door = await openSideDoor(indaba)
    try {
      const { id } = await newCall(await distinctCall(), '27821234567.wav')
      const agentId = crypto.randomUUID()
      await sql`insert into agents (org_id, id, name) values (${customer.orgId}, ${agentId}, 'Ann')`.execute(
        indaba.app.db,
      )
      await sql`update conversations set agent_id = ${agentId} where id = ${id}`.execute(indaba.app.db)
      const own = { column: 'agent_id' as const, values: [agentId] }
      const agent = { ...person(customer.orgId, 'agent', own), reveals: false }
      const hearing = { ...agent, scopes: [...agent.scopes, 'recordings:read'] }
      const other = { ...hearing, reach: { ...own, values: [crypto.randomUUID()] } }
      const at = `/v1/conversations/${id}`
      const statuses = async (by: typeof agent) =>
        Promise.all([`${at}/waveform`, `${at}/recording`].map(async (path) => (await door.ask(by, 'GET', path)).status))
      assert.deepEqual(await statuses(agent), [200, 403])
      assert.deepEqual(await statuses(hearing), [200, 200])
      assert.deepEqual(await statuses(other), [404, 404])
      const saved = await door.ask(hearing, 'GET', `${at}/recording?download=1`)
      assert.equal(saved.headers.get('content-disposition'), `attachment; filename="${id}.wav"`)
    } finally {
      await door.close()
    }
  })
})

test('playback without copies: what browsers do not play can be downloaded, and the view says so', async () => {
  const indaba = await startHarness({ env: { INDABA_PLAYBACK_COPIES: 'never' } })
  try {
    const customer = await indaba.customer()
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(await distinctCall())]), 'call.wav')
    const { headers } = customer
    const { call_id: id } = await indaba.json('/api/process-call', { method: 'POST', headers, body: form })
    const { recording } = await indaba.finished(customer, id)
    assert.equal(recording.playable, false)
    assert.match(recording.reason, /mulaw in wav.*downloaded/)
    const refused = await fetch(`${indaba.url}/v1/calls/${id}/recording?variant=playback`, { headers })
    assert.equal(refused.status, 409)
    assert.equal((await refused.json()).error.code, 'NO_PLAYABLE_COPY')
    assert.equal((await fetch(`${indaba.url}/v1/calls/${id}/waveform`, { headers })).status, 200)
  } finally {
    await indaba.stop()
  }
})
