// docs/security.md names the tests that show what it says: they must exist, under those names, and be run.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/security.md'), 'utf8')

/** Each list item: a file, and the names of tests in it, which may go on in the next lines. */
const items = [...page.matchAll(/^- `(\S+\.test\.ts)`: ((?:.|\n(?!-|\n))+)/gm)].map(([, path, names]) => ({
  path: path as string,
  names: [...(names as string).matchAll(/“([^”]+)”/g)].map(([, name]) => (name as string).replace(/\s+/g, ' ')),
}))

test('every test that the page on security names exists and is not skipped', () => {
  let found = 0
  for (const { path, names } of items) {
    const source = readFileSync(join(root, path), 'utf8')
    assert.ok(names.length > 0, `${path} is named without a test`)
    for (const name of names) {
      const at = [`test('${name}'`, `it('${name}'`].map((start) => source.indexOf(start)).find((index) => index >= 0)
      assert.ok(at !== undefined, `${path} has no test “${name}”`)
      assert.doesNotMatch(source.slice(at + name.length, at + name.length + 40), /skip: true|todo/, name)
      found++
    }
  }
  console.log(`docs/security.md names ${found} tests in ${items.length} places`)
  assert.ok(found >= 60)
})

test('each of the ten of OWASP 2023 has its tests', () => {
  const parts = page.split(/^### /m).slice(1)
  assert.equal(parts.length, 10)
  for (const [index, part] of parts.entries()) {
    assert.ok(part.startsWith(`API${index + 1}: `), part.slice(0, 60))
    const own = part.split(/^## /m)[0] as string
    assert.match(own, /^- `\S+\.test\.ts`: “/m, part.slice(0, 60))
  }
})
