import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EventEnvelope } from '../payload.ts'
import { catalog } from './catalog.ts'
import { cloudEvent, cloudEventHeaders } from './cloud-events.ts'

const eventOf = ({ type, version, example }: (typeof catalog)[number]): EventEnvelope => ({
  id: '0199b1f2-2222-7abc-8def-000000000002',
  type: type as EventEnvelope['type'],
  version,
  occurred_at: '2026-03-05T09:02:03.456Z',
  org_id: '0199b1f2-0000-7abc-8def-000000000000',
  seq: 91_823,
  previous_seq: 91_820,
  data: example as EventEnvelope['data'],
})

test('every event has the attributes that CloudEvents 1.0 asks for, with names as it wants them', () => {
  for (const one of catalog) {
    const event = cloudEvent(eventOf(one))
    for (const name of ['specversion', 'id', 'type', 'source', 'subject', 'time']) {
      assert.ok(typeof event[name] === 'string' && event[name] !== '', `${one.type} ${name}`)
    }
    assert.equal(event.specversion, '1.0')
    assert.equal(event.source, 'urn:uuid:0199b1f2-0000-7abc-8def-000000000000')
    assert.equal(event.sequence, '0000000000091823')
    assert.deepEqual(event.data, one.example)
    // §3.1: lower-case letters and digits.
    for (const name of Object.keys(event)) assert.match(name, /^[a-z0-9]{1,20}$/)
  }
  const [call] = catalog
  assert.equal(cloudEvent(eventOf(call as (typeof catalog)[number])).subject, '0199b1f2-1111-7abc-8def-000000000001')
})

test('in binary mode the attributes are headers, and the body is the data as JSON', () => {
  for (const one of catalog) {
    const headers = cloudEventHeaders(eventOf(one))
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers['ce-type'], one.type)
    assert.ok(!('ce-datacontenttype' in headers) && !('ce-data' in headers))
    new Headers(headers)
  }
})

test('whatever a subject is, it can stand in a header, and comes back by percent-decoding', () => {
  const watcher = catalog.find(({ type }) => type === 'watcher.silent') as (typeof catalog)[number]
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const event = eventOf({ ...watcher, example: { ...watcher.example, watcher_id: text } })
      const value = cloudEventHeaders(event)['ce-subject'] as string
      assert.match(value, /^[!#$&-~]*(%[0-9A-F]{2}[!#$&-~]*)*$/)
      assert.equal(decodeURIComponent(value), text.toWellFormed())
    }),
  )
  const quoted = eventOf({ ...watcher, example: { ...watcher.example, watcher_id: 'a "b" 100%\r\nX: 世' } })
  assert.equal(cloudEventHeaders(quoted)['ce-subject'], 'a%20%22b%22%20100%25%0D%0AX:%20%E4%B8%96')
})
