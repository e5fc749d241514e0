import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Word } from '../shapes.ts'
import { realign } from './realign.ts'

const said = (text: string): Word[] =>
  text.split(' ').map((w, index) => ({ w, s: 1000 + index * 400, e: 1300 + index * 400, c: 0.9 }))
const textOf = (words: Word[]) => words.map(({ w }) => w).join(' ')

test('what stays keeps its time and confidence, what is new shares the time of what it took the place of', () => {
  const words = said('I want a re fund now')
  const after = realign(words, 'I want a refund, now!', 4000)
  assert.deepEqual(after.slice(0, 3), words.slice(0, 3))
  assert.deepEqual(after[3], { w: 'refund,', s: 2200, e: 2900, c: null })
  assert.deepEqual(after[4], { ...words[5], w: 'now!' })
})

test('words in front, behind, and in place of all', () => {
  const words = said('a b')
  assert.deepEqual(realign(words, 'x a b y', 2500), [
    { w: 'x', s: 1000, e: 1000, c: null },
    ...words,
    { w: 'y', s: 1700, e: 2500, c: null },
  ])
  assert.deepEqual(realign(words, 'one two', 2500), [
    { w: 'one', s: 1000, e: 1350, c: null },
    { w: 'two', s: 1350, e: 1700, c: null },
  ])
  assert.deepEqual(realign([], 'a chat has no times', 0), [])
})

test('thousands of other words are shared out without comparing each with each', () => {
  const words = said(Array.from({ length: 3000 }, (_, i) => `a${i}`).join(' '))
  const after = realign(words, Array.from({ length: 3000 }, (_, i) => `b${i}`).join(' '), 9_999_999)
  assert.equal(after.length, 3000)
  assert.equal(after.at(-1)?.e, words.at(-1)?.e)
})

test('whatever is written: its words in order, with times that never run backwards, within those of the turn', () => {
  const word = fc.constantFrom('a', 'b', 'c', 'd,', 'é', '好', '!')
  const text = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const words = said(before)
      const endMs = (words.at(-1) as Word).e + 500
      const now = realign(words, after, endMs)
      assert.equal(textOf(now), after)
      for (const [index, { s, e }] of now.entries()) {
        assert.ok(s <= e && s >= 1000 && e <= endMs)
        if (index > 0) assert.ok(s >= (now[index - 1] as Word).e)
      }
      assert.deepEqual(realign(words, before, endMs), words)
    }),
  )
})
