// The linear models (multinomial logistic regression over hashed features): their file format, and their answers.
// File: header length (uint32, little-endian), header (JSON, UTF-8), then each model's weights (int8), one after another.

import { readFileSync } from 'node:fs'
import { type FeatureKind, featuresOf } from './features.ts'

type ModelHeader = { name: string; classes: string[]; bits: number; features: FeatureKind; scale: number }

/** `weights[bucket * classes.length + class] * scale` is the weight of a feature for a class. */
export type LinearModel = ModelHeader & { weights: Int8Array }

/** Probability of each class, in the model's order, for these words; even odds where there are none. */
export function classify(model: LinearModel, words: readonly string[]): number[] {
  const { weights } = model
  const width = model.classes.length
  const sums = new Array<number>(width).fill(0)
  const buckets = featuresOf(words, model.bits, model.features)
  for (const bucket of buckets) {
    const at = bucket * width
    for (let k = 0; k < width; k++) sums[k] = (sums[k] ?? 0) + (weights[at + k] ?? 0)
  }
  const factor = model.scale / Math.sqrt(Math.max(1, buckets.length))
  return softmax(sums.map((sum) => sum * factor))
}

export function softmax(values: number[]): number[] {
  const top = Math.max(...values)
  const raised = values.map((value) => Math.exp(value - top))
  const total = raised.reduce((sum, value) => sum + value, 0)
  return raised.map((value) => value / total)
}

export function readModels(path: string): Map<string, LinearModel> {
  const bytes = readFileSync(path)
  const headerEnd = 4 + bytes.readUInt32LE(0)
  const headers = JSON.parse(bytes.toString('utf8', 4, headerEnd)) as ModelHeader[]
  const models = new Map<string, LinearModel>()
  let at = headerEnd
  for (const header of headers) {
    const size = header.classes.length * 2 ** header.bits
    if (at + size > bytes.length) throw new Error(`${path} ends inside the model "${header.name}"`)
    models.set(header.name, { ...header, weights: new Int8Array(bytes.buffer, bytes.byteOffset + at, size) })
    at += size
  }
  return models
}

export function encodeModels(models: readonly LinearModel[]): Buffer {
  const headers = models.map(({ weights: _, ...header }) => header)
  const header = Buffer.from(JSON.stringify(headers))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  return Buffer.concat([length, header, ...models.map(({ weights }) => Buffer.from(weights.buffer))])
}
