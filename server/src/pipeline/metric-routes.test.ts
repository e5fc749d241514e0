// The published formulas: what a conversation's figures name is found there, in the same words as on the page.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Customer, type Harness, type Json, startHarness } from '../../test/harness.ts'

const path = '/v1/conversation-metrics'
const page = resolve(import.meta.dirname, '../../../docs/metrics.md')

describe('the metrics of a conversation', () => {
  let indaba: Harness
  let customer: Customer
  before(async () => {
    indaba = await startHarness()
    customer = await indaba.customer()
  })
  after(() => indaba.stop())

  const listed = async (): Promise<Json[]> => (await indaba.json(path, { headers: customer.headers })).metrics

  test('explain every figure that a conversation has, by formula and unit', async () => {
    const metrics = await listed()
    assert.equal(new Set(metrics.map(({ id }) => id)).size, metrics.length)
    const sent = await indaba.json('/v1/chats/upload', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({
        session_id: 'explained',
        messages: [
          { sender: 'customer', message: 'My order has not come.', timestamp: '2026-01-05T09:00:00Z' },
          { sender: 'agent', message: 'I am sorry.', timestamp: '2026-01-05T09:00:30Z' },
        ],
      }),
    })
    const chat = await indaba.finished(customer, sent.chat_id.replace('vela_chat_', ''))
    const figures = Object.entries(chat.metrics as Record<string, { formula: string; unit: string }>)
    assert.ok(figures.length > 10)
    for (const [id, { formula, unit }] of figures) {
      const explained = metrics.find((one) => one.id === id)
      assert.deepEqual([explained?.formula, explained?.unit], [formula, unit], id)
    }
  })

  test('stand on the page in the same order and words', async () => {
    const table = readFileSync(page, 'utf8').split('\n## ')[0] as string
    const rows = table.split('\n').filter((line) => line.startsWith('| `'))
    const said = (await listed()).map(
      ({ formula, unit, definition }) => `| \`${formula}\` | ${unit} | ${definition.replaceAll('|', '\\|')} |`,
    )
    assert.deepEqual(rows, said)
  })

  test('are told to who may read conversations, and once to who has them already', async () => {
    const ask = (headers: Record<string, string>) => fetch(`${indaba.url}${path}`, { headers })
    const first = await ask(customer.headers)
    const again = await ask({ ...customer.headers, 'if-none-match': first.headers.get('etag') ?? '' })
    assert.deepEqual([first.status, again.status, await again.text()], [200, 304, ''])
    assert.equal((await ask({})).status, 401)
    const narrow = await indaba.customer({}, ['users:read'])
    assert.equal((await ask(narrow.headers)).status, 403)
  })
})
