import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { freshDatabase } from '../../../test/database.ts'
import { openLog } from '../log.ts'
import { startPulse } from './pulse.ts'

test('hears where notifications come through, and never claims it where they are swallowed or the connection is gone', async () => {
  const database = await freshDatabase()
  const [hearing, deaf] = [1, 2].map(() => new pg.Client({ connectionString: database.url })) as [pg.Client, pg.Client]
  try {
    for (const client of [hearing, deaf]) {
      client.on('error', () => {})
      await client.connect()
    }
    await hearing.query('listen test_pulse')
    const log = openLog('silent')
    const [one, other] = [startPulse(hearing, 'test_pulse', 20, log), startPulse(deaf, 'test_pulse', 20, log)]
    await delay(500)
    assert.ok(performance.now() - one.heardAt() < 300, 'does not hear')
    assert.equal(other.heardAt(), Number.NEGATIVE_INFINITY)
    await hearing.end()
    const last = one.heardAt()
    await delay(100)
    assert.equal(one.heardAt(), last)
    one.stop()
    other.stop()
  } finally {
    await Promise.all([hearing, deaf].map((client) => client.end().catch(() => {})))
    await database.drop()
  }
})
