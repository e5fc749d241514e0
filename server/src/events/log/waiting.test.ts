import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type EventLog, openEventLog } from '../../../test/event-log.ts'
import { waiting } from './waiting.ts'

describe('waiting for events', () => {
  let log: EventLog
  before(async () => {
    log = await openEventLog()
  })
  after(() => log.close())

  const none = () => new AbortController().signal
  /** In ms; far longer than any wait that is to end early. */
  const long = 60_000

  test('an event of the organisation ends the wait, one of another does not', async () => {
    const waits = waiting(log.db)
    const [orgId, otherId] = [await log.org(), await log.org()]
    const ended: string[] = []
    const one = waits.forEvent({ orgId, seq: 0, timeoutMs: long, signal: none() }).then(() => ended.push('one'))
    const other = waits
      .forEvent({ orgId: otherId, seq: 0, timeoutMs: long, signal: none() })
      .then(() => ended.push('other'))
    await log.write(orgId, ['call.received'])
    await one
    assert.deepEqual(ended, ['one'])
    // A change that is no event is nothing to hear of.
    await log.write(otherId, [null])
    await delay(600)
    assert.deepEqual(ended, ['one'])
    await log.write(otherId, ['call.received'])
    await other
    waits.stop()
  })

  test('what came before is not waited for, and what is over ends by itself', async () => {
    const waits = waiting(log.db)
    const orgId = await log.org()
    const [seq = 0] = await log.write(orgId, ['call.received'])
    await waits.forEvent({ orgId, seq: 0, timeoutMs: long, signal: none() })
    await waits.forEvent({ orgId, seq, timeoutMs: 50, signal: none() })
    await waits.forEvent({ orgId, seq, timeoutMs: 0, signal: none() })
    const gone = new AbortController()
    const left = waits.forEvent({ orgId, seq, timeoutMs: long, signal: gone.signal })
    gone.abort()
    await left
    await waits.forEvent({ orgId, seq, timeoutMs: long, signal: AbortSignal.abort() })
    const stopped = waits.forEvent({ orgId, seq, timeoutMs: long, signal: none() })
    waits.stop()
    await stopped
    await waits.forEvent({ orgId, seq, timeoutMs: long, signal: none() })
    assert.ok(waits.isStopped())
  })

  test('many wait at the cost of one', async () => {
    let asked = 0
    const counting = log.db.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        asked += 1
        return result
      },
    })
    const waits = waiting(counting)
    const orgIds = [await log.org(), await log.org()]
    const all = Array.from({ length: 3000 }, (_, index) =>
      waits.forEvent({ orgId: orgIds[index % 2] as string, seq: 0, timeoutMs: long, signal: none() }),
    )
    await delay(600)
    assert.ok(asked >= 1 && asked <= 4, `${asked} queries`)
    for (const orgId of orgIds) await log.write(orgId, ['call.received'])
    await Promise.all(all)
    waits.stop()
  })
})
