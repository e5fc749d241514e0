import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { type EventLog, openEventLog } from '../../../test/event-log.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { type EventType, eventTypes } from '../catalog/catalog.ts'
import { cloudEvent } from '../catalog/cloud-events.ts'
import { scannedMax } from './log-page.ts'
import { requireEvent } from './read-log.ts'

describe('the event log', () => {
  let log: EventLog
  before(async () => {
    log = await openEventLog()
  })
  after(() => log.close())

  const problemOf = (work: Promise<unknown>): Promise<Problem> =>
    work.then(
      () => assert.fail('it was answered'),
      (err) => (err instanceof Problem ? err : assert.fail(err)),
    )

  test('page by page, whatever its size and selection, a reader gets each event once and in order', async () => {
    const change = fc.option(fc.constantFrom<EventType[]>(...eventTypes), { nil: null, freq: 3 })
    const property = fc.asyncProperty(
      fc.array(fc.array(change, { minLength: 1, maxLength: 6 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(undefined, 'call.*', 'call.completed,alert.*', '*', 'ingest.completed'),
      fc.constantFrom(undefined, 'status = completed', 'NOT severity : *'),
      async (commits, limit, types, filter) => {
        const orgId = await log.org()
        const written: number[] = []
        for (const changes of commits) written.push(...(await log.write(orgId, changes)))
        const everything = (await log.all(orgId)).events
        assert.deepEqual(
          everything.map(({ seq }) => seq),
          written,
        )
        // The chain that a reader of everything goes by.
        assert.deepEqual(
          everything.map(({ previous_seq }) => previous_seq),
          [0, ...written].slice(0, written.length),
        )
        const chosen = everything.filter(({ type, data }) => {
          const isOfType =
            types === undefined ||
            types === '*' ||
            types.split(',').some((one) => type.startsWith(one.replace('*', '')))
          const fits =
            filter === undefined ||
            (filter.startsWith('NOT') ? !('severity' in data) : 'status' in data && data.status === 'completed')
          return isOfType && fits
        })
        const paged = await log.all(orgId, { limit, types, filter })
        assert.deepEqual(paged.events, chosen)
        assert.equal(paged.nextAfter, written.at(-1) ?? 0)
        // Whoever comes back finds nothing twice.
        const again = await log.page(orgId, { after: paged.nextAfter, types, filter })
        assert.deepEqual([again.events, again.hasMore], [[], false])
      },
    )
    await fc.assert(property, { numRuns: 25 })
  })

  test('a reader beside ten writers misses nothing and sees nothing of others', async () => {
    const [orgId, otherId] = [await log.org(), await log.org()]
    let isDone = false
    const read = async () => {
      const seen: number[] = []
      for (let cursor = 0; ; ) {
        const wasDone = isDone
        const page = await log.page(orgId, { after: cursor, limit: 5, types: 'chat.*' })
        seen.push(...page.events.map(({ seq }) => seq))
        assert.ok(page.events.every(({ org_id }) => org_id === orgId))
        cursor = page.nextAfter
        if (wasDone && !page.hasMore) return seen
      }
    }
    const reading = read()
    const written = await Promise.all(
      Array.from({ length: 10 }, async (_, writer) => {
        const own: number[] = []
        for (let turn = 0; turn < 10; turn += 1) {
          own.push(...(await log.write(orgId, ['chat.received', null, 'chat.completed'])))
          await log.write(otherId, ['chat.received'])
          await delay((writer * 3 + turn) % 5)
        }
        return own
      }),
    )
    isDone = true
    assert.deepEqual(
      await reading,
      written.flat().sort((a, b) => a - b),
    )
  })

  test('those of one conversation, however far apart they lie', async () => {
    const orgId = await log.org()
    const conversationId = newId()
    const own = await log.write(orgId, ['call.received'], conversationId)
    for (let n = 0; n < 5; n += 1) await log.write(orgId, ['call.received', 'alert.opened'])
    own.push(...(await log.write(orgId, ['call.completed', 'call.deleted'], conversationId)))
    const { events, nextAfter } = await log.all(orgId, { conversation_id: conversationId, limit: 2 })
    assert.deepEqual(
      events.map(({ seq }) => seq),
      own,
    )
    assert.equal(nextAfter, own.at(-1))
    assert.deepEqual((await log.all(orgId, { conversation_id: newId() })).events, [])
  })

  test('one request looks at so many events and no more, and the next goes on from there', async () => {
    const orgId = await log.org()
    const count = scannedMax * 2 + 100
    const last = await log.fillMonth(orgId, '2026-02-01', { first: 2, count })
    const page = await log.page(orgId, { filter: 'value = 1' })
    assert.deepEqual(
      [page.events.length, page.hasMore, page.nextAfter, page.highestSeq],
      [1, true, scannedMax * 2, last],
    )
    const none = await log.all(orgId, { filter: 'value = 99999999' })
    assert.deepEqual([none.events.length, none.pages, none.nextAfter], [0, 3, last])
    const alerts = await log.all(orgId, { types: 'alert.*', limit: 200 })
    assert.equal(alerts.events.length, count / 10)
    const far = await log.all(orgId, { filter: `value >= ${count - 3}` })
    assert.deepEqual(
      far.events.map(({ seq }) => seq),
      [last - 4, last - 2, last],
    )
  })

  test('one event by its id, and not that of another organisation', async () => {
    const [orgId, otherId] = [await log.org(), await log.org()]
    await log.write(orgId, [null, 'call.completed'])
    const { events } = await log.all(orgId)
    const [event] = events
    assert.deepEqual(await requireEvent(log.db, orgId, event?.id ?? ''), event)
    assert.equal(event?.version, '1')
    assert.equal((await problemOf(requireEvent(log.db, otherId, event?.id ?? ''))).kind, 'not_found')
    assert.equal((await problemOf(requireEvent(log.db, orgId, newId()))).kind, 'not_found')
  })

  test('an event of a type that nothing tells any more is still read', async () => {
    const orgId = await log.org()
    await log.write(orgId, ['call.received', 'call.received'])
    await log.db
      .updateTable('events')
      .set({ type: 'call.gone' })
      .where('org_id', '=', orgId)
      .where('seq', '=', 1)
      .execute()
    const { events } = await log.all(orgId)
    assert.deepEqual(
      events.map(({ type, version }) => [type, version]),
      [
        ['call.gone', '1'],
        ['call.received', '1'],
      ],
    )
    assert.equal(cloudEvent(events[0] as (typeof events)[0]).subject, 'call.gone')
    // The test's own database is asked for types that there are (told-events.ts).
    await log.db.deleteFrom('events').where('org_id', '=', orgId).execute()
  })

  test('a number that was never given out is refused, one of a change that is no event is not', async () => {
    const orgId = await log.org()
    assert.deepEqual((await log.page(orgId, { after: 0 })).events, [])
    const [seq = 0] = await log.write(orgId, ['call.received', null, null])
    assert.deepEqual((await log.page(orgId, { after: seq + 2 })).events, [])
    const { code, facts } = await problemOf(log.page(orgId, { after: seq + 3 }))
    assert.deepEqual([code, facts.highest_seq], ['unknown_seq', seq + 2])
    assert.equal((await problemOf(log.page(await log.org(), { after: 1 }))).code, 'unknown_seq')
  })

  test('what a query cannot mean is said', async () => {
    const orgId = await log.org()
    for (const types of [
      '',
      'call',
      'call.completed,',
      'webhook.test',
      'smart_search.matched',
      'x'.repeat(2000),
      '\ud800',
    ]) {
      const { code, detail } = await problemOf((async () => log.page(orgId, { types }))())
      assert.equal(code, 'unknown_event')
      assert.ok(detail.isWellFormed() && detail.length < 1000)
    }
    assert.equal((await problemOf((async () => log.page(orgId, { filter: 'status =' }))())).code, 'invalid_filter')
  })
})
