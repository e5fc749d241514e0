import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../platform/problem.ts'
import { maskHeaders, readHeaders } from './custom-headers.ts'

const refusal = (given: Record<string, string>, before: Record<string, string> = {}): string => {
  try {
    readHeaders(given, before)
  } catch (err) {
    assert.ok(err instanceof Problem && err.code === 'invalid_headers')
    return err.detail
  }
  return 'taken'
}

test('names are kept in lower case, and values are shown as ***', () => {
  const read = readHeaders({ 'X-Api-Key': 's3cret', Authorization: 'Bearer a b', 'User-Agent': 'ours' }, {})
  assert.deepEqual(read, { 'x-api-key': 's3cret', authorization: 'Bearer a b', 'user-agent': 'ours' })
  assert.deepEqual(maskHeaders(read), { 'x-api-key': '***', authorization: '***', 'user-agent': '***' })
  assert.deepEqual(readHeaders({ 'X-Api-Key': '***', b: 'new' }, read), { 'x-api-key': 's3cret', b: 'new' })
})

test('headers of the connection, of the message and of the sender are refused', () => {
  const names = ['Connection', 'keep-alive', 'Proxy-Authorization', 'TE', 'trailer', 'Transfer-Encoding', 'upgrade']
  const more = ['Host', 'Content-Length', 'content-type', 'Webhook-Signature', 'CE-id', 'expect', 'X-Forwarded-For']
  for (const name of [...names, ...more, 'accept-encoding', 'traceparent']) {
    assert.match(refusal({ [name]: 'x' }), /is set by the sender itself/, name)
  }
})

test('what would break a request, or is too much, is refused', () => {
  for (const value of ['', ' x', 'x ', 'a\r\nHost: b', 'a\0', 'é', '\u{1F600}', 'a\nb']) {
    assert.match(refusal({ a: value }), /visible ASCII/, JSON.stringify(value))
  }
  for (const name of ['', 'a b', 'a:b', 'é', 'x'.repeat(101), 'a\n']) {
    assert.match(refusal({ [name]: 'x' }), /not the name of a header|must be/, JSON.stringify(name))
  }
  assert.match(refusal({ 'X-A': '1', 'x-a': '2' }), /given twice/)
  assert.match(refusal(Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`h${index}`, 'x']))), /at most 20/)
  assert.match(refusal({ a: 'x'.repeat(4096) }), /4097 bytes; there is room for 4096/)
  assert.equal(refusal({ a: 'x'.repeat(4095) }), 'taken')
  assert.match(refusal({ constructor: '***' }), /no value yet/)
})
