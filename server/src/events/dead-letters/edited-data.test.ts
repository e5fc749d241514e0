import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Problem } from '../../platform/problem.ts'
import { declarationOf, eventTypes } from '../catalog/catalog.ts'
import type { LogEvent } from '../log/read-log.ts'
import { payloadSizeBytesMax, velaBody } from '../payload.ts'
import { changedFields, checkEditedData } from './edited-data.ts'

const eventOf = (type: (typeof eventTypes)[number]): LogEvent => ({
  ...{ id: '0199b1f2-2222-7abc-8def-000000000002', type, version: '1', occurred_at: '2026-03-05T09:00:00.000Z' },
  ...{ org_id: '0199b1f2-2222-7abc-8def-000000000003', seq: 2, previous_seq: 1, conversation_id: null },
  data: declarationOf(type).example as LogEvent['data'],
})
const call = eventOf('call.completed')

const refusal = (given: unknown, event = call) => {
  try {
    checkEditedData(event, given)
  } catch (error) {
    return [(error as Problem).code, (error as Problem).facts.field]
  }
  return null
}

describe('edited data', () => {
  test('of every type its example is good, as it is and with other words', () => {
    for (const type of eventTypes) assert.equal(refusal(structuredClone(eventOf(type).data), eventOf(type)), null, type)
    assert.equal(refusal({ ...call.data, summary: 'Other words.', keywords: [] }), null)
  })

  const hostile: [string, unknown, [string, string]][] = [
    ['no object', 'text', ['invalid_data', 'data']],
    ['null', null, ['invalid_data', 'data']],
    ['a list', [call.data], ['invalid_data', 'data']],
    ['nothing in it', {}, ['invalid_data', 'data.call_id']],
    ['a field that is missing', { ...call.data, status: undefined }, ['invalid_data', 'data.status']],
    ['another type', { ...call.data, duration: '61' }, ['invalid_data', 'data.duration']],
    ['a number that is none', { ...call.data, duration: Number.POSITIVE_INFINITY }, ['invalid_data', 'data.duration']],
    ['a value of none', { ...call.data, sentiment: 'furious' }, ['invalid_data', 'data.sentiment']],
    ['a field of nobody', { ...call.data, isAdmin: true }, ['invalid_data', 'data.isAdmin']],
    [
      'the prototype',
      JSON.parse(`{"__proto__": {"status": "x"}, ${JSON.stringify(call.data).slice(1)}`),
      ['invalid_data', 'data.__proto__'],
    ],
    ['a constructor', { ...call.data, constructor: { prototype: 1 } }, ['invalid_data', 'data.constructor']],
    [
      'deep inside',
      { ...call.data, links: { ...call.data.links, toString: 'x' } },
      ['invalid_data', 'data.links.toString'],
    ],
    [
      'somebody else',
      { ...call.data, conversation_id: '0199b1f2-9999-7abc-8def-000000000009' },
      ['invalid_data', 'data.conversation_id'],
    ],
    ['too much', { ...call.data, summary: 'x'.repeat(200_000) }, ['data_too_large', 'data']],
  ]
  for (const [name, given, expected] of hostile) {
    test(`refused: ${name}`, () => assert.deepEqual(refusal(given), expected))
  }

  test('what is let through is sent whole, and whatever is sent in is refused in words or let through', () => {
    const changes = fc.dictionary(fc.constantFrom(...Object.keys(call.data), 'a', '__proto__'), fc.jsonValue())
    fc.assert(
      fc.property(changes, (change) => {
        const given = { ...call.data, ...change }
        const found = refusal(given)
        if (found !== null) return assert.ok(found[0] === 'invalid_data' || found[0] === 'data_too_large')
        const body = velaBody({ ...call, data: given as LogEvent['data'] })
        assert.ok(body.length <= payloadSizeBytesMax && !('omitted' in JSON.parse(body.toString()).data))
      }),
      { numRuns: 500 },
    )
  })

  test('the audit is told names of fields', () => {
    assert.deepEqual(changedFields({ a: 1, b: { c: 1 }, d: 1 }, { a: 1, b: { c: 2 }, e: 1 }), ['b', 'd', 'e'])
  })
})
