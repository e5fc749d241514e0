// How PostgreSQL reads the log, where it is long: each page by the index in its order, from each month no more than it
// needs. INDABA_TEST_LOG_ROWS=1000000 asks the same of a million.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type EventLog, openEventLog } from '../../../test/event-log.ts'
import { planOf } from '../../../test/plans.ts'
import { newId } from '../../platform/ids.ts'
import { type SliceQuery, sliceQuery } from './read-log.ts'

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

  const planOfSlice = (input: Partial<SliceQuery>) =>
    planOf(log.db, sliceQuery({ orgId, after: 0, limit: 51, ...input }))

  test('a page anywhere in the log is read by the index, without sorting more than the page', async () => {
    for (const at of [0, 2, last / 3, last / 2, last - 10, last]) {
      const { rows, blocks, text } = await planOfSlice({ after: Math.floor(at / 2) * 2 })
      assert.ok(rows <= 52, `at ${at}: ${text}`)
      assert.ok(blocks < 300, `${blocks} blocks at ${at}`)
    }
  })

  test('of types that are rare, no more rows are read than one look takes', async () => {
    const { rows, blocks, text } = await planOfSlice({ after: last / 2, limit: 500, types: ['alert.opened'] })
    assert.ok(rows <= 500, text)
    assert.ok(blocks < 1500, `${blocks} blocks`)
  })

  test('one conversation is found by its own index', async () => {
    const conversationId = newId()
    await log.write(orgId, ['call.received', 'call.completed'], conversationId)
    const { rows, blocks, text } = await planOfSlice({ conversationId })
    assert.ok(rows <= 2, text)
    assert.ok(blocks < 100, `${blocks} blocks`)
  })
})
