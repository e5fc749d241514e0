import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { idInKey, makeKey } from './key-format.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/api-keys.md'), 'utf8')

test('what is published for secret scanners finds every key, and the vectors are read as they say', () => {
  const published = new RegExp(`^${/^ind_\(.*$/m.exec(page)?.[0]}$`)
  for (let i = 0; i < 1000; i++) assert.match(makeKey(i % 2 ? 'live' : 'test').key, published)
  const vectors = [...page.matchAll(/^\| `(ind_\S+)` \| (yes|no)/gm)]
  assert.ok(vectors.length >= 6)
  for (const [, text = '', verdict] of vectors) {
    assert.equal(idInKey(text) !== null, verdict === 'yes', text)
    if (verdict === 'yes') assert.match(text, published)
  }
})

test('a key names its id; a rotated one keeps it and nothing else', () => {
  const { id, key } = makeKey('live')
  assert.equal(idInKey(key), id)
  const rotated = makeKey('live', id).key
  assert.equal(idInKey(rotated), id)
  assert.notEqual(rotated.slice(-38), key.slice(-38))
})

test('no change of a character, no cut and no addition is taken for a key', () => {
  const { key } = makeKey('live')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: key.length - 1 }), fc.string({ minLength: 0, maxLength: 2 }), (at, put) => {
      const changed = key.slice(0, at) + put + key.slice(at + 1)
      assert.equal(idInKey(changed) !== null, changed === key)
    }),
    { numRuns: 5000 },
  )
  for (const text of [`${key}\n`, ` ${key}`, key.toLowerCase(), '', 'x'.repeat(1e6)]) assert.equal(idInKey(text), null)
})
