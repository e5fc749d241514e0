// Exports from the asking to the file: what is in it, who may have it, and what is refused.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { openedWorkbook } from '../opened-workbook.ts'

const scopes = ['calls:read', 'calls:write', 'calls:delete', 'analytics:read', 'reports:manage', 'agents:manage']
const formula = '=HYPERLINK("http://x.example")'

let indaba: Harness
let customer: Customer
let ids: string[] = []

const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(path.startsWith('http') ? path : `${indaba.url}${path}`, {
    method,
    headers: { ...customer.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const json = (): Json => JSON.parse(bytes.toString())
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString(), json }
}

/** A chat that has gone through, with metadata that a spreadsheet should not run. */
async function chat(n: number): Promise<string> {
  const sent = await call('POST', '/v1/chats/upload', {
    messages: [
      { sender: 'customer', message: `I am very unhappy with my bill ${n}`, timestamp: `2026-03-0${n}T10:00:00Z` },
      { sender: 'agent', message: 'I am sorry, I will help you now', timestamp: `2026-03-0${n}T10:00:30Z` },
    ],
    agent_email: 'tshilidzi@example.com',
    external_id: `order-${n}`,
    metadata: { reason: formula, order: { id: n, note: 'two\u0001 parts' }, [`only_${n}`]: true },
    tags: ['billing'],
  })
  const id = sent.json().chat_id.replace('vela_chat_', '')
  await indaba.finished(customer, id)
  return id
}

async function made(path: string): Promise<Json> {
  for (;;) {
    const { json } = await call('GET', path)
    const found = json()
    if (found.status !== 'generating') return found
    await delay(50)
  }
}

async function exported(body: object): Promise<{ export: Json; text: string; bytes: Buffer }> {
  const asked = await call('POST', '/v1/exports', body)
  assert.equal(asked.status, 202, asked.text)
  const done = await made(`/v1/exports/${asked.json().export_id}`)
  assert.equal(done.status, 'completed', JSON.stringify(done.failure))
  const file = await call('GET', `/v1/exports/${done.export_id}/file`)
  assert.equal(file.status, 200)
  assert.equal(file.bytes.length, done.size_bytes)
  return { export: done, text: file.text, bytes: file.bytes }
}

describe('exports', () => {
  before(async () => {
    indaba = await startHarness()
    customer = await indaba.customer({}, scopes)
    await call('POST', '/v1/agents', { name: 'Tshilidzi Ṋemukula', email: 'tshilidzi@example.com', team: 'Ḽ' })
    ids = [await chat(1), await chat(2), await chat(3)]
  })
  after(() => indaba.stop())

  test('CSV: one row each, the oldest first, every attribute; formulas are made harmless', async () => {
    const { text, export: done } = await exported({ format: 'csv' })
    assert.equal(done.rows, 3)
    const [header = '', ...rows] = text
      .replace(/^\ufeff/, '')
      .trimEnd()
      .split('\r\n')
    assert.ok(text.startsWith('\ufeff'), 'spreadsheets take it for UTF-8')
    const columns = header.split(',')
    for (const name of [
      'id',
      'agent_name',
      'first_response_time@1',
      'sentiment',
      'metadata.order.id',
      'metadata.only_2',
    ])
      assert.ok(columns.includes(name), name)
    assert.deepEqual(
      rows.map((row) => row.split(',')[0]),
      ids,
    )
    assert.ok(text.includes(`"'=HYPERLINK(""http://x.example"")"`), 'a quote goes before a formula')
    assert.ok(text.includes('Tshilidzi Ṋemukula'))
    const at = columns.indexOf('first_response_time@1')
    assert.equal(rows[0]?.match(/("([^"]|"")*"|[^,]*)(,|$)/g)?.[at]?.replace(/,$/, ''), '30')
  })

  test('NDJSON: everything as it is nested; a choice of columns; only what was asked for', async () => {
    const { text } = await exported({ format: 'ndjson' })
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal(lines.length, 3)
    assert.equal(lines[1].metadata.order.id, 2)
    assert.equal(lines[1].metrics.first_response_time.formula, 'first_response_time@1')
    const some = await exported({
      format: 'ndjson',
      start_date: '02/03/2026',
      end_date: '2026-03-02',
      columns: ['id', 'metrics.turn_count', 'metadata.reason'],
    })
    assert.deepEqual(
      some.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [{ id: ids[1], 'metrics.turn_count': 2, 'metadata.reason': formula }],
    )
  })

  test('XLSX: typed cells, a header that stays, a sheet of columns; no characters that XML does not know', async () => {
    const { bytes } = await exported({ format: 'xlsx' })
    const files = await openedWorkbook(bytes)
    const sheet = String(files.get('xl/worksheets/sheet1.xml'))
    assert.match(sheet, /state="frozen"/)
    assert.equal(sheet.match(/<row /g)?.length, 4)
    assert.match(sheet, /s="2"><v>46082\.5<\/v>/, '2026-03-01 12:00 in Johannesburg')
    assert.ok(sheet.includes('two parts'))
    assert.ok(sheet.includes('=HYPERLINK(&quot;http://x.example&quot;)'), 'words are no formulas there')
    assert.ok(!/<f>/.test(sheet))
    assert.match(String(files.get('xl/workbook.xml')), /name="Conversations".*name="Columns".*name="About"/)
  })

  test('a stream is the same without a job', async () => {
    const ndjson = await call('GET', '/v1/exports/stream')
    assert.equal(ndjson.status, 200)
    assert.equal(ndjson.text.trimEnd().split('\n').length, 3)
    const csv = await call('GET', '/v1/exports/stream?format=csv&separator=;&columns=id,started_at&end_date=2026-03-02')
    assert.equal(
      csv.text,
      `\ufeffid;started_at\r\n${ids[0]};2026-03-01T10:00:00.000Z\r\n${ids[1]};2026-03-02T10:00:00.000Z\r\n`,
    )
    assert.match(csv.headers.get('content-disposition') ?? '', /^attachment; filename="conversations_2026-03-0\d\.csv"/)
  })

  test('a filter and words to be found choose rows', async () => {
    const found = async (query: string) =>
      (await call('GET', `/v1/exports/stream?columns=id&format=csv&${query}`)).text.split('\r\n')[1]
    assert.equal(await found(`filter=${encodeURIComponent('external_id = "order-2"')}`), ids[1])
    assert.equal(await found(`filter=${encodeURIComponent('external_id = "order-9"')}`), '')
    assert.equal((await call('GET', '/v1/exports/stream?filter=no_such%20%3D%201')).status, 400)
  })

  test('what cannot be is refused before anything is made', async () => {
    const refused = async (body: object, code: string) => {
      const answer = await call('POST', '/v1/exports', body)
      assert.equal(answer.json().error.code, code.toUpperCase(), answer.text)
      return answer.json().message as string
    }
    assert.match(await refused({ format: 'csv', columns: ['sumary'] }, 'unknown_column'), /summary/)
    await refused({ format: 'pdf' }, 'invalid_request')
    await refused({ format: 'csv', start_date: 'yesterday-ish' }, 'unreadable_date')
    await refused({ format: 'csv', start_date: '2026-03-05', end_date: '2026-03-01' }, 'range_backwards')
    await refused({ format: 'csv', agents: ['nobody@example.com'] }, 'unknown_agent')
    await refused({ format: 'csv', columns: Array.from({ length: 501 }, (_, n) => `metadata.${n}`) }, 'invalid_request')
    await refused({ format: 'csv', filter: 'status =' }, 'invalid_filter')
  })

  test('a signed link works without a key, until it is changed, ends, or the export is deleted; names are safe', async () => {
    const { export: done } = await exported({ format: 'csv', name: '../../etc/<script>"\r\nX: y Ṱ', columns: ['id'] })
    const open = (url: string) => fetch(url)
    const answer = await open(done.download_url)
    assert.equal(answer.status, 200)
    const disposition = answer.headers.get('content-disposition') ?? ''
    assert.match(disposition, /^attachment; filename="[\w. _-]+\.csv"; filename\*=UTF-8''[\w.%_-]+\.csv$/)
    assert.ok(!/[/\\<>\r\n]/.test(disposition.replace(/;.*/, '')))
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.equal((await answer.text()).trimEnd().split('\r\n').length, 4)
    const changed = new URL(done.download_url)
    changed.searchParams.set('expires', '9999999999')
    assert.equal((await open(changed.href)).status, 403)
    const other = await exported({ format: 'csv', columns: ['id'] })
    assert.equal((await open(done.download_url.replace(done.export_id, other.export.export_id))).status, 403)
    assert.equal((await call('DELETE', `/v1/exports/${done.export_id}`)).status, 204)
    assert.equal((await open(done.download_url)).status, 404)
    assert.equal((await call('GET', `/v1/exports/${done.export_id}`)).status, 404)
  })

  test('listed in pages, renamed, told of by an event; another organisation sees none of it', async () => {
    const { export: done } = await exported({ format: 'ndjson', columns: ['id'] })
    const renamed = await call('PATCH', `/v1/exports/${done.export_id}`, { name: 'For the board' })
    assert.equal(renamed.json().name, 'For the board')
    const page = (await call('GET', '/v1/exports?limit=2')).json()
    assert.equal(page.exports[0].export_id, done.export_id)
    const next = (await call('GET', `/v1/exports?limit=2&cursor=${page.next_cursor}`)).json()
    assert.ok(next.exports.every((one: Json) => one.export_id < page.exports[1].export_id))
    const { rows } = await indaba.app.db
      .selectFrom('events')
      .selectAll()
      .where('type', '=', 'export.ready')
      .where('org_id', '=', customer.orgId)
      .execute()
      .then((rows) => ({ rows: rows.map(({ data }) => data as Json) }))
    assert.ok(rows.some((data) => data.export_id === done.export_id && data.rows === 3))
    const stranger = await indaba.customer({}, scopes)
    const answer = await fetch(`${indaba.url}/v1/exports/${done.export_id}/file`, { headers: stranger.headers })
    assert.equal(answer.status, 404)
  })

  test('the hosted service’s export: a name and an address, its own dates, pages, scores that do not exist yet', async () => {
    const chats = await call(
      'GET',
      '/calls/export/vela?start_date=01-03-2026&end_date=31-03-2026&min_score=3&page=1&count_per_page=2',
    )
    assert.equal(chats.status, 200, chats.text)
    const { file_name, presigned_url, status, warnings } = chats.json()
    assert.equal(status, 'completed')
    assert.equal(file_name, 'calls_2026-02-28_2026-03-31.csv')
    assert.match(warnings.join(' '), /scores/)
    const file = await (await fetch(presigned_url)).text()
    assert.equal(file.trimEnd().split('\r\n').length, 1, 'chats are no calls')
    assert.equal((await call('GET', '/v1/calls/export/vela?start_date=soon')).status, 400)
  })
})
