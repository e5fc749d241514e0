import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normaliseWords, wordErrorRate } from './word-error-rate.ts'

test('words are compared without case, punctuation and figures', () => {
  assert.deepEqual(
    normaliseWords('Mr. Smith’s 42-line "Bible", 1,205 copies'),
    'mister smiths forty two line bible one thousand two hundred five copies'.split(' '),
  )
  assert.deepEqual(normaliseWords('007 0 100 15'), ['zero', 'zero', 'seven', 'zero', 'one', 'hundred', 'fifteen'])
})

test('errors are summed over clips, not averaged', () => {
  const clips = [
    { reference: 'one two three four', hypothesis: 'one too three' },
    { reference: 'yes', hypothesis: 'oh yes yes' },
  ]
  assert.deepEqual(wordErrorRate(clips), { errors: 4, words: 5, rate: 0.8 })
  assert.equal(wordErrorRate([{ reference: 'a b', hypothesis: '' }]).rate, 1)
  assert.equal(wordErrorRate([]).rate, 0)
})
