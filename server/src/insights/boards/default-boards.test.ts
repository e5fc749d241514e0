// The boards that are always there: they would be taken from a client as well, and nothing in them lies on another.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readNewBoard } from './content.ts'
import { defaultBoards } from './default-boards.ts'

test('each of them is one that a client could have made, of metrics that there are', () => {
  for (const { name, content } of defaultBoards) {
    assert.deepEqual(readNewBoard({ name, ...content }).content, content, name)
  }
  assert.equal(new Set(defaultBoards.map(({ id }) => id)).size, defaultBoards.length)
})

test('no widget lies on another', () => {
  for (const { name, content } of defaultBoards) {
    const taken = new Set<string>()
    for (const { id, size, position } of content.widgets) {
      for (let x = position.x; x < position.x + size.w; x++) {
        for (let y = position.y; y < position.y + size.h; y++) {
          assert.ok(!taken.has(`${x} ${y}`), `${name}: ${id} at ${x}, ${y}`)
          taken.add(`${x} ${y}`)
        }
      }
    }
  }
})
