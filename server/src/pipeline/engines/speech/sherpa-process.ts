// The child process that holds a sherpa-onnx model. Only sherpa-channel.ts starts it and talks to it.
// A process and not a worker thread: onnxruntime ends the whole process when a model file is damaged (abort, exit
// status 134), which no try/catch sees and no worker thread survives.

import { openChannelAudio, type Stretch } from './channel-audio.ts'

export type SherpaRequest =
  | { type: 'load'; config: object }
  | { type: 'decode'; config: object; wavPath: string; stretches: Stretch[] }
export type SherpaReply =
  | { type: 'loaded'; version: string }
  | { type: 'heard'; index: number; result: unknown }
  | { type: 'done' }
  | { type: 'failed'; reason: string }

type Recogniser = {
  setConfig(config: object): void
  createStream(): { acceptWaveform(wave: { sampleRate: number; samples: Float32Array }): void }
  decode(stream: object): void
  getResult(stream: object): unknown
}

let recogniser: Recogniser | null = null
let configText = ''

const reply = (message: SherpaReply) => process.send?.(message)

async function load(config: object): Promise<void> {
  // @ts-expect-error the package brings no types
  const { default: sherpa } = await import('sherpa-onnx-node')
  recogniser = new sherpa.OfflineRecognizer(config) as Recogniser
  configText = JSON.stringify(config)
  reply({ type: 'loaded', version: sherpa.version })
}

async function decode({ config, wavPath, stretches }: Extract<SherpaRequest, { type: 'decode' }>): Promise<void> {
  if (!recogniser) throw new Error('no model is loaded')
  if (JSON.stringify(config) !== configText) {
    recogniser.setConfig(config)
    configText = JSON.stringify(config)
  }
  const audio = await openChannelAudio(wavPath)
  try {
    for (const [index, stretch] of stretches.entries()) {
      const samples = Float32Array.from(await audio.samples(stretch), (value) => value / 0x8000)
      const stream = recogniser.createStream()
      // It resamples to the rate of the model by itself.
      stream.acceptWaveform({ sampleRate: audio.sampleRateHz, samples })
      recogniser.decode(stream)
      reply({ type: 'heard', index, result: recogniser.getResult(stream) })
    }
  } finally {
    await audio.close()
  }
  reply({ type: 'done' })
}

process.on('message', (request: SherpaRequest) => {
  const work = request.type === 'load' ? load(request.config) : decode(request)
  work.catch((error: unknown) =>
    reply({ type: 'failed', reason: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
