// What a person corrects in a transcript, and what follows: revisions, findings anew, events, the change cursor, undo;
// and running the pipeline once more.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { distinctCall } from './sample-call.ts'
import { startSpeechServer } from './speech-server.ts'

const scopes = ['calls:read', 'calls:write', 'calls:annotate', 'calls:delete', 'events:read', 'audit:read']

describe('corrections', () => {
  let indaba: Harness
  let customer: Customer
  let callId: string
  let chatId: string
  const speech = startSpeechServer('I am very unhappy with this terrible service and want my money back')

  before(async () => {
    indaba = await startHarness({ env: (await speech).env })
    customer = await indaba.customer({}, scopes)
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(await distinctCall())]), 'call.wav')
    form.set('metadata', JSON.stringify({ agent_channel: 'left' }))
    callId = (await indaba.json('/v1/calls/upload', { method: 'POST', headers: customer.headers, body: form })).call_id
    const messages = [
      { sender: 'customer', message: 'My order has not come.', timestamp: '2026-01-05T09:00:00Z' },
      { sender: 'agent', message: 'Thank you, that is wonderful and great news!', timestamp: '2026-01-05T09:00:30Z' },
      { sender: 'customer', message: 'I will wait then.', timestamp: '2026-01-05T09:01:30Z' },
    ]
    const sent = await ask('POST', '/v1/chats/upload', { session_id: 's1', messages })
    chatId = sent.body.chat_id.replace('vela_chat_', '')
    await Promise.all([indaba.finished(customer, callId), indaba.finished(customer, chatId)])
  })
  after(async () => {
    await indaba?.stop()
    ;(await speech).close()
  })

  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${indaba.url}${path}`, {
      method,
      headers: { ...customer.headers, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as Json }
  }
  const read = async (id: string): Promise<Json> => (await ask('GET', `/v1/conversations/${id}`)).body
  const correctTurn = (id: string, turn: string, revision: number, body: object) =>
    ask('PATCH', `/v1/conversations/${id}/turns/${turn}`, body, { 'if-match': `"${revision}"` })

  /** As soon as nothing is under way, with findings of the newest words. */
  async function settled(id: string): Promise<Json> {
    for (;;) {
      const found = await read(id)
      if (!found.reprocessing && found.status === 'completed') return found
      assert.equal(found.status, 'completed', 'what was found before is shown meanwhile')
      await delay(30)
    }
  }
  async function updatesOf(id: string): Promise<string[][]> {
    const { events } = (await ask('GET', `/v1/events?conversation_id=${id}`)).body
    return events.filter((one: Json) => one.type.endsWith('.updated')).map((one: Json) => one.data.changed)
  }

  test('words, language and speaker of a turn: a new revision, and new findings', async () => {
    const before = await read(chatId)
    assert.equal(before.transcript.revision, 1)
    const agentSaid = before.transcript.turns[1]
    assert.equal(agentSaid.sentiment.label, 'positive')

    const text = 'This is terrible, I am so sorry. <script>alert(1)</script>'
    const corrected = await correctTurn(chatId, agentSaid.id, 1, { text, language: 'en-GB' })
    assert.equal(corrected.status, 200, JSON.stringify(corrected.body))
    assert.deepEqual([corrected.body.transcript_revision, corrected.body.changed], [2, true])
    assert.equal(corrected.headers.get('etag'), '"2"')
    const found = await settled(chatId)
    assert.equal(found.transcript.revision, 2)
    assert.equal(found.transcript.source, 'edited')
    const [turn] = found.transcript.turns.filter(({ id }: Json) => id === agentSaid.id)
    assert.deepEqual([turn.text, turn.language, turn.edited, turn.sentiment.label], [text, 'en-GB', true, 'negative'])
    assert.equal(found.analysis.transcript_revision, 2)
    assert.notEqual(found.analysis.id, before.analysis.id)
    assert.equal(found.completed_at, before.completed_at, 'it ended once')
    assert.ok(found.seq > before.seq)
    assert.deepEqual(await updatesOf(chatId), [['transcript'], ['findings']])

    // The customer said the last line after the agent's; said by the agent, nobody answers.
    const bySide = await correctTurn(chatId, found.transcript.turns[2].id, 2, { role: 'agent' })
    assert.equal(bySide.status, 200, JSON.stringify(bySide.body))
    const third = await settled(chatId)
    assert.equal(third.transcript.turns[2].role, 'agent')
    assert.equal(third.transcript.turns[2].participant_id, third.transcript.turns[1].participant_id)
    assert.deepEqual(third.annotations.revisions, 3)
    assert.equal(third.metrics.turn_count.value, 2)
  })

  test('two people at once: the second is told of the newer revision', async () => {
    const { transcript } = await read(chatId)
    const late = await correctTurn(chatId, transcript.turns[0].id, 1, { text: 'Mine.' })
    assert.equal(late.status, 409)
    assert.equal(late.body.error.code.toLowerCase(), 'changed_meanwhile')
    assert.equal(late.body.error.details.revision, transcript.revision)
    const blind = await ask('PATCH', `/v1/conversations/${chatId}/turns/${transcript.turns[0].id}`, { text: 'Mine.' })
    assert.equal(blind.body.error.code.toLowerCase(), 'revision_required')
    const both = await Promise.all(
      ['One.', 'Two.'].map((text) => correctTurn(chatId, transcript.turns[0].id, transcript.revision, { text })),
    )
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409])
    await settled(chatId)
  })

  test('what cannot be: no words, nobody, no language, no turn', async () => {
    const { transcript } = await read(chatId)
    const at = (turn: string, body: object) => correctTurn(chatId, turn, transcript.revision, body)
    assert.equal((await at('t999', { text: 'x' })).status, 404)
    for (const [body, code] of [
      [{ text: ' \n ' }, 'invalid_request'],
      [{}, 'invalid_request'],
      [{ participant_id: 'p77' }, 'unknown_participant'],
      [{ language: '<b>' }, 'unknown_language'],
      [{ text: 'x'.repeat(20_001) }, 'invalid_request'],
      [{ sentiment: 'positive' }, 'invalid_request'],
    ] as const) {
      const said = await at(transcript.turns[0].id, body)
      assert.equal(said.status, 400, JSON.stringify(body).slice(0, 80))
      assert.equal(said.body.error.code.toLowerCase(), code, JSON.stringify(body).slice(0, 80))
    }
    const same = await at(transcript.turns[0].id, { text: transcript.turns[0].text })
    assert.deepEqual([same.status, same.body.changed], [200, false])
  })

  test('a word more in a call takes its time from its neighbours', async () => {
    const { transcript } = await read(callId)
    const [turn] = transcript.turns
    assert.ok(turn.words.length > 5)
    const text = turn.text.replace('terrible service', 'really terrible service')
    assert.equal((await correctTurn(callId, turn.id, 1, { text })).status, 200)
    const after = (await settled(callId)).transcript.turns.find(({ id }: Json) => id === turn.id)
    assert.equal(after.words.length, turn.words.length + 1)
    assert.deepEqual(after.words.map(({ w }: Json) => w).join(' '), text)
    for (const [index, word] of after.words.entries()) {
      assert.ok(word.e >= word.s)
      if (index > 0) assert.ok(word.s >= after.words[index - 1].s)
    }
    const kept = (words: Json[]) => words.find(({ w }) => w === 'money')
    assert.deepEqual(kept(after.words), kept(turn.words))
  })

  test('agent and customer exchanged in one request, and back', async () => {
    const before = await read(callId)
    assert.deepEqual(
      before.participants.map(({ role }: Json) => role),
      ['agent', 'customer'],
    )
    const swapped = await ask('POST', `/v1/conversations/${callId}/swap-roles`)
    assert.equal(swapped.status, 200, JSON.stringify(swapped.body))
    const found = await settled(callId)
    assert.deepEqual(
      found.participants.map(({ role, role_source }: Json) => [role, role_source]),
      [
        ['customer', 'manual'],
        ['agent', 'manual'],
      ],
    )
    assert.equal(found.metrics.talk_time_agent.value, before.metrics.talk_time_customer.value)
    assert.equal(found.metrics.talk_time_customer.value, before.metrics.talk_time_agent.value)
    const restored = await ask('POST', `/v1/conversations/${callId}/transcript/restore`, {
      revision: before.transcript.revision,
    })
    assert.equal(restored.status, 200)
    const undone = await settled(callId)
    assert.equal(undone.transcript.revision, before.transcript.revision + 2)
    assert.deepEqual(undone.participants, before.participants)
    assert.deepEqual(undone.metrics, before.metrics)
    const role = await ask(
      'PATCH',
      `/v1/conversations/${callId}/participants/${before.participants[0].id}`,
      { role: 'third_party' },
      { 'if-match': '*' },
    )
    assert.equal(role.status, 200)
    assert.equal((await settled(callId)).metrics.talk_time_agent.value, null)
    const gone = await ask('POST', `/v1/conversations/${callId}/transcript/restore`, { revision: 99 })
    assert.equal(gone.body.error.code.toLowerCase(), 'unknown_revision')
  })

  test('every revision and every analysis stays readable', async () => {
    const { revisions } = (await ask('GET', `/v1/conversations/${callId}/transcript/revisions`)).body
    assert.deepEqual(
      revisions.map(({ revision, source, is_current, edit }: Json) => [
        revision,
        source,
        is_current,
        edit?.kind ?? null,
      ]),
      [
        [5, 'edited', true, 'role'],
        [4, 'edited', false, 'restore'],
        [3, 'edited', false, 'swap_roles'],
        [2, 'edited', false, 'turn'],
        [1, 'asr', false, null],
      ],
    )
    assert.match(revisions[0].created_by, /^key:/)
    const first = (await ask('GET', `/v1/conversations/${callId}/transcript/revisions/1`)).body
    assert.doesNotMatch(first.turns[0].text, /really/)
    const { analyses } = (await ask('GET', `/v1/conversations/${callId}/analyses`)).body
    assert.deepEqual(
      analyses.map(({ transcript_revision, is_current }: Json) => [transcript_revision, is_current]),
      [
        [5, true],
        [4, false],
        [3, false],
        [2, false],
        [1, false],
      ],
    )
    const oldest = (await ask('GET', `/v1/conversations/${callId}/analyses/${analyses[4].id}`)).body
    assert.ok(oldest.metrics.talk_time_agent.value > 0)
    assert.equal((await ask('GET', `/v1/conversations/${callId}/transcript/revisions/6`)).status, 404)
  })

  test('once more from the recording: asked first when people have corrected, and not twice at once', async () => {
    const before = await read(callId)
    const path = `/v1/conversations/${callId}/reprocess`
    const asked = await ask('POST', path, { from: 'transcribe' })
    assert.equal(asked.body.error.code.toLowerCase(), 'edited_transcript')
    const both = await Promise.all([1, 2].map(() => ask('POST', path, { from: 'transcribe', replace_edits: true })))
    assert.deepEqual(both.map(({ status }) => status).sort(), [202, 409])
    const refused = both.find(({ status }) => status === 409)
    assert.equal(refused?.body.error.code.toLowerCase(), 'under_way')
    assert.equal(refused?.body.error.details.rerun.from, 'transcribe')
    const meanwhile = await correctTurn(callId, before.transcript.turns[0].id, before.transcript.revision, {
      text: 'x',
    })
    assert.equal(meanwhile.status, 409)
    const found = await settled(callId)
    assert.equal(found.transcript.source, 'asr')
    assert.equal(found.transcript.revision, 6)
    assert.deepEqual(
      found.participants.map(({ role }: Json) => role),
      ['agent', 'customer'],
    )
    assert.equal(found.annotations.revisions, 6)
    const { events } = (await ask('GET', `/v1/events?conversation_id=${callId}`)).body
    assert.equal(events.filter((one: Json) => one.type === 'call.completed').length, 1, 'it was completed once')
    assert.deepEqual(events.at(-1).data.changed, ['findings'])
    const chat = await ask('POST', `/v1/conversations/${chatId}/reprocess`, { from: 'transcribe' })
    assert.equal(chat.body.error.code.toLowerCase(), 'nothing_to_transcribe')
  })

  test('once more from the words: another analysis of the same revision', async () => {
    const before = await read(callId)
    assert.equal((await ask('POST', `/v1/conversations/${callId}/reprocess`, { from: 'analyse' })).status, 202)
    const found = await settled(callId)
    assert.equal(found.transcript.revision, before.transcript.revision)
    assert.notEqual(found.analysis.id, before.analysis.id)
    assert.deepEqual(found.metrics, before.metrics)
    assert.equal(found.version, before.version)
  })

  test('a run that fails leaves what was found, and says so', async () => {
    const before = await read(callId)
    await sql`delete from recordings where conversation_id = ${callId}`.execute(indaba.app.db)
    assert.equal((await ask('POST', `/v1/conversations/${callId}/reprocess`, { from: 'transcribe' })).status, 202)
    const found = await settled(callId)
    assert.equal(found.status, 'completed')
    assert.equal(found.failure, null)
    assert.equal(found.transcript.revision, before.transcript.revision)
    assert.equal(found.analysis.id, before.analysis.id)
    assert.match(found.warnings.at(-1), /^Not analysed anew/)
    assert.deepEqual((await updatesOf(callId)).at(-1), ['warnings'])
    const again = await ask('POST', `/v1/conversations/${callId}/reprocess`, { from: 'analyse' })
    assert.equal(again.status, 202, JSON.stringify(again.body))
    const mended = await settled(callId)
    assert.deepEqual(mended.metrics, before.metrics)
    assert.ok(!mended.warnings.some((text: string) => text.startsWith('Not analysed anew')))
  })

  test('spans for the player add up to the figures', async () => {
    const { metrics } = await read(callId)
    const { annotations, missing, duration_ms } = (await ask('GET', `/v1/conversations/${callId}/annotations`)).body
    const secondsOf = (kind: string) =>
      annotations
        .filter((one: Json) => one.kind === kind)
        .reduce((sum: number, one: Json) => sum + one.end_ms - one.start_ms, 0) / 1000
    const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 0.01, `${a} ${b}`)
    near(secondsOf('silence'), metrics.silence_time.value)
    near(secondsOf('dead_air'), metrics.dead_air_time.value)
    near(secondsOf('overtalk'), metrics.overtalk_time.value)
    near(secondsOf('speech'), metrics.talk_time_agent.value + metrics.talk_time_customer.value)
    const cuts = annotations.filter((one: Json) => one.kind === 'interruption')
    assert.equal(cuts.length, metrics.interruption_count_agent.value + metrics.interruption_count_customer.value)
    assert.match(missing.hold, /not known/)
    assert.ok(annotations.every((one: Json) => one.start_ms >= 0 && one.end_ms <= duration_ms + 1))
    const some = (await ask('GET', `/v1/conversations/${callId}/annotations?kinds=dead_air,hold`)).body
    assert.ok(some.annotations.every((one: Json) => one.kind === 'dead_air'))
    assert.equal((await ask('GET', `/v1/conversations/${callId}/annotations?kinds=laughter`)).status, 400)
    assert.deepEqual((await ask('GET', `/v1/conversations/${chatId}/annotations`)).body.annotations, [])
  })

  test('the same chat sent again stays corrected; sent with more, it is a newer one', async () => {
    const before = await read(chatId)
    const messages = [
      { sender: 'customer', message: 'My order has not come.', timestamp: '2026-01-05T09:00:00Z' },
      { sender: 'agent', message: 'Thank you, that is wonderful and great news!', timestamp: '2026-01-05T09:00:30Z' },
      { sender: 'customer', message: 'I will wait then.', timestamp: '2026-01-05T09:01:30Z' },
    ]
    await ask('POST', '/v1/chats/upload', { session_id: 's1', messages })
    assert.deepEqual((await read(chatId)).transcript, before.transcript)
    const more = [...messages, { sender: 'agent', message: 'Goodbye.', timestamp: '2026-01-05T09:02:00Z' }]
    await ask('POST', '/v1/chats/upload', { session_id: 's1', messages: more })
    const found = await indaba.finished(customer, chatId)
    assert.equal(found.transcript.turns.length, 4)
    assert.ok(found.transcript.revision > before.transcript.revision)
    assert.equal(found.annotations.revisions, before.annotations.revisions + 1, 'no revision was overwritten')
    const changed = await ask('GET', `/v1/conversations?after_seq=${before.seq}`)
    assert.ok(changed.body.conversations.some(({ id }: Json) => id === chatId))
  })
})
