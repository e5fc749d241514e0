import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromUrlencoded } from '../platform/http/body.ts'
import { Problem } from '../platform/problem.ts'
import { readChat } from './chat-messages.ts'

const now = new Date('2026-03-01T10:00:00Z')
const context = { timeZone: 'Africa/Johannesburg', now }
const read = (body: Record<string, unknown>) => readChat(body, context)
const texts = (body: Record<string, unknown>) => read(body).messages.map(({ text }) => text)

const session = {
  org_id: 'o1',
  chat_data: {
    session_id: 'chat_12345',
    agent_id: 'agent_001',
    customer_id: 'customer_789',
    start_time: '2024-01-15T10:30:00Z',
    end_time: '2024-01-15T10:45:00Z',
    messages: [
      { timestamp: '2024-01-15T10:30:00Z', sender: 'customer', content: 'Good day' },
      { timestamp: '2024-01-15T10:30:15Z', sender: 'agent', content: 'How may I help?' },
    ],
  },
  metadata: { channel: 'website', department: 'customer_support' },
}
const isiZulu = [
  { message: 'Sawubona', time: '06/08/2024, 09:15', sender: 'user', language: 'zu-ZA' },
  { message: 'Yebo', time: '06/08/2024, 09:15', sender: 'bot', language: 'zu-ZA' },
  { message: 'Inombolo?', time: '06/08/2024, 09:16', sender: 'bot', language: 'zu' },
  { message: '1234567890', time: '06/08/2024, 09:17', sender: 'user' },
]

test('the wrapped shape: chat_data as an object, and as text', () => {
  for (const chat_data of [session.chat_data, JSON.stringify(session.chat_data)]) {
    assert.deepEqual(read({ ...session, chat_data }), {
      orgId: 'o1',
      messages: [
        {
          text: 'Good day',
          at: new Date('2024-01-15T10:30:00Z'),
          sender: 'customer',
          role: 'customer',
          language: null,
          languageSent: null,
        },
        {
          text: 'How may I help?',
          at: new Date('2024-01-15T10:30:15Z'),
          sender: 'agent',
          role: 'agent',
          language: null,
          languageSent: null,
        },
      ],
      sessionId: 'chat_12345',
      externalId: 'chat_12345',
      startedAt: new Date('2024-01-15T10:30:00Z'),
      endedAt: new Date('2024-01-15T10:45:00Z'),
      agent: { id: 'agent_001' },
      customerId: 'customer_789',
      direction: 'inbound',
      tags: [],
      contact: null,
      team: null,
      department: 'customer_support',
      language: null,
      languageSent: null,
      notifyEmails: [],
      isStrict: false,
      allowsDuplicate: false,
      custom: { channel: 'website', department: 'customer_support' },
      warnings: [],
    })
  }
})

test('the list shape, sent as a form: equal minutes keep their order, languages are normalised and echoed', () => {
  const form = new URLSearchParams({
    org_id: 'o1',
    chats: JSON.stringify(isiZulu),
    metadata: '{"agent":"a@example.org"}',
  })
  const chat = read(fromUrlencoded(form.toString()).fields)
  assert.deepEqual(
    chat.messages.map(({ text, role, sender }) => [text, role, sender]),
    [
      ['Sawubona', 'customer', 'user'],
      ['Yebo', 'bot', 'bot'],
      ['Inombolo?', 'bot', 'bot'],
      ['1234567890', 'customer', 'user'],
    ],
  )
  assert.deepEqual(
    chat.messages.map(({ language, languageSent }) => [language, languageSent]),
    [
      ['zu-ZA', 'zu-ZA'],
      ['zu-ZA', 'zu-ZA'],
      ['zu-ZA', 'zu'],
      [null, null],
    ],
  )
  assert.equal(chat.startedAt.toISOString(), '2024-08-06T07:15:00.000Z')
  assert.equal(chat.endedAt?.toISOString(), '2024-08-06T07:17:00.000Z')
  assert.deepEqual(chat.agent, { email: 'a@example.org' })
  assert.deepEqual(chat.warnings, [])
})

test('messages and conversation at the top, and every alias of a message', () => {
  for (const name of ['messages', 'conversation', 'chats', 'Conversation']) {
    assert.deepEqual(texts({ [name]: [{ sender: 'customer', message: 'x', timestamp: 1705314600 }] }), ['x'])
  }
  for (const text of ['content', 'message', 'text', 'body']) {
    for (const at of ['timestamp', 'time', 'created_at', 'sent_at', 'createdAt']) {
      const [message] = read({ chats: [{ sender: 'Agent', [text]: 'x', [at]: '2024-01-15T10:30:00Z' }] }).messages
      assert.deepEqual(
        [message?.text, message?.at.toISOString(), message?.sender, message?.role],
        ['x', '2024-01-15T10:30:00.000Z', 'Agent', 'agent'],
      )
    }
  }
  const late = read({
    agent_email: 'a@example.org',
    chat_date: '2024-01-15',
    messages: isiZulu,
    metadata: { language: 'xh', chat_type: 'outbound' },
  })
  assert.equal(late.startedAt.toISOString(), '2024-01-14T22:00:00.000Z')
  assert.deepEqual([late.language, late.direction], ['xh-ZA', 'outbound'])
  assert.ok(late.messages.every(({ language }) => language === 'xh-ZA'))
  assert.equal(late.messages[0]?.languageSent, 'zu-ZA')
})

test('none or several of the four names are refused, with the names', () => {
  for (const body of [{}, { chats: '' }, { chats: null, org_id: 'x' }]) {
    assert.throws(() => read(body), { code: 'no_chat', message: /chat_data, chats, messages, conversation/ })
  }
  assert.throws(() => read({ chats: isiZulu, messages: isiZulu }), {
    code: 'several_chats',
    message: /has chats and messages/,
  })
})

test('what is no list of messages is refused, with the place', () => {
  const cases: [unknown, RegExp][] = [
    [[], /chats is empty/],
    ['[]', /chats is empty/],
    ['[{]', /chats is not valid JSON/],
    ['hello', /must be a list/],
    [5, /must be a list/],
    [{}, /must be a list/],
    [{ messages: 5 }, /must be a list/],
    [[isiZulu[0], 'hello'], /chats\[1\] must be an object/],
    [[null], /chats\[0\] must be an object/],
    [[{ sender: 'user', content: [{ type: 'text' }] }], /chats\[0\] must have its text as text/],
    [[{ metadata: {}, messages: isiZulu }], /chats\[0\] is a whole chat/],
    [[{ message: 'x'.repeat(100_001) }], /longer than the 100 kB/],
    [[{ message: 'ß'.repeat(50_001) }], /longer than the 100 kB/],
    [[{ message: 'x', sender: 's'.repeat(201) }], /sender of more than 200/],
    [Array.from({ length: 10_001 }, () => isiZulu[0]), /10001 messages; up to 10000/],
  ]
  for (const [chats, message] of cases)
    assert.throws(() => read({ chats }), { name: 'Problem', kind: 'invalid', message })
})

test('times: the newest first is turned round, a mixed list sorted, small steps back left alone', () => {
  const at = (...times: string[]) => ({
    chats: times.map((time, i) => ({ sender: 'user', message: `${i}`, time: `2024-01-15T${time}Z` })),
  })
  assert.deepEqual(texts(at('10:00:00', '10:00:00', '10:00:00')), ['0', '1', '2'])
  assert.deepEqual(texts(at('10:00:30', '10:00:00', '10:01:00')), ['0', '1', '2'])
  const newestFirst = at('10:05:00', '10:04:00', '10:04:00', '10:00:00')
  assert.deepEqual(texts(newestFirst), ['3', '2', '1', '0'])
  assert.match(read(newestFirst).warnings[0] ?? '', /newest first/)
  const mixed = at('10:05:00', '10:09:00', '10:00:00', '10:05:00')
  assert.deepEqual(texts(mixed), ['2', '0', '3', '1'])
  assert.match(read(mixed).warnings[0] ?? '', /sorted by time/)
  assert.equal(read(mixed).startedAt.toISOString(), '2024-01-15T10:00:00.000Z')
})

test('times that are missing or unreadable take that of the message before, and prove nothing about order', () => {
  const chat = read({
    start_time: '2024-01-15T10:00:00Z',
    chats: [
      { message: '0', sender: 'user' },
      { message: '1', time: '2024-01-15T10:05:00Z', sender: 'user' },
      { message: '2', time: 'soon', sender: 'user' },
      { message: '3', time: '2024-01-15T09:00:00Z', sender: 'user' },
    ],
  })
  assert.deepEqual(
    chat.messages.map(({ text, at }) => `${text} ${at.toISOString().slice(11, 16)}`),
    ['0 10:00', '1 10:05', '2 10:05', '3 09:00'],
  )
  assert.match(chat.warnings.join(), /chats\[0\] and 1 more: The time is missing/)
  assert.deepEqual(read({ chats: [{ message: 'x', sender: 'user' }] }).startedAt, now)
  const early = read({
    chats: [
      { message: '0', sender: 'user' },
      { message: '1', time: '2024-01-15T10:05:00Z', sender: 'user' },
    ],
  })
  assert.deepEqual(early.messages[0]?.at, new Date('2024-01-15T10:05:00Z'))
})

test('unknown senders, empty texts and further fields are kept or reported, never silently lost', () => {
  const chat = read({
    chats: [
      { message: 'x', time: 1705314600, sender: 'Supervisor', mood: 'grim' },
      { time: 1705314601, sender: 'user' },
    ],
  })
  assert.deepEqual(
    chat.messages.map(({ sender, role, text }) => [sender, role, text]),
    [
      ['Supervisor', 'third_party', 'x'],
      ['user', 'customer', ''],
    ],
  )
  assert.deepEqual(
    chat.warnings.map((text) => text.slice(0, 40)),
    [
      'chats[0]: These fields are not kept: moo',
      'chats[0]: The sender "Supervisor" is not',
      'chats[1]: There is no text; the message ',
    ],
  )
})

test('warnings about ten thousand bad messages stay few', () => {
  const chats = Array.from({ length: 10_000 }, (_, i) => ({ message: 'x', sender: `s${i}`, time: 'soon' }))
  const { warnings, messages } = read({ chats })
  assert.equal(messages.length, 10_000)
  assert.ok(warnings.length <= 21, String(warnings.length))
  assert.match(warnings.join('\n'), /chats\[0\] and 9999 more: The time is missing/)
})

test("dates of the chat: unreadable ones fall back to the messages, or are refused with Vela's text", () => {
  const chat = read({ chats: isiZulu, metadata: { date: 'soon' } })
  assert.equal(chat.startedAt.toISOString(), '2024-08-06T07:15:00.000Z')
  assert.match(chat.warnings[0] ?? '', /start_time could not be read/)
  const strict = { chats: isiZulu, metadata: { date: 'soon', validate_metadata: true } }
  assert.throws(() => read(strict), { message: 'Invalid date of chat. Correct format is DD/MM/YYYY, HH:mm:ss' })
  const backwards = read({ chats: isiZulu, end_time: '2020-01-01' })
  assert.equal(backwards.endedAt?.toISOString(), '2024-08-06T07:17:00.000Z')
  assert.match(backwards.warnings[0] ?? '', /before the start/)
})

test('property: any body gives at least one message or a Problem', () => {
  const message = fc.dictionary(
    fc.constantFrom('message', 'content', 'time', 'sender', 'language', 'x', 'messages'),
    fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom('user', '06/08/2024, 09:15')),
  )
  const list = fc.oneof(fc.array(message, { maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }))
  const value = fc.oneof(
    list,
    list.map((one) => JSON.stringify(one)),
    list.map((messages) => ({ messages, start_time: 'x' })),
  )
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('chat_data', 'chats', 'messages', 'conversation', 'metadata', 'y'), value, {
        maxKeys: 2,
      }),
      (body) => {
        try {
          const chat = read(body)
          assert.ok(chat.messages.length > 0)
          assert.ok(chat.messages.every(({ text, at }) => typeof text === 'string' && !Number.isNaN(at.getTime())))
        } catch (error) {
          assert.ok(error instanceof Problem && error.kind === 'invalid', String(error))
        }
      },
    ),
    { numRuns: 1000 },
  )
})

test('property: readable times never lose or change a message, and equal times keep their order', () => {
  const minutes = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(minutes, (list) => {
      const sent = list.map((minute, i) => ({
        message: `${i}`,
        sender: 'user',
        time: `06/08/2024, 09:${String(minute).padStart(2, '0')}`,
      }))
      const chat = read({ chats: sent })
      assert.deepEqual(
        chat.messages.map(({ text }) => Number(text)).sort((a, b) => a - b),
        list.map((_, i) => i),
      )
      if (chat.warnings.some((text) => text.includes('turned round'))) return
      for (const [i, message] of chat.messages.entries()) {
        const next = chat.messages[i + 1]
        if (next && next.at.getTime() === message.at.getTime()) assert.ok(Number(next.text) > Number(message.text))
      }
    }),
  )
})

test('a warning that repeats what was sent holds whole characters', () => {
  const name = `${'x'.repeat(199)}📞`
  const { warnings } = read({
    chats: [{ message: 'Good day', sender: 'agent', time: '2024-01-15T10:30:00Z', [name]: 1 }],
  })
  assert.ok(warnings.length > 0 && warnings.every((text) => text.isWellFormed()))
})
