// What a mapping finds in a body, and what no body may do to it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isPointer, valueAt } from '../json-pointer.ts'
import { checkMapping, type Mapping, mapped, unwantedAt } from './mapping.ts'

test('pointers: the examples of RFC 6901 §5', () => {
  const body = JSON.parse(
    '{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\\\j":5,"k\\"l":6," ":7,"m~n":8}',
  )
  const found = ['', '/foo', '/foo/0', '/', '/a~1b', '/c%d', '/e^f', '/g|h', '/i\\j', '/k"l', '/ ', '/m~0n'].map(
    (pointer) => valueAt(body, pointer),
  )
  assert.deepEqual(found, [body, ['bar', 'baz'], 'bar', 0, 1, 2, 3, 4, 5, 6, 7, 8])
  for (const pointer of ['/foo/2', '/foo/-', '/foo/01', '/foo/length', '/nope/x', '/constructor', '/__proto__/x']) {
    assert.equal(valueAt(body, pointer), undefined, pointer)
  }
  for (const bad of ['foo', '/a~', '/a~2', 7, `/${'x'.repeat(600)}`]) assert.equal(isPointer(bad), false)
})

test('pointers find what is there, for any names', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), fc.jsonValue(), (names, value) => {
      const body = names.reduceRight<unknown>((inner, name) => Object.fromEntries([[name, inner]]), value)
      const pointer = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
      assert.deepEqual(valueAt(body, pointer), value)
      assert.equal(isPointer(pointer), pointer.length <= 500)
    }),
  )
})

test('fields that are not there are left out, constants give way, messages are read one by one', () => {
  const mapping: Mapping = {
    kind: 'chat',
    when: { '/type': ['closed', 'archived'], '/test': [false] },
    fields: { messages: '/lines', session_id: '/id', team: '/none', department: '/nothing' },
    constants: { team: 'Support', session_id: 'never' },
    message_fields: { sender: '/who/role', message: '/text' },
  }
  const body = {
    type: 'closed',
    test: false,
    id: 's-1',
    nothing: null,
    lines: [{ who: { role: 'agent' }, text: 'Hello' }, 7, { text: 'x', secret: 1 }],
  }
  assert.equal(unwantedAt(body, mapping), null)
  assert.equal(unwantedAt({ ...body, type: 'open' }, mapping), '/type')
  assert.equal(unwantedAt({ ...body, test: 'false' }, mapping), '/test')
  assert.deepEqual(mapped(body, mapping), {
    team: 'Support',
    session_id: 's-1',
    messages: [{ sender: 'agent', message: 'Hello' }, {}, { message: 'x' }],
  })
  assert.equal(mapped({ lines: 'none' }, mapping).messages, 'none')
})

test('a mapping that can bring nothing in is refused', () => {
  const refused = (settings: object) =>
    assert.throws(() => checkMapping(settings as never), { code: 'invalid_settings' }, JSON.stringify(settings))
  refused({ kind: 'call', fields: { interaction_id: '/id' } })
  refused({ kind: 'chat', fields: { file_url: '/url' } })
  refused({ kind: 'call', fields: { file_url: '/url' }, message_fields: { sender: '/x' } })
  refused({ kind: 'call', fields: { file_url: '/url' }, when: { event: ['x'] } })
  checkMapping({ kind: 'call', fields: { file_url: '/url' }, when: { '/event': ['x'] } })
})
