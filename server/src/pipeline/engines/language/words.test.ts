import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cleanText, readTurn, sentencesOf, turnCharsMax, wordsOf } from './words.ts'

test('cuts words at anything but letters, inner apostrophes and hyphens', () => {
  assert.deepEqual(wordsOf("Don’t e-mail 3rd-party 'quotes' naïve ŋwana Tšhelete!"), [
    "don't",
    'e-mail',
    'rd-party',
    'quotes',
    'naïve',
    'ŋwana',
    'tšhelete',
  ])
  assert.deepEqual(wordsOf('😀 123 --- … ️'), [])
})

test('blanks what is not said by the speaker', () => {
  assert.deepEqual(
    wordsOf(
      cleanText('@shop see https://example.org/a?b=c or www.example.org, jo@example.org #fail ^JA &amp; go', 1000),
    ),
    ['see', 'or', 'go'],
  )
})

test('cuts sentences at full stops before a space', () => {
  assert.deepEqual(sentencesOf('It costs 3.50 rand. Really? “Yes.” Then pay\nnow'), [
    'It costs 3.50 rand.',
    'Really?',
    '“Yes.',
    'Then pay',
    'now',
  ])
  assert.deepEqual(sentencesOf('no marks at all'), ['no marks at all'])
  assert.deepEqual(sentencesOf(' \n '), [])
})

test('makes any text well-formed, in little time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { clean } = readTurn({ id: '', role: 'unknown', text }, null)
      assert.ok(clean.isWellFormed() && !clean.includes('\0'))
    }),
  )
  for (const piece of ['a', '.', '. ', '\n', "'", 'a-', 'http://', '@', 'a@', '\ud800', '👍', '&amp;', '\u0301']) {
    const from = performance.now()
    const turn = readTurn({ id: '', role: 'unknown', text: piece.repeat(1_000_000) }, null)
    sentencesOf(turn.clean)
    assert.ok(turn.clean.length <= 4 * turnCharsMax)
    assert.ok(performance.now() - from < 1000, piece)
  }
})
