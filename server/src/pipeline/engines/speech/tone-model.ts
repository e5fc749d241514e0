// For tests: writes the smallest real sherpa-onnx model, 2 kB, which hears the word "tone" where it is loud.
// One layer: the mean of the filter energies against a threshold. It is no speech model, but onnxruntime loads and
// runs it, so the whole way from WAV to timed words is tested without a download.
// Source of the format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

type Field = [number: number, value: number | string | Uint8Array]

const featureCount = 80
const tokens = ['<blk>', '▁tone', '<unk>']
// Mean log energies: digital silence is near -16, a tone of middling loudness above -8 plus this.
const threshold = -8

export async function writeToneModel(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'model.onnx'), toneModel())
  await writeFile(join(folder, 'tokens.txt'), tokens.map((token, id) => `${token} ${id}\n`).join(''))
}

function toneModel(): Buffer {
  const weights = new Float32Array(featureCount * tokens.length)
  for (let i = 0; i < featureCount; i += 1) weights[i * tokens.length + 1] = 1 / featureCount
  const graph = protobuf(
    [1, node('MatMul', ['x', 'weights'], 'mean')],
    [1, node('Add', ['mean', 'bias'], 'sum')],
    [1, node('LogSoftmax', ['sum'], 'logits')],
    [1, node('Identity', ['x_lens'], 'lens')],
    [2, 'tone'],
    [5, tensor('weights', [featureCount, tokens.length], weights)],
    [5, tensor('bias', [tokens.length], Float32Array.of(0, threshold, -20))],
    [11, value('x', floatType, ['batch', 'time', featureCount])],
    [11, value('x_lens', int64Type, ['batch'])],
    [12, value('logits', floatType, ['batch', 'time', tokens.length])],
    [12, value('lens', int64Type, ['batch'])],
  )
  const facts = { model_type: 'wenet_ctc', vocab_size: String(tokens.length), subsampling_factor: '1' }
  const metadata = Object.entries(facts).map(([key, text]): Field => [14, protobuf([1, key], [2, text])])
  return protobuf([1, 8], [7, graph], [8, protobuf([2, 13])], ...metadata)
}

const floatType = 1
const int64Type = 7

function node(operator: string, inputs: string[], output: string): Buffer {
  return protobuf(...inputs.map((name): Field => [1, name]), [2, output], [4, operator])
}

function tensor(name: string, dimensions: number[], data: Float32Array): Buffer {
  return protobuf(
    ...dimensions.map((size): Field => [1, size]),
    [2, floatType],
    [8, name],
    [9, new Uint8Array(data.buffer)],
  )
}

function value(name: string, elementType: number, dimensions: (number | string)[]): Buffer {
  const shape = dimensions.map((size): Field => [1, protobuf(typeof size === 'number' ? [1, size] : [2, size])])
  return protobuf([1, name], [2, protobuf([1, protobuf([1, elementType], [2, protobuf(...shape)])])])
}

function protobuf(...fields: Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([id, content]) => {
      if (typeof content === 'number') return [varint(id * 8), varint(content)]
      const bytes = Buffer.from(content as Uint8Array)
      return [varint(id * 8 + 2), varint(bytes.length), bytes]
    }),
  )
}

function varint(number: number): Buffer {
  return number < 128 ? Buffer.of(number) : Buffer.concat([Buffer.of((number & 127) | 128), varint(number >>> 7)])
}
