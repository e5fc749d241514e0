// A ZIP as it is prepared by hand, from its upload to the conversations that it brings.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { zipOf } from '../batch-archive.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { monoCall } from './sample-call.ts'

const scopes = ['calls:read', 'calls:write', 'agents:read', 'agents:manage', 'teams:manage', 'users:read']

describe('batches', () => {
  let house: Harness
  let customer: Customer
  let bytes: Buffer
  before(async () => {
    house = await startHarness()
    bytes = await archive()
  })
  after(() => house?.stop())

  const chat = (id: string, more: object = {}) => ({
    metadata: { interaction_id: id, ...more },
    messages: [
      { sender: 'user', message: 'My card was charged twice.', time: '15/01/2024, 10:30' },
      { sender: 'agent', message: 'I am sorry, I will refund it.', time: '15/01/2024, 10:32' },
    ],
  })

  async function archive() {
    return zipOf({
      'calls/metadata.csv': `\ufefffilename;agent_name;team;department;direction;tags;interaction_id;date_of_call
One.WAV;Jane Doe;Sales;Retail;inbound;vip, renewal;call-1;15/01/2024, 09:00:00
two.wav;Jane Doe;Sales;Retail;;;call-2;
gone.wav;Jane Doe;Sales;Retail;;;;
nobody.wav;New Face;;;;;;
`,
      'calls/one.wav': await monoCall(2),
      'calls/two.wav': await monoCall(3),
      'calls/nobody.wav': await monoCall(1),
      'calls/text.wav': 'this is no recording',
      'chats/single.json': JSON.stringify(
        chat('chat-1', { agent_email: 'jane@a.example', agent_name: 'Jane Doe', team: 'Sales' }),
      ),
      'chats/many.ndjson': [chat('chat-2'), chat('chat-3')].map((one) => JSON.stringify(one)).join('\n'),
      'chats/again.csv':
        'interaction_id,sender,message,time\nchat-4,user,Hello,2024-01-15T10:30:00Z\nchat-4,bot,Good day,2024-01-15T10:30:05Z\n',
      '__MACOSX/calls/._one.wav': 'x',
      'notes.txt': 'x',
    })
  }

  async function send(bytes: Buffer, name: string, options: Record<string, string> = {}): Promise<Json> {
    const form = new FormData()
    for (const [key, value] of Object.entries(options)) form.set(key, value)
    form.set('file', new Blob([new Uint8Array(bytes)]), name)
    const made = await house.json('/v1/ingest-jobs', { method: 'POST', headers: customer.headers, body: form })
    for (;;) {
      const job = await house.json(`/v1/ingest-jobs/${made.job_id}`, { headers: customer.headers })
      if (job.ended_at) return job
      await delay(50)
    }
  }
  const itemsOf = async (job: Json) =>
    (await house.json(`/v1/ingest-jobs/${job.job_id}/items?limit=100`, { headers: customer.headers })).items as Json[]
  const brief = (items: Json[]) => Object.fromEntries(items.map(({ name, state, code }) => [name, code ?? state]))

  const outcome = {
    'calls/one.wav': 'ok',
    'calls/two.wav': 'ok',
    'calls/nobody.wav': 'team_required',
    'gone.wav': 'no_file',
    'chats/single.json': 'ok',
    'chats/many.ndjson [0]': 'ok',
    'chats/many.ndjson [1]': 'ok',
    'chats/again.csv': 'ok',
  }

  test('a dry run tells what the load would do, and the load does it', { timeout: 60_000 }, async () => {
    customer = await house.customer({}, scopes)
    const planned = await send(bytes, 'batch.zip', { dry_run: 'true', unknown_people: 'create' })
    assert.equal(planned.state, 'planned')
    const { 'calls/text.wav': planText, ...plan } = brief(await itemsOf(planned))
    assert.deepEqual(plan, outcome)
    assert.deepEqual(planned.findings, {
      agents: [
        { name: 'Jane Doe', items: 3, similar: [] },
        { name: 'New Face', items: 1, similar: [] },
      ],
      teams: [{ name: 'Sales', items: 3, similar: [] }],
      departments: [{ name: 'Retail', items: 2, similar: [] }],
      rows_without_file: ['calls/metadata.csv line 4: gone.wav'],
      files_without_row: ['calls/text.wav'],
      ignored_files: ['notes.txt'],
    })
    assert.match(String(planned.warnings), /Mismatch between .wav\/.mp3 files and CSV entries: 1 rows .* 1 files/)
    const none = await house.json('/v1/conversations', { headers: customer.headers })
    assert.equal(none.conversations.length, 0)

    const done = await send(bytes, 'batch.zip', { unknown_people: 'create' })
    assert.equal(done.state, 'partial')
    const items = await itemsOf(done)
    const { 'calls/text.wav': text, ...did } = brief(items)
    assert.deepEqual(did, outcome)
    assert.equal(text, planText)
    assert.notEqual(text, 'ok')
    const one = items.find(({ name }) => name === 'calls/one.wav')
    const call = await house.json(`/v1/conversations/${one?.conversation_id}`, { headers: customer.headers })
    assert.deepEqual(
      [call.direction, call.tags, call.agent?.name, call.agent?.team, call.agent?.department, call.started_at],
      ['inbound', ['vip', 'renewal'], 'Jane Doe', 'Sales', 'Retail', '2024-01-15T07:00:00.000Z'],
    )
    const { departments } = await house.json('/v1/departments', { headers: customer.headers })
    assert.deepEqual(
      departments.map((each: Json) => [each.name, each.teams.map((team: Json) => team.name)]),
      [['Retail', ['Sales']]],
    )
    const { agents } = await house.json('/v1/agents', { headers: customer.headers })
    assert.deepEqual(
      agents.map((agent: Json) => agent.name),
      ['Jane Doe'],
    )
  })

  test('sent once more, what is there is a duplicate', { timeout: 60_000 }, async () => {
    const again = await send(bytes, 'batch.zip', { unknown_people: 'create' })
    const states = brief(await itemsOf(again))
    for (const [name, state] of Object.entries(outcome))
      assert.equal(states[name], state === 'ok' ? 'duplicate' : state)
  })

  test('what cannot be read fails with its file and line', { timeout: 60_000 }, async () => {
    const table = await send(await zipOf({ 'metadata.csv': 'agent_name\nJane\n', 'a.wav': await monoCall(1) }), 'a.zip')
    assert.deepEqual([table.state, table.failure?.code], ['failed', 'no_filename_column'])
    assert.match(table.failure.reason, /^CSV file does not contain 'filename' header/)
    const list = await send(Buffer.from('filename,agent_name\na.wav,"Jane\n'), 'calls.csv')
    assert.match(String(list.failure?.reason), /^calls.csv line 2: a quote is opened/)
  })
})
