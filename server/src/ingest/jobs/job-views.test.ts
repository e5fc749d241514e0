import assert from 'node:assert/strict'
import { test } from 'node:test'
import { progressOf } from './job-views.ts'
import type { Counts, JobState } from './shapes.ts'

const of = (state: JobState, counts: Partial<Counts>, pace = { items: 0, seconds: 0 }) =>
  progressOf({ state }, { total: 0, ok: 0, failed: 0, duplicate: 0, waiting: 0, cancelled: 0, ...counts }, pace)

test('how far it is, how fast, and when it will have ended', () => {
  const counts = { total: 1000, ok: 200, failed: 30, duplicate: 20, waiting: 750 }
  const { share, items_per_second, estimated_end } = of('expanded', counts, { items: 150, seconds: 10 })
  assert.equal(share, 0.25)
  assert.equal(items_per_second, 15)
  assert.ok(Math.abs(Date.parse(estimated_end ?? '') - Date.now() - 50_000) < 2000)
})

test('what is not known is null: nothing is settled of late, more may come, or nothing is known of it yet', () => {
  assert.deepEqual(of('expanded', { total: 4, waiting: 3, ok: 1 }), {
    share: 0.25,
    items_per_second: null,
    estimated_end: null,
  })
  assert.deepEqual(of('open', { total: 4, ok: 4 }, { items: 4, seconds: 2 }), {
    share: null,
    items_per_second: 2,
    estimated_end: null,
  })
  for (const state of ['uploading', 'received', 'expanded'] as const) assert.equal(of(state, {}).share, null)
  assert.equal(of('cancelled', { total: 4, cancelled: 4 }).share, 1)
})
