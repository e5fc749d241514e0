// How PostgreSQL reads the log, where it is long: each page by the index in its order, from each month no more than it
// needs. INDABA_TEST_LOG_ROWS=1000000 asks the same of a million.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CompiledQuery, sql } from 'kysely'
import { type EventLog, openEventLog } from '../../../test/event-log.ts'
import { newId } from '../../platform/ids.ts'
import { type SliceQuery, sliceQuery } from './read-log.ts'

type Plan = {
  'Node Type': string
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}

const months = ['2026-01-01', '2026-02-01', '2026-03-01', '2026-04-01', '2026-05-01']
const perMonth = Number(process.env.INDABA_TEST_LOG_ROWS ?? 100_000) / months.length

describe('reading a long log', () => {
  let log: EventLog
  let orgId: string
  let last = 0
  before(async () => {
    log = await openEventLog()
    orgId = await log.org()
    // Others' events lie beside ours.
    const other = await log.org()
    let theirs = 0
    for (const month of months) {
      last = await log.fillMonth(orgId, month, { first: last + 2, count: perMonth })
      theirs = await log.fillMonth(other, month, { first: theirs + 2, count: perMonth / 5 })
    }
    await sql`vacuum analyze events`.execute(log.db)
  })
  after(() => log.close())

  /** As it is sent, with parameters; measured while it runs. */
  async function planOf(input: Partial<SliceQuery>): Promise<Plan[]> {
    const query = sliceQuery({ orgId, after: 0, limit: 51, ...input }).compile(log.db)
    const explained = CompiledQuery.raw(`explain (analyze, buffers, format json) ${query.sql}`, [...query.parameters])
    const { rows } = await log.db.executeQuery<{ 'QUERY PLAN': { Plan: Plan }[] }>(explained)
    const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)]
    return flat(rows[0]?.['QUERY PLAN'][0]?.Plan as Plan)
  }

  const read = (node: Plan) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)
  const blocks = ([top]: Plan[]) => (top?.['Shared Hit Blocks'] ?? 0) + (top?.['Shared Read Blocks'] ?? 0)

  test('a page anywhere in the log is read by the index, without sorting more than the page', async () => {
    for (const at of [0, 2, last / 3, last / 2, last - 10, last]) {
      const plan = await planOf({ after: Math.floor(at / 2) * 2 })
      for (const node of plan) {
        const rows = read(node)
        assert.ok(rows <= 52, `${node['Node Type']} of ${node['Relation Name']}: ${rows} rows at ${at}`)
      }
      assert.ok(blocks(plan) < 300, `${blocks(plan)} blocks at ${at}`)
    }
  })

  test('of types that are rare, no more rows are read than one look takes', async () => {
    const plan = await planOf({ after: last / 2, limit: 500, types: ['alert.opened'] })
    for (const node of plan) assert.ok(read(node) <= 500, `${node['Node Type']} of ${read(node)} rows`)
    assert.ok(blocks(plan) < 1500, `${blocks(plan)} blocks`)
  })

  test('one conversation is found by its own index', async () => {
    const conversationId = newId()
    await log.write(orgId, ['call.received', 'call.completed'], conversationId)
    const plan = await planOf({ conversationId })
    for (const node of plan) assert.ok(read(node) <= 2, `${node['Node Type']} of ${read(node)} rows`)
    assert.ok(blocks(plan) < 100, `${blocks(plan)} blocks`)
  })
})
