import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAllowed, parseOutboundAllow, readAddress } from './allow-list.ts'

const allows = (list: string, address: string, port: number) => {
  const read = readAddress(address)
  return read !== null && isAllowed(parseOutboundAllow(list), read, port)
}

test('entries open their addresses, on every port or on one', () => {
  assert.ok(allows('10.1.0.0/16', '10.1.2.3', 25))
  assert.ok(!allows('10.1.0.0/16', '10.2.0.1', 25))
  assert.ok(allows('127.0.0.1/32:9000', '127.0.0.1', 9000))
  assert.ok(!allows('127.0.0.1/32:9000', '127.0.0.1', 9001))
  assert.ok(allows('127.0.0.1:9000', '127.0.0.1', 9000))
  assert.ok(!allows('127.0.0.1:9000', '127.0.0.2', 9000))
  assert.ok(allows('[::1]/128:8080', '::1', 8080))
  assert.ok(!allows('[::1]/128:8080', '::1', 80))
  assert.ok(allows('[::1]:8080', '::1', 8080))
  assert.ok(allows('::1', '::1', 5))
  assert.ok(allows('::1/128:8080', '::1', 8080))
  for (const entry of ['fd00::/8', '[fd00::/8]:443', '[fd00::]/8:443']) assert.ok(allows(entry, 'fd12::1', 443), entry)
  assert.ok(!allows('[fd00::/8]:443', 'fd12::1', 444))
  assert.ok(allows(' 10.0.0.0/8 , 192.168.0.0/16:443,', '192.168.3.4', 443))
  assert.ok(allows('127.0.0.0/8', '::ffff:127.0.0.1', 80), 'IPv4 inside IPv6 counts as IPv4')
  assert.deepEqual(parseOutboundAllow(''), [])
})

test('an entry that cannot be read is named', () => {
  const junk = [
    'localhost',
    'localhost:8080',
    'example.com/24',
    '10.0.0.5/8',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/8:0',
    '10.0.0.0/8:65536',
    '10.0.0.0/8:http',
    '10.0.0',
    '0x7f.1',
    '010.0.0.1',
    '127.1:80',
    '[::1',
    '[::1]/',
    '[127.0.0.1',
    'fe80::1%eth0',
    '::ffff:10.0.0.0/104',
    '10.0.0.0/8 10.1.0.0/16',
    '/',
    '/8',
    ':80',
    '*',
    'http://10.0.0.1/',
    '1'.repeat(10_000),
  ]
  for (const text of junk) {
    assert.throws(
      () => parseOutboundAllow(`10.0.0.0/8,${text}`),
      (error: Error & { code?: string }) =>
        error.code === 'outbound_allow' && error.message.includes(text.slice(0, 60)),
      text,
    )
  }
})
