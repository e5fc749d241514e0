// Finds out what kind of sherpa-onnx model lies in a folder, by its file names and what the files say of themselves,
// before anything loads it. Knows the layouts in which the sherpa-onnx project publishes models.
// Source: https://k2-fsa.github.io/sherpa/onnx/pretrained_models/

import { open, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readAt } from '../../audio/file-bytes.ts'

export type SherpaKind =
  | 'whisper'
  | 'transducer'
  | 'nemo_transducer'
  | 'paraformer'
  | 'sense_voice'
  | 'nemo_ctc'
  | 'zipformer_ctc'
  | 'wenet_ctc'

export type SherpaModel = {
  kind: SherpaKind
  name: string
  /** Absolute paths, by the part each plays: `encoder`, `decoder`, `joiner`, `model`. */
  files: Record<string, string>
  tokens: string
}

export type ModelFound = { found: true; model: SherpaModel } | { found: false; reason: string }

const expected =
  'put a sherpa-onnx model there: tokens.txt with encoder, decoder (and joiner) .onnx files, or with one model.onnx'

export async function findSherpaModel(folder: string): Promise<ModelFound> {
  const names = await readdir(folder).catch(() => null)
  if (!names) return missing(`the folder ${folder} is not there`, true)
  const part = (pattern: RegExp) => pickFile(names.filter((name) => pattern.test(name) && /\.onnx$/.test(name)))
  const tokens = names.find((name) => /(^|[-_.])tokens\.txt$/.test(name))
  const parts = { encoder: part(/encoder/), decoder: part(/decoder/), joiner: part(/joiner/) }
  const single = part(/^model\b|^model[-_.]|ctc|paraformer|sense/i)
  const fileNames = parts.encoder || parts.decoder || parts.joiner ? parts : { model: single }
  const present = Object.entries(fileNames).flatMap(([role, name]) =>
    name ? [[role, join(folder, name)] as const] : [],
  )
  if (present.length === 0) return missing(`${folder} holds no model`, true)
  if ('encoder' in fileNames && !(parts.encoder && parts.decoder)) {
    return missing(
      `${folder} holds only ${present.map(([role]) => role).join(' and ')}; the other part is missing`,
      true,
    )
  }
  if (!tokens) return missing(`${folder} holds a model but no tokens.txt; copy it from where the model came from`)
  for (const [, path] of present) {
    const damage = await damageOf(path)
    if (damage) return missing(`${path} ${damage}; copy it again`)
  }
  const kind = await kindOf(folder, Object.fromEntries(present))
  if (!kind)
    return missing(
      `${folder} holds a model of a kind that is not known here (sherpa-onnx's whisper, transducer, paraformer, sense-voice and CTC models are)`,
    )
  const model = { kind, name: basename(folder), files: Object.fromEntries(present), tokens: join(folder, tokens) }
  return { found: true, model }
}

function missing(what: string, sayExpected = false): ModelFound {
  return { found: false, reason: sayExpected ? `${what}; ${expected}` : what }
}

/** Of several precisions the 8-bit one: on a CPU it is the fastest, for hardly more errors. */
function pickFile(names: string[]): string | undefined {
  const sorted = names.toSorted()
  return sorted.find((name) => /int8/.test(name)) ?? sorted[0]
}

/** What is plainly wrong with a file, such as the text that git leaves for a large file that it did not fetch. */
async function damageOf(path: string): Promise<string | null> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const start = await readAt(file, 0, 16)
    if (size < 1024) return `is only ${size} bytes long: it was not downloaded whole`
    // An ONNX file is a protobuf whose first field is the version: field 1, varint.
    if (start[0] !== 0x08) return 'is not an ONNX file'
    return null
  } finally {
    await file.close()
  }
}

async function kindOf(folder: string, files: Record<string, string>): Promise<SherpaKind | null> {
  const facts = `${await metadataText(files.encoder ?? files.model ?? '')} ${basename(folder)}`
  if (files.joiner) return /EncDec(Hybrid)?RNNT|nemo/i.test(facts) ? 'nemo_transducer' : 'transducer'
  if (files.encoder) return /whisper/i.test(`${facts} ${basename(files.encoder)}`) ? 'whisper' : null
  if (/sense[-_]?voice/i.test(facts)) return 'sense_voice'
  if (/paraformer/i.test(facts)) return 'paraformer'
  if (/EncDec\w*CTC|nemo/i.test(facts)) return 'nemo_ctc'
  if (/wenet/i.test(facts)) return 'wenet_ctc'
  if (/zipformer/i.test(facts)) return 'zipformer_ctc'
  return null
}

/** The end of an ONNX file, where its metadata (`model_type` and such) is written. */
async function metadataText(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const tail = await readAt(file, Math.max(0, size - 65_536), 65_536)
    return (tail.toString('latin1').match(/model_type[^\w]{1,8}[\w.-]+/g) ?? []).join(' ')
  } finally {
    await file.close()
  }
}

/** The configuration that sherpa-onnx's offline recogniser takes; `language` matters to whisper alone. */
export function recogniserConfig({ kind, files, tokens }: SherpaModel, threadCount: number, language: string | null) {
  const byKind: Record<SherpaKind, object> = {
    whisper: { whisper: { ...files, language: language?.split('-')[0]?.toLowerCase() ?? '', task: 'transcribe' } },
    transducer: { transducer: files, modelType: 'transducer' },
    nemo_transducer: { transducer: files, modelType: 'nemo_transducer' },
    paraformer: { paraformer: files },
    sense_voice: { senseVoice: { ...files, useInverseTextNormalization: 1 } },
    nemo_ctc: { nemoCtc: files },
    zipformer_ctc: { zipformerCtc: files },
    wenet_ctc: { wenetCtc: files },
  }
  return {
    featConfig: { sampleRate: 16_000, featureDim: 80 },
    modelConfig: { ...byKind[kind], tokens, numThreads: threadCount, provider: 'cpu', debug: 0 },
  }
}
