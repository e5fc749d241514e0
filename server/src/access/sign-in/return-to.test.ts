import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { safeReturnTo } from './return-to.ts'

const server = 'https://indaba.example.org'

test('paths of this server stay what they are', () => {
  for (const path of [
    '/',
    '/calls',
    '/calls?from=2025-01-01&to=2025-02-01',
    '/calls/1#turn-7',
    '/a//b',
    '/?u=https://x.example/',
  ]) {
    assert.equal(safeReturnTo(path), path)
  }
  assert.equal(safeReturnTo(undefined), '/')
  assert.equal(safeReturnTo('/oproepe/één'), '/oproepe/%C3%A9%C3%A9n')
  assert.equal(safeReturnTo('/a/../b'), '/b')
})

test('whatever is asked for, a browser that follows it stays here, now and when it reads the address once more', () => {
  const hostile = fc.constantFrom(
    '/',
    '\\',
    '//',
    '.',
    '..',
    '\t',
    '\n',
    '@',
    ':',
    '?',
    '#',
    '%2f',
    '%5c',
    'http:',
    'javascript:',
  )
  const part = fc.oneof(hostile, fc.string({ maxLength: 4 }), fc.constant('evil.example'))
  let letThrough = 0
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.boolean(), (parts, hasSlash) => {
      const given = (hasSlash ? '/' : '') + parts.join('')
      let safe: string
      try {
        safe = safeReturnTo(given)
      } catch (error) {
        assert.ok(error instanceof Problem && error.code === 'invalid_return_to')
        return
      }
      letThrough++
      assert.match(safe, /^\/[!-~]*$/, 'a header can carry it')
      const first = new URL(safe, server)
      assert.equal(first.origin, server, given)
      assert.equal(new URL(first.pathname, server).origin, server, given)
    }),
    { numRuns: 5000 },
  )
  assert.ok(letThrough > 500, `${letThrough} were let through`)
})
