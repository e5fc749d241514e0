import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseLanguageEngine } from './choose.ts'

const llm = { baseUrl: 'http://127.0.0.1:11434', apiKey: null, model: 'small', timeoutMs: 1000, fetch }

test('takes what the setting names', () => {
  assert.equal(chooseLanguageEngine({ engine: 'builtin', llm }).name, 'builtin')
  assert.equal(chooseLanguageEngine({ engine: 'llm', llm }).name, 'llm')
})

test('auto takes the model where one is set up', () => {
  assert.equal(chooseLanguageEngine({ engine: 'auto', llm }).name, 'llm')
  assert.equal(chooseLanguageEngine({ engine: 'auto', llm: null }).name, 'builtin')
})

test('says what is missing', () => {
  for (const broken of [null, { ...llm, model: '' }, { ...llm, baseUrl: 'localhost:11434' }, { ...llm, baseUrl: '' }]) {
    assert.throws(() => chooseLanguageEngine({ engine: 'llm', llm: broken }), { code: 'language_model_not_set_up' })
  }
})
