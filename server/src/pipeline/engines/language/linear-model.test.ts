import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { featuresOf } from './features.ts'
import { classify, encodeModels, type LinearModel, readModels } from './linear-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'linear-model-'))
after(() => rmSync(folder, { recursive: true }))

function modelThatKnows(word: string, name: string): LinearModel {
  const weights = new Int8Array(2 * 2 ** 10)
  for (const bucket of featuresOf([word], 10, 'letters')) weights[2 * bucket + 1] = 127
  return { name, classes: ['other', word], bits: 10, features: 'letters', scale: 0.05, weights }
}

test('reads back what was written, and answers alike', () => {
  const path = join(folder, 'two.bin')
  const models = [modelThatKnows('dankie', 'one'), modelThatKnows('asseblief', 'two')]
  writeFileSync(path, encodeModels(models))
  const read = readModels(path)
  assert.deepEqual([...read.values()], models)
  for (const model of models) {
    const known = classify(model, [model.classes[1] ?? ''])
    assert.ok((known[1] ?? 0) > 0.95)
    assert.ok(Math.abs((known[0] ?? 0) + (known[1] ?? 0) - 1) < 1e-9)
    assert.deepEqual(classify(model, []), [0.5, 0.5])
  }
})

test('refuses a file that was cut short', () => {
  const path = join(folder, 'cut.bin')
  writeFileSync(path, encodeModels([modelThatKnows('dankie', 'one')]).subarray(0, 1000))
  assert.throws(() => readModels(path), /ends inside the model "one"/)
})
