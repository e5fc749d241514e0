// A transcription server on a loopback port that speaks OpenAI's `POST /v1/audio/transcriptions`: checks the form, and
// "hears" one word in each loud stretch of the WAV that it got, so that tests can compare times with what they sent.
// It can be told to be slow, to fail and to answer junk.
// Source: https://platform.openai.com/docs/api-reference/audio/createTranscription

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** Where a server puts its words; all of these are found in the field. */
export type AnswerShape = 'top_words' | 'segment_words' | 'segments_only' | 'words_only' | 'text_only'

/** What one request gets: with a status, that instead of a transcript (0 breaks the connection); a delay comes first. */
export type Fault = { status?: number; body?: string; headers?: Record<string, string>; delayMs?: number }

export type SeenUpload = {
  authorization: string | null
  model: string
  language: string | null
  responseFormat: string
  granularities: string[]
  fileName: string
  fileBytes: number
  durationS: number
}

export type TranscriptionServer = {
  baseUrl: string
  uploads: SeenUpload[]
  /** All requests, refused ones too. */
  requestCount(): number
  shape: AnswerShape
  /** Like gpt-4o-transcribe: answers 400 to verbose_json. */
  isPlainOnly: boolean
  /** Each is used up by one request, in order. */
  faults: Fault[]
  close(): Promise<void>
}

const loudAmplitude = 2000
const frameS = 0.01
// A shorter dip, as in every period of a tone, does not end a word.
const gapS = 0.05

export async function startTranscriptionServer(options: { apiKey?: string; uploadBytesMax?: number } = {}) {
  let requestCount = 0
  const fake: TranscriptionServer = {
    baseUrl: '',
    uploads: [],
    requestCount: () => requestCount,
    shape: 'top_words',
    isPlainOnly: false,
    faults: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requestCount += 1
    const body = await buffer(request)
    const fault = fake.faults.shift()
    if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs).unref())
    if (fault?.status === 0) return void request.socket.destroy()
    if (fault?.status) return void response.writeHead(fault.status, fault.headers).end(fault.body ?? '')
    const refuse = (status: number, message: string) =>
      sendJson(response, status, { error: { message, type: 'invalid_request_error', param: null, code: null } })

    if (request.url !== '/v1/audio/transcriptions') return refuse(404, `no such path: ${request.url}`)
    if (request.method !== 'POST') return refuse(405, 'use POST')
    if (options.apiKey && request.headers.authorization !== `Bearer ${options.apiKey}`) return refuse(401, 'wrong key')
    if (body.length > (options.uploadBytesMax ?? 25_000_000)) return refuse(413, 'maximum content size exceeded')
    const form = await readForm(body, request.headers['content-type'] ?? '')
    if (!form) return refuse(400, 'the body is not multipart/form-data')
    const file = form.get('file')
    const model = form.get('model')
    const responseFormat = form.get('response_format') ?? 'json'
    const granularities = form.getAll('timestamp_granularities[]').map(String)
    if (typeof model !== 'string' || model === '') return refuse(400, 'you must provide a model parameter')
    if (model === 'unknown-model') return refuse(404, 'the model does not exist')
    if (!(file instanceof File)) return refuse(400, 'file is required')
    if (responseFormat !== 'json' && responseFormat !== 'verbose_json') return refuse(400, 'unknown response_format')
    if (granularities.some((one) => one !== 'word' && one !== 'segment')) return refuse(400, 'unknown granularity')
    if (granularities.length > 0 && responseFormat !== 'verbose_json')
      return refuse(400, 'granularities need verbose_json')
    if (fake.isPlainOnly && responseFormat === 'verbose_json') return refuse(400, 'response_format is not supported')
    const language = form.get('language')
    if (language !== null && !/^[a-z]{2,3}$/.test(String(language))) return refuse(400, 'language is not ISO 639-1')
    const wav = readWav(Buffer.from(await file.arrayBuffer()))
    if (!wav) return refuse(400, 'invalid file format')
    const durationS = wav.samples.length / wav.sampleRateHz
    fake.uploads.push({
      authorization: request.headers.authorization ?? null,
      model,
      language: language === null ? null : String(language),
      responseFormat,
      granularities,
      fileName: file.name,
      fileBytes: file.size,
      durationS,
    })
    sendJson(
      response,
      200,
      transcriptOf(hear(wav), durationS, responseFormat === 'json' ? 'text_only' : fake.shape, granularities),
    )
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function readForm(body: Buffer, contentType: string): Promise<FormData | null> {
  if (!contentType.startsWith('multipart/form-data')) return null
  return new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData().catch(() => null)
}

type Wav = { sampleRateHz: number; samples: Int16Array }

function readWav(file: Buffer): Wav | null {
  if (file.length < 44 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 36, 40) !== 'data')
    return null
  const samples = new Int16Array(file.readUInt32LE(40) >> 1)
  if (44 + samples.length * 2 > file.length) return null
  for (let i = 0; i < samples.length; i += 1) samples[i] = file.readInt16LE(44 + i * 2)
  return { sampleRateHz: file.readUInt32LE(24), samples }
}

type Heard = { word: string; start: number; end: number }

function hear({ sampleRateHz, samples }: Wav): Heard[] {
  const size = Math.round(sampleRateHz * frameS)
  const words: Heard[] = []
  for (let at = 0; at < samples.length; at += size) {
    if (!samples.subarray(at, at + size).some((sample) => Math.abs(sample) > loudAmplitude)) continue
    const start = at / sampleRateHz
    const end = Math.min(samples.length, at + size) / sampleRateHz
    const last = words.at(-1)
    if (last && start - last.end < gapS) last.end = end
    else words.push({ word: `word${words.length + 1}`, start, end })
  }
  return words
}

/** One segment for each word, so that segments have times to check too. */
function transcriptOf(words: Heard[], duration: number, shape: AnswerShape, granularities: string[]) {
  const text = words.map(({ word }) => word).join(' ')
  if (shape === 'text_only') return { text }
  const head = { task: 'transcribe', language: 'english', duration, text }
  const isWordWanted = granularities.includes('word') && shape !== 'segments_only'
  if (shape === 'words_only') return { ...head, ...(isWordWanted && { words }) }
  const segments = words.map((word, id) => ({
    id,
    seek: 0,
    start: word.start,
    end: word.end,
    text: ` ${word.word}`,
    tokens: [50_364 + id],
    temperature: 0,
    avg_logprob: -0.25,
    compression_ratio: 1,
    no_speech_prob: 0.01,
    ...(shape === 'segment_words' && isWordWanted && { words: [{ ...word, word: ` ${word.word}`, probability: 0.9 }] }),
  }))
  return { ...head, segments, ...(shape === 'top_words' && isWordWanted && { words }) }
}
