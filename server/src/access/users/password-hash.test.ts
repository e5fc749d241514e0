import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword, verifyPassword } from './password-hash.ts'

test('a hash is argon2id with the parameters that OWASP names, salted, and true for its password alone', async () => {
  const hash = await hashPassword('tea with lemon 7')
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  assert.notEqual(await hashPassword('tea with lemon 7'), hash)
  assert.equal(await verifyPassword(hash, 'tea with lemon 7'), true)
  assert.equal(await verifyPassword(hash, 'tea with lemon 8'), false)
  assert.equal(await verifyPassword(await hashPassword('cafe\u0301-au-lait 1'), 'caf\u00E9-au-lait 1'), true)
})

test('where there is no account it takes as long', async () => {
  const hash = await hashPassword('tea with lemon 7')
  const median = async (stored: string | null) => {
    const times = []
    for (let round = 0; round < 9; round++) {
      const start = performance.now()
      assert.equal(await verifyPassword(stored, 'wrong one 1'), false)
      times.push(performance.now() - start)
    }
    return times.sort((a, b) => a - b)[4] as number
  }
  const [known, unknown] = [await median(hash), await median(null)]
  assert.ok(unknown > known * 0.6 && unknown < known * 1.7, `${known} ms and ${unknown} ms`)
})

test('10 MB are refused before any work is done', async () => {
  const hash = await hashPassword('tea with lemon 7')
  const start = performance.now()
  assert.equal(await verifyPassword(hash, 'x'.repeat(10 * 2 ** 20)), false)
  assert.ok(performance.now() - start < 5)
})

test('a flood is refused, and what was taken in is done', async () => {
  const all = await Promise.allSettled(Array.from({ length: 100 }, () => verifyPassword(null, 'wrong one 1')))
  const refused = all.filter((one) => one.status === 'rejected')
  assert.equal(refused.length, 100 - 2 - 64)
  for (const one of refused) assert.equal((one as PromiseRejectedResult).reason.code, 'sign_in_busy')
  assert.equal(await verifyPassword(await hashPassword('tea with lemon 7'), 'tea with lemon 7'), true)
})
