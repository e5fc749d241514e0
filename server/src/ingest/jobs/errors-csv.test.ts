import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { item, type Jobs, openJobs } from '../../../test/ingest-jobs.ts'
import { readCsv } from '../../platform/csv.ts'
import { inScope } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { callRow } from '../batch/call-rows.ts'
import { errorColumns, errorsCsv } from './errors-csv.ts'
import { addItems } from './items.ts'

const failure = { code: 'invalid_direction', reason: '=Invalid, "direction"' }

describe('errors.csv', () => {
  let root: string
  let jobs: Jobs
  let by: Principal
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'indaba-errors-'))
    jobs = await openJobs(root)
    by = await jobs.by()
  })
  after(async () => {
    await jobs?.close()
    await rm(root, { recursive: true, force: true })
  })

  async function csvOf(items: Parameters<typeof item>[0][], separator?: ';'): Promise<string> {
    const { id: jobId } = await jobs.job(by, {})
    const key = { orgId: by.orgId, jobId }
    await jobs.write(by.orgId, (tx) => addItems(tx, key, items.map(item)))
    return text(inScope([by.orgId], () => errorsCsv(jobs.db, key, separator)))
  }

  test('what was said comes back under its own names, harmless to a spreadsheet, and can be read again', async () => {
    const csv = await csvOf([
      { name: 'fine.wav' },
      {
        name: 'a.wav',
        failure,
        fields: { direction: 'sideways', agent_name: '@Zoë', tags: ['a', 'b'], filename: 'A.wav' },
      },
      { name: 'b.wav', failure, fields: { team: 'North', n: 1, nothing: null } },
      { name: 'c', failure, fields: {}, locator: { url: 'https://example.org/c.wav' } },
    ])
    assert.ok(csv.startsWith('\ufefferror_position,'))
    assert.doesNotMatch(csv, /(^|,|")[=@]/m)
    const { header, rows } = readCsv(Buffer.from(csv), { rowsMax: 10 })
    assert.deepEqual(header, [...errorColumns, 'filename', 'agent_name', 'direction', 'n', 'nothing', 'tags', 'team'])
    assert.equal(rows.length, 3)
    const said = rows.map(({ values }) =>
      callRow(
        'errors.csv',
        values.map((value, index) => [header[index] as string, value]),
      ),
    )
    assert.deepEqual(
      said.map(({ file, url }) => file ?? url),
      ['A.wav', 'b.wav', 'https://example.org/c.wav'],
    )
    assert.deepEqual(said[0]?.fields, { agent_name: '@Zoë', direction: 'sideways', tags: '["a","b"]' })
    assert.deepEqual(said[1]?.fields, { team: 'North', n: '1' })
    assert.deepEqual(rows[0]?.values.slice(0, 2), ['1', 'invalid_direction'])
  })

  test('with semicolons, for a spreadsheet whose decimal sign is the comma', async () => {
    const csv = await csvOf([{ name: 'a.wav', failure, fields: { tags: 'vip;new', price: '1,50' } }], ';')
    assert.match(csv, /^\ufefferror_position;error_code;/)
    const { header, rows } = readCsv(Buffer.from(csv), { rowsMax: 10 })
    const said = Object.fromEntries(header.map((name, index) => [name, rows[0]?.values[index]]))
    assert.deepEqual([said.filename, said.tags, said.price], ['a.wav', 'vip;new', '1,50'])
  })

  test('without failures there is a header; thousands come in their order, each once', async () => {
    assert.match(await csvOf([{ name: 'fine.wav' }]), /^\ufeff[a-z_,]+\r\n$/)
    const many = await csvOf(Array.from({ length: 1203 }, (_, index) => ({ name: `${index}.wav`, failure })))
    const positions = many
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => Number(line.split(',')[0]))
    assert.deepEqual(
      positions,
      Array.from({ length: 1203 }, (_, index) => index),
    )
  })

  test('numbers that a spreadsheet would spoil come as text, and are read again as they were', async () => {
    const fields = { contact: '0821234567', interaction_id: '12345678901234567', called_number: '21555', koste: '0,50' }
    const csv = await csvOf([{ name: 'a.wav', failure, fields }])
    assert.match(csv, /,'0821234567,'12345678901234567,"0,50"\r\n$/)
    const { header, rows } = readCsv(Buffer.from(csv), { rowsMax: 10 })
    const cells = rows[0]?.values.map((value, index) => [header[index] as string, value] as const) ?? []
    assert.deepEqual({ ...callRow('errors.csv', cells).fields }, fields)
  })
})
