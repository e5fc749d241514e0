import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sideBySide } from './side-by-side.ts'

test('each once, never more at a time than the width', async () => {
  const done: number[] = []
  let running = 0
  let most = 0
  await sideBySide([...Array(50).keys()], 7, async (item) => {
    most = Math.max(most, ++running)
    await delay(item % 3)
    running -= 1
    done.push(item)
  })
  assert.equal(most, 7)
  assert.deepEqual(
    done.toSorted((a, b) => a - b),
    [...Array(50).keys()],
  )
  await sideBySide([], 7, () => assert.fail('there is nothing to do'))
})

test('after a failure nothing begins, what has begun ends, and the failure is told', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const work = async (item: number) => {
    begun.push(item)
    await delay(item === 1 ? 1 : 20)
    if (item === 1) throw new Error('the second one')
    ended.push(item)
  }
  await assert.rejects(sideBySide([0, 1, 2, 3, 4], 3, work), /the second one/)
  assert.deepEqual(begun, [0, 1, 2])
  assert.deepEqual(ended, [0, 2])
})
