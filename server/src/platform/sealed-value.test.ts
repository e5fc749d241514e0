import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { openValue, sealValue, versionOf } from './sealed-value.ts'

const versions = fc.integer({ min: 1, max: 2 ** 32 - 1 })
const texts = fc.string({ unit: 'binary', maxLength: 300 })

test('what was sealed opens, whatever it says, and tells the version of its key', () => {
  fc.assert(
    fc.property(versions, texts, texts, (version, place, text) => {
      const key = randomBytes(32)
      const sealed = sealValue(key, version, place, text)
      assert.equal(versionOf(sealed), version)
      assert.equal(openValue(key, place, sealed), text.toWellFormed())
    }),
  )
})

test('with any bit changed, cut off, added, or under another key or place, it does not open', () => {
  const key = randomBytes(32)
  const sealed = sealValue(key, 7, 'here', 'a secret')
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
    assert.throws(() => openValue(key, 'here', changed), `bit ${bit}`)
  }
  for (let length = 0; length < sealed.length; length++) {
    assert.throws(() => openValue(key, 'here', sealed.subarray(0, length)), `${length} bytes`)
  }
  assert.throws(() => openValue(key, 'here', Buffer.concat([sealed, Buffer.alloc(1)])))
  assert.throws(() => openValue(key, 'there', sealed))
  assert.throws(() => openValue(randomBytes(32), 'here', sealed))
  assert.equal(openValue(key, 'here', sealed), 'a secret')
})

test('no two values share a nonce or look alike', () => {
  const key = randomBytes(32)
  const seen = new Set(Array.from({ length: 2000 }, () => sealValue(key, 1, 'here', 'same').toString('hex', 8, 20)))
  assert.equal(seen.size, 2000)
})

test('a value of before there were formats has no version', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('Ind'), randomBytes(40).fill(0, 0, 1)]) {
    assert.equal(versionOf(bytes), null)
  }
})
