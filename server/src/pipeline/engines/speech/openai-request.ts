// One upload to an OpenAI-compatible transcription server: the form, the retries, and what each refusal means in
// plain words. What the server says itself goes into the cause only: it may hold part of a key.

import { setTimeout as sleep } from 'node:timers/promises'
import type { FetchLike } from '../../../platform/outbound/fetch-like.ts'
import { readRetryAfter } from '../../../platform/outbound/retry-after.ts'
import { Problem } from '../../../platform/problem.ts'

export type OpenaiTarget = {
  /** Without `/v1`: `https://api.openai.com` or `http://127.0.0.1:8000`. */
  baseUrl: string
  apiKey: string | null
  model: string
  /** For one try of one upload. */
  timeoutMs: number
  /** The way out; the engine opens no connection of its own. */
  fetch: FetchLike
}

export type Upload = { wav: Buffer<ArrayBuffer>; language: string | null; signal: AbortSignal }

const retriesMax = 2
const firstRetryMs = 1000
const retryAfterMsMax = 30_000
const causeExcerptMax = 500

/** The answer as parsed JSON, of whatever shape. Throws Problem('upstream' | 'unavailable', ...). */
export async function requestTranscription(target: OpenaiTarget, upload: Upload): Promise<unknown> {
  const detailed = await send(target, upload, 'verbose_json')
  // Some models (OpenAI's gpt-4o-transcribe) know no verbose answers and refuse the field with 400.
  const response = detailed.status === 400 ? await send(target, upload, 'json') : detailed
  if (response.status !== 200) throw refusal(response, target)
  try {
    return JSON.parse(response.body)
  } catch (cause) {
    throw notAnAnswer(response.body, cause)
  }
}

export function notAnAnswer(body: string, cause?: unknown): Problem {
  const what = /^\s*<(!doctype|html|\?xml)/i.test(body) ? 'a web page' : 'something'
  return new Problem(
    'upstream',
    'speech_answer_unreadable',
    `The speech server answered with ${what} that is no transcript. Check that its address is that of an OpenAI-compatible API.`,
    // Its length alone: it may be a transcript in another format, and causes are logged.
    { cause: new Error(`an answer of ${body.length} characters`, { cause }) },
  )
}

type Answered = { status: number; body: string; retryAfterMs: number | null }

async function send(target: OpenaiTarget, upload: Upload, format: 'verbose_json' | 'json'): Promise<Answered> {
  for (let retries = 0; ; retries += 1) {
    const answered = await sendOnce(target, upload, format)
    const isPassing = answered.status === 429 || answered.status >= 500
    if (!isPassing || retries === retriesMax) return answered
    const waitMs = answered.retryAfterMs ?? firstRetryMs * 2 ** retries
    await sleep(Math.min(waitMs, retryAfterMsMax), undefined, { signal: upload.signal }).catch(() =>
      upload.signal.throwIfAborted(),
    )
  }
}

async function sendOnce(target: OpenaiTarget, upload: Upload, format: 'verbose_json' | 'json'): Promise<Answered> {
  const form = new FormData()
  form.set('file', new Blob([upload.wav], { type: 'audio/wav' }), 'audio.wav')
  form.set('model', target.model)
  form.set('response_format', format)
  // The API takes ISO 639-1, which is the primary subtag of the tags that have one.
  if (upload.language) form.set('language', upload.language.split('-')[0]?.toLowerCase() ?? '')
  if (format === 'verbose_json') {
    form.append('timestamp_granularities[]', 'word')
    form.append('timestamp_granularities[]', 'segment')
  }
  const timeout = AbortSignal.timeout(target.timeoutMs)
  try {
    const response = await target.fetch(`${target.baseUrl.replace(/\/+$/, '')}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: target.apiKey ? { authorization: `Bearer ${target.apiKey}` } : {},
      body: form,
      signal: AbortSignal.any([upload.signal, timeout]),
    })
    const retryAfterMs = readRetryAfter(response.headers.get('retry-after'))
    return { status: response.status, body: await response.text(), retryAfterMs }
  } catch (cause) {
    upload.signal.throwIfAborted()
    if (timeout.aborted) {
      const detail = `The speech server did not answer within ${target.timeoutMs / 1000} s.`
      throw new Problem('unavailable', 'speech_engine_timeout', detail, { cause })
    }
    if (cause instanceof Problem) throw cause
    throw new Problem('unavailable', 'speech_engine_unreachable', 'The speech server cannot be reached.', { cause })
  }
}

function refusal({ status, body, retryAfterMs }: Answered, { baseUrl, model }: OpenaiTarget): Problem {
  const cause = new Error(`status ${status}: ${body.slice(0, causeExcerptMax)}`)
  const retryAfterS = Math.ceil((retryAfterMs ?? 0) / 1000)
  const problem = (kind: 'upstream' | 'unavailable', code: string, detail: string) =>
    new Problem(kind, code, detail, { cause, ...(retryAfterS > 0 && { retryAfterS }) })
  if (status === 401 || status === 403) {
    return problem(
      'unavailable',
      'speech_key_refused',
      'The speech server refused the API key. Check the key set for it.',
    )
  }
  if (status === 404) {
    const detail = `The speech server at ${baseUrl} knows no transcription or no model "${model}". Check both settings.`
    return problem('unavailable', 'speech_model_unknown', detail)
  }
  if (status === 413) {
    const detail = 'The speech server accepts only smaller uploads than 24 MiB. Raise its limit.'
    return problem('upstream', 'speech_upload_too_large', detail)
  }
  if (status === 429) {
    return problem(
      'unavailable',
      'speech_engine_busy',
      'The speech server is over its limit of requests. Try again later.',
    )
  }
  if (status >= 500) {
    return problem('upstream', 'speech_engine_failed', `The speech server failed three times (status ${status}).`)
  }
  return problem('upstream', 'speech_request_refused', `The speech server refused the recording (status ${status}).`)
}
