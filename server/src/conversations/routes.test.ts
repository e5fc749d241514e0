// What clients read, against a whole server: the hosted service's shapes in every state, both spellings of ids, deletion,
// and the answers of the API reference.

import assert from 'node:assert/strict'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { analysisOf, arrive } from '../../test/arrivals.ts'
import { type Customer, type Harness, type Json, startHarness } from '../../test/harness.ts'
import { conversationAnswer, detailAnswer, listAnswer, rowsAnswer } from './answers.ts'
import { closeConversation } from './closing.ts'
import { changeConversation, requireConversation } from './conversations.ts'
import { putAnalysis } from './findings.ts'
import { wholeOrg } from './reach.ts'
import type { ConversationStatus, Role, Turn } from './shapes.ts'
import { putTranscripts } from './transcripts.ts'

describe('what clients read', () => {
  let indaba: Harness
  let customer: Customer
  before(async () => {
    indaba = await startHarness()
    customer = await indaba.customer()
  })
  after(() => indaba.stop())

  const get = (path: string, headers: Record<string, string> = {}, by = customer) =>
    fetch(`${indaba.url}${path}`, { headers: { ...by.headers, ...headers } })

  const messages = [
    {
      sender: 'Customer',
      content: 'My parcel is broken and I am very angry about it.',
      timestamp: '2025-01-15T10:30:00Z',
    },
    {
      sender: 'agent',
      content: 'I am sorry to hear that. I will send a new one today.',
      timestamp: '2025-01-15T10:30:20Z',
    },
    { sender: 'customer', content: 'Thank you, that is great!', timestamp: '2025-01-15T10:31:00Z' },
  ]

  async function sendChat(by = customer, more: object = {}): Promise<string> {
    const { chat_id } = await indaba.json('/v1/chats/upload', {
      method: 'POST',
      headers: { ...by.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ messages, ...more }),
    })
    return chat_id
  }

  const uuidOf = (chatId: string) => chatId.replace('vela_chat_', '')

  const listKeys = ['agent', 'date', 'duration', 'topic', 'sentiment']

  function assertKeys(value: object, keys: string[]) {
    for (const key of keys) assert.ok(Object.hasOwn(value, key), `${key} is missing in ${JSON.stringify(value)}`)
  }

  function assertMatches(schema: TSchema, value: unknown) {
    assert.ok(Value.Check(schema, value), JSON.stringify(Value.Errors(schema, value).slice(0, 3)))
  }

  function assertDetail(shown: Json, noun: 'call' | 'chat') {
    assertKeys(shown, [`${noun}_id`, 'status', 'agent', 'call_details', 'transcript', 'analytics'])
    assertKeys(shown.agent, ['name', 'email', 'team'])
    assertKeys(shown.call_details, ['duration', 'silent_time', 'topic', 'sentiment'])
    for (const key of ['keywords', 'intents', 'pain_points']) assert.ok(Array.isArray(shown.analytics[key]), key)
    assertMatches(detailAnswer(noun), shown)
  }

  for (const status of ['awaiting_upload', 'queued', 'processing', 'failed', 'completed'] as const) {
    test(`a call that is ${status} has every key of the reference`, async () => {
      const { db } = indaba.app
      const [{ id } = { id: '' }] = await arrive(db, customer.orgId, [
        { status: status === 'awaiting_upload' ? status : 'queued' },
      ])
      await reach(id, status)
      const shown: Json = await (await get(`/v1/calls/${id}`)).json()
      assert.equal(shown.status, status)
      assert.equal(shown.call_id, id)
      assertDetail(shown, 'call')
      assert.equal(shown.transcript, null)
      assert.deepEqual(
        shown.failure,
        status === 'failed' ? { code: 'broken', reason: 'It is broken.', stage: 'decode' } : null,
      )
      assertMatches(conversationAnswer, await indaba.json(`/v1/conversations/${id}`, { headers: customer.headers }))
      const list = await indaba.json(`/v1/calls?status=${status}`, { headers: customer.headers })
      assertMatches(listAnswer('call'), list)
      assertKeys(list, ['calls', 'total', 'limit', 'offset'])
      const item = list.calls.find((one: Json) => one.call_id === id)
      assertKeys(item, ['call_id', ...listKeys])
    })
  }

  test('a completed call shows its transcript as text, its figures in seconds, and its findings', async () => {
    const { db } = indaba.app
    const [made] = await arrive(db, customer.orgId, [{ agent_given: { email: 'one@example.com' }, team: 'Support' }])
    assert.ok(made)
    const { id, org_id: orgId } = made
    const turn = (index: number, role: Role, text: string): Turn => ({
      id: `t${index}`,
      index,
      participant_id: role,
      role,
      start_ms: index * 2000,
      end_ms: index * 2000 + 1500,
      text,
      language: 'en-ZA',
      language_confidence: null,
      confidence: 0.9,
      sentiment: null,
      words: [],
    })
    const engine = { name: 'builtin', model: 'none', version: '1' }
    const analysis = analysisOf(made, {
      turns: [{ id: 't1', language: null, sentiment: null, sentiment_reason: 'no model' }],
      keywords: { status: 'ok', value: [{ text: 'late parcel', score: 1, count: 1 }], engine },
      summary: { status: 'ok', value: { short: 'A parcel is late.', evidence: ['t1'] }, engine },
      metrics: { silence_time: { value: 1.25, status: 'ok', formula: 'silence_time@1', unit: 's' } },
      sentiment: {
        ...analysisOf(made).sentiment,
        overall: { label: 'negative', score: -0.5 },
      },
    })
    await db.transaction().execute(async (tx) => {
      const turns = [turn(0, 'agent', 'Good morning.'), turn(1, 'customer', 'My parcel is late.')]
      await putTranscripts(tx, [
        { org_id: orgId, conversation_id: id, revision: 1, source: 'asr', engine, participants: [], turns },
      ])
      await putAnalysis(tx, analysis)
      await changeConversation(tx, { orgId, id }, { transcript_revision: 1, duration_ms: 3500 })
      await closeConversation(tx, await requireConversation(tx, wholeOrg(orgId), id), { status: 'completed', analysis })
    })
    const shown: Json = await (await get(`/v1/calls/${id}`)).json()
    assertDetail(shown, 'call')
    const { name, email, team } = shown.agent
    assert.deepEqual([name, email, team], ['one@example.com', 'one@example.com', 'Support'])
    assert.deepEqual(shown.call_details, { duration: 3.5, silent_time: 1.25, topic: null, sentiment: 'negative' })
    assert.equal(shown.transcript, 'agent: Good morning.\ncustomer: My parcel is late.')
    assert.deepEqual(shown.analytics, { keywords: ['late parcel'], intents: [], pain_points: [] })
    assert.equal(shown.summary, 'A parcel is late.')
    const whole = await indaba.json(`/v1/conversations/${id}`, { headers: customer.headers })
    assertMatches(conversationAnswer, whole)
    assert.equal(whole.transcript.turns[1].sentiment_reason, 'no model')
    assert.equal(whole.metrics.silence_time.value, 1.25)
    const { calls } = await indaba.json('/v1/calls?status=completed', { headers: customer.headers })
    const item = calls.find((one: Json) => one.call_id === id)
    assert.deepEqual([item.agent, item.duration, item.sentiment], ['one@example.com', 3.5, 'negative'])
  })

  async function reach(id: string, status: ConversationStatus) {
    const { db } = indaba.app
    const conversation = await requireConversation(db, wholeOrg(customer.orgId), id)
    await db.transaction().execute(async (tx) => {
      const key = { orgId: customer.orgId, id }
      if (status === 'processing' || status === 'completed') await changeConversation(tx, key, { status })
      if (status === 'failed') {
        const failure = { code: 'broken', reason: 'It is broken.', stage: 'decode' }
        await closeConversation(tx, conversation, { status, failure })
      }
    })
  }

  test('a completed chat shows its messages, its findings, and both spellings of its id work', async () => {
    const chatId = await sendChat()
    assert.match(chatId, /^vela_chat_[0-9a-f-]{36}$/)
    const whole = await indaba.finished(customer, uuidOf(chatId))
    assert.equal(whole.status, 'completed')
    assertMatches(conversationAnswer, whole)
    for (const id of [chatId, uuidOf(chatId)]) {
      const shown: Json = await (await get(`/v1/chats/${id}`)).json()
      assert.equal(shown.chat_id, chatId)
      assertDetail(shown, 'chat')
      assert.equal(shown.response_time, 20)
      assert.deepEqual(
        shown.messages.map(({ sender, message, timestamp }: Json) => ({
          sender,
          content: message,
          timestamp: timestamp.replace('.000', ''),
        })),
        messages,
      )
      for (const one of shown.messages) assertKeys(one, ['sender', 'message', 'timestamp', 'sentiment'])
      assert.equal(shown.messages[0].sentiment, 'negative')
      assert.match(shown.transcript, /parcel is broken/)
      assert.ok(shown.analytics.keywords.length > 0)
      for (const path of ['conversations', 'chats']) assert.equal((await get(`/v1/${path}/${id}`)).status, 200)
    }
    for (const path of ['', '/transcript', '/recording']) {
      assert.equal((await get(`/v1/calls/${chatId}${path}`)).status, 404, path)
    }
    const list = await indaba.json('/v1/chats', { headers: customer.headers })
    assertMatches(listAnswer('chat'), list)
    assertKeys(list.chats[0], ['chat_id', ...listKeys])
    assertMatches(rowsAnswer, await indaba.json('/v1/conversations?channel=chat', { headers: customer.headers }))
  })

  test('a turn without a sentiment says why', async () => {
    const chatId = await sendChat(customer, {
      messages: [
        { sender: 'customer', message: 'Ndi khou humbela thuso', timestamp: '2025-01-15T10:30:00Z', language: 've-ZA' },
      ],
    })
    const { transcript } = await indaba.finished(customer, uuidOf(chatId))
    const [turn] = transcript.turns
    assert.equal(turn.sentiment, null)
    assert.match(turn.sentiment_reason, /\w+/)
  })

  test('the same answer is a 304 to whoever has it, until something changes', async () => {
    const chatId = await sendChat()
    await indaba.finished(customer, uuidOf(chatId))
    for (const path of [
      `/v1/chats/${chatId}`,
      `/v1/conversations/${uuidOf(chatId)}`,
      '/v1/conversations',
      '/v1/agents',
    ]) {
      const etag = (await get(path)).headers.get('etag') ?? ''
      assert.match(etag, /^W\/"/)
      for (const known of [etag, etag.replace('W/', ''), `"other", ${etag}`, '*']) {
        const again = await get(path, { 'if-none-match': known })
        assert.equal(again.status, 304, `${path} ${known}`)
        assert.equal(await again.text(), '')
        assert.equal(again.headers.get('etag'), etag)
      }
      assert.equal((await get(path, { 'if-none-match': 'W/"another"' })).status, 200)
    }
  })

  test('ids that are unknown, foreign, of the other channel or no ids at all read the same: 404', async () => {
    const stranger = await indaba.customer()
    const chatId = await sendChat()
    const id = uuidOf(chatId)
    await indaba.finished(customer, id)
    const bodies = new Set<string>()
    for (const one of [
      id,
      chatId,
      crypto.randomUUID(),
      'nothing',
      "'; drop table orgs --",
      '..%2f..',
      '%F0%9F%98%80',
    ]) {
      for (const path of [
        `chats/${one}`,
        `conversations/${one}`,
        `conversations/${one}/transcript`,
        `conversations/${one}/recording`,
      ]) {
        const answer = await get(`/v1/${path}`, {}, stranger)
        assert.equal(answer.status, 404, path)
        const { request_id: _, ...body }: Json = await answer.json()
        bodies.add(JSON.stringify(body))
      }
      const answer = await fetch(`${indaba.url}/v1/conversations/${one}`, {
        method: 'DELETE',
        headers: stranger.headers,
      })
      assert.equal(answer.status, 404)
    }
    assert.equal(bodies.size, 1)
    assert.equal((await get(`/v1/chats/${chatId}`)).status, 200)
  })

  const formats = {
    text: ['text/plain; charset=utf-8', /angry/],
    srt: ['application/x-subrip; charset=utf-8', /-->/],
    vtt: ['text/vtt; charset=utf-8', /^WEBVTT/],
    json: ['application/json; charset=utf-8', /"turns"/],
    vcon: ['application/vcon', /"vcon"/],
  } as const

  test('the transcript comes in every format under its own type', async () => {
    const chatId = await sendChat()
    await indaba.finished(customer, uuidOf(chatId))
    for (const [format, [contentType, pattern]] of Object.entries(formats)) {
      const answer = await get(`/v1/chats/${chatId}/transcript?format=${format}`)
      assert.equal(answer.status, 200, format)
      assert.equal(answer.headers.get('content-type'), contentType)
      assert.match(await answer.text(), pattern)
    }
    assert.equal((await get(`/v1/chats/${chatId}/transcript?format=docx`)).status, 400)
    const [{ id } = { id: '' }] = await arrive(indaba.app.db, customer.orgId)
    const early = await get(`/v1/calls/${id}/transcript`)
    assert.equal(early.status, 409)
    assert.match(((await early.json()) as Json).message, /no transcript yet: the conversation is queued/)
  })

  const rowsOf = async (table: string, id: string) => {
    const { rows } = await sql<{ n: number }>`
    select count(*) as n from ${sql.table(table)} where conversation_id = ${id}`.execute(indaba.app.db)
    return rows[0]?.n
  }

  test('nothing is deleted while the organisation is under legal hold', async () => {
    const owner = await indaba.customer({ settings: { legal_hold: 'case 12' } })
    const [{ id } = { id: '' }] = await arrive(indaba.app.db, owner.orgId)
    const remove = () => fetch(`${indaba.url}/v1/conversations/${id}`, { method: 'DELETE', headers: owner.headers })
    const refused = await remove()
    assert.equal(refused.status, 409)
    assert.match(await refused.text(), /legal hold \(case 12\)/)
    await sql`update orgs set settings = '{}' where id = ${owner.orgId}`.execute(indaba.app.db)
    assert.equal((await remove()).status, 204)
  })

  test('a deleted call leaves no row and no file of any of its versions, and the world is told', async () => {
    const folder = join(indaba.dataDir, 'store')
    const files = async () => {
      await mkdir(folder, { recursive: true })
      const all = await readdir(folder, { recursive: true, withFileTypes: true })
      return all.filter((one) => one.isFile())
    }
    const upload = async (content: string) => {
      const form = new FormData()
      form.append('file', new Blob([content]), 'call.wav')
      form.append('metadata', JSON.stringify({ interaction_id: 'deleted-1' }))
      const { call_id } = await indaba.json('/v1/calls/upload', {
        method: 'POST',
        headers: customer.headers,
        body: form,
      })
      return call_id as string
    }
    const before = (await files()).length
    const id = await upload('first version')
    assert.equal(await upload('second version'), id)
    await indaba.finished(customer, id)
    assert.equal((await files()).length, before + 2)
    assert.equal(await rowsOf('recordings', id), 2)
    const gone = await fetch(`${indaba.url}/v1/conversations/${id}`, { method: 'DELETE', headers: customer.headers })
    assert.equal(gone.status, 204)
    assert.equal((await files()).length, before)
    for (const table of ['recordings', 'transcripts', 'analyses', 'stages'])
      assert.equal(await rowsOf(table, id), 0, table)
    for (const path of [`calls/${id}`, `conversations/${id}`, `calls/${id}/recording`])
      assert.equal((await get(`/v1/${path}`)).status, 404)
    const told = await indaba.app.db
      .selectFrom('events')
      .select(['type', 'data'])
      .where('conversation_id', '=', id)
      .orderBy('seq', 'desc')
      .execute()
    assert.equal(told[0]?.type, 'call.deleted')
    const data = told[0]?.data as Json
    assert.equal(data.call_id, id)
    assert.equal(data.status, 'deleted')
  })
})
