import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { recent } from './recent.ts'

setFlagsFromString('--expose-gc')
const heapMiB = () => {
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed / 2 ** 20
}

test('what is asked for often stays, whatever else comes; what is not is forgotten', () => {
  const find = recent<{ name: string }>(1000)
  const busy = find('busy', () => ({ name: 'busy' }))
  const quiet = find('quiet', () => ({ name: 'quiet' }))
  for (let n = 0; n < 100_000; n++) {
    find(`other ${n}`, () => ({ name: '' }))
    if (n % 400 === 0)
      assert.equal(
        find('busy', () => ({ name: 'another' })),
        busy,
      )
  }
  assert.notEqual(
    find('quiet', () => ({ name: 'another' })),
    quiet,
  )
})

test('the last half of its size that was asked for is always remembered', () => {
  const find = recent<number>(1000)
  for (let n = 0; n < 5000; n++) {
    find(`name ${n}`, () => n)
    const before = Math.max(0, n - 249)
    assert.equal(
      find(`name ${before}`, () => -1),
      before,
    )
  }
})

test('a million names take no more memory than the bound', () => {
  const find = recent<{ spent: number; atMs: number }>(50_000)
  const before = heapMiB()
  const startedAt = performance.now()
  for (let n = 0; n < 1_000_000; n++) find(`address ${n}`, () => ({ spent: n, atMs: n }))
  const ns = (performance.now() - startedAt) * 1000
  const grownMiB = heapMiB() - before
  assert.ok(grownMiB < 16, `${grownMiB} MiB`)
  assert.ok(ns / 1_000_000 < 20, `${ns / 1_000_000} µs for each`)
  find('kept until here', () => ({ spent: 0, atMs: 0 }))
})
