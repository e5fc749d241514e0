// One question to a chat endpoint, one JSON answer, or the reason why there is none. Limits of time and size are kept
// here; whether the answer makes sense is for the one who asked.

export type ChatEndpoint = {
  /** Where the API lives, `http://localhost:11434` or `https://api.example.org/v1`. */
  baseUrl: string
  apiKey: string | null
  model: string
  /** For one request, from connecting to the last byte. */
  timeoutMs: number
  /** The way out: fetch's shape, with whatever guards the caller wants. */
  fetch: (url: string, init: ChatRequestInit) => Promise<Response>
}
type ChatRequestInit = {
  method: 'POST'
  headers: Record<string, string>
  body: string
  signal: AbortSignal
  redirect: 'error'
}

export type Question = {
  name: string
  system: string
  user: string
  /** JSON Schema of the answer, within what structured output allows. */
  schema: object
}

/** An expected failure of the model or the way to it; the message is fit to be shown. */
export class LlmFailure extends Error {}

const answerBytesMax = 4 * 1024 * 1024

type ChatCompletion = {
  choices?: { finish_reason?: string; message?: { content?: string | null; refusal?: string | null } }[]
}

/** The parsed JSON of the model's answer. Throws LlmFailure. */
export async function askModel(endpoint: ChatEndpoint, question: Question, signal: AbortSignal): Promise<unknown> {
  const timeout = AbortSignal.timeout(endpoint.timeoutMs)
  const text = await exchange(endpoint, question, AbortSignal.any([signal, timeout])).catch((cause: unknown) => {
    if (cause instanceof LlmFailure) throw cause
    if (timeout.aborted)
      throw new LlmFailure(`the language model gave no answer within ${endpoint.timeoutMs} ms`, { cause })
    throw new LlmFailure('the language model could not be reached', { cause })
  })
  const choice = (parse(text) as ChatCompletion | null)?.choices?.[0]
  if (choice?.message?.refusal || choice?.finish_reason === 'content_filter') {
    throw new LlmFailure('the language model refused to answer')
  }
  if (choice?.finish_reason === 'length') throw new LlmFailure('the answer of the language model was cut off')
  const content = choice?.message?.content
  if (typeof content !== 'string') throw new LlmFailure('the answer of the language model is not a chat completion')
  return parse(unfenced(content.trim()))
}

/** Some servers wrap JSON into a code fence even when asked not to. */
function unfenced(content: string): string {
  return content.startsWith('```') && content.endsWith('```') ? content.slice(3, -3).replace(/^json/, '') : content
}

async function exchange(endpoint: ChatEndpoint, question: Question, signal: AbortSignal): Promise<string> {
  const base = endpoint.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')
  const response = await endpoint.fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    redirect: 'error',
    signal,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(endpoint.apiKey === null ? {} : { authorization: `Bearer ${endpoint.apiKey}` }),
    },
    body: JSON.stringify({
      model: endpoint.model,
      temperature: 0,
      messages: [
        { role: 'system', content: question.system },
        { role: 'user', content: question.user },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: { name: question.name, strict: true, schema: question.schema },
      },
    }),
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new LlmFailure(`the language model's server answered ${response.status}`)
  }
  return readLimited(response)
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > answerBytesMax) throw new LlmFailure('the answer of the language model is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LlmFailure('the answer of the language model is not JSON', { cause })
  }
}
