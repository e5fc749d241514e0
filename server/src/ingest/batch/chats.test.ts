import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { expanded } from '../../../test/batch-archive.ts'
import { sharedData, skipWithout } from '../../../test/shared-data.ts'
import { readChat } from '../chat-messages.ts'
import { withFields } from './chat-files.ts'
import { readTextFile } from './text-files.ts'

const context = { timeZone: 'UTC', now: new Date('2026-01-01T00:00:00Z') }
const chatsOf = async (name: string, content: string | object) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  const { file } = await readTextFile(name, Buffer.from(text))
  if (file.kind !== 'found' || !file.chats) return []
  const { chats } = file
  return Array.from({ length: chats.count }, (_, index) => readChat(chats.at(index).body, context))
}
const messages = [
  { sender: 'user', message: 'Hello', time: '15/01/2024, 10:30' },
  { sender: 'agent', message: 'Good day', time: '15/01/2024, 10:31' },
]

test('every shape of the single doors is taken as JSON', async () => {
  const shapes = [
    { org_id: 'x', chat_data: { messages, session_id: 's1', agent_id: 'a1' }, metadata: { channel: 'web' } },
    { org_id: 'x', chats: JSON.stringify(messages), metadata: { agent: 'a@b.c' } },
    { org_id: 'x', agent_email: 'a@b.c', chat_date: '2024-01-15', messages },
    { org_id: 'x', conversation: messages },
    messages,
  ]
  for (const shape of shapes) {
    const [chat, ...others] = await chatsOf('a.json', shape)
    assert.deepEqual(
      chat?.messages.map(({ text, role }) => [text, role]),
      [
        ['Hello', 'customer'],
        ['Good day', 'agent'],
      ],
    )
    assert.equal(others.length, 0)
  }
})

test('many chats: a list, a list in an object, one a line', async () => {
  const chat = (id: string) => ({
    metadata: { interaction_id: id, agent: 'a@b.c', date: '15/01/2024, 10:00' },
    messages,
  })
  const list = [chat('1'), chat('2'), chat('3')]
  for (const [name, content] of [
    ['a.json', list],
    ['a.json', { chats: list }],
    ['a.json', { exported: '2024-01-15', conversations: list }],
    ['a.ndjson', list.map((one) => JSON.stringify(one)).join('\r\n')],
  ] as const) {
    const chats = await chatsOf(name, content)
    assert.deepEqual(
      chats.map(({ externalId }) => externalId),
      ['1', '2', '3'],
    )
  }
  assert.equal((await chatsOf('a.json', [messages, messages])).length, 2)
  const [own] = await chatsOf('a.json', { id: 'x1', agent: 'a@b.c', transcript: messages })
  assert.deepEqual([own?.messages.length, own?.agent, own?.custom], [2, { email: 'a@b.c' }, { id: 'x1' }])
})

test('a row for each message: one chat, or several by their ids', async () => {
  const [one, ...none] = await chatsOf(
    'chat.csv',
    'message,time,sender,language,agent,team,tags,Interaction ID\n"Hi, you",15/01/2024 10:30,User,en,Ann,Care,"a;b",77\n\'-5 only,45123.5,agent,,,,,\n',
  )
  assert.deepEqual(
    [one?.externalId, one?.agent, one?.team, one?.tags, one?.messages[1]?.language, none.length],
    ['77', { name: 'Ann' }, 'Care', ['a', 'b'], 'en-ZA', 0],
  )
  assert.deepEqual(one?.messages.map(({ text, at }) => [text, at.toISOString()])[1], [
    'Hi, you',
    '2024-01-15T10:30:00.000Z',
  ])
  assert.equal(one?.messages[0]?.text, '-5 only')

  const rows =
    'chat_id;sender;content;timestamp;department\nB;agent;one;2024-01-15T10:30:00Z;\nA;user;two;2024-01-15T10:31:00Z;Care\nB;user;three;2024-01-15T10:32:00Z;Sales\n'
  for (const [name, text] of [
    ['a.csv', rows],
    ['a.tsv', rows.replaceAll(';', '\t')],
    [
      'a.json',
      JSON.stringify(
        rows
          .trim()
          .split('\n')
          .slice(1)
          .map((line) => {
            const [chat_id, sender, content, timestamp, department] = line.split(';')
            return { chat_id, sender, content, timestamp, department }
          }),
      ),
    ],
  ] as const) {
    const chats = await chatsOf(name, text)
    assert.deepEqual(
      chats.map(({ externalId, department, messages }) => [externalId, department, messages.map(({ text }) => text)]),
      [
        ['B', 'Sales', ['one', 'three']],
        ['A', 'Care', ['two']],
      ],
    )
  }
})

test('messages may come with links; the first is said of the chat', async () => {
  const text =
    'time,sender,text,link\n2024-01-15T10:30:00Z,user,See,https://a.example/1.png\n2024-01-15T10:31:00Z,agent,Ok,\n'
  const [chat] = await chatsOf('a.csv', text)
  assert.deepEqual([chat?.messages.length, chat?.custom], [2, { url: 'https://a.example/1.png' }])
})

test('metadata.csv may name chat files; what it says counts more', async () => {
  const { items } = await expanded({
    'metadata.csv': 'filename,agent_name,date_of_call\nchats/one.json,From Table,16/01/2024\n',
    'chats/one.json': JSON.stringify({ metadata: { agentName: 'From Chat', interaction_id: '7' }, messages }),
    'chats/two.json': JSON.stringify({ messages }),
  })
  assert.deepEqual(
    items.map(({ name, kind, locator, fields }) => [name, kind, locator, fields.agent_name]),
    [
      ['chats/one.json', 'chat', { entry: 1, chat: 0 }, 'From Table'],
      ['chats/two.json', 'chat', { entry: 2, chat: 0 }, undefined],
    ],
  )
  const body = { metadata: { agentName: 'From Chat', interaction_id: '7' }, messages }
  const chat = readChat(withFields(body, items[0]?.fields ?? {}), context)
  assert.deepEqual(
    [chat.agent, chat.externalId, chat.startedAt.toISOString()],
    [{ name: 'From Table' }, '7', '2024-01-16T00:00:00.000Z'],
  )
})

test('a chat that cannot be read fails alone, with its place', async () => {
  const { items } = await expanded({
    'a.ndjson': `${JSON.stringify({ messages })}\n{"messages": [}\n{"no": "chat"}\n{"messages": "[]"}`,
    'b.json': '{"messages": ',
    'c.json': `[${'['.repeat(200)}${']'.repeat(200)}, {"messages": []}, {"__proto__": {"messages": []}}]`,
    'd.json': '{"messages": [{"__proto__": 1}]}',
    'e.csv': 'message,sender\n"open,agent\n',
  })
  assert.deepEqual(
    items.map(({ name, kind, failure }) => [name, kind, failure?.code]),
    [
      ['a.ndjson [0]', 'chat', undefined],
      ['a.ndjson [1]', 'chat', 'invalid_json'],
      ['a.ndjson [2]', 'chat', 'no_chat'],
      ['a.ndjson [3]', 'chat', undefined],
      ['b.json', 'chat', 'invalid_json'],
      ['c.json [0]', 'chat', 'too_deep'],
      ['c.json [1]', 'chat', undefined],
      ['c.json [2]', 'chat', 'reserved_name'],
      ['d.json', 'chat', 'reserved_name'],
      ['e.csv', 'chat', 'invalid_table'],
    ],
  )
  assert.match(String(items[1]?.failure?.reason), /^a.ndjson line 2: The JSON is not valid JSON/)
  assert.match(String(items[2]?.failure?.reason), /^a.ndjson line 3: this is no chat/)
  assert.match(String(items[9]?.failure?.reason), /^e.csv line 2: a quote is opened/)
})

test('a list may hold chats and addresses of recordings', async () => {
  const list = [
    { messages },
    { file_url: 'https://pbx.example/1.wav', agent: 'a@b.c' },
    { messages, metadata: { team: 'T' } },
  ]
  const { items } = await expanded({ name: 'items', bytes: Buffer.from(JSON.stringify(list)) })
  assert.deepEqual(
    items.map(({ kind, locator }) => [kind, locator]),
    [
      ['chat', { entry: 0, chat: 0 }],
      ['chat', { entry: 0, chat: 1 }],
      ['recording', { url: 'https://pbx.example/1.wav' }],
    ],
  )
})

const dialogues = sharedData('data', 'dialogues')

test('real support chats, as JSON, as lines and as a table, are the same chats', {
  skip: skipWithout(dialogues),
}, async () => {
  type Thread = { id: string; turns: { role: string; text: string }[] }
  const threads = readFileSync(`${dialogues}/tweetsumm_role_tagged.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line): Thread => JSON.parse(line))
  const list = threads.map(({ id, turns }) => ({
    metadata: { interaction_id: id },
    messages: turns.map(({ role, text }, index) => ({ sender: role, message: text, time: 1_700_000_000 + 60 * index })),
  }))
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const table = list.flatMap(({ metadata, messages }) =>
    messages.map(({ sender, message, time }) => [metadata.interaction_id, sender, quoted(message), time].join(';')),
  )
  const shown = async (name: string, content: string | object) =>
    (await chatsOf(name, content)).map((chat) => [
      chat.externalId,
      chat.messages.map(({ role, text }) => [role, text.trim()]),
    ])
  const expected = await shown('a.json', list)
  assert.equal(expected.length, threads.length)
  assert.deepEqual(await shown('a.jsonl', list.map((one) => JSON.stringify(one)).join('\n')), expected)
  assert.deepEqual(await shown('a.csv', ['interaction_id;sender;message;time', ...table].join('\r\n')), expected)
})
