import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { turns } from './turns.ts'

const never = new AbortController().signal

test('never more at once than there may be, and everybody has a turn, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.constantFrom('a', 'b'), { maxLength: 20 }),
      async (scheduler, atOnceMax, kinds) => {
        const { take } = turns()
        const underWay = { a: 0, b: 0 }
        let done = 0
        const all = kinds.map(async (kind) => {
          await scheduler.schedule(Promise.resolve())
          const end = await take(kind, atOnceMax, never)
          underWay[kind as 'a'] += 1
          assert.ok(underWay[kind as 'a'] <= atOnceMax)
          await scheduler.schedule(Promise.resolve())
          underWay[kind as 'a'] -= 1
          end()
          end()
          done += 1
        })
        await scheduler.waitFor(Promise.all(all))
        assert.equal(done, kinds.length)
      },
    ),
  )
})

test('who gives up while waiting takes no turn', async () => {
  const { take } = turns()
  const end = await take('a', 1, never)
  const control = new AbortController()
  const waiting = take('a', 1, control.signal)
  const next = take('a', 1, never)
  control.abort(new Error('given up'))
  await assert.rejects(waiting, /given up/)
  end()
  ;(await next)()
  ;(await take('a', 1, never))()
  await assert.rejects(take('a', 1, AbortSignal.abort(new Error('too late'))), /too late/)
})
