import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { freshDatabase } from '../../../test/database.ts'
import { openLog } from '../log.ts'
import { listenTo } from './listen.ts'

test('stops at once, also while it is still connecting', { timeout: 10_000 }, async () => {
  const database = await freshDatabase()
  try {
    for (const waitMs of [null, 0, 1, 2, 4, 20]) {
      const listener = listenTo(database.url, 'test_listen', () => {}, openLog('silent'))
      if (waitMs !== null) await delay(waitMs)
      assert.notEqual(await Promise.race([listener.stop(), delay(3000, 'hangs')]), 'hangs', `after ${waitMs} ms`)
    }
  } finally {
    await database.drop()
  }
})
